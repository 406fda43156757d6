// The doctor's judgement of topics, partitioners and clocks.
#include "tools/kontor/doctor/topic_checks.h"

#include <gmock/gmock.h>

#include "tools/kontor/doctor/check_matcher.h"

namespace kontor {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

// A topic as it should be.
TopicDescription Good() {
  TopicFacts facts{.cluster_id = "c", .partition_count = 4};
  facts.replicas_min = 3;
  facts.in_sync_min = 3;
  TopicConfig config;
  config.cleanup_policy = "delete";
  config.message_bytes_max = 2'097'152;
  config.timestamp_type = "LogAppendTime";
  config.in_sync_min = 2;
  return {facts, config};
}

Checks Judge(const Result<TopicDescription>& described, TopicUse use = TopicUse::kEvents) {
  return JudgeTopic(use, "t", described);
}

TEST(TopicChecksTest, GoodTopicIsWell) {
  EXPECT_THAT(Judge(Good()), Each(Field(&Check::verdict, Verdict::kOk)));
  EXPECT_THAT(Judge(Good()), Each(Field(&Check::remedy, "")));
}

TEST(TopicChecksTest, MissingTopicOfEventsIsIllAndOthersAreMade) {
  EXPECT_THAT(Judge(NotFound("none")), ElementsAre(Is(Verdict::kFailed, "not there", "--create --topic t")));
  EXPECT_THAT(Judge(NotFound("none"), TopicUse::kReference), ElementsAre(Is(Verdict::kOk, "serve makes it")));
  EXPECT_THAT(Judge(NotFound("none"), TopicUse::kRejected), ElementsAre(Is(Verdict::kOk, "serve makes it")));
  EXPECT_THAT(Judge(PermissionDenied("no")), ElementsAre(Is(Verdict::kFailed, "no")));
}

TEST(TopicChecksTest, ReferenceTopicHasOnePartition) {
  EXPECT_THAT(Judge(Good(), TopicUse::kReference), Contains(Is(Verdict::kFailed, "4 partitions, and must have one")));
}

TEST(TopicChecksTest, LossOfRecordsIsNamed) {
  TopicDescription topic = Good();
  topic.config->cleanup_policy = "compact,delete";
  topic.config->retention_ms = 604'800'000;
  topic.config->message_bytes_max = 1'048'588;  // Kafka's default
  topic.config->timestamp_type = "CreateTime";
  EXPECT_THAT(Judge(topic),
              AllOf(Contains(Is(Verdict::kFailed, "cleanup.policy=compact,delete")),
                    Contains(Is(Verdict::kWarning, "retention.ms=604800000", "retention.ms=-1")),
                    Contains(Is(Verdict::kWarning, "max.message.bytes=1048588", "max.message.bytes=2097152")),
                    Contains(Is(Verdict::kWarning, "CreateTime", "LogAppendTime"))));
}

TEST(TopicChecksTest, CopiesAgainstThoseInSync) {
  const auto judged = [](int32_t copies, int32_t in_sync, int64_t needed) {
    TopicDescription topic = Good();
    topic.facts.replicas_min = copies;
    topic.facts.in_sync_min = in_sync;
    topic.config->in_sync_min = needed;
    return Judge(topic);
  };
  EXPECT_THAT(judged(1, 1, 2), Contains(Is(Verdict::kFailed, "no record can be acknowledged", "lower it")));
  EXPECT_THAT(judged(3, 1, 2), Contains(Is(Verdict::kFailed, "1 in sync", "start the brokers")));
  EXPECT_THAT(judged(1, 1, 1), Contains(Is(Verdict::kWarning, "1 copy of each", "3 copies")));
  EXPECT_THAT(judged(3, 3, 1), Contains(Is(Verdict::kWarning, "one broker alone", "min.insync.replicas=2")));
  EXPECT_THAT(judged(3, 3, 3), Contains(Is(Verdict::kWarning, "nothing can be sent", "min.insync.replicas=2")));
}

TEST(TopicChecksTest, BrokerThatCannotTellLeavesADoubt) {
  TopicDescription topic = Good();
  topic.config = Unimplemented("the broker cannot tell");
  EXPECT_THAT(Judge(topic), ElementsAre(Is(Verdict::kOk, "4 partitions"), Is(Verdict::kWarning, "cannot tell")));
}

class RecordsTest : public ::testing::Test {
 protected:
  // Sends so many keys by the partitioner.
  void Send(Partitioner partitioner, int count) {
    for (int i = 0; i < count; ++i) {
      const std::string key = fmt::format("account-{}", i);
      Add(PartitionOf(partitioner, key, 4), key);
    }
  }
  void Add(Partition partition, const std::optional<std::string>& key, int64_t timestamp_ms = 1'000,
           log::v1::TimestampType type = log::v1::TIMESTAMP_TYPE_CREATE) {
    RawRecord record;
    record.offset = Offset(offset_++);
    record.timestamp_ms = timestamp_ms;
    record.timestamp_type = type;
    if (key) record.key = *key;
    sample_.Add(partition, record);
  }
  Check Partitioning() { return JudgePartitioner("t", sample_); }
  Check Clock(int64_t now_ms) { return JudgeStamps(sample_, Instant(now_ms * 1'000'000)); }

