// All shards of an instance: which partitions are ours, and who answers for an account.
//
// Ownership:   what the config points to must outlive it.
// Threads:     Open and Close by one owner; AssignmentListener by the source's thread; the rest by any.
// Invariants:  one process has the data directory (a lock on its file LOCK, held from Open to Close).
// Errors:      a shard that fails is named among reasons() and the others go on.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/shard/shard.h"

namespace kontor {

class ShardSet final : public AssignmentListener {
 public:
  ~ShardSet() override;

  // --- AssignmentListener ---
  Result<Offset> StartOffset(Partition partition, const TopicFacts& facts) override;
  void OnAssigned(Partition partition, std::unique_ptr<PartitionReader> reader) override;
  void OnRevoked(Partition partition) override;

  // --- Any thread ---

  // The events shards by partition, failed ones included. A shard stays good while it is held.
  std::vector<std::shared_ptr<Shard>> events() const;
  // Null where it could not be opened yet.
  std::shared_ptr<Shard> reference() const;
  // The events shard that the account is on. Unavailable, naming the partition, where it is not ours.
  Result<std::shared_ptr<Shard>> ShardOf(const AccountId& account) const;
  // By topic and partition, the reference shard included. NotFound where it is not ours.
  Result<std::shared_ptr<Shard>> Find(const ShardId& id) const;
  // Of the events topic; 0 while not known.
  int32_t partition_count() const;
  // Empty while not known.
  std::string cluster_id() const;

  // Why this instance is not ready, and what works but not whole; in words.
  std::vector<std::string> reasons() const;
  std::vector<std::string> warnings() const;
};

}  // namespace kontor
