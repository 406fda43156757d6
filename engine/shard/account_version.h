// What a reader sees of an account: one consistent reading, taken without waiting for the shard's loop.
//
// Ownership:   keeps alive what it reads from; it may outlive the shard.
// Threads:     one at a time; versions of different readers need no care.
// Invariants:  rows and events are those of one position, never half of a commit or of an event.
// Errors:      DataLoss: what is stored contradicts itself; rebuild from the log.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/civil.h"
#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/shard/changes.h"
#include "engine/views/view_store.h"
#include "projections/account/month_sum.h"
#include "projections/account/rows.h"

namespace kontor {

// What accounts are read from, over one another: what is stored, what is on its way there, what was changed since.
struct Layers {
  std::shared_ptr<const ViewSnapshot> stored;
  std::shared_ptr<const Changes> committing;  // null: nothing is on its way
  std::shared_ptr<const Changes> changes;
  // What the last commit took up, for who asks what changed; null where nobody kept it.
  std::shared_ptr<const Changes> committed;
};

class AccountVersion {
 public:
  const AccountId& account() const { return account_; }
  // Of another account, at the same position. Requires: the account is on the same shard.
  AccountVersion Of(AccountId account) const { return {std::move(account), position_, store_, layers_}; }
  // The number of log records that it reflects.
  Position position() const { return position_; }

  // The row's bytes, or nothing where there is none. Knows the rows of the account and those under no account (voids;
  // on the reference topic all). Requires: the key is of one of these.
  Result<std::optional<std::string>> Find(std::string_view key) const;

  // Every row whose key starts with the prefix and is not below `from`, in key order, until `visit` returns false. Key
  // and bytes live for the call. Requires: the prefix reaches rows of the account, or rows under no account, and no
  // others.
  using VisitRow = std::function<bool(std::string_view key, std::string_view bytes)>;
  Status ScanRows(std::string_view prefix, std::string_view from, const VisitRow& visit) const;

  // The account's accepted events from (at, position) on, in the order of instant and position, until `visit` returns
  // false. Voided ones are among them.
  Status ScanEvents(Instant at, Position position, const std::function<bool(Instant, Position)>& visit) const;

  // Where a version stands: a later one of the account tells what changed since, if no more than one small commit lies
  // between the two.
  struct Mark {
    std::weak_ptr<const Changes> changes;
    Position position;
  };
  Mark mark() const { return {layers_.changes, position_}; }
  struct Since {
    MonthSum months;  // what was added to them; settled
    std::vector<const RowVersion*> rows;
    std::optional<Instant> last_event;  // the last in the world's order
  };
  // Nothing where more lies between. Good as long as this version. Requires: the mark is of this account, and no
  // later than this version.
  std::optional<Since> ChangedSince(const Mark& mark) const;

 private:
  friend class RowCache;
  AccountVersion(AccountId account, Position position, std::shared_ptr<const ViewStore> store, Layers layers)
      : account_(std::move(account)),
        position_(position),
        store_(std::move(store)),
        layers_(std::move(layers)),
        own_(std::make_shared<Overlay>()),
        unowned_(std::make_shared<Overlay>()) {}

  // What the store does not have yet, put together at first need.
  struct Overlay {
    bool read = false;
    std::vector<const RowVersion*> rows;               // from the newest on
    std::map<std::string, std::string> months;         // by key, what is added to the stored row
    std::vector<std::pair<Instant, Position>> events;  // in their order, once they are asked for
    bool events_sorted = false;
    std::unordered_map<std::string_view, const RowVersion*> by_key;  // the last of each key, once they are asked for
  };
  Overlay& OverlayOf(std::string_view key) const;
  void ReadOverlay(std::string_view account, Overlay* overlay) const;
  void AddSince(const Changes& changes, Position from, Since* since) const;
  const RowVersion* LastOf(std::string_view key, Overlay* overlay) const;

  AccountId account_;
  Position position_;
  std::shared_ptr<const ViewStore> store_;  // outlives its snapshot
  Layers layers_;
  std::shared_ptr<Overlay> own_;      // copies of a version share what they put together
  std::shared_ptr<Overlay> unowned_;  // of rows under no account
};

}  // namespace kontor
