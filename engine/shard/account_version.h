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
#include <utility>
#include <variant>
#include <vector>

#include "engine/base/civil.h"
#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/shard/changes.h"
#include "engine/views/view_store.h"
#include "projections/account/rows.h"

namespace kontor {

class AccountVersion {
 public:
  const AccountId& account() const { return account_; }
  // The number of log records that it reflects.
  Position position() const { return position_; }

  // The row, or null where there is none. Knows the rows of the account and those under no account (voids; on the
  // reference topic all). Requires: the key is of one of these.
  Result<std::shared_ptr<const Row>> Find(const RowKey& key) const;

  // Every row whose key starts with the prefix and is not below `from`, in key order, until `visit` returns false. The
  // key lives for the call; the row as long as it is held. Requires: the prefix reaches rows of the account, or rows
  // under no account, and no others.
  using VisitRow = std::function<bool(std::string_view key, const std::shared_ptr<const Row>& row)>;
  Status ScanRows(std::string_view prefix, std::string_view from, const VisitRow& visit) const;

  // The account's accepted events from (at, position) on, in the order of instant and position, until `visit` returns
  // false. Voided ones are among them.
  Status ScanEvents(Instant at, Position position, const std::function<bool(Instant, Position)>& visit) const;

 private:
  friend class RowCache;
  AccountVersion(AccountId account, Position position, std::shared_ptr<const ViewStore> store,
                 std::shared_ptr<const Changes> changes)
      : account_(std::move(account)),
        position_(position),
        store_(std::move(store)),
        changes_(std::move(changes)),
        own_(std::make_shared<Overlay>()),
        unowned_(std::make_shared<Overlay>()) {}

  // What the store does not have yet, put together at first need.
  struct Overlay {
    bool read = false;
    // The last version of each row; of months what is added to the stored row.
    std::map<std::string, std::variant<const RowVersion*, MonthRow>, std::less<>> rows;
    std::vector<std::pair<Instant, Position>> events;  // in their order
  };
  const Overlay& OverlayOf(std::string_view key) const;
  void ReadOverlay(std::string_view account, Overlay* overlay) const;
  // What a row is with its changes (null: none) over what is stored. Nothing where it is gone.
  static Result<std::shared_ptr<const Row>> Compose(std::string_view key, std::optional<std::string_view> stored,
                                                    const std::variant<const RowVersion*, MonthRow>* change);

  AccountId account_;
  Position position_;
  std::shared_ptr<const ViewStore> store_;  // outlives the changes' snapshot
  std::shared_ptr<const Changes> changes_;
  std::shared_ptr<Overlay> own_;
  std::shared_ptr<Overlay> unowned_;  // of rows under no account
};

}  // namespace kontor
