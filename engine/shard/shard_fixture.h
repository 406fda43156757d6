// Test support: a topic and stores in memory that outlive a shard, so that a test can kill one and start another.
#pragma once

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/log/in_memory_event_log.h"
#include "engine/shard/shard.h"
#include "engine/views/in_memory_instance_store.h"
#include "engine/views/in_memory_view_store.h"
#include "projections/account/month_sum.h"
#include "projections/growth/growth_projection.h"
#include "projections/satisfaction/satisfaction_projection.h"
#include "projections/value/value_projection.h"

namespace kontor {

// 2026-01-05T00:00:00Z
inline constexpr int64_t kFixtureMs = 1'767'571'200'000;

// "acme crm/e-1: account_closed {}" at an hour after the fixture's start.
inline event::v1::Event MakeEvent(const std::string& account, const std::string& id, std::string_view body,
                                  int hour = 0) {
  event::v1::Event event;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(std::string(body), &event)) << body;
  event.set_source("crm");
  event.set_event_id(id);
  if (!account.empty()) event.set_account_id(account);
  event.mutable_occurred_at()->set_seconds(kFixtureMs / 1000 + int64_t{hour} * 3600);
  return event;
}

inline event::v1::Event Invoice(const std::string& account, const std::string& id, const std::string& number,
                                int64_t units, int hour = 0) {
  return MakeEvent(
      account, id,
      fmt::format("invoice_issued {{ invoice {{ id: '{}' }} net {{ currency_code: 'EUR' units: {} }} gross {{ "
                  "currency_code: 'EUR' units: {} }} }}",
                  number, units, units),
      hour);
}

inline event::v1::Event Void(const std::string& account, const std::string& id, const std::string& target) {
  return MakeEvent(account, id, fmt::format("event_voided {{ target_event_id: '{}' }}", target));
}

// A record of the topic, and the bytes that it points into.
struct TopicRecord {
  int64_t offset = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;

  static TopicRecord Of(int64_t offset, const event::v1::Event& event) {
    TopicRecord record = {offset, std::nullopt, event.SerializeAsString()};
    if (event.has_account_id()) record.key = event.account_id();
    return record;
  }
  RawRecord Raw() const {
    RawRecord raw;
    raw.offset = Offset(offset);
    raw.timestamp_ms = kFixtureMs;
    raw.timestamp_type = log::v1::TIMESTAMP_TYPE_CREATE;
    if (key) raw.key = *key;
    if (value) raw.value = *value;
    return raw;
  }
};

// One partition: what tests put there, and what its readers are to say.
class FakeTopic {
 public:
  void Emit(const event::v1::Event& event) {
    const std::lock_guard lock(mutex_);
    records_.push_back(std::make_shared<TopicRecord>(TopicRecord::Of(next_++, event)));
    changed_.notify_all();
  }
  void EmitRaw(std::optional<std::string> key, std::optional<std::string> value) {
    const std::lock_guard lock(mutex_);
    records_.push_back(std::make_shared<TopicRecord>(TopicRecord{next_++, std::move(key), std::move(value)}));
    changed_.notify_all();
  }
  // Leaves offsets out, as transactions do.
  void Skip(int64_t count) {
    const std::lock_guard lock(mutex_);
    next_ += count;
    changed_.notify_all();
  }
  // The next Poll says this once.
  void FailNextPoll(Status status) {
    const std::lock_guard lock(mutex_);
    failures_.push_back(std::move(status));
    changed_.notify_all();
  }
  Offset end() const {
    const std::lock_guard lock(mutex_);
    return Offset(next_);
  }
  const std::vector<std::shared_ptr<TopicRecord>>& records() const { return records_; }
  // As if the topic were deleted and made again.
  void Clear() {
    const std::lock_guard lock(mutex_);
    records_.clear();
    next_ = 0;
  }

  std::unique_ptr<PartitionReader> ReaderFrom(Offset offset) { return std::make_unique<Reader>(this, offset); }
  Offset hinted() const {
    const std::lock_guard lock(mutex_);
    return hinted_;
  }

