// What stands behind InMemoryCluster and its clients; not for others.
#pragma once

#include <chrono>
#include <condition_variable>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/source/in_memory_source.h"

namespace kontor {

struct InMemoryRecord {
  int64_t timestamp_ms = 0;
  log::v1::TimestampType timestamp_type = log::v1::TIMESTAMP_TYPE_CREATE;
  OutRecord sent;
};

struct InMemoryPartition {
  int64_t low = 0;
  int64_t high = 0;
  std::map<int64_t, std::shared_ptr<const InMemoryRecord>> records;
  std::set<int64_t> corrupt;
  std::optional<Offset> hint;
};

struct InMemoryTopic {
  std::string name;
  std::map<std::string, std::string> config;
  bool stamps = false;
  bool deleted = false;
  std::vector<InMemoryPartition> partitions;
};

// What a reader and its subscription share. Guarded by the state's mutex.
struct InMemoryReading {
  Status ended;
  bool woken = false;
};

// One member of a group. Guarded by the state's mutex.
struct InMemoryMember {
  std::string group_id;
  std::string topic;
  AssignmentListener* listener = nullptr;
  Status status;
  bool leaving = false;
  bool left = false;
  std::map<Partition, std::shared_ptr<InMemoryReading>> assigned;
  std::vector<Partition> given;  // and not assigned yet
  std::chrono::steady_clock::time_point retry_at;
};

class InMemoryCluster::State {
 public:
  explicit State(std::string cluster_id);
  ~State();

  // --- With the mutex held ---
  Status CheckUp() const;
  Result<std::shared_ptr<InMemoryTopic>> FindTopic(const std::string& name) const;
  Result<InMemoryPartition*> FindPartition(const std::string& topic, Partition partition) const;
  Result<Offset> Append(OutRecord record);
  // Every member of the group gives all partitions back and gets them anew.
  void Rebalance(const std::string& group_id, const std::string& topic);

  // --- Without it ---
  Status CreateTopic(const std::string& topic, int32_t partitions, const std::map<std::string, std::string>& config);
  std::unique_ptr<PartitionReader> NewReader(std::shared_ptr<InMemoryTopic> topic, Partition partition, Offset start,
                                             std::shared_ptr<InMemoryReading> reading);

  std::mutex mutex;
  std::condition_variable changed;
  const std::string cluster_id;
  bool down = false;
  std::map<std::string, std::shared_ptr<InMemoryTopic>> topics;
  std::list<std::shared_ptr<InMemoryMember>> members;  // in the order in which they joined

 private:
  using Group = std::pair<std::string, std::string>;

  void Coordinate();
  void TakeBack(std::unique_lock<std::mutex>& lock, const Group& group);
  // False where the topic is not there, or nobody to ask.
  bool Give(std::unique_lock<std::mutex>& lock, const Group& group);
  void TryAssign(std::unique_lock<std::mutex>& lock, const std::shared_ptr<InMemoryMember>& member);

  std::set<Group> unsettled_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace kontor
