#include "engine/source/in_memory_cluster.h"

#include <algorithm>

namespace kontor {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kRetryInterval{1};

bool Contains(const std::shared_ptr<InMemoryMember>& member, const std::pair<std::string, std::string>& group) {
  return member->group_id == group.first && member->topic == group.second;
}

}  // namespace

InMemoryCluster::State::State(std::string id) : cluster_id(std::move(id)) {
  thread_ = std::thread([this] { Coordinate(); });
}

InMemoryCluster::State::~State() {
  {
    const std::lock_guard lock(mutex);
    stopping_ = true;
  }
  changed.notify_all();
  thread_.join();
}

Status InMemoryCluster::State::CheckUp() const {
  return down ? Unavailable("the cluster '{}' is down", cluster_id) : OkStatus();
}

Result<std::shared_ptr<InMemoryTopic>> InMemoryCluster::State::FindTopic(const std::string& name) const {
  const auto found = topics.find(name);
  if (found == topics.end()) return NotFound("there is no topic '{}'", name);
  return found->second;
}

Result<InMemoryPartition*> InMemoryCluster::State::FindPartition(const std::string& topic, Partition partition) const {
  KONTOR_ASSIGN_OR_RETURN(const auto found, FindTopic(topic));
  if (partition.value() < 0 || static_cast<size_t>(partition.value()) >= found->partitions.size()) {
    return NotFound("topic '{}' has no partition {}", topic, partition.value());
  }
  return &found->partitions[static_cast<size_t>(partition.value())];
}

void InMemoryCluster::State::Rebalance(const std::string& group_id, const std::string& topic) {
  unsettled_.emplace(group_id, topic);
  changed.notify_all();
}

// Runs the groups: settles those that changed, and asks again where a listener could not say.
void InMemoryCluster::State::Coordinate() {
  std::unique_lock lock(mutex);
  while (!stopping_) {
    for (const Group& group : std::set<Group>(unsettled_)) {
      unsettled_.erase(group);  // who comes or goes meanwhile unsettles it again
      TakeBack(lock, group);
      if (!Give(lock, group)) unsettled_.insert(group);
    }
    bool pending = false;
    for (const auto& member : std::list<std::shared_ptr<InMemoryMember>>(members)) {
      if (!member->given.empty() && Clock::now() >= member->retry_at && !down) TryAssign(lock, member);
      pending |= !member->given.empty();
    }
    if (pending || !unsettled_.empty()) {
      changed.wait_for(lock, kRetryInterval);
    } else {
      changed.wait(lock, [this] { return stopping_ || !unsettled_.empty(); });
    }
  }
}

void InMemoryCluster::State::TakeBack(std::unique_lock<std::mutex>& lock, const Group& group) {
  for (const auto& member : std::list<std::shared_ptr<InMemoryMember>>(members)) {
    if (!Contains(member, group)) continue;
    member->given.clear();
    const auto assigned = std::exchange(member->assigned, {});
    for (const auto& [partition, reading] : assigned) {
      if (reading->ended.ok()) reading->ended = Cancelled("topic '{}': the partition was taken away", group.second);
    }
    changed.notify_all();
    lock.unlock();
    for (const auto& [partition, reading] : assigned) member->listener->OnRevoked(partition);
    lock.lock();
  }
  for (auto member = members.begin(); member != members.end();) {
    if (!Contains(*member, group) || !(*member)->leaving) {
      ++member;
      continue;
    }
    (*member)->left = true;
    member = members.erase(member);
  }
  changed.notify_all();
}

bool InMemoryCluster::State::Give(std::unique_lock<std::mutex>& lock, const Group& group) {
  std::vector<std::shared_ptr<InMemoryMember>> ours;
  for (const auto& member : members) {
    if (Contains(member, group)) ours.push_back(member);
  }
  if (ours.empty()) return true;
  const Status up = CheckUp();
  const auto topic = FindTopic(group.second);
  for (const auto& member : ours) member->status = up.ok() ? topic.status() : up;
  if (!up.ok() || !topic.ok()) return false;
  const size_t count = (*topic)->partitions.size();
  for (size_t i = 0; i < ours.size(); ++i) {
    for (size_t p = i * count / ours.size(); p < (i + 1) * count / ours.size(); ++p) {
      ours[i]->given.emplace_back(static_cast<int32_t>(p));
    }
    ours[i]->retry_at = Clock::now();
  }
  for (const auto& member : ours) {
    const std::vector<Partition> given = member->given;
    lock.unlock();
    member->listener->OnGiven(given);
    lock.lock();
  }
  return true;
}