 private:
  class Reader final : public PartitionReader {
   public:
    Reader(FakeTopic* topic, Offset offset) : topic_(topic), offset_(offset) {}
    Result<Batch> Poll(size_t records_max, size_t, std::chrono::milliseconds timeout) override {
      std::unique_lock lock(topic_->mutex_);
      topic_->changed_.wait_for(
          lock, timeout, [this] { return woken_ || offset_.value() < topic_->next_ || !topic_->failures_.empty(); });
      woken_ = false;
      if (!topic_->failures_.empty()) {
        Status failure = topic_->failures_.front();
        topic_->failures_.erase(topic_->failures_.begin());
        return failure;
      }
      Batch batch;
      auto memory = std::make_shared<std::vector<std::shared_ptr<TopicRecord>>>();
      for (const auto& record : topic_->records_) {
        if (record->offset < offset_.value()) continue;
        if (memory->size() == records_max) break;
        memory->push_back(record);
        batch.records.push_back(record->Raw());
      }
      const bool all = batch.records.size() < records_max;
      offset_ = all ? Offset(topic_->next_) : batch.records.back().offset + 1;
      batch.next_offset = offset_;
      batch.at_end = all;
      batch.memory = memory;
      return batch;
    }
    void Wake() override {
      const std::lock_guard lock(topic_->mutex_);
      woken_ = true;
      topic_->changed_.notify_all();
    }
    Watermarks watermarks() const override {
      const std::lock_guard lock(topic_->mutex_);
      return {.low = 0, .high = topic_->next_, .last_stable = topic_->next_};
    }
    void CommitHint(Offset next_offset) override {
      const std::lock_guard lock(topic_->mutex_);
      topic_->hinted_ = next_offset;
    }

   private:
    FakeTopic* topic_;
    Offset offset_;
    bool woken_ = false;
  };

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<TopicRecord>> records_;
  std::vector<Status> failures_;
  int64_t next_ = 0;
  Offset hinted_;
};

// A cluster of such partitions.
class FakeSource : public EventSource {
 public:
  FakeTopic& partition(const std::string& topic, int32_t partition) {
    const std::lock_guard lock(mutex_);
    return topics_[topic].partitions[partition];
  }
  // Makes it, with so many partitions.
  TopicDescription& topic(const std::string& name, int32_t partitions = 1) {
    const std::lock_guard lock(mutex_);
    Topic& topic = topics_[name];
    if (topic.description.facts.partition_count == 0) {
      topic.description.facts = {.cluster_id = "cluster-a", .partition_count = partitions};
      topic.description.config = TopicConfig{.cleanup_policy = "delete"};
    }
    return topic.description;
  }
  bool has(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return topics_.contains(name);
  }
  // The listener has gone.
  void Forget() {
    const std::lock_guard lock(mutex_);
    listener_ = nullptr;
  }
  void set_refusal(Status refusal) {
    const std::lock_guard lock(mutex_);
    refusal_ = std::move(refusal);
  }

  Result<std::unique_ptr<Subscription>> Subscribe(const std::string&, AssignmentListener* listener) override {
    const std::lock_guard lock(mutex_);
    listener_ = listener;
    subscribed_.notify_all();
    return std::make_unique<Member>();
  }
  void WaitForSubscriber() {
    std::unique_lock lock(mutex_);
    subscribed_.wait(lock, [this] { return listener_ != nullptr; });
  }
  Result<std::unique_ptr<PartitionReader>> OpenPartition(const std::string& topic, Partition partition, Offset start,
                                                         std::chrono::milliseconds) override {
    return this->partition(topic, partition.value()).ReaderFrom(start);
  }
  Result<std::optional<FetchedRecord>> FetchRecord(const std::string& topic, Partition partition, Offset offset,
                                                   std::chrono::milliseconds) override {
    FakeTopic& held = this->partition(topic, partition.value());
    if (offset >= held.end()) return DataLoss("the partition ends before offset {}", offset.value());
    for (const auto& record : held.records()) {
      if (Offset(record->offset) == offset) return FetchedRecord{record->Raw(), record};
    }
    return std::nullopt;
  }
  Result<TopicDescription> DescribeTopic(const std::string& topic, std::chrono::milliseconds) override {
    const std::lock_guard lock(mutex_);
    const auto at = topics_.find(topic);
    if (at == topics_.end()) return NotFound("there is no topic {}", topic);
    return at->second.description;
  }
  Status CreateTopic(const std::string& name, int32_t partitions, const std::map<std::string, std::string>&,
                     std::chrono::milliseconds) override {
    {
      const std::lock_guard lock(mutex_);
      KONTOR_RETURN_IF_ERROR(refusal_);
    }
    topic(name, partitions);
    return OkStatus();
  }

