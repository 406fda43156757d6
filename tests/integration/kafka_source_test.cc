// Kafka's adapter on a real broker: the common suite, and what the embedded broker and the twin do not know.
#include "engine/event/decoder.h"
#include "tests/conformance/event_source_suite.h"
#include "tests/integration/kafka_world.h"

namespace kontor {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(Kafka, EventSourceSuite, KafkaWorld);
INSTANTIATE_TYPED_TEST_SUITE_P(Kafka, EventSourceHistorySuite, KafkaWorld);
// A test does not stop a broker that it shares.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EventSourceOutageSuite);

class KafkaSourceTest : public EventSourceSuite<KafkaWorld> {
 protected:
  // The broker writes markers some time after the emitter was told that its transaction has ended.
  Reading ReadUntil(PartitionReader& reader, Offset next_offset) {
    Reading all;
    while (all.next_offset < next_offset) {
      Reading more = ReadToEnd(reader);
      if (!more.status.ok()) return more;
      all.records.insert(all.records.end(), more.records.begin(), more.records.end());
      all.next_offset = more.next_offset;
    }
    return all;
  }

  static std::string EmitterId() { return "emitter." + std::to_string(getpid()); }
};

TEST_F(KafkaSourceTest, OnlyCommittedRecordsAreReadAndMarkersArePassed) {
  const std::string topic = world_.NewTopic(1);
  const auto reader = Open(topic, Partition(0), Offset(0));
  TransactionalEmitter emitter(EmitterId());
  Send(topic, Partition(0), {"0", "1"});
  emitter.Begin();
  emitter.Send(topic, Partition(0), {"2", "3"});
  emitter.Commit();
  const Reading first = ReadUntil(*reader, Offset(5));
  EXPECT_THAT(first.values(), ElementsAre("0", "1", "2", "3"));

  emitter.Begin();
  emitter.Send(topic, Partition(0), {"aborted 5", "aborted 6"});
  emitter.Abort();
  const Reading second = ReadUntil(*reader, Offset(8));
  EXPECT_THAT(second.values(), IsEmpty());
  EXPECT_EQ(second.next_offset, Offset(8));
  const auto idle = reader->Poll(10, 1'000, kPollTimeout);
  ASSERT_TRUE(idle.ok()) << Text(idle.status());
  EXPECT_TRUE(idle->at_end);

  Send(topic, Partition(0), {"8"});
  const auto anew = Open(topic, Partition(0), Offset(0));
  const Reading whole = ReadUntil(*anew, Offset(9));
  EXPECT_THAT(whole.values(), ElementsAre("0", "1", "2", "3", "8"));
  EXPECT_THAT(whole.offsets(), ElementsAre(0, 1, 2, 3, 8));
}

TEST_F(KafkaSourceTest, ReadingGoesOnFromAMarkerAndFromBehindIt) {
  const std::string topic = world_.NewTopic(1);
  TransactionalEmitter emitter(EmitterId());
  emitter.Begin();
  emitter.Send(topic, Partition(0), {"0"});
  emitter.Commit();
  ReadUntil(*Open(topic, Partition(0), Offset(0)), Offset(2));
  Send(topic, Partition(0), {"2"});
  for (const int64_t start : {1, 2}) {
    const auto reader = Open(topic, Partition(0), Offset(start));
    EXPECT_THAT(Read(*reader, 1).offsets(), ElementsAre(2));
  }
  const auto marker = source_->FetchRecord(topic, Partition(0), Offset(1), kPatience);
  ASSERT_TRUE(marker.ok()) << Text(marker.status());
  EXPECT_FALSE(marker->has_value());
}

TEST_F(KafkaSourceTest, AnOpenTransactionHoldsTheLastStableOffsetBack) {
  const std::string topic = world_.NewTopic(1);
  TransactionalEmitter emitter(EmitterId());
  Send(topic, Partition(0), {"0"});
  emitter.Begin();
  emitter.Send(topic, Partition(0), {"1"});
  Send(topic, Partition(0), {"2", "3"});

  const auto reader = Open(topic, Partition(0), Offset(0));
  const Reading before = ReadToEnd(*reader);
  EXPECT_EQ(before.values(), std::vector<std::string>{"0"});
  EXPECT_EQ(before.next_offset, Offset(1));
  EXPECT_EQ(reader->watermarks().last_stable, 1);
  EXPECT_EQ(reader->watermarks().high, 4);
  emitter.Commit();
  EXPECT_EQ(Read(*reader, 3).values(), (std::vector<std::string>{"1", "2", "3"}));
}

TEST_F(KafkaSourceTest, TheBrokersTimestampIsToldFromTheEmitters) {
  const std::string topic = world_.NewTopic(1, {{"message.timestamp.type", "LogAppendTime"}});
  OutRecord record = RecordOn(topic, Partition(0), "v");
  record.timestamp_ms = 1'262'304'000'000;  // 2010, which the broker overrides
  SendAll(*sink_, {record});
  const auto reader = Open(topic, Partition(0), Offset(0));
  const Reading reading = ReadToEnd(*reader);
  ASSERT_EQ(reading.records.size(), 1u);
  EXPECT_EQ(reading.records[0].timestamp_type, log::v1::TIMESTAMP_TYPE_LOG_APPEND);
  EXPECT_GT(reading.records[0].timestamp_ms, 1'600'000'000'000);
}

TEST_F(KafkaSourceTest, AStaticMemberThatRestartsGetsItsPartitionsWithoutARebalance) {
  const std::string topic = world_.NewTopic(4);
  auto source_a = world_.NewSource("group", "a");
  const auto source_b = world_.NewSource("group", "b");
  Assignments a;
  Assignments b;
  auto subscription_a = Subscribe(*source_a, topic, &a);
  ASSERT_TRUE(a.AwaitCount(4));
  const auto subscription_b = Subscribe(*source_b, topic, &b);
  ASSERT_TRUE(b.AwaitCount(2));  // so the other one has given everything back
  ASSERT_TRUE(a.AwaitCount(2));
  const auto before = a.assigned();
  const int revocations = b.revocations(b.assigned()[0]);

  subscription_a = nullptr;
  source_a = world_.NewSource("group", "a");
  subscription_a = Subscribe(*source_a, topic, &a);
  ASSERT_TRUE(a.AwaitCount(2));
  EXPECT_EQ(a.assigned(), before);
  EXPECT_EQ(b.revocations(b.assigned()[0]), revocations);
}

TEST_F(KafkaSourceTest, TwoProcessesAreNotOneMember) {
  const std::string topic = world_.NewTopic(1);
  const auto first = world_.NewSource("group", "same");
  const auto second = world_.NewSource("group", "same");
  Assignments one;
  Assignments two;
  const auto subscription = Subscribe(*first, topic, &one);
  ASSERT_TRUE(one.AwaitCount(1));
  const auto other = Subscribe(*second, topic, &two);
  ASSERT_TRUE(two.AwaitCount(1));
  const Status failure = FailureOf(*one.reader(Partition(0)));
  EXPECT_EQ(failure.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(Text(failure)), HasSubstr("another process joined the group as member 'same'"));
  EXPECT_EQ(subscription->status(), failure);
}

TEST_F(KafkaSourceTest, AHintShowsInTheGroup) {
  const std::string topic = world_.NewTopic(2);
  Assignments assignments;
  auto subscription = Subscribe(*source_, topic, &assignments);
  ASSERT_TRUE(assignments.AwaitCount(2));
  assignments.reader(Partition(1))->CommitHint(Offset(17));
  while (world_.Committed("group", topic, Partition(1)) != 17) {
  }
  assignments.reader(Partition(1))->CommitHint(Offset(18));
  subscription = nullptr;  // the last one is told on leaving
  EXPECT_EQ(world_.Committed("group", topic, Partition(1)), 18);
  EXPECT_EQ(world_.Committed("group", topic, Partition(0)), -1);
}

TEST_F(KafkaSourceTest, GrownPartitionsComeWithTheNextAssignment) {
  const std::string topic = world_.NewTopic(2);
  Assignments assignments;
  const auto subscription = Subscribe(*source_, topic, &assignments);
  ASSERT_TRUE(assignments.AwaitCount(2));
  EXPECT_EQ(assignments.facts().partition_count, 2);
  world_.GrowTo(topic, 3);
  ASSERT_TRUE(assignments.AwaitCount(3));
  EXPECT_EQ(assignments.facts().partition_count, 3);
  EXPECT_EQ(assignments.revocations(Partition(0)), 1);
}

TEST_F(KafkaSourceTest, ARecordTooLargeFailsAloneAndTheOthersArrive) {
  const std::string topic = world_.NewTopic(1, {{"max.message.bytes", "2000"}});
  const auto small = SendAll(*sink_, {RecordOn(topic, Partition(0), "before")});
  // Too large for the topic, but not for the client.
  const auto large = SendAll(*sink_, {RecordOn(topic, Partition(0), Noise(10'000))});
  const auto more = SendAll(*sink_, {RecordOn(topic, Partition(0), "after")});
  EXPECT_TRUE(small[0].status.ok()) << Text(small[0].status);
  EXPECT_EQ(large[0].status.code(), StatusCode::kInvalidArgument) << Text(large[0].status);
  EXPECT_THAT(std::string(Text(large[0].status)), HasSubstr("raise the topic's max.message.bytes (2097152"));
  EXPECT_TRUE(more[0].status.ok()) << Text(more[0].status);
  const auto reader = Open(topic, Partition(0), Offset(0));
  EXPECT_THAT(ReadToEnd(*reader).values(), ElementsAre("before", "after"));
}

TEST_F(KafkaSourceTest, TheLargestEventArrivesBetweenOthersWhereTheTopicTakesIt) {
  const std::string topic = world_.NewTopic(1, {{"max.message.bytes", std::to_string(kMessageBytesMax)}});
  const std::string largest = Noise(kMaxValueBytes);
  Send(topic, Partition(0), {"before", largest, "after"});
  const auto reader = Open(topic, Partition(0), Offset(0));
  EXPECT_TRUE(ReadToEnd(*reader).values() == (std::vector<std::string>{"before", largest, "after"}));
}

TEST_F(KafkaSourceTest, ARecordForAMissingTopicFails) {
  const auto deliveries = SendAll(*sink_, {RecordOn(world_.UnusedTopic(), Partition(0), "v")});
  EXPECT_EQ(deliveries[0].status.code(), StatusCode::kNotFound) << Text(deliveries[0].status);
}

}  // namespace
}  // namespace kontor
