// Test support: stores in memory that outlive a shard, and fail where a test has them fail.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/log/in_memory_event_log.h"
#include "engine/shard/shard.h"
#include "engine/views/in_memory_instance_store.h"
#include "engine/views/in_memory_view_store.h"
#include "projections/account/month_sum.h"

namespace kontor {

// What stands on the disk: it outlives shards, can lose the tail of the views, and can fail writes.
struct FakeDisk {
  std::shared_ptr<InMemoryEventLog> log;
  std::vector<ViewCommit> commits;
  std::set<std::string, std::less<>> accounts;  // that the commits view
  int appends_until_failure = -1;
  int commits_until_failure = -1;
  std::string corrupt_row;             // reading the row of this key fails
  std::set<Position> corrupt_records;  // and that of the log's records at these
  std::atomic<bool> damaged = false;   // somebody has met damage
  bool corrupt_commits = false;
  bool dead = false;  // the machine is off: nothing is written any more
};

class FakeStores final : public ShardStores {
 public:
  // Shards are opened by several threads; each has its disk for itself.
  FakeDisk& disk(const ShardId& shard) {
    const std::lock_guard lock(mutex_);
    return disks_[shard];
  }

  Result<std::unique_ptr<EventLog>> OpenLog(const ShardId& shard, const std::optional<LogOwner>& owner) override {
    FakeDisk& disk = this->disk(shard);
    if (disk.log == nullptr) {
      if (!owner) return NotFound("there is no log of {}", ShardName(shard));
      disk.log = std::make_shared<InMemoryEventLog>(*owner);
    }
    return std::make_unique<Log>(&disk);
  }
  Result<std::vector<ShardId>> Stored() const override {
    const std::lock_guard lock(mutex_);
    std::vector<ShardId> stored;
    for (const auto& [id, disk] : disks_) {
      if (disk.log != nullptr) stored.push_back(id);
    }
    return stored;
  }
  Result<std::unique_ptr<ViewStore>> OpenViews(const ShardId& shard, bool anew) override {
    FakeDisk& disk = this->disk(shard);
    if (anew) disk.commits.clear();
    return std::make_unique<Views>(&disk);
  }
  Result<std::unique_ptr<InstanceStore>> OpenInstance(const InstanceOwner& owner) override {
    if (instance_ == nullptr) instance_ = std::make_shared<InMemoryInstanceStore>(owner);
    return std::make_unique<Instance>(instance_);
  }

 private:
  class Log final : public EventLog {
   public:
    explicit Log(FakeDisk* disk) : disk_(disk), log_(disk->log) {}
    Status Append(std::span<const std::string_view> records, Offset next_offset) override {
      if (disk_->dead) return OkStatus();
      if (disk_->appends_until_failure >= 0 && disk_->appends_until_failure-- == 0) return Internal("the disk is gone");
      return log_->Append(records, next_offset);
    }
    Position End() const override { return log_->End(); }
    Offset NextOffset() const override { return log_->NextOffset(); }
    LogOwner Owner() const override { return log_->Owner(); }
    Result<std::string> Read(Position position) const override {
      if (disk_->corrupt_records.contains(position)) return DataLoss("a block fails its checksum");
      return log_->Read(position);
    }
    Status Scan(Position from, Position to,
                const std::function<bool(Position, std::string_view)>& visit) const override {
      return log_->Scan(from, to, visit);
    }
    Status Verify() const override { return log_->Verify(); }
    Status Damage() const override { return disk_->damaged ? DataLoss("a block fails its checksum") : OkStatus(); }

   private:
    FakeDisk* disk_;
    std::shared_ptr<InMemoryEventLog> log_;
  };

  class Snapshot final : public ViewSnapshot {
   public:
    Snapshot(const FakeDisk* disk, std::unique_ptr<ViewSnapshot> inner) : disk_(disk), inner_(std::move(inner)) {}
    const Checkpoint& checkpoint() const override { return inner_->checkpoint(); }
    Result<std::optional<std::string>> Row(std::string_view key) const override {
      if (!disk_->corrupt_row.empty() && key == disk_->corrupt_row) return DataLoss("a block fails its checksum");
      return inner_->Row(key);
    }
    Status ScanRows(std::string_view prefix, std::string_view from,
                    const std::function<bool(std::string_view, std::string_view)>& visit) const override {
      return inner_->ScanRows(prefix, from, visit);
    }
    Status LeapOverRows(std::string_view from,
                        const std::function<bool(std::string_view, std::string*)>& visit) const override {
      return inner_->LeapOverRows(from, visit);
    }
    Result<std::vector<Position>> Positions(const IdentityHash& identity) const override {
      return inner_->Positions(identity);
    }
    Status ScanIdentities(const std::function<void(std::span<const IdentityEntry>)>& visit) const override {
      return inner_->ScanIdentities(visit);
    }
    Status ScanEvents(const AccountId& account, Instant at, Position position,
                      const std::function<bool(Instant, Position)>& visit) const override {
      return inner_->ScanEvents(account, at, position, visit);
    }
    Status ScanAll(
        const std::function<bool(std::string_view, std::string_view, std::string_view)>& visit) const override {
      return inner_->ScanAll(visit);
    }

   private:
    const FakeDisk* disk_;
    std::unique_ptr<ViewSnapshot> inner_;
  };

  class Views final : public ViewStore {
   public:
    explicit Views(FakeDisk* disk) : disk_(disk) {
      for (const ViewCommit& commit : disk->commits) EXPECT_TRUE(inner_.Commit(commit).ok());
    }
    Status Commit(const ViewCommit& commit) override {
      if (disk_->corrupt_commits) return DataLoss("a block fails its checksum");
      if (disk_->commits_until_failure >= 0 && disk_->commits_until_failure-- == 0) return Internal("the disk is gone");
      if (!disk_->dead) {
        disk_->commits.push_back(commit);
        for (AccountEvent& event : disk_->commits.back().events) {
          event.account = *disk_->accounts.emplace(event.account).first;
        }
      }
      return inner_.Commit(commit);
    }
    std::unique_ptr<ViewSnapshot> Snapshot() const override {
      return std::make_unique<FakeStores::Snapshot>(disk_, inner_.Snapshot());
    }
    Status Clear() override {
      disk_->commits.clear();
      return inner_.Clear();
    }
    Status Verify() const override { return inner_.Verify(); }

   private:
    FakeDisk* disk_;
    InMemoryViewStore inner_{AddMonthValues};
  };

  class Instance final : public InstanceStore {
   public:
    explicit Instance(std::shared_ptr<InstanceStore> inner) : inner_(std::move(inner)) {}
    InstanceOwner Owner() const override { return inner_->Owner(); }
    Status KeepCluster(const std::string& cluster_id) override { return inner_->KeepCluster(cluster_id); }
    Result<std::optional<std::string>> Get(std::string_view key) const override { return inner_->Get(key); }
    Status Put(std::string_view key, std::string_view value) override { return inner_->Put(key, value); }
    Status Delete(std::string_view key) override { return inner_->Delete(key); }

   private:
    std::shared_ptr<InstanceStore> inner_;
  };

  mutable std::mutex mutex_;
  std::map<ShardId, FakeDisk> disks_;
  std::shared_ptr<InstanceStore> instance_;
};

}  // namespace kontor