 private:
  struct Topic {
    TopicDescription description{.facts = {}, .config = TopicConfig()};
    std::map<int32_t, FakeTopic> partitions;
  };
  class Member final : public Subscription {
   public:
    Status status() const override { return OkStatus(); }
  };

  std::mutex mutex_;
  std::condition_variable subscribed_;
  std::map<std::string, Topic> topics_;
  AssignmentListener* listener_ = nullptr;
  Status refusal_;
};

// What stands on the disk: it outlives shards, can lose the tail of the views, and can fail writes.
struct FakeDisk {
  std::shared_ptr<InMemoryEventLog> log;
  std::vector<ViewCommit> commits;
  std::set<std::string, std::less<>> accounts;  // that the commits view
  int appends_until_failure = -1;
  int commits_until_failure = -1;
  std::string corrupt_row;  // reading the row of this key fails
  bool dead = false;        // the machine is off: nothing is written any more
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
    Result<std::string> Read(Position position) const override { return log_->Read(position); }
    Status Scan(Position from, Position to,
                const std::function<bool(Position, std::string_view)>& visit) const override {
      return log_->Scan(from, to, visit);
    }
    Status Verify() const override { return log_->Verify(); }

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

// Notes what it is told, and lets a test wait for a position.
class FakeObserver final : public ShardObserver {
 public:
  void OnReadable(const ShardId&, Position) override {
    const std::lock_guard lock(mutex_);
    ++readable_;
    changed_.notify_all();
  }
  void OnGone(const ShardId&) override {
    const std::lock_guard lock(mutex_);
    ++gone_;
  }
  void OnChanged(const ShardId&, std::span<const std::string_view> accounts, Position position) override {
    const std::lock_guard lock(mutex_);
    for (const std::string_view account : accounts) accounts_.emplace(std::string(account));
    position_ = position;
    changed_.notify_all();
  }
  void WaitFor(Position position) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return position_ >= position; });
  }
  std::set<AccountId> accounts() const {
    const std::lock_guard lock(mutex_);
    return accounts_;
  }
  int gone() const {
    const std::lock_guard lock(mutex_);
    return gone_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::set<AccountId> accounts_;
  Position position_;
  int readable_ = 0;
  int gone_ = 0;
};

struct Digests {
  std::string log;
  std::string views;
  Position end;
  bool operator==(const Digests&) const = default;
};

// The three projections' fold in a zone.
class FoldOfThree {
 public:
  explicit FoldOfThree(Zone zone = Zone::Utc()) : fold_(std::move(zone), {&value_, &growth_, &satisfaction_}) {}
  const AccountFold& fold() const { return fold_; }

 private:
  ValueProjection value_;
  GrowthProjection growth_;
  SatisfactionProjection satisfaction_;
  AccountFold fold_;
};

// One shard over a topic, its stores kept across Restart and Kill.
class ShardFixture {
 public:
  ShardFixture() : id_{"kontor.events", Partition(0)} {}

  FakeSource& source() { return source_; }
  FakeTopic& topic() { return source_.partition(id_.topic, 0); }
  FakeStores& stores() { return stores_; }
  const ShardId& shard_id() const { return id_; }
  FakeDisk& disk() { return stores_.disk(id_); }
  FakeObserver& observer() { return *observer_; }
  Shard& shard() { return *shard_; }
  ShardConfig& config() { return config_; }
  TopicFacts& facts() { return facts_; }
  const std::vector<Status>& fatal() const { return fatal_; }

