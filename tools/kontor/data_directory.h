// The folder of an instance: its stores on RocksDB, and the lock that keeps a second process out.
//
//   LOCK                                held by the process that has the folder open
//   instance/                           what belongs to no shard (InstanceStore)
//   shards/<topic>-<partition>/log/     the event log: the record of everything that came
//   shards/<topic>-<partition>/views/   derived from it; may be deleted while nothing runs
//
// Ownership:  outlives every store that it opened.
// Threads:    any.
// Errors:     FailedPrecondition: another process has the folder, or it is not Kontor's; PermissionDenied: it cannot be
//             written; whatever the stores say.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/log/rocks_options.h"
#include "engine/shard/shard.h"

namespace kontor {

class DataDirectory final : public ShardStores {
 public:
  // Makes the folder where it is missing, and takes its lock.
  static Result<std::unique_ptr<DataDirectory>> Open(const std::string& path);
  // Takes the lock of a folder that is there. NotFound where there is none.
  static Result<std::unique_ptr<DataDirectory>> OpenExisting(const std::string& path);
  ~DataDirectory() override;

  const std::string& path() const { return path_; }
  // Of a shard: log/ and views/ stand in it.
  std::string ShardPath(const ShardId& shard) const;
  // The instance's store, to be read while nothing writes to it. NotFound where there is none: nothing was stored yet,
  // or it is missing beside shards that are there.
  Result<std::unique_ptr<const InstanceStore>> ReadInstance() const;

  Result<std::vector<ShardId>> Stored() const override;
  Result<std::unique_ptr<EventLog>> OpenLog(const ShardId& shard, const std::optional<LogOwner>& owner) override;
  Result<std::unique_ptr<ViewStore>> OpenViews(const ShardId& shard, bool anew) override;
  Result<std::unique_ptr<InstanceStore>> OpenInstance(const InstanceOwner& owner) override;

 private:
  DataDirectory(std::string path, int lock);
  static Result<std::unique_ptr<DataDirectory>> Lock(const std::string& path);

  const std::string path_;
  const int lock_;  // file descriptor
  RocksOptions options_;
};

}  // namespace kontor
