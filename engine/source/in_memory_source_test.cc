// What goes wrong in the twin, as tests of its readers rely on. What it has in common with Kafka: tests/conformance.
#include "engine/source/in_memory_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/check.h"

namespace kontor {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::milliseconds kNow{0};

class InMemorySourceTest : public ::testing::Test {
 protected:
  InMemorySourceTest() { KONTOR_CHECK(cluster_.CreateTopic("t", 1).ok()); }

  void Append(const std::string& value) {
    OutRecord record;
    record.topic = "t";
    record.value = value;
    ASSERT_TRUE(cluster_.Append(record).ok());
  }
  std::unique_ptr<PartitionReader> Open(int64_t start) {
    return *source_.OpenPartition("t", Partition(0), Offset(start), kNow);
  }

  InMemoryCluster cluster_;
  InMemorySource source_{&cluster_, "group"};
};

TEST_F(InMemorySourceTest, AGapIsPassed) {
  Append("0");
  cluster_.SkipOffsets("t", Partition(0), 3);
  Append("4");
  cluster_.SkipOffsets("t", Partition(0), 2);
  const auto batch = Open(0)->Poll(10, 1'000, kNow);
  ASSERT_TRUE(batch.ok()) << Text(batch.status());
  ASSERT_EQ(batch->records.size(), 2u);
  EXPECT_EQ(batch->records[1].offset, Offset(4));
  EXPECT_TRUE(batch->at_end);
  EXPECT_EQ(batch->next_offset, Offset(7));
}

TEST_F(InMemorySourceTest, NothingBehindACorruptRecordIsGiven) {
  for (const char* value : {"0", "1", "2"}) Append(value);
  cluster_.Corrupt("t", Partition(0), Offset(1));
  const auto reader = Open(0);
  const auto batch = reader->Poll(10, 1'000, kNow);
  ASSERT_TRUE(batch.ok()) << Text(batch.status());
  ASSERT_EQ(batch->records.size(), 1u);
  for (int i = 0; i < 2; ++i) {
    const Status failure = reader->Poll(10, 1'000, kNow).status();
    EXPECT_EQ(failure.code(), StatusCode::kDataLoss);
    EXPECT_THAT(std::string(Text(failure)), HasSubstr("checksum of offset 1"));
  }
}

TEST_F(InMemorySourceTest, AHintIsKept) {
  EXPECT_EQ(cluster_.HintOf("t", Partition(0)), std::nullopt);
  Open(0)->CommitHint(Offset(5));
  EXPECT_EQ(cluster_.HintOf("t", Partition(0)), Offset(5));
}

TEST_F(InMemorySourceTest, TheBrokerStampsWhereItIsTold) {
  cluster_.StampOnAppend("t");
  OutRecord record;
  record.topic = "t";
  record.timestamp_ms = 1;
  ASSERT_TRUE(cluster_.Append(record).ok());
  const auto batch = Open(0)->Poll(1, 1, kNow);
  ASSERT_TRUE(batch.ok()) << Text(batch.status());
  EXPECT_EQ(batch->records.at(0).timestamp_type, log::v1::TIMESTAMP_TYPE_LOG_APPEND);
  EXPECT_NE(batch->records.at(0).timestamp_ms, 1);
}

TEST(CheckStartTest, WhatIsThereCanBeReadOn) {
  EXPECT_TRUE(CheckStart("t", Partition(0), Offset(0), 0, 0).ok());
  EXPECT_TRUE(CheckStart("t", Partition(0), Offset(5), 5, 9).ok());
  EXPECT_TRUE(CheckStart("t", Partition(0), Offset(9), 5, 9).ok());
}

TEST(CheckStartTest, WhatIsGoneIsNamedWithAWayOn) {
  const Status gone = CheckStart("t", Partition(3), Offset(4), 6, 9);
  EXPECT_EQ(gone.code(), StatusCode::kDataLoss);
  EXPECT_THAT(std::string(Text(gone)), HasSubstr("partition 3 of topic 't' no longer holds offsets 4 to 5"));
  EXPECT_THAT(std::string(Text(gone)), HasSubstr("copy the directory of this shard"));
  const Status cut = CheckStart("t", Partition(3), Offset(10), 5, 9);
  EXPECT_EQ(cut.code(), StatusCode::kDataLoss);
  EXPECT_THAT(std::string(Text(cut)), HasSubstr("truncated or deleted and made again"));
}

}  // namespace
}  // namespace kontor