  // Makes the shard and opens its log.
  Status Open(bool with_facts = true) {
    observer_ = std::make_unique<FakeObserver>();
    config_.id = id_;
    config_.stores = &stores_;
    if (config_.fold == nullptr) config_.fold = &fold_.fold();
    config_.observer = observer_.get();
    config_.fatal = [this](const Status& status) { fatal_.push_back(status); };
    shard_ = std::make_unique<Shard>(config_);
    return shard_->Open(with_facts ? std::optional(facts_) : std::nullopt);
  }
  // Opens, catches up and reads on.
  Status Start() {
    KONTOR_RETURN_IF_ERROR(Open());
    shard_->Start();
    KONTOR_RETURN_IF_ERROR(shard_->WaitUntilRunning());
    KONTOR_ASSIGN_OR_RETURN(const Offset offset, shard_->StartOffset(facts_, &source_));
    shard_->Attach(topic().ReaderFrom(offset));
    return OkStatus();
  }
  // Waits until everything emitted, by count of records, was folded.
  void Drain() {
    const Position end(topic().records().size());
    observer_->WaitFor(end);
    // The observer is told first.
    while (shard_->status().folded < end) std::this_thread::yield();
  }
  void Stop() { shard_.reset(); }
  // As by a power cut: nothing is written any more, from now on.
  void Kill() {
    disk().dead = true;
    shard_.reset();
    disk().dead = false;
  }
  Digests Digest() {
    const Result<Shard::Level> level = shard_->CommitNow();
    EXPECT_TRUE(level.ok()) << level.status();
    if (!level.ok()) return {};
    return {*LogDigest(**shard_->log(), level->end), *ViewsDigest(*level->views), level->end};
  }

 private:
  ShardId id_;
  FakeSource source_;
  FakeStores stores_;
  FoldOfThree fold_;
  ShardConfig config_;
  TopicFacts facts_ = {.cluster_id = "cluster-a", .partition_count = 1};
  std::vector<Status> fatal_;
  std::unique_ptr<FakeObserver> observer_;
  std::unique_ptr<Shard> shard_;
};

// A history with everything in it: duplicates, conflicts, rejected records, gaps, and voids before and after their
// targets. The same seed gives the same one.
inline void EmitHistory(uint32_t seed, int count, FakeTopic* topic) {
  std::mt19937 random(seed);
  const auto below = [&random](uint32_t bound) { return static_cast<int>(random() % bound); };
  std::vector<event::v1::Event> sent;
  for (int i = 0; i < count; ++i) {
    const std::string account = fmt::format("account-{}", below(4));
    const std::string id = fmt::format("e-{}", i);
    const int hour = below(24 * 90);
    switch (below(12)) {
      case 0:
        if (!sent.empty()) topic->Emit(sent[static_cast<size_t>(below(static_cast<uint32_t>(sent.size())))]);
        continue;
      case 1:
        if (!sent.empty()) {
          event::v1::Event other = sent[static_cast<size_t>(below(static_cast<uint32_t>(sent.size())))];
          other.set_actor(fmt::format("someone-{}", i));
          topic->Emit(other);
        }
        continue;
      case 2:
        topic->EmitRaw(account, "\xff\xff not an event");
        continue;
      case 3:
        topic->Skip(1 + below(3));
        continue;
      case 4:
        sent.push_back(Void(account, id, fmt::format("e-{}", below(static_cast<uint32_t>(count)))));
        break;
      case 5:
        sent.push_back(MakeEvent(account, id, "interaction_recorded { channel: CHANNEL_EMAIL sentiment: 20 }", hour));
        break;
      case 6:
        sent.push_back(MakeEvent(
            account, id,
            fmt::format("payment_received {{ payment {{ id: 'p-{}' }} amount {{ currency_code: 'EUR' units: 30 }} "
                        "allocations {{ invoice {{ id: 'i-{}' }} amount {{ currency_code: 'EUR' units: 20 }} }} }}",
                        i, below(8)),
            hour));
        break;
      case 7:
        sent.push_back(
            MakeEvent(account, id, fmt::format("invoice_cancelled {{ invoice {{ id: 'i-{}' }} }}", below(8)), hour));
        break;
      default:
        sent.push_back(Invoice(account, id, fmt::format("i-{}", below(8)), 10 + below(90), hour));
    }
    topic->Emit(sent.back());
  }
}

}  // namespace kontor
