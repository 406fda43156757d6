// Reads an account at an instant as one, wherever its parts lie: merged accounts may stand on several shards.
//
// Ownership: what the constructor takes must outlive it. Threads: any.
// Errors:    Unavailable where a shard that is needed is not ours or not readable yet (for want of a parent's nobody is
//            refused); DataLoss where stored rows contradict themselves.
#pragma once

#include <google/protobuf/arena.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/civil.h"
#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/portfolio/account_cache.h"
#include "engine/shard/shard_set.h"
#include "projections/account/fold.h"
#include "projections/reading/account_sums.h"
#include "projections/reading/parents.h"
#include "projections/reading/reference_state.h"

namespace kontor {

// The reference shard as it stood at one position; empty at position 0 where it cannot be read yet.
struct ReferenceReading {
  ReferenceState state;
  Position position;
};

// What holds for all accounts at an instant, and from then on until it changes.
struct ReferenceMoment {
  std::shared_ptr<const ReferenceReading> reading;
  Instant from;
  std::optional<Instant> until;  // where something begins to hold that is dated ahead
  Merges merges;
  Parameters parameters;

  bool Holds(Instant t) const { return from <= t && (!until || t < *until); }
};

// How far a shard was read.
struct ReadPosition {
  ShardId shard;
  Position position;
};

// Of each shard that was read a version of one of its accounts: all of one answer is of these versions' positions.
using ShardVersions = std::map<ShardId, AccountVersion>;
std::vector<ReadPosition> PositionsOf(const ShardVersions& versions);

// One account at one instant.
struct AccountReading {
  std::shared_ptr<const SummedAccount> account;
  std::shared_ptr<const ReferenceMoment> moment;
  std::vector<ReadPosition> positions;    // of the shards read, by shard, also for the accounts above this one
  std::optional<ParentRing> parent_ring;  // that the account's link to its parent closes
  // The next instant at which a fact that is known already begins to count; nothing where there is none.
  std::optional<Instant> next_fact;
};

class AccountReader {
 public:
  // Sums are in the reporting currency.
  AccountReader(const ShardSet* shards, const AccountFold* fold, Currency reporting,
                const AccountCacheLimits& limits = {})
      : shards_(shards), fold_(fold), reporting_(reporting), cache_(limits) {}

  const AccountFold& fold() const { return *fold_; }
  const ShardSet& shards() const { return *shards_; }
  Currency reporting() const { return reporting_; }
  AccountCache::Figures cache_figures() const { return cache_.figures(); }

  // The present state of the reference topic. The same object is given until the topic moves on.
  Result<std::shared_ptr<const ReferenceReading>> Reference() const;
  // What it says at t; the same object while nothing changes.
  Result<std::shared_ptr<const ReferenceMoment>> MomentOf(Instant t) const;

  // The account as it stands at t: of merged ones all together, whichever of them is asked for. Who passes over many
  // takes what is kept and leaves it as it is: it keeps no more, and puts nothing out. Nor is it told of a ring: for
  // whoever asks, the chain of parents is followed each time, as any account above may change the answer.
  enum class Use { kAsked, kPassing };
  Result<AccountReading> Read(const AccountId& account, Instant t, Use use = Use::kAsked) const;

  // What its shard holds of an account.
  struct Held {
    std::shared_ptr<Shard> shard;
    const EventLog* log;
    AccountVersion version;
  };
  // Of each of the accounts in turn. Those on one shard are read at one position, that of a version where there is one.
  Result<std::vector<Held>> Hold(const std::vector<AccountId>& accounts, ShardVersions* versions) const;

  // Converts as the reading did.
  Converter ConverterOf(const ReferenceMoment& moment, Instant t) const;

 private:
  // An account that is read by itself.
  Status ReadOne(const AccountId& account, Instant t, Use use, ShardVersions* versions, AccountReading* reading) const;
  // Brings what is kept up to the version by what changed since; false where that cannot tell, and all must be read.
  Result<bool> Follow(const AccountVersion& version, Instant t, KeptAccount* kept) const;
  // Reads all that the version holds, over what is kept of the day, where anything is; without `kept`, for itself.
  Status ReadAll(const AccountVersion& version, const Shard& shard, Instant t, KeptAccount* kept,
                 AccountReading* reading) const;
  Status ReadMerged(const std::vector<AccountId>& members, Instant t, ShardVersions* versions,
                    AccountReading* reading) const;
  // Looks for a ring above the account, as far as shards can be read.
  Status FollowParents(Instant t, ShardVersions* versions, AccountReading* reading) const;
  // Of the account's events later than t those of its day, and the instant of the next one.
  Result<std::vector<LaterEvent>> LaterOf(const AccountVersion& version, const EventLog& log, Instant t,
                                          google::protobuf::Arena* arena, std::optional<Instant>* next_fact) const;

  const ShardSet* shards_;
  const AccountFold* fold_;
  const Currency reporting_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const ReferenceReading> reference_;
  mutable std::shared_ptr<const ReferenceMoment> moment_;
  mutable AccountCache cache_;
};

// Rows of a version, as projections read them.
class VersionRows final : public RowSource {
 public:
  explicit VersionRows(const AccountVersion* version) : version_(version) {}
  Result<std::optional<std::string>> Find(const RowKey& key) const override { return version_->Find(key.bytes()); }
  Status Scan(const std::string& prefix, const std::string& from, const VisitRow& visit) const override;

 private:
  const AccountVersion* version_;
};

}  // namespace kontor
