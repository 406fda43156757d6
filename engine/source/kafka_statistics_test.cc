#include "engine/source/kafka_statistics.h"

#include <gtest/gtest.h>

namespace kontor {
namespace {

// Cut down from librdkafka 2.0: its STATISTICS.md names the fields.
constexpr std::string_view kJson = R"({
  "name": "kontor#consumer-1", "type": "consumer",
  "brokers": {
    "b1:9092/1": {"name": "b1:9092/1", "nodeid": 1, "state": "UP"},
    "b2:9092/2": {"name": "b2:9092/2", "nodeid": 2, "state": "TRY_CONNECT"}
  },
  "topics": {
    "events": {"topic": "events", "partitions": {
      "0": {"partition": 0, "broker": 1, "hi_offset": 90, "ls_offset": 88},
      "1": {"partition": 1, "broker": 2, "hi_offset": 70, "ls_offset": -1001},
      "2": {"partition": 2, "broker": -1, "hi_offset": -1001, "ls_offset": -1001},
      "-1": {"partition": -1, "broker": -1}}},
    "others": {"topic": "others", "partitions": {"7": {"partition": 7, "broker": 1, "ls_offset": 3}}}
  }})";

TEST(KafkaStatisticsTest, APartitionIsReachableWhereItsBrokerIsConnected) {
  const auto statistics = ReadKafkaStatistics(kJson, "events");
  ASSERT_TRUE(statistics.ok()) << Text(statistics.status());
  EXPECT_TRUE(statistics->any_broker);
  ASSERT_EQ(statistics->partitions.size(), 3u);
  EXPECT_TRUE(statistics->partitions.at(Partition(0)).reachable);
  EXPECT_FALSE(statistics->partitions.at(Partition(1)).reachable);
  EXPECT_FALSE(statistics->partitions.at(Partition(2)).reachable);
}

TEST(KafkaStatisticsTest, TheLastStableOffsetIsToldOnceKnown) {
  const auto statistics = ReadKafkaStatistics(kJson, "events");
  ASSERT_TRUE(statistics.ok()) << Text(statistics.status());
  EXPECT_EQ(statistics->partitions.at(Partition(0)).last_stable, 88);
  EXPECT_EQ(statistics->partitions.at(Partition(1)).last_stable, -1);
}

TEST(KafkaStatisticsTest, WhatIsMissingIsUnknown) {
  const auto empty = ReadKafkaStatistics("{}", "events");
  ASSERT_TRUE(empty.ok());
  EXPECT_FALSE(empty->any_broker);
  EXPECT_TRUE(empty->partitions.empty());
  EXPECT_FALSE(ReadKafkaStatistics("not JSON", "events").ok());
}

}  // namespace
}  // namespace kontor
