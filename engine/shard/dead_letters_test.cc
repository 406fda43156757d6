#include "engine/shard/dead_letters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/sha256.h"
#include "engine/shard/intake.h"
#include "engine/shard/shard_fixture.h"
#include "engine/views/in_memory_instance_store.h"

namespace kontor {
namespace {

constexpr std::string_view kBad = "\xff not an event";
constexpr int kForEver = std::numeric_limits<int>::max();

// Takes letters, unless it is told not to. Callbacks run within Flush, as the contract allows.
class FakeSink final : public EventSink {
 public:
  Status Send(OutRecord record, Delivered done) override {
    const std::lock_guard lock(mutex_);
    queued_.emplace_back(std::move(record), std::move(done));
    return OkStatus();
  }
  Status Flush(std::chrono::milliseconds) override {
    const std::lock_guard lock(mutex_);
    queued_max_ = std::max(queued_max_, queued_.size());
    if (slow_ > 0) {
      --slow_;
      changed_.notify_all();
      return Unavailable("not all records were delivered in time");
    }
    for (auto& [record, done] : queued_) {
      Status status = away_;
      if (status.ok() && record.value && record.value->size() > value_max_) status = InvalidArgument("too large");
      if (status.ok() && record.timestamp_ms.value_or(0) > timestamp_max_)
        status = InvalidArgument("invalid timestamp");
      if (status.ok() && record.headers.size() > headers_max_) status = InvalidArgument("too large");
      if (status.ok()) letters_.push_back(record);
      done(status, Partition(0), Offset(0));
    }
    queued_.clear();
    changed_.notify_all();
    return OkStatus();
  }
  void SetAway(Status status) {
    const std::lock_guard lock(mutex_);
    away_ = std::move(status);
  }
  // So many times it takes longer than anybody waits.
  void SetSlow(int flushes) {
    const std::lock_guard lock(mutex_);
    slow_ = flushes;
  }
  void WaitUntilSlow(int flushes) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return slow_ <= flushes; });
  }
  size_t queued_max() {
    const std::lock_guard lock(mutex_);
    return queued_max_;
  }
  void SetTimestampMax(int64_t ms) { timestamp_max_ = ms; }
  void SetLimits(size_t value_max, size_t headers_max) {
    value_max_ = value_max;
    headers_max_ = headers_max;
  }
  std::vector<OutRecord> WaitForLetters(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return letters_.size() >= count; });
    return letters_;
  }
  std::vector<OutRecord> letters() {
    const std::lock_guard lock(mutex_);
    return letters_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<OutRecord, Delivered>> queued_;
  std::vector<OutRecord> letters_;
  Status away_;
  int slow_ = 0;
  size_t queued_max_ = 0;
  size_t value_max_ = 1 << 30;
  size_t headers_max_ = 1'000;
  int64_t timestamp_max_ = std::numeric_limits<int64_t>::max();
};

std::map<std::string, std::string> HeadersOf(const OutRecord& letter) {
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : letter.headers) headers[name] += value.value_or("(none)");
  return headers;
}

class DeadLettersTest : public testing::Test, public ShardFixture {
 protected:
  // Starts a shard and the letters of it.
  void Begin(DeadLetters::Limits limits = {}) {
    limits.backoff_min = limits.backoff_max = std::chrono::milliseconds(1);
    letters_ = std::make_unique<DeadLetters>(
        "kontor.rejected", &store_, &sink_, [](const Status&) { FAIL(); }, limits);
    config().appended = [this](const ShardId& id, Position from, const Admitted& admitted) {
      letters_->OnAppended(id, from, from + admitted.records.size(), admitted.refused);
    };
    ASSERT_EQ(Start(), OkStatus());
    held_ = std::shared_ptr<const Shard>(&shard(), [](const Shard*) {});
    ASSERT_EQ(letters_->Watch(held_), OkStatus());
    letters_->Start();
  }
  // As a set does it: no shard goes while letters may read its log.
  void End() {
    shard().Stop();
    letters_.reset();
    Stop();
  }
  void WaitUntilSent(Position position) {
    while (letters_->SentUpTo(shard().id()) < position) std::this_thread::yield();
  }

  InMemoryInstanceStore store_{InstanceOwner{}};
  FakeSink sink_;
  std::unique_ptr<DeadLetters> letters_;
  std::shared_ptr<const Shard> held_;
};

