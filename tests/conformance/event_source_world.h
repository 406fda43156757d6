// The words in which tests of event sources are written: records sent and read, and a listener that a test can ask.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/source/event_source.h"

namespace kontor {

// Long enough for a slow machine; what takes longer does not come.
inline constexpr std::chrono::milliseconds kPatience{60'000};
inline constexpr std::chrono::milliseconds kPollTimeout{200};

// A record that keeps its own bytes.
struct ReadRecord {
  int64_t offset = 0;
  int64_t timestamp_ms = 0;
  log::v1::TimestampType timestamp_type = log::v1::TIMESTAMP_TYPE_UNSPECIFIED;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

inline ReadRecord Owned(const RawRecord& raw) {
  const auto own = [](const std::optional<std::string_view>& bytes) {
    return bytes ? std::optional<std::string>(*bytes) : std::nullopt;
  };
  ReadRecord record{raw.offset.value(), raw.timestamp_ms, raw.timestamp_type, own(raw.key), own(raw.value), {}};
  for (const RawHeader& header : raw.headers) record.headers.emplace_back(header.name, own(header.value));
  return record;
}

// What a reader gave.
struct Reading {
  std::vector<ReadRecord> records;
  Offset next_offset;
  Status status;

  std::vector<std::string> values() const {
    std::vector<std::string> all;
    for (const ReadRecord& record : records) all.push_back(record.value.value_or("(none)"));
    return all;
  }
  std::vector<int64_t> offsets() const {
    std::vector<int64_t> all;
    for (const ReadRecord& record : records) all.push_back(record.offset);
    return all;
  }
};

// Polls until there were so many records, or reading failed for good. Goes on through times without a broker, and where
// the end is reached and more is to come.
inline Reading Read(PartitionReader& reader, size_t count, size_t poll_records_max = 1'000) {
  Reading reading;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (reading.records.size() < count && std::chrono::steady_clock::now() < deadline) {
    auto batch = reader.Poll(std::min(poll_records_max, count - reading.records.size()), 1 << 20, kPollTimeout);
    reading.status = batch.status();
    if (batch.status().code() == StatusCode::kUnavailable) continue;
    if (!batch.ok()) return reading;
    for (const RawRecord& record : batch->records) reading.records.push_back(Owned(record));
    reading.next_offset = batch->next_offset;
  }
  if (reading.records.size() < count) reading.status = Unavailable("the test's patience ended");
  return reading;
}

// Polls until the reader says that it reached the end, or reading failed for good.
inline Reading ReadToEnd(PartitionReader& reader) {
  Reading reading;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    auto batch = reader.Poll(1'000, 1 << 20, kPollTimeout);
    reading.status = batch.status();
    if (batch.status().code() == StatusCode::kUnavailable) continue;
    if (!batch.ok()) return reading;
    for (const RawRecord& record : batch->records) reading.records.push_back(Owned(record));
    reading.next_offset = batch->next_offset;
    if (batch->at_end) return reading;
  }
  reading.status = Unavailable("the test's patience ended");
  return reading;
}

// Why reading fails for good.
inline Status FailureOf(PartitionReader& reader) { return Read(reader, SIZE_MAX).status; }

// Polls until the broker is said to be away.
inline bool BecomesUnavailable(PartitionReader& reader) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto batch = reader.Poll(1, 1, kPollTimeout);
    if (batch.status().code() == StatusCode::kUnavailable) return true;
    if (!batch.ok()) return false;
  }
  return false;
}

// Sends and waits for what became of it.
struct Delivery {
  Status status;
  Partition partition;
  Offset offset;
};

inline std::vector<Delivery> SendAll(EventSink& sink, std::vector<OutRecord> records) {
  std::vector<Delivery> deliveries(records.size());
  for (size_t i = 0; i < records.size(); ++i) {
    Delivery& delivery = deliveries[i];
    const Status queued =
        sink.Send(std::move(records[i]), [&delivery](const Status& status, Partition partition, Offset at) {
          delivery = {status, partition, at};
        });
    if (!queued.ok()) delivery.status = queued;
  }
  const Status flushed = sink.Flush(kPatience);
  EXPECT_TRUE(flushed.ok()) << Text(flushed);
  return deliveries;
}

inline OutRecord RecordOn(const std::string& topic, Partition partition, std::string value) {
  OutRecord record;
  record.topic = topic;
  record.partition = partition;
  record.key = "account";
  record.value = std::move(value);
  return record;
}

// Bytes that no compression makes fewer.
inline std::string Noise(size_t bytes) {
  std::string noise;
  for (uint64_t random = 1; noise.size() < bytes; random = random * 6364136223846793005u + 1442695040888963407u) {
    noise.push_back(static_cast<char>(random >> 56));
  }
  return noise;
}

inline std::vector<std::string> Numbered(int from, int to) {
  std::vector<std::string> values;
  for (int i = from; i < to; ++i) values.push_back(std::to_string(i));
  return values;
}

// Reads from where it left off, as a shard with a log would.
class Assignments final : public AssignmentListener {
 public:
  void OnGiven(const std::vector<Partition>& partitions) override {
    const std::lock_guard lock(mutex_);
    given_ = {partitions.begin(), partitions.end()};
  }
  Result<Offset> StartOffset(Partition partition, const TopicFacts& facts) override {
    const std::lock_guard lock(mutex_);
    KONTOR_CHECK(given_.contains(partition));
    facts_ = facts;
    ++asked_[partition];
    if (const auto answer = answers_.find(partition); answer != answers_.end() && !answer->second.empty()) {
      Status status = answer->second.back();
      answer->second.pop_back();
      if (!status.ok()) return status;
    }
    return starts_.try_emplace(partition, Offset(0)).first->second;
  }
  void OnAssigned(Partition partition, std::unique_ptr<PartitionReader> reader) override {
    const std::lock_guard lock(mutex_);
    KONTOR_CHECK(!readers_.contains(partition));
    readers_[partition] = std::move(reader);
    changed_.notify_all();
  }
  void OnRevoked(Partition partition) override {
    const std::lock_guard lock(mutex_);
    KONTOR_CHECK(readers_.contains(partition));
    revoked_[partition] = std::move(readers_[partition]);
    readers_.erase(partition);
    ++revocations_[partition];
    changed_.notify_all();
  }

