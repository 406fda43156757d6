// Test support: events in short, and topics in memory whose partitions say what a test has them say.
#pragma once

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/source/event_source.h"
#include "kontor/event/v1/event.pb.h"

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

}  // namespace kontor
