// What every event source and sink does, whatever stands behind them. A world is a type, made anew for each case, with
//
//   std::string NewTopic(int32_t partitions);
//   std::unique_ptr<EventSource> NewSource(const std::string& group);
//   std::unique_ptr<EventSink> NewSink();
//
// For EventSourceOutageSuite also SetDown() and SetUp(); for EventSourceHistorySuite also
//
//   void Truncate(const std::string& topic, Partition partition, Offset low);   // deletes what lies before
//   void Recreate(const std::string& topic, int32_t partitions);                // deletes it, and makes it anew
//   std::string UnusedTopic();                                                  // a name that nothing has
//
// One file, though a long one: the last two suites are made of the first one's parts.
#pragma once

#include <limits>
#include <thread>

#include "engine/event/partitioner.h"
#include "tests/conformance/event_source_world.h"

namespace kontor {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

template <typename World>
class EventSourceSuite : public ::testing::Test {
 protected:
  EventSourceSuite() : source_(world_.NewSource("group")), sink_(world_.NewSink()) {}

  // Sends values to a partition in order.
  void Send(const std::string& topic, Partition partition, const std::vector<std::string>& values) {
    std::vector<OutRecord> records;
    records.reserve(values.size());
    for (const std::string& value : values) records.push_back(RecordOn(topic, partition, value));
    for (const Delivery& delivery : SendAll(*sink_, std::move(records))) {
      ASSERT_TRUE(delivery.status.ok()) << Text(delivery.status);
    }
  }
  std::unique_ptr<PartitionReader> Open(const std::string& topic, Partition partition, Offset start) {
    auto reader = source_->OpenPartition(topic, partition, start, kPatience);
    KONTOR_CHECK(reader.ok());
    return *std::move(reader);
  }
  std::unique_ptr<Subscription> Subscribe(EventSource& source, const std::string& topic, AssignmentListener* listener) {
    auto subscription = source.Subscribe(topic, listener);
    KONTOR_CHECK(subscription.ok());
    return *std::move(subscription);
  }

