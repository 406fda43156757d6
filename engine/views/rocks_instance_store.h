// The instance's store on RocksDB: one database a process.
//
// Ownership:   borrows nothing.
// Threads:     any.
// Errors:      as the contract says; Open and OpenForReading as RocksDatabase::Open says, and FailedPrecondition where
//              the folder is that of other topics or of another cluster.
// Format:      FORMAT.md beside this file.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "engine/log/rocks_options.h"
#include "engine/views/instance_store.h"

namespace kontor {

class RocksDatabase;

class RocksInstanceStore final : public InstanceStore {
 public:
  // Opens the owner's store, or makes it where the folder is missing or empty.
  static Result<std::unique_ptr<RocksInstanceStore>> Open(const std::string& path, const InstanceOwner& owner,
                                                          const RocksOptions& options = {});
  // Opens whosever store is there without writing a byte. FailedPrecondition while an engine has it open.
  static Result<std::unique_ptr<const InstanceStore>> OpenForReading(const std::string& path,
                                                                     const RocksOptions& options = {});
  ~RocksInstanceStore() override;

  InstanceOwner Owner() const override;
  Status KeepCluster(const std::string& cluster_id) override;
  Result<std::optional<std::string>> Get(std::string_view key) const override;
  Status Put(std::string_view key, std::string_view value) override;
  Status Delete(std::string_view key) override;

 private:
  explicit RocksInstanceStore(std::unique_ptr<RocksDatabase> database);
  // The store in an opened database.
  static Result<std::unique_ptr<RocksInstanceStore>> Over(Result<std::unique_ptr<RocksDatabase>> database);
  Status Load();

  std::unique_ptr<RocksDatabase> database_;
  mutable std::mutex mutex_;
  InstanceOwner owner_;
};

}  // namespace kontor