  RecordSample sample_{4, Partitioner::kMurmur2};
  int64_t offset_ = 0;
};

TEST_F(RecordsTest, RightPartitionerIsWell) {
  EXPECT_THAT(Partitioning(), Is(Verdict::kOk, "no records"));
  Send(Partitioner::kMurmur2, 100);
  EXPECT_THAT(Partitioning(), Is(Verdict::kOk, "the last 100 records stand where murmur2 puts them"));
}

TEST_F(RecordsTest, OtherPartitionerIsNamed) {
  Send(Partitioner::kCrc32, 100);
  EXPECT_THAT(Partitioning(), Is(Verdict::kFailed, "crc32 gives just these", "--partitioner crc32"));
  EXPECT_EQ(sample_.misplaced_by_other(), 0U);
}

TEST_F(RecordsTest, OneStrayIsCountedAndPlaced) {
  Send(Partitioner::kMurmur2, 100);
  const Partition right = PartitionOf(Partitioner::kMurmur2, "stray", 4);
  Add(Partition((right.value() + 1) % 4), "stray");
  const Check check = Partitioning();
  EXPECT_THAT(check, Is(Verdict::kFailed, "1 of the last 101 records", "murmur2_random"));
  EXPECT_THAT(check.what, HasSubstr(fmt::format("t/{}@100", (right.value() + 1) % 4)));
  EXPECT_THAT(check.what, Not(HasSubstr("stray")));  // no account is named
}

TEST_F(RecordsTest, RecordsWithoutAKeyAreTold) {
  Send(Partitioner::kMurmur2, 9);
  Add(Partition(1), std::nullopt);
  EXPECT_THAT(Partitioning(), Is(Verdict::kWarning, "1 of the last 10 records have no key"));
}

TEST_F(RecordsTest, ClockThatIsBehindTheBrokersIsIll) {
  EXPECT_THAT(Clock(0), Is(Verdict::kOk, "no records"));
  Add(Partition(0), "a", 100'000, log::v1::TIMESTAMP_TYPE_LOG_APPEND);
  EXPECT_THAT(Clock(100'000), Is(Verdict::kOk, "the broker's word"));
  EXPECT_THAT(Clock(99'000), Is(Verdict::kOk, ""));
  EXPECT_THAT(Clock(90'000), Is(Verdict::kWarning, "10 s behind the broker's", "NTP"));
  EXPECT_THAT(Clock(10'000), Is(Verdict::kFailed, "90 s behind the broker's"));
}

TEST_F(RecordsTest, EmittersClockAheadIsADoubt) {
  Add(Partition(0), "a", 10'000'000);
  EXPECT_THAT(Clock(10'000), Is(Verdict::kWarning, "behind an emitter's"));
}

}  // namespace
}  // namespace kontor