  World world_;
  std::unique_ptr<EventSource> source_;
  std::unique_ptr<EventSink> sink_;
};
TYPED_TEST_SUITE_P(EventSourceSuite);

TYPED_TEST_P(EventSourceSuite, RecordsComeInTheOrderInWhichTheyWereSent) {
  const std::string topic = this->world_.NewTopic(1);
  this->Send(topic, Partition(0), Numbered(0, 500));
  const auto reader = this->Open(topic, Partition(0), Offset(0));
  const Reading reading = ReadToEnd(*reader);
  EXPECT_EQ(reading.values(), Numbered(0, 500));
  EXPECT_EQ(reading.next_offset, Offset(500));
}

TYPED_TEST_P(EventSourceSuite, NoneIsToldFromEmpty) {
  const std::string topic = this->world_.NewTopic(1);
  OutRecord none{.topic = topic, .partition = Partition(0), .key = {}, .value = {}, .headers = {}, .timestamp_ms = {}};
  OutRecord empty = none;
  empty.key = "";
  empty.value = "";
  empty.headers = {{"none", std::nullopt}, {"empty", ""}, {"twice", "1"}, {"twice", std::string("\0\xff", 2)}};
  SendAll(*this->sink_, {none, empty});
  const auto reader = this->Open(topic, Partition(0), Offset(0));
  const Reading reading = ReadToEnd(*reader);
  ASSERT_EQ(reading.records.size(), 2u);
  EXPECT_EQ(reading.records[0].key, std::nullopt);
  EXPECT_EQ(reading.records[0].value, std::nullopt);
  EXPECT_THAT(reading.records[0].headers, IsEmpty());
  EXPECT_EQ(reading.records[1].key, "");
  EXPECT_EQ(reading.records[1].value, "");
  EXPECT_EQ(reading.records[1].headers, empty.headers);
}

TYPED_TEST_P(EventSourceSuite, TimestampsAreTheEmittersUnlessNotGiven) {
  const std::string topic = this->world_.NewTopic(1);
  OutRecord dated = RecordOn(topic, Partition(0), "dated");
  dated.timestamp_ms = 1'262'304'000'123;  // 2010
  SendAll(*this->sink_, {dated, RecordOn(topic, Partition(0), "now")});
  const auto reader = this->Open(topic, Partition(0), Offset(0));
  const Reading reading = ReadToEnd(*reader);
  ASSERT_EQ(reading.records.size(), 2u);
  EXPECT_EQ(reading.records[0].timestamp_ms, 1'262'304'000'123);
  EXPECT_EQ(reading.records[0].timestamp_type, log::v1::TIMESTAMP_TYPE_CREATE);
  EXPECT_GT(reading.records[1].timestamp_ms, 1'600'000'000'000);
}

TYPED_TEST_P(EventSourceSuite, ReadingStartsAtTheOffsetGiven) {
  const std::string topic = this->world_.NewTopic(1);
  this->Send(topic, Partition(0), Numbered(0, 100));
  const auto reader = this->Open(topic, Partition(0), Offset(42));
  EXPECT_EQ(ReadToEnd(*reader).values(), Numbered(42, 100));
}

TYPED_TEST_P(EventSourceSuite, StartingAtTheEndGivesWhatComesNext) {
  const std::string topic = this->world_.NewTopic(1);
  this->Send(topic, Partition(0), Numbered(0, 3));
  const auto reader = this->Open(topic, Partition(0), Offset(3));
  EXPECT_THAT(ReadToEnd(*reader).values(), IsEmpty());
  this->Send(topic, Partition(0), {"3"});
  EXPECT_THAT(Read(*reader, 1).values(), ElementsAre("3"));
}

TYPED_TEST_P(EventSourceSuite, WhoeverStandsAtTheEndSaysSoUntilARecordComes) {
  const std::string topic = this->world_.NewTopic(1);
  this->Send(topic, Partition(0), Numbered(0, 3));
  const auto reader = this->Open(topic, Partition(0), Offset(0));
  ReadToEnd(*reader);
  for (int i = 0; i < 3; ++i) {
    const auto idle = reader->Poll(1'000, 1 << 20, kPollTimeout);
    ASSERT_TRUE(idle.ok()) << Text(idle.status());
    EXPECT_THAT(idle->records, IsEmpty());
    EXPECT_EQ(idle->next_offset, Offset(3));
    EXPECT_TRUE(idle->at_end);
  }
  this->Send(topic, Partition(0), {"3", "4"});
  Result<Batch> one = reader->Poll(1, 1 << 20, kPatience);
  ASSERT_TRUE(one.ok()) << Text(one.status());
  ASSERT_EQ(one->records.size(), 1u);
  EXPECT_FALSE(one->at_end);  // the other one is there
  EXPECT_THAT(Read(*reader, 1).values(), ElementsAre("4"));
}

TYPED_TEST_P(EventSourceSuite, APollIsBoundedInRecordsAndInBytes) {
  const std::string topic = this->world_.NewTopic(1);
  std::vector<std::string> values(40);
  for (size_t i = 0; i < values.size(); ++i) values[i].assign(1'000, static_cast<char>('a' + i % 26));
  this->Send(topic, Partition(0), values);
  const auto reader = this->Open(topic, Partition(0), Offset(0));
  std::vector<std::string> read;
  while (read.size() < values.size()) {
    const bool by_records = read.size() < 20;
    const auto batch = reader->Poll(by_records ? 3 : 1'000, by_records ? 1 << 20 : 2'500, kPollTimeout);
    ASSERT_TRUE(batch.ok()) << Text(batch.status());
    EXPECT_LE(batch->records.size(), 3u);
    for (const RawRecord& record : batch->records) read.emplace_back(*record.value);
    EXPECT_EQ(batch->next_offset, Offset(static_cast<int64_t>(read.size())));
  }
  EXPECT_EQ(read, values);
}

TYPED_TEST_P(EventSourceSuite, ABatchOwnsItsMemoryBeyondItsReader) {
  const std::string topic = this->world_.NewTopic(1);
  this->Send(topic, Partition(0), {"kept"});
  auto reader = this->Open(topic, Partition(0), Offset(0));
  Batch batch;
  while (batch.records.empty()) batch = *reader->Poll(10, 1'000, kPollTimeout);
  reader = nullptr;
  this->source_ = nullptr;
  EXPECT_EQ(batch.records[0].value, "kept");
}

TYPED_TEST_P(EventSourceSuite, WakeEndsAWaitingPoll) {
  const std::string topic = this->world_.NewTopic(1);
  const auto reader = this->Open(topic, Partition(0), Offset(0));
  ReadToEnd(*reader);
  // Whether it waits already when it is woken or not, it would wait longer than the test lives.
  std::thread waker([&] { reader->Wake(); });
  EXPECT_TRUE(reader->Poll(1, 1, std::chrono::hours(1)).ok());
  waker.join();
}

TYPED_TEST_P(EventSourceSuite, WatermarksFollowTheEnd) {
  const std::string topic = this->world_.NewTopic(1);
  this->Send(topic, Partition(0), Numbered(0, 7));
  const auto reader = this->Open(topic, Partition(0), Offset(2));
  ReadToEnd(*reader);
  const Watermarks marks = reader->watermarks();
  EXPECT_EQ(marks.low, 0);
  EXPECT_EQ(marks.high, 7);
  EXPECT_EQ(marks.last_stable, 7);
}

TYPED_TEST_P(EventSourceSuite, AnOffsetBehindTheEndEndsReading) {
  const std::string topic = this->world_.NewTopic(1);
  this->Send(topic, Partition(0), Numbered(0, 5));
  const auto reader = this->Open(topic, Partition(0), Offset(9));
  const Status failure = FailureOf(*reader);
  EXPECT_EQ(failure.code(), StatusCode::kDataLoss);
  EXPECT_THAT(std::string(Text(failure)), HasSubstr("ends at offset 5, but offsets up to 8 were read"));
  this->Send(topic, Partition(0), Numbered(5, 20));
  EXPECT_EQ(FailureOf(*reader), failure);  // for good
}

TYPED_TEST_P(EventSourceSuite, WhatIsNotThereIsNotOpened) {
  const std::string topic = this->world_.NewTopic(2);
  const auto opened = this->source_->OpenPartition(topic, Partition(2), Offset(0), kPatience);
  EXPECT_EQ(opened.status().code(), StatusCode::kNotFound);
}

TYPED_TEST_P(EventSourceSuite, OneRecordIsFetchedByItsOffset) {
  const std::string topic = this->world_.NewTopic(2);
  this->Send(topic, Partition(1), Numbered(0, 10));
  const auto fetched = this->source_->FetchRecord(topic, Partition(1), Offset(7), kPatience);
  ASSERT_TRUE(fetched.ok()) << Text(fetched.status());
  ASSERT_TRUE(fetched->has_value());
  EXPECT_EQ((*fetched)->record.offset, Offset(7));
  EXPECT_EQ((*fetched)->record.value, "7");
  EXPECT_EQ((*fetched)->record.key, "account");
}

TYPED_TEST_P(EventSourceSuite, FetchingBehindTheEndIsDataLoss) {
  const std::string topic = this->world_.NewTopic(1);
  this->Send(topic, Partition(0), Numbered(0, 3));
  const auto fetched = this->source_->FetchRecord(topic, Partition(0), Offset(3), kPatience);
  EXPECT_EQ(fetched.status().code(), StatusCode::kDataLoss);
}

TYPED_TEST_P(EventSourceSuite, ATopicTellsItsFacts) {
  const std::string topic = this->world_.NewTopic(3);
  const auto described = this->source_->DescribeTopic(topic, kPatience);
  ASSERT_TRUE(described.ok()) << Text(described.status());
  EXPECT_EQ(described->facts.partition_count, 3);
  EXPECT_NE(described->facts.cluster_id, "");
}

TYPED_TEST_P(EventSourceSuite, KeysGoToThePartitionOfTheirHash) {
  constexpr int32_t kPartitions = 7;
  const std::string topic = this->world_.NewTopic(kPartitions);
  uint64_t random = 42;
  std::vector<OutRecord> records;
  for (int i = 0; i < 1'000; ++i) {
    OutRecord record{.topic = topic, .partition = {}, .key = "", .value = "v", .headers = {}, .timestamp_ms = {}};
    for (uint64_t length = i % 40; length > 0; --length) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      record.key->push_back(static_cast<char>(random >> 56));
    }
    records.push_back(std::move(record));
  }
  const std::vector<OutRecord> sent = records;
  const auto deliveries = SendAll(*this->sink_, std::move(records));
  for (size_t i = 0; i < sent.size(); ++i) {
    ASSERT_TRUE(deliveries[i].status.ok()) << Text(deliveries[i].status);
    EXPECT_EQ(deliveries[i].partition, PartitionOf(Partitioner::kMurmur2, *sent[i].key, kPartitions)) << i;
  }
}

TYPED_TEST_P(EventSourceSuite, EachRecordIsToldWhereItIs) {
  const std::string topic = this->world_.NewTopic(2);
  std::vector<OutRecord> records;
  records.reserve(100);
  for (int i = 0; i < 100; ++i) records.push_back(RecordOn(topic, Partition(i % 2), std::to_string(i)));
  const auto deliveries = SendAll(*this->sink_, std::move(records));
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(deliveries[i].status.ok());
    EXPECT_EQ(deliveries[i].partition, Partition(i % 2));
    EXPECT_EQ(deliveries[i].offset, Offset(i / 2));
  }
}

TYPED_TEST_P(EventSourceSuite, OneMemberGetsEveryPartition) {
  const std::string topic = this->world_.NewTopic(3);
  for (int p = 0; p < 3; ++p) this->Send(topic, Partition(p), Numbered(0, 10 + p));
  Assignments assignments;
  assignments.StartAt(Partition(1), Offset(4));
  const auto subscription = this->Subscribe(*this->source_, topic, &assignments);
  ASSERT_TRUE(assignments.AwaitAssigned({Partition(0), Partition(1), Partition(2)}));
  EXPECT_TRUE(subscription->status().ok()) << Text(subscription->status());
  EXPECT_EQ(assignments.facts().partition_count, 3);
  EXPECT_NE(assignments.facts().cluster_id, "");
  EXPECT_EQ(assignments.Read(Partition(0), 10).values(), Numbered(0, 10));
  EXPECT_EQ(assignments.Read(Partition(1), 7).values(), Numbered(4, 11));
  EXPECT_EQ(assignments.Read(Partition(2), 12).values(), Numbered(0, 12));
}

TYPED_TEST_P(EventSourceSuite, AGroupIsNeeded) {
  const auto source = this->world_.NewSource("");
  Assignments assignments;
  EXPECT_EQ(source->Subscribe("topic", &assignments).status().code(), StatusCode::kFailedPrecondition);
}

TYPED_TEST_P(EventSourceSuite, LeavingTakesEveryPartitionBack) {
  const std::string topic = this->world_.NewTopic(2);
  Assignments assignments;
  auto subscription = this->Subscribe(*this->source_, topic, &assignments);
  ASSERT_TRUE(assignments.AwaitCount(2));
  subscription = nullptr;
  EXPECT_EQ(assignments.revocations(Partition(0)), 1);
  EXPECT_EQ(assignments.revocations(Partition(1)), 1);
  EXPECT_EQ(assignments.revoked(Partition(0))->Poll(1, 1, kPollTimeout).status().code(), StatusCode::kCancelled);
}

TYPED_TEST_P(EventSourceSuite, AListenerThatCannotSayYetIsAskedAgain) {
  const std::string topic = this->world_.NewTopic(2);
  Assignments assignments;
  for (int i = 0; i < 2; ++i) assignments.AnswerFirst(Partition(1), Unavailable("the log is still being opened"));
  const auto subscription = this->Subscribe(*this->source_, topic, &assignments);
  ASSERT_TRUE(assignments.AwaitCount(2));
  EXPECT_EQ(assignments.asked(Partition(1)), 3);
  EXPECT_TRUE(subscription->status().ok()) << Text(subscription->status());
}

TYPED_TEST_P(EventSourceSuite, APartitionWhoseStartIsRefusedStaysUnreadAndTheOthersGoOn) {
  const std::string topic = this->world_.NewTopic(2);
  this->Send(topic, Partition(1), {"read"});
  Assignments assignments;
  assignments.AnswerFirst(Partition(0), DataLoss("not our topic"));
  const auto subscription = this->Subscribe(*this->source_, topic, &assignments);
  ASSERT_TRUE(assignments.AwaitAssigned({Partition(1)}));
  EXPECT_THAT(assignments.Read(Partition(1), 1).values(), ElementsAre("read"));
}

TYPED_TEST_P(EventSourceSuite, ARebalanceLosesAndRepeatsNothing) {
  constexpr int kPartitions = 4;
  const std::string topic = this->world_.NewTopic(kPartitions);
  for (int p = 0; p < kPartitions; ++p) this->Send(topic, Partition(p), Numbered(0, 100));

  // One log of each partition, wherever it is read.
  std::map<Partition, std::vector<std::string>> log;
  Assignments first;
  const auto read = [&](Assignments& who, size_t count) {
    for (const Partition partition : who.assigned()) {
      const Reading reading = who.Read(partition, count);
      for (const std::string& value : reading.values()) log[partition].push_back(value);
    }
  };
  const auto one = this->Subscribe(*this->source_, topic, &first);
  ASSERT_TRUE(first.AwaitCount(kPartitions));
  read(first, 100);

  Assignments second;
  for (int p = 0; p < kPartitions; ++p) second.StartAt(Partition(p), Offset(100));
  const auto other = this->world_.NewSource("group");
  auto two = this->Subscribe(*other, topic, &second);
  ASSERT_TRUE(second.AwaitCount(kPartitions / 2));  // so the first has given everything back
  ASSERT_TRUE(first.AwaitCount(kPartitions / 2));
  for (int p = 0; p < kPartitions; ++p) this->Send(topic, Partition(p), Numbered(100, 200));
  read(first, 100);
  read(second, 100);

  // The second leaves; the first goes on from what both logged.
  for (int p = 0; p < kPartitions; ++p)
    first.StartAt(Partition(p), Offset(static_cast<int64_t>(log[Partition(p)].size())));
  two = nullptr;
  ASSERT_TRUE(first.AwaitCount(kPartitions));
  for (int p = 0; p < kPartitions; ++p) this->Send(topic, Partition(p), Numbered(200, 250));
  read(first, 50);
  for (int p = 0; p < kPartitions; ++p) EXPECT_EQ(log[Partition(p)], Numbered(0, 250)) << p;
}

REGISTER_TYPED_TEST_SUITE_P(EventSourceSuite, RecordsComeInTheOrderInWhichTheyWereSent, NoneIsToldFromEmpty,
                            TimestampsAreTheEmittersUnlessNotGiven, ReadingStartsAtTheOffsetGiven,
                            StartingAtTheEndGivesWhatComesNext, WhoeverStandsAtTheEndSaysSoUntilARecordComes,
                            APollIsBoundedInRecordsAndInBytes, ABatchOwnsItsMemoryBeyondItsReader, WakeEndsAWaitingPoll,
                            WatermarksFollowTheEnd, AnOffsetBehindTheEndEndsReading, WhatIsNotThereIsNotOpened,
                            OneRecordIsFetchedByItsOffset, FetchingBehindTheEndIsDataLoss, ATopicTellsItsFacts,
                            KeysGoToThePartitionOfTheirHash, EachRecordIsToldWhereItIs, OneMemberGetsEveryPartition,
                            AGroupIsNeeded, LeavingTakesEveryPartitionBack, AListenerThatCannotSayYetIsAskedAgain,
                            APartitionWhoseStartIsRefusedStaysUnreadAndTheOthersGoOn, ARebalanceLosesAndRepeatsNothing);

// A broker that goes away and comes back.
template <typename World>
class EventSourceOutageSuite : public EventSourceSuite<World> {};
TYPED_TEST_SUITE_P(EventSourceOutageSuite);

TYPED_TEST_P(EventSourceOutageSuite, AnAbsentBrokerIsUnavailableAndThenNothingIsLostOrRepeated) {
  const std::string topic = this->world_.NewTopic(1);
  this->Send(topic, Partition(0), Numbered(0, 50));
  const auto reader = this->Open(topic, Partition(0), Offset(0));
  EXPECT_EQ(ReadToEnd(*reader).values(), Numbered(0, 50));
  this->world_.SetDown();
  EXPECT_TRUE(BecomesUnavailable(*reader));
  this->world_.SetUp();
  EXPECT_TRUE(ReadToEnd(*reader).status.ok());  // it still stands there
  this->Send(topic, Partition(0), Numbered(50, 120));
  const Reading rest = Read(*reader, 70);
  EXPECT_EQ(rest.values(), Numbered(50, 120));
  EXPECT_TRUE(rest.status.ok()) << Text(rest.status);
}

TYPED_TEST_P(EventSourceOutageSuite, AGroupGoesOnReadingAfterAnOutage) {
  const std::string topic = this->world_.NewTopic(2);
  Assignments assignments;
  const auto subscription = this->Subscribe(*this->source_, topic, &assignments);
  ASSERT_TRUE(assignments.AwaitCount(2));
  this->Send(topic, Partition(1), Numbered(0, 10));
  EXPECT_EQ(assignments.Read(Partition(1), 10).values(), Numbered(0, 10));
  this->world_.SetDown();
  EXPECT_TRUE(BecomesUnavailable(*assignments.reader(Partition(1))));
  EXPECT_EQ(subscription->status().code(), StatusCode::kUnavailable);
  this->world_.SetUp();
  this->Send(topic, Partition(1), Numbered(10, 20));
  // Its session may have ended meanwhile: the partition then comes again, from where it was read to.
  std::vector<std::string> values;
  while (values.size() < 10) {
    ASSERT_TRUE(assignments.AwaitCount(2));
    const Reading reading = assignments.Read(Partition(1), 10 - values.size());
    for (const std::string& value : reading.values()) values.push_back(value);
  }
  EXPECT_EQ(values, Numbered(10, 20));
}

TYPED_TEST_P(EventSourceOutageSuite, QuestionsToAnAbsentBrokerAreUnavailable) {
  const std::string topic = this->world_.NewTopic(1);
  this->world_.SetDown();
  constexpr std::chrono::milliseconds kShort{500};
  EXPECT_EQ(this->source_->DescribeTopic(topic, kShort).status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(this->source_->OpenPartition(topic, Partition(0), Offset(0), kShort).status().code(),
            StatusCode::kUnavailable);
  EXPECT_EQ(this->source_->FetchRecord(topic, Partition(0), Offset(0), kShort).status().code(),
            StatusCode::kUnavailable);
}

REGISTER_TYPED_TEST_SUITE_P(EventSourceOutageSuite, AnAbsentBrokerIsUnavailableAndThenNothingIsLostOrRepeated,
                            AGroupGoesOnReadingAfterAnOutage, QuestionsToAnAbsentBrokerAreUnavailable);

// Topics that were cut, deleted or are not there; and what they promise.
template <typename World>
class EventSourceHistorySuite : public EventSourceSuite<World> {};
TYPED_TEST_SUITE_P(EventSourceHistorySuite);

TYPED_TEST_P(EventSourceHistorySuite, OffsetsThatRetentionTookEndReadingAndAreNamed) {
  const std::string topic = this->world_.NewTopic(1);
  this->Send(topic, Partition(0), Numbered(0, 100));
  this->world_.Truncate(topic, Partition(0), Offset(60));
  const auto reader = this->Open(topic, Partition(0), Offset(10));
  const Status failure = FailureOf(*reader);
  EXPECT_EQ(failure.code(), StatusCode::kDataLoss);
  EXPECT_THAT(std::string(Text(failure)), HasSubstr("no longer holds offsets 10 to 59: it begins at 60"));
  const auto rest = this->Open(topic, Partition(0), Offset(60));
  EXPECT_EQ(ReadToEnd(*rest).values(), Numbered(60, 100));
}

TYPED_TEST_P(EventSourceHistorySuite, ARecordThatRetentionTookIsNotFetched) {
  const std::string topic = this->world_.NewTopic(1);
  this->Send(topic, Partition(0), Numbered(0, 10));
  this->world_.Truncate(topic, Partition(0), Offset(5));
  const auto gone = this->source_->FetchRecord(topic, Partition(0), Offset(4), kPatience);
  ASSERT_TRUE(gone.ok()) << Text(gone.status());
  EXPECT_FALSE(gone->has_value());
}

TYPED_TEST_P(EventSourceHistorySuite, ATopicMadeAnewWithFewerRecordsEndsReading) {
  const std::string topic = this->world_.NewTopic(1);
  this->Send(topic, Partition(0), Numbered(0, 30));
  this->world_.Recreate(topic, 1);
  this->sink_ = this->world_.NewSink();
  this->Send(topic, Partition(0), Numbered(0, 5));
  const auto reader = this->Open(topic, Partition(0), Offset(30));
  const Status failure = FailureOf(*reader);
  EXPECT_EQ(failure.code(), StatusCode::kDataLoss);
  EXPECT_THAT(std::string(Text(failure)), HasSubstr("deleted and made again"));
}

TYPED_TEST_P(EventSourceHistorySuite, ATopicMadeAnewWithAsManyRecordsShowsInItsRecords) {
  const std::string topic = this->world_.NewTopic(1);
  this->Send(topic, Partition(0), Numbered(0, 30));
  this->world_.Recreate(topic, 1);
  this->sink_ = this->world_.NewSink();
  this->Send(topic, Partition(0), Numbered(1'000, 1'040));
  const auto last = this->source_->FetchRecord(topic, Partition(0), Offset(29), kPatience);
  ASSERT_TRUE(last.ok()) << Text(last.status());
  ASSERT_TRUE(last->has_value());
  EXPECT_EQ((*last)->record.value, "1029");  // it was "29"
}

TYPED_TEST_P(EventSourceHistorySuite, ATopicDeletedWhileItIsReadEndsReading) {
  const std::string topic = this->world_.NewTopic(1);
  this->Send(topic, Partition(0), Numbered(0, 30));
  const auto reader = this->Open(topic, Partition(0), Offset(0));
  EXPECT_EQ(ReadToEnd(*reader).values(), Numbered(0, 30));
  this->world_.Recreate(topic, 1);
  EXPECT_EQ(FailureOf(*reader).code(), StatusCode::kDataLoss);
}

TYPED_TEST_P(EventSourceHistorySuite, AMissingTopicIsNotFoundAndWaitedFor) {
  const std::string topic = this->world_.UnusedTopic();
  EXPECT_EQ(this->source_->DescribeTopic(topic, kPatience).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(this->source_->OpenPartition(topic, Partition(0), Offset(0), kPatience).status().code(),
            StatusCode::kNotFound);
  Assignments assignments;
  const auto subscription = this->Subscribe(*this->source_, topic, &assignments);
  while (subscription->status().code() != StatusCode::kNotFound) std::this_thread::yield();
  ASSERT_TRUE(this->source_->CreateTopic(topic, 2, {}, kPatience).ok());
  EXPECT_TRUE(assignments.AwaitCount(2));
}

TYPED_TEST_P(EventSourceHistorySuite, ATopicIsMadeWithItsConfigurationAndTellsIt) {
  const std::string topic = this->world_.UnusedTopic();
  const Status made = this->source_->CreateTopic(
      topic, 3, {{"cleanup.policy", "compact"}, {"retention.ms", "-1"}, {"max.message.bytes", "2000000"}}, kPatience);
  ASSERT_TRUE(made.ok()) << Text(made);
  auto described = this->source_->DescribeTopic(topic, kPatience);
  while (described.status().code() == StatusCode::kNotFound) described = this->source_->DescribeTopic(topic, kPatience);
  ASSERT_TRUE(described.ok()) << Text(described.status());
  EXPECT_EQ(described->facts.partition_count, 3);
  ASSERT_TRUE(described->config.ok()) << Text(described->config.status());
  EXPECT_EQ(described->config->cleanup_policy, "compact");
  EXPECT_EQ(described->config->retention_ms, -1);
  EXPECT_EQ(described->config->retention_bytes, -1);
  EXPECT_EQ(described->config->message_bytes_max, 2'000'000);
  EXPECT_EQ(this->source_->CreateTopic(topic, 1, {}, kPatience).code(), StatusCode::kAlreadyExists);
}

REGISTER_TYPED_TEST_SUITE_P(EventSourceHistorySuite, OffsetsThatRetentionTookEndReadingAndAreNamed,
                            ARecordThatRetentionTookIsNotFetched, ATopicMadeAnewWithFewerRecordsEndsReading,
                            ATopicMadeAnewWithAsManyRecordsShowsInItsRecords, ATopicDeletedWhileItIsReadEndsReading,
                            AMissingTopicIsNotFoundAndWaitedFor, ATopicIsMadeWithItsConfigurationAndTellsIt);

}  // namespace kontor