TEST_F(DeadLettersTest, RejectedAndConflictingRecordsAreSent) {
  topic().Emit(Invoice("acme", "e-1", "i-1", 10));
  topic().EmitRaw("acme", std::string(kBad));
  topic().Emit(Invoice("acme", "e-1", "i-1", 10));
  topic().Emit(Invoice("acme", "e-1", "i-1", 11));
  Begin();
  const std::vector<OutRecord> letters = sink_.WaitForLetters(2);
  EXPECT_EQ(letters[0].topic, "kontor.rejected");
  EXPECT_EQ(letters[0].key, "acme");
  EXPECT_EQ(letters[0].value, kBad);
  EXPECT_EQ(letters[0].timestamp_ms, kFixtureMs);
  auto headers = HeadersOf(letters[0]);
  EXPECT_EQ(headers["__connect.errors.topic"], "kontor.events");
  EXPECT_EQ(headers["__connect.errors.partition"], "0");
  EXPECT_EQ(headers["__connect.errors.offset"], "1");
  EXPECT_EQ(headers["__connect.errors.stage"], "VALUE_CONVERTER");
  EXPECT_EQ(headers["__connect.errors.exception.class.name"], "kontor.log.v1.REJECT_REASON_UNDECODABLE");
  EXPECT_FALSE(headers["__connect.errors.exception.message"].empty());
  headers = HeadersOf(letters[1]);
  EXPECT_EQ(headers["__connect.errors.exception.class.name"], "kontor.log.v1.DISPOSITION_CONFLICT");
  EXPECT_EQ(headers["__connect.errors.offset"], "3");
  WaitUntilSent(Position(4));
  EXPECT_EQ(letters_->waiting(), 0);
  EXPECT_EQ(letters_->trouble(), OkStatus());
  End();
}

TEST_F(DeadLettersTest, ProgressIsStoredAndNothingIsSentTwiceInOrderlyRestarts) {
  topic().EmitRaw("acme", std::string(kBad));
  Begin();
  sink_.WaitForLetters(1);
  End();
  topic().EmitRaw("zeta", std::string(kBad));
  Begin();
  const std::vector<OutRecord> letters = sink_.WaitForLetters(2);
  WaitUntilSent(Position(2));
  End();
  EXPECT_EQ(sink_.letters().size(), 2U);
  EXPECT_EQ(letters[1].key, "zeta");
}

TEST_F(DeadLettersTest, WhatNobodySentIsFoundInTheLog) {
  for (int i = 0; i < 50; ++i) topic().EmitRaw("acme", std::string(kBad) + std::to_string(i));
  ASSERT_EQ(Start(), OkStatus());
  Drain();
  Stop();
  Begin();
  const std::vector<OutRecord> letters = sink_.WaitForLetters(50);
  for (size_t i = 0; i < 50; ++i) EXPECT_EQ(letters[i].value, std::string(kBad) + std::to_string(i));
  End();
}

TEST_F(DeadLettersTest, TopicThatIsAwayHoldsUpNothingAndEveryLetterComesLater) {
  sink_.SetAway(NotFound("there is no topic kontor.rejected"));
  for (int i = 0; i < 5; ++i) topic().EmitRaw("acme", std::string(kBad));
  topic().Emit(Invoice("acme", "e-1", "i-1", 10));
  Begin();
  Drain();
  while (letters_->trouble().ok()) std::this_thread::yield();
  EXPECT_EQ(letters_->waiting(), 5);
  EXPECT_EQ(letters_->SentUpTo(shard().id()), Position(0));
  sink_.SetAway(OkStatus());
  sink_.WaitForLetters(5);
  WaitUntilSent(Position(6));
  End();
}

TEST_F(DeadLettersTest, SlowTopicIsWaitedForAndTakesEachLetterOnce) {
  sink_.SetSlow(kForEver);
  topic().EmitRaw("acme", std::string(kBad));
  topic().EmitRaw("acme", std::string(kBad));
  Begin();
  while (letters_->trouble().code() != StatusCode::kUnavailable) std::this_thread::yield();
  sink_.SetSlow(0);
  WaitUntilSent(Position(2));
  End();
  EXPECT_EQ(sink_.letters().size(), 2U);
}

