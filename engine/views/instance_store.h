// What one instance keeps beside its shards, durable: whose folder it is, and small facts that depend on the clock or
// on the outside, such as how far dead letters were sent.
//
// Threads:     any.
// Durability:  Put, Delete and KeepCluster survive a crash of process and machine once they returned OK.
// Errors:      as EventLog's: ResourceExhausted: the disk is nearly full, nothing was written; after any other failure
//              of a write it may have reached the disk or not, and the process must end.
// Format:      FORMAT.md beside this file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace kontor {

// Whose data folder it is. Written when it is made; opening it under other names is refused.
struct InstanceOwner {
  // Empty: not known yet, as the broker is away. It then matches any; the first one known is kept.
  std::string cluster_id;
  std::string events_topic;
  std::string reference_topic;
  std::string rejected_topic;
  bool operator==(const InstanceOwner&) const = default;
};

class InstanceStore {
 public:
  virtual ~InstanceStore() = default;

  virtual InstanceOwner Owner() const = 0;
  // Keeps the cluster's id, which is not empty, where none was known. FailedPrecondition where it is another's.
  virtual Status KeepCluster(const std::string& cluster_id) = 0;

  virtual Result<std::optional<std::string>> Get(std::string_view key) const = 0;
  virtual Status Put(std::string_view key, std::string_view value) = 0;
  // OK also where there is no such key.
  virtual Status Delete(std::string_view key) = 0;
};

}  // namespace kontor
