#include "engine/source/kafka_statistics.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace kontor {
namespace {

// Cut down from librdkafka 2.0: its STATISTICS.md names the fields.
constexpr std::string_view kJson = R"({
  "name": "kontor#consumer-1", "type": "consumer", "tx_bytes": 500, "rx_bytes": 9000,
  "cgrp": {"rebalance_cnt": 2},
  "brokers": {
    "b1:9092/1": {"name": "b1:9092/1", "nodeid": 1, "state": "UP", "req_timeouts": 1, "rtt": {"avg": 1500}},
    "b2:9092/2": {"name": "b2:9092/2", "nodeid": 2, "state": "TRY_CONNECT", "req_timeouts": 3, "rtt": {"avg": 9000}},
    "GroupCoordinator": {"name": "GroupCoordinator", "nodeid": 2, "source": "logical", "state": "UP"}
  },
  "topics": {
    "events": {"topic": "events", "partitions": {
      "0": {"partition": 0, "broker": 1, "hi_offset": 90, "ls_offset": 88, "fetchq_cnt": 4, "fetchq_size": 400},
      "1": {"partition": 1, "broker": 2, "hi_offset": 70, "ls_offset": -1001, "fetchq_cnt": 2, "fetchq_size": 100},
      "2": {"partition": 2, "broker": -1, "hi_offset": -1001, "ls_offset": -1001},
      "-1": {"partition": -1, "broker": -1}}},
    "others": {"topic": "others", "partitions": {"7": {"partition": 7, "broker": 1, "ls_offset": 3}}}
  }})";

TEST(KafkaStatisticsTest, APartitionsBrokerIsTheOneThatItIsReadFrom) {
  const auto statistics = ReadKafkaStatistics(kJson, "events");
  ASSERT_TRUE(statistics.ok()) << Text(statistics.status());
  EXPECT_TRUE(statistics->any_broker);
  ASSERT_EQ(statistics->partitions.size(), 3u);
  EXPECT_EQ(statistics->partitions.at(Partition(0)).broker, BrokerState::kAnswers);
  EXPECT_EQ(statistics->partitions.at(Partition(1)).broker, BrokerState::kAway);
  EXPECT_EQ(statistics->partitions.at(Partition(2)).broker, BrokerState::kAway);
}

TEST(KafkaStatisticsTest, ABrokerIsSilentWhereItOwesAnAnswerForLong) {
  const auto state = [](std::string_view broker) {
    const auto statistics = ReadKafkaStatistics(fmt::format(R"({{"brokers": {{"b": {{"nodeid": 1, "state": "UP", {}}}}},
                        "topics": {{"events": {{"partitions": {{"0": {{"partition": 0, "broker": 1}}}}}}}}}})",
                                                            broker),
                                                "events");
    const BrokerState told = statistics->partitions.at(Partition(0)).broker;
    EXPECT_EQ(statistics->any_broker, told == BrokerState::kAnswers);
    return told;
  };
  EXPECT_EQ(state(R"("waitresp_cnt": 1, "rxidle": 10000001)"), BrokerState::kSilent);
  EXPECT_EQ(state(R"("waitresp_cnt": 1, "rxidle": 9999999)"), BrokerState::kAnswers);
  EXPECT_EQ(state(R"("waitresp_cnt": 0, "rxidle": 60000000)"), BrokerState::kAnswers);
}

TEST(KafkaStatisticsTest, TheLastStableOffsetIsToldOnceKnown) {
  const auto statistics = ReadKafkaStatistics(kJson, "events");
  ASSERT_TRUE(statistics.ok()) << Text(statistics.status());
  EXPECT_EQ(statistics->partitions.at(Partition(0)).last_stable, 88);
  EXPECT_EQ(statistics->partitions.at(Partition(1)).last_stable, -1);
}

TEST(KafkaStatisticsTest, FiguresAreThoseOfTheClientAndOfAllItsBrokers) {
  const auto statistics = ReadKafkaStatistics(kJson, "events");
  ASSERT_TRUE(statistics.ok()) << Text(statistics.status());
  const SourceFigures& figures = statistics->figures;
  EXPECT_EQ(figures.brokers, 2);
  EXPECT_EQ(figures.received_bytes, 9000);
  EXPECT_EQ(figures.sent_bytes, 500);
  EXPECT_EQ(figures.request_timeouts, 4);
  EXPECT_EQ(figures.rebalances, 2);
  EXPECT_EQ(figures.round_trip_micros, 1500);  // of connected ones
  EXPECT_EQ(figures.waiting_records, 6);
  EXPECT_EQ(figures.waiting_bytes, 500);
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
