// Reads an account at an instant as one, wherever its parts lie: merged accounts may stand on several shards.
//
// Ownership: what the constructor takes must outlive it. Threads: any.
// Errors:    Unavailable where a shard that is needed is not ours or not readable yet; DataLoss where stored rows
//            contradict themselves.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/civil.h"
#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/shard/shard_set.h"
#include "projections/account/fold.h"
#include "projections/reading/account_state.h"
#include "projections/reading/reference_state.h"

namespace kontor {

// The reference shard as it stood at one position; empty at position 0 where it cannot be read yet.
struct ReferenceReading {
  ReferenceState state;
  Position position;
};

// How far a shard was read.
struct ReadPosition {
  ShardId shard;
  Position position;
};

// One account at one instant.
struct AccountReading {
  AccountState state;
  Merges merges;  // as of the instant
  std::shared_ptr<const ReferenceReading> reference;
  std::vector<ReadPosition> positions;  // of the shards read
  // The next instant at which a fact that is known already begins to count; nothing where there is none.
  std::optional<Instant> next_fact;
};

class AccountReader {
 public:
  AccountReader(const ShardSet* shards, const AccountFold* fold) : shards_(shards), fold_(fold) {}

  const AccountFold& fold() const { return *fold_; }
  const ShardSet& shards() const { return *shards_; }

  // The present state of the reference topic. The same object is given until the topic moves on.
  Result<std::shared_ptr<const ReferenceReading>> Reference() const;

  // The account as it stands at t: of merged ones all together, whichever of them is asked for.
  Result<AccountReading> Read(const AccountId& account, Instant t) const;

 private:
  const ShardSet* shards_;
  const AccountFold* fold_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const ReferenceReading> reference_;
};

// Rows of a version, as projections read them.
class VersionRows final : public RowSource {
 public:
  explicit VersionRows(const AccountVersion* version) : version_(version) {}
  Result<std::shared_ptr<const Row>> Find(const RowKey& key) const override { return version_->Find(key); }
  Status Scan(const std::string& prefix,
              const std::function<void(std::string_view key, const Row& row)>& visit) const override;

 private:
  const AccountVersion* version_;
};

}  // namespace kontor
