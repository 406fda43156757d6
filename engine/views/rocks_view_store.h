// The views on RocksDB: one database a shard, beside its log.
//
// Ownership:   borrows nothing; outlives its snapshots.
// Threads:     Commit and Clear by one thread; the rest by any, beside it.
// Durability:  no write-ahead log. A large commit becomes durable at once, with all before it; small ones when RocksDB
//              writes out its memory, in the order in which they were made, or when the store is destroyed.
// Errors:      as the contract says; Open and OpenForReading as RocksDatabase::Open says.
// Format:      FORMAT.md beside this file.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "engine/log/rocks_options.h"
#include "engine/views/view_store.h"

namespace rocksdb {
class Status;
}  // namespace rocksdb

namespace kontor {

class RocksDatabase;

// Of the format that this program reads and writes.
inline constexpr uint32_t kViewsFormatVersion = 4;

class RocksViewStore final : public ViewStore {
 public:
  // Opens the store, or makes it where the folder is missing or empty.
  // `add_rows` says what rows that are added to come to; it must be the one that they were written with.
  static Result<std::unique_ptr<RocksViewStore>> Open(const std::string& path, AddValues add_rows,
                                                      const RocksOptions& options = {});
  // Opens the store that is there without writing a byte. FailedPrecondition while an engine has it open.
  static Result<std::unique_ptr<const ViewStore>> OpenForReading(const std::string& path, AddValues add_rows,
                                                                 const RocksOptions& options = {});
  ~RocksViewStore() override;

  Status Commit(const ViewCommit& commit) override;
  std::unique_ptr<ViewSnapshot> Snapshot() const override;
  Status Clear() override;
  Status Verify() const override;
  Status Damage() const override;
  StoreFigures Figures() const override;

 private:
  class Committed;
  class Reading;
  explicit RocksViewStore(std::unique_ptr<RocksDatabase> database);
  // The store in an opened database.
  static Result<std::unique_ptr<RocksViewStore>> Over(Result<std::unique_ptr<RocksDatabase>> database);
  Status Load();
  bool MergingIsBehind() const;
  rocksdb::Status WriteThroughMemory(const ViewCommit& commit);
  rocksdb::Status WriteAsFile(const ViewCommit& commit);
  std::shared_ptr<const Committed> committed() const;

  std::unique_ptr<RocksDatabase> database_;
  Status failed_;  // of a Commit; the committing thread's
  mutable std::mutex mutex_;
  std::shared_ptr<const Committed> committed_;  // the last commit; null only while it is cleared, or where Open failed
};

}  // namespace kontor