TEST_F(DeadLettersTest, SinkThatNeverAnswersHoldsUpNoStop) {
  sink_.SetSlow(kForEver);
  topic().EmitRaw("acme", std::string(kBad));
  Begin();
  sink_.WaitUntilSlow(kForEver - 1);
  End();
  sink_.SetSlow(0);
  Begin();
  WaitUntilSent(Position(1));
  End();
}

TEST_F(DeadLettersTest, SinkHoldsNoMoreBytesThanTheLimitAndOneLetter) {
  for (int i = 0; i < 5; ++i) topic().EmitRaw("acme", std::string(kBad) + std::string(100, 'x'));
  DeadLetters::Limits limits;
  limits.letters_bytes_max = 150;
  Begin(limits);
  WaitUntilSent(Position(5));
  End();
  EXPECT_EQ(sink_.letters().size(), 5U);
  EXPECT_EQ(sink_.queued_max(), 2U);
}

TEST_F(DeadLettersTest, CrashBeforeTheProgressIsStoredSendsAgain) {
  topic().EmitRaw("acme", std::string(kBad));
  Begin();
  sink_.WaitForLetters(1);
  End();
  ASSERT_EQ(store_.Delete("dead-letters/kontor.events/0"), OkStatus());
  Begin();
  EXPECT_EQ(sink_.WaitForLetters(2)[1].value, kBad);
  End();
}

TEST_F(DeadLettersTest, TooLargeGoesWithItsHashAndBeginning) {
  sink_.SetLimits(100 << 10, 1'000);
  const std::string large = std::string(kBad) + std::string(200 << 10, 'x');
  topic().EmitRaw("acme", large);
  Begin();
  const OutRecord letter = sink_.WaitForLetters(1)[0];
  EXPECT_EQ(letter.value, large.substr(0, 64 << 10));
  auto headers = HeadersOf(letter);
  EXPECT_EQ(headers["kontor.position"], "0");
  EXPECT_EQ(headers["kontor.value.bytes"], std::to_string(large.size()));
  EXPECT_EQ(headers["kontor.value.sha256"], HexText(Sha256::Of(large)));
  End();
}

TEST_F(DeadLettersTest, TimestampThatTheTopicRefusesHoldsUpNoLetter) {
  sink_.SetTimestampMax(kFixtureMs - 1);
  topic().EmitRaw("acme", std::string(kBad));
  Begin();
  const std::vector<OutRecord> letters = sink_.WaitForLetters(1);
  EXPECT_EQ(letters[0].value, kBad);
  EXPECT_EQ(letters[0].timestamp_ms, std::nullopt);
  EXPECT_EQ(HeadersOf(letters[0])["kontor.timestamp.ms"], std::to_string(kFixtureMs));
  End();
}

TEST(DeadLetterTest, HeadersOfTheRecordAreKeptAndNeverOverwritten) {
  log::v1::LogRecord record;
  record.set_disposition(log::v1::DISPOSITION_REJECTED);
  record.set_reject_reason(log::v1::REJECT_REASON_OUT_OF_BOUNDS);
  record.set_reject_field("invoice_issued.net");
  record.set_reject_text("is negative");
  log::v1::Header* header = record.add_headers();
  header->set_name("__connect.errors.topic");
  header->set_value("where it failed before");
  record.add_headers()->set_name("trace");
  const ShardId id = {"kontor.events", Partition(3)};
  const OutRecord letter = LetterOf("kontor.rejected", id, Position(7), record, LetterSize::kWhole);
  auto headers = HeadersOf(letter);
  EXPECT_EQ(headers["__connect.errors.topic"], "where it failed before");
  EXPECT_EQ(headers["trace"], "(none)");
  EXPECT_EQ(headers["__connect.errors.stage"], "TASK_PUT");
  EXPECT_EQ(headers["__connect.errors.exception.message"], "invoice_issued.net: is negative");
  EXPECT_FALSE(headers.contains("kontor.position"));
  EXPECT_FALSE(letter.timestamp_ms.has_value());
  auto bare = HeadersOf(LetterOf("kontor.rejected", id, Position(7), record, LetterSize::kBare));
  EXPECT_EQ(bare["__connect.errors.topic"], "kontor.events");
  EXPECT_FALSE(bare.contains("trace"));
}

}  // namespace
}  // namespace kontor