void InMemoryCluster::State::TryAssign(std::unique_lock<std::mutex>& lock,
                                       const std::shared_ptr<InMemoryMember>& member) {
  const auto topic = FindTopic(member->topic);
  if (!topic.ok()) return;
  const TopicFacts facts{cluster_id, static_cast<int32_t>((*topic)->partitions.size())};
  std::map<Partition, Offset> starts;
  for (const Partition partition : std::vector<Partition>(member->given)) {
    lock.unlock();
    const Result<Offset> start = member->listener->StartOffset(partition, facts);
    lock.lock();
    if (start.status().code() == StatusCode::kUnavailable) {
      member->status = start.status();
      member->retry_at = Clock::now() + kRetryInterval;
      return;
    }
    if (start.ok()) starts[partition] = *start;
  }
  member->given.clear();
  member->status = OkStatus();
  for (const auto& [partition, start] : starts) {
    auto reading = member->assigned[partition] = std::make_shared<InMemoryReading>();
    lock.unlock();
    member->listener->OnAssigned(partition, NewReader(*topic, partition, start, std::move(reading)));
    lock.lock();
  }
}

Status InMemoryCluster::State::CreateTopic(const std::string& topic, int32_t partitions,
                                           const std::map<std::string, std::string>& config) {
  if (partitions <= 0) return InvalidArgument("topic '{}': {} partitions", topic, partitions);
  const std::lock_guard lock(mutex);
  if (topics.contains(topic)) return AlreadyExists("topic '{}' exists", topic);
  auto made = std::make_shared<InMemoryTopic>();
  made->name = topic;
  made->config = config;
  made->partitions.resize(static_cast<size_t>(partitions));
  topics[topic] = std::move(made);
  changed.notify_all();
  return OkStatus();
}

Result<Offset> InMemoryCluster::State::Append(OutRecord record) {
  const Partition partition = record.partition.value_or(Partition(0));
  KONTOR_ASSIGN_OR_RETURN(InMemoryPartition* const into, FindPartition(record.topic, partition));
  const auto now =
      std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  auto stored = std::make_shared<InMemoryRecord>();
  const bool stamps = topics.at(record.topic)->stamps;
  stored->timestamp_ms = stamps ? now : record.timestamp_ms.value_or(now);
  if (stamps) stored->timestamp_type = log::v1::TIMESTAMP_TYPE_LOG_APPEND;
  stored->sent = std::move(record);
  into->records[into->high] = std::move(stored);
  changed.notify_all();
  return Offset(into->high++);
}

InMemoryCluster::InMemoryCluster(std::string cluster_id) : state_(std::make_unique<State>(std::move(cluster_id))) {}

InMemoryCluster::~InMemoryCluster() = default;

Status InMemoryCluster::CreateTopic(const std::string& topic, int32_t partitions,
                                    const std::map<std::string, std::string>& config) {
  return state_->CreateTopic(topic, partitions, config);
}

Result<Offset> InMemoryCluster::Append(OutRecord record) {
  const std::lock_guard lock(state_->mutex);
  return state_->Append(std::move(record));
}

Result<Watermarks> InMemoryCluster::WatermarksOf(const std::string& topic, Partition partition) const {
  const std::lock_guard lock(state_->mutex);
  KONTOR_ASSIGN_OR_RETURN(const InMemoryPartition* const of, state_->FindPartition(topic, partition));
  return Watermarks{of->low, of->high, of->high};
}

std::optional<Offset> InMemoryCluster::HintOf(const std::string& topic, Partition partition) const {
  const std::lock_guard lock(state_->mutex);
  const auto of = state_->FindPartition(topic, partition);
  return of.ok() ? (*of)->hint : std::nullopt;
}

void InMemoryCluster::SetDown() {
  const std::lock_guard lock(state_->mutex);
  state_->down = true;
  state_->changed.notify_all();
}

void InMemoryCluster::SetUp() {
  const std::lock_guard lock(state_->mutex);
  state_->down = false;
  state_->changed.notify_all();
}

void InMemoryCluster::Truncate(const std::string& topic, Partition partition, Offset low) {
  const std::lock_guard lock(state_->mutex);
  InMemoryPartition* const of = state_->FindPartition(topic, partition).value();
  of->low = low.value();
  of->high = std::max(of->high, of->low);
  of->records.erase(of->records.begin(), of->records.lower_bound(of->low));
  state_->changed.notify_all();
}

void InMemoryCluster::SkipOffsets(const std::string& topic, Partition partition, int64_t count) {
  const std::lock_guard lock(state_->mutex);
  state_->FindPartition(topic, partition).value()->high += count;
  state_->changed.notify_all();
}

void InMemoryCluster::Corrupt(const std::string& topic, Partition partition, Offset offset) {
  const std::lock_guard lock(state_->mutex);
  state_->FindPartition(topic, partition).value()->corrupt.insert(offset.value());
}

void InMemoryCluster::DeleteTopic(const std::string& topic) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->topics.find(topic);
  if (found == state_->topics.end()) return;
  found->second->deleted = true;
  state_->topics.erase(found);
  state_->changed.notify_all();
}

void InMemoryCluster::StampOnAppend(const std::string& topic) {
  const std::lock_guard lock(state_->mutex);
  state_->topics.at(topic)->stamps = true;
}

}  // namespace kontor
