// What a reader sees of an account: one consistent reading, taken without waiting for the shard's loop.
//
// Ownership:   keeps alive what it reads from; it may outlive the shard.
// Threads:     one at a time; versions of different readers need no care.
// Invariants:  rows and events are those of one position, never half of a commit or of a slice.
// Errors:      DataLoss: what is stored contradicts itself; rebuild from the log.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "engine/base/civil.h"
#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/views/view_store.h"
#include "projections/account/rows.h"

namespace kontor {

class AccountOverlay;

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
  // One reading of the store, for every version that was taken together.
  struct Stored {
    std::shared_ptr<const ViewStore> store;  // outlives the snapshot
    std::unique_ptr<ViewSnapshot> snapshot;
  };

  AccountVersion(AccountId account, Position position, std::shared_ptr<const AccountOverlay> changes,
                 std::shared_ptr<const AccountOverlay> unowned, std::shared_ptr<const Stored> stored)
      : account_(std::move(account)),
        position_(position),
        changes_(std::move(changes)),
        unowned_(std::move(unowned)),
        stored_(std::move(stored)) {}

  const AccountOverlay* ChangesOf(std::string_view key) const;

  AccountId account_;
  Position position_;
  std::shared_ptr<const AccountOverlay> changes_;  // what the store does not have yet; null: nothing
  std::shared_ptr<const AccountOverlay> unowned_;  // the same of the rows under no account
  std::shared_ptr<const Stored> stored_;
};

}  // namespace kontor
