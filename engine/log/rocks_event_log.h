// The event log on RocksDB: one database a shard.
//
// Ownership:   borrows nothing.
// Threads:     Append by one thread; every other method by any, beside it.
// Durability:  one synced write batch an Append, holding the records, the end and the next offset.
// Errors:      as the contract says; Open and OpenForReading as RocksDatabase::Open says, and FailedPrecondition where
//              the log is another topic's, partition's or cluster's.
// Format:      FORMAT.md beside this file.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "engine/log/event_log.h"
#include "engine/log/rocks_options.h"

namespace rocksdb {
class WriteBatch;
}  // namespace rocksdb

namespace kontor {

class RocksDatabase;

// Of the format that this program reads and writes.
inline constexpr uint32_t kEventLogFormatVersion = 1;

class RocksEventLog final : public EventLog {
 public:
  // Opens the owner's log, or makes it where the folder is missing or empty.
  static Result<std::unique_ptr<RocksEventLog>> Open(const std::string& path, const LogOwner& owner,
                                                     const RocksOptions& options = {});
  // Opens whosever log is there. NotFound where there is none.
  static Result<std::unique_ptr<RocksEventLog>> OpenExisting(const std::string& path, const RocksOptions& options = {});
  // Opens whosever log is there without writing a byte. FailedPrecondition while an engine has it open.
  static Result<std::unique_ptr<const EventLog>> OpenForReading(const std::string& path,
                                                                const RocksOptions& options = {});
  ~RocksEventLog() override;

  Status Append(std::span<const std::string_view> records, Offset next_offset) override;
  Position End() const override { return Position(end_.load(std::memory_order_acquire)); }
  Offset NextOffset() const override { return Offset(next_offset_.load(std::memory_order_acquire)); }
  LogOwner Owner() const override { return owner_; }
  Result<std::string> Read(Position position) const override;
  Status Scan(Position from, Position to, const std::function<bool(Position, std::string_view)>& visit) const override;
  Status Verify() const override;
  Status Damage() const override;
  StoreFigures Figures() const override;

 private:
  explicit RocksEventLog(std::unique_ptr<RocksDatabase> database);
  // The log in an opened database.
  static Result<std::unique_ptr<RocksEventLog>> Over(Result<std::unique_ptr<RocksDatabase>> database);
  // Reads owner, end and next offset, and checks them against the records.
  Status Load();
  Status CheckTail() const;
  // Writes down the cluster's id, once it is known.
  Status KeepCluster(const std::string& cluster_id);

  std::unique_ptr<RocksDatabase> database_;
  LogOwner owner_;
  std::atomic<uint64_t> end_ = 0;
  std::atomic<int64_t> next_offset_ = 0;
  // The appending thread's.
  std::unique_ptr<rocksdb::WriteBatch> batch_;
  Status failed_;  // of an Append
};

}  // namespace kontor