  // --- The test's side ---

  void StartAt(Partition partition, Offset offset) {
    const std::lock_guard lock(mutex_);
    starts_[partition] = offset;
  }
  // What StartOffset says first, then on.
  void AnswerFirst(Partition partition, Status status) {
    const std::lock_guard lock(mutex_);
    answers_[partition].insert(answers_[partition].begin(), std::move(status));
  }
  int asked(Partition partition) const {
    const std::lock_guard lock(mutex_);
    const auto found = asked_.find(partition);
    return found == asked_.end() ? 0 : found->second;
  }
  TopicFacts facts() const {
    const std::lock_guard lock(mutex_);
    return facts_;
  }
  std::vector<Partition> assigned() const {
    const std::lock_guard lock(mutex_);
    return Keys();
  }
  bool AwaitAssigned(const std::vector<Partition>& partitions) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return Keys() == partitions; });
  }
  bool AwaitCount(size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return readers_.size() == count; });
  }
  bool AwaitRevocations(Partition partition, int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return revocations_[partition] >= count; });
  }
  int revocations(Partition partition) const {
    const std::lock_guard lock(mutex_);
    const auto found = revocations_.find(partition);
    return found == revocations_.end() ? 0 : found->second;
  }
  // Reads so many records, moving the start offset along as a shard's log does.
  Reading Read(Partition partition, size_t count) {
    PartitionReader* reader = nullptr;
    {
      const std::lock_guard lock(mutex_);
      const auto found = readers_.find(partition);
      if (found == readers_.end()) return {.records = {}, .next_offset = {}, .status = NotFound("not assigned")};
      reader = found->second.get();
    }
    Reading reading = kontor::Read(*reader, count);
    const std::lock_guard lock(mutex_);
    if (reading.next_offset > starts_[partition]) starts_[partition] = reading.next_offset;
    return reading;
  }
  PartitionReader* reader(Partition partition) const {
    const std::lock_guard lock(mutex_);
    return readers_.at(partition).get();
  }
  PartitionReader* revoked(Partition partition) const {
    const std::lock_guard lock(mutex_);
    return revoked_.at(partition).get();
  }

 private:
  std::vector<Partition> Keys() const {
    std::vector<Partition> keys;
    for (const auto& [partition, reader] : readers_) keys.push_back(partition);
    return keys;
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  TopicFacts facts_;
  std::map<Partition, Offset> starts_;
  std::map<Partition, std::vector<Status>> answers_;
  std::map<Partition, int> asked_;
  std::set<Partition> given_;
  std::map<Partition, int> revocations_;
  std::map<Partition, std::unique_ptr<PartitionReader>> readers_;
  std::map<Partition, std::unique_ptr<PartitionReader>> revoked_;
};

}  // namespace kontor
