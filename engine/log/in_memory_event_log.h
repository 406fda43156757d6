// The event log in memory: the twin of RocksEventLog for tests. The same records give the same digest.
//
// Threads: Append by one thread; every other method by any, beside it. Durability: none; the object is the disk.
#pragma once

#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "engine/log/event_log.h"

namespace kontor {

class InMemoryEventLog final : public EventLog {
 public:
  explicit InMemoryEventLog(LogOwner owner) : owner_(std::move(owner)) {}

  Status Append(std::span<const std::string_view> records, Offset next_offset) override;
  Position End() const override;
  Offset NextOffset() const override;
  LogOwner Owner() const override { return owner_; }
  Result<std::string> Read(Position position) const override;
  Status Scan(Position from, Position to, const std::function<bool(Position, std::string_view)>& visit) const override;
  Status Verify() const override { return OkStatus(); }

 private:
  const LogOwner owner_;
  mutable std::shared_mutex mutex_;
  // Shared with scans, which read without holding the lock.
  std::vector<std::shared_ptr<const std::string>> records_;
  Offset next_offset_;
};

}  // namespace kontor
