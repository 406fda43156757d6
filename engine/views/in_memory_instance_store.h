// The instance's store in memory: the twin of RocksInstanceStore for tests.
//
// Threads: any. Durability: none; the object is the disk.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "engine/base/check.h"
#include "engine/views/instance_store.h"

namespace kontor {

class InMemoryInstanceStore final : public InstanceStore {
 public:
  explicit InMemoryInstanceStore(InstanceOwner owner) : owner_(std::move(owner)) {}

  InstanceOwner Owner() const override {
    const std::scoped_lock lock(mutex_);
    return owner_;
  }
  Status KeepCluster(const std::string& cluster_id) override {
    KONTOR_CHECK(!cluster_id.empty());
    const std::scoped_lock lock(mutex_);
    if (owner_.cluster_id.empty()) owner_.cluster_id = cluster_id;
    if (owner_.cluster_id == cluster_id) return OkStatus();
    return FailedPrecondition("the data belongs to cluster {}, and the broker is of cluster {}; choose another folder",
                              owner_.cluster_id, cluster_id);
  }
  Result<std::optional<std::string>> Get(std::string_view key) const override {
    const std::scoped_lock lock(mutex_);
    const auto entry = entries_.find(key);
    return entry == entries_.end() ? std::nullopt : std::optional(entry->second);
  }
  Status Put(std::string_view key, std::string_view value) override {
    const std::scoped_lock lock(mutex_);
    entries_.insert_or_assign(std::string(key), std::string(value));
    return OkStatus();
  }
  Status Delete(std::string_view key) override {
    const std::scoped_lock lock(mutex_);
    if (const auto entry = entries_.find(key); entry != entries_.end()) entries_.erase(entry);
    return OkStatus();
  }

 private:
  mutable std::mutex mutex_;
  InstanceOwner owner_;
  std::map<std::string, std::string, std::less<>> entries_;
};

}  // namespace kontor
