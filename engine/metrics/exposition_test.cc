#include "engine/metrics/exposition.h"

#include <gmock/gmock.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace kontor {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr size_t kRoutes = 2;

class ExpositionTest : public ::testing::Test {
 protected:
  ExpositionTest() {
    shard_.status.id = {"kontor.events", Partition(3)};
    shard_.status.state = ShardState::kRunning;
    for (Distribution::Reading* reading :
         {&shard_.batch_records, &shard_.poll, &shard_.append, &shard_.fold, &shard_.commit, &shard_.readable}) {
      *reading = Distribution(kLatencyBounds).Read();
    }
  }

  std::string Text() {
    figures_.shards = {shard_};
    return MetricsText(figures_, traffic_, {"/v1/accounts", "/metrics"});
  }
  // The value of a series, named as the text names it; empty where it is not there.
  std::string Value(const std::string& series) {
    std::istringstream lines(Text());
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(series + " ")) return line.substr(series.size() + 1);
    }
    return {};
  }

  static constexpr char kShard[] = R"({partition="3",topic="kontor.events"})";
  ShardFigures shard_;
  EngineFigures figures_;
  HttpTraffic traffic_{kRoutes};
};

TEST_F(ExpositionTest, EveryMetricStandsInTheTableAndOnlyThose) {
  std::set<std::string> told;
  const std::string text = Text();
  const std::regex type("# TYPE ([a-z_0-9]+) (counter|gauge|histogram)\n");
  for (std::sregex_iterator at(text.begin(), text.end(), type), end; at != end; ++at) {
    EXPECT_TRUE(told.insert((*at)[1].str() + " " + (*at)[2].str()).second) << "told twice: " << (*at)[1];
    EXPECT_EQ((*at)[2] == "counter", (*at)[1].str().ends_with("_total")) << (*at)[1];
  }
  std::set<std::string> documented;
  std::ifstream readme("engine/server/README.md");
  const std::regex row("^\\| `([a-z_0-9]+)` \\| (counter|gauge|histogram) \\|.*");
  std::smatch match;
  for (std::string line; std::getline(readme, line);) {
    if (std::regex_match(line, match, row)) documented.insert(match[1].str() + " " + match[2].str());
  }
  EXPECT_FALSE(told.empty());
  EXPECT_EQ(told, documented);
}

TEST_F(ExpositionTest, NothingOfAFamilyIsStillTheFamily) {
  const std::string text = MetricsText({}, HttpTraffic(kRoutes), {});
  EXPECT_THAT(text, AllOf(HasSubstr("# TYPE kontor_records_total counter"), Not(HasSubstr("\nkontor_records_total"))));
}

TEST_F(ExpositionTest, RecordsAreToldByDispositionAndReason) {
  shard_.status.accepted = 12;
  shard_.status.rejected = 2;
  shard_.rejected[log::v1::REJECT_REASON_MISSING_FIELD] = 2;
  EXPECT_EQ(Value(R"(kontor_records_total{disposition="accepted",partition="3",topic="kontor.events"})"), "12");
  EXPECT_EQ(Value(R"(kontor_records_rejected_total{partition="3",reason="missing_field",topic="kontor.events"})"), "2");
  EXPECT_EQ(Value(R"(kontor_records_rejected_total{partition="3",reason="wrong_topic",topic="kontor.events"})"), "0");
}

TEST_F(ExpositionTest, LagIsWhatKafkaHasAndTheLogHasNot) {
  shard_.status.watermarks = {.low = 0, .high = 100, .last_stable = 90};
  shard_.status.next_offset = Offset(80);
  shard_.last_timestamp_ms = 1'000'000;
  figures_.now = Instant(int64_t{1'012'500} * 1'000'000);
  EXPECT_EQ(Value(std::string("kontor_shard_lag_records") + kShard), "10");  // what is in open transactions is not due
  EXPECT_EQ(Value(std::string("kontor_shard_lag_seconds") + kShard), "12.5");
  shard_.status.next_offset = Offset(90);
  EXPECT_EQ(Value(std::string("kontor_shard_lag_records") + kShard), "0");
  EXPECT_EQ(Value(std::string("kontor_shard_lag_seconds") + kShard), "0");
  EXPECT_EQ(Value(std::string("kontor_shard_behind_seconds") + kShard), "0");
  shard_.since_level = std::chrono::seconds(3);
  EXPECT_EQ(Value(std::string("kontor_shard_behind_seconds") + kShard), "3");
}

TEST_F(ExpositionTest, ACheckpointHasAnAgeOnlyWhereSomethingIsNotCommitted) {
  shard_.since_commit = std::chrono::milliseconds(1'500);
  shard_.status.folded = shard_.status.checkpoint = Position(7);
  EXPECT_EQ(Value(std::string("kontor_shard_checkpoint_age_seconds") + kShard), "0");
  shard_.status.folded = Position(9);
  EXPECT_EQ(Value(std::string("kontor_shard_checkpoint_age_seconds") + kShard), "1.5");
  EXPECT_EQ(Value(std::string("kontor_shard_uncommitted_records") + kShard), "2");
}

TEST_F(ExpositionTest, OneStateIsOne) {
  shard_.status.state = ShardState::kFailed;
  EXPECT_EQ(Value(R"(kontor_shard_state{partition="3",state="failed",topic="kontor.events"})"), "1");
  EXPECT_EQ(Value(R"(kontor_shard_state{partition="3",state="running",topic="kontor.events"})"), "0");
}

TEST_F(ExpositionTest, HistogramsAreCumulative) {
  Distribution commits(kLatencyBounds);
  for (const double seconds : {0.00005, 0.02, 0.02, 60.0}) commits.Observe(seconds);
  shard_.commit = commits.Read();
  const auto bucket = [](const char* le) {
    return std::string("kontor_commit_seconds_bucket{partition=\"3\",topic=\"kontor.events\",le=\"") + le + "\"}";
  };
  EXPECT_EQ(Value(bucket("0.0001")), "1");
  EXPECT_EQ(Value(bucket("0.025")), "3");
  EXPECT_EQ(Value(bucket("10")), "3");
  EXPECT_EQ(Value(bucket("+Inf")), "4");
  EXPECT_EQ(Value(std::string("kontor_commit_seconds_count") + kShard), "4");
}

TEST_F(ExpositionTest, RequestsAreToldByRouteAndClassOfCode) {
  traffic_.Observe(0, 200, std::chrono::milliseconds(1));
  traffic_.Observe(0, 404, std::chrono::milliseconds(1));
  traffic_.Observe(SIZE_MAX, 431, std::chrono::milliseconds(1));
  EXPECT_EQ(Value(R"(kontor_http_request_seconds_count{code="2xx",route="/v1/accounts"})"), "1");
  EXPECT_EQ(Value(R"(kontor_http_request_seconds_count{code="4xx",route="/v1/accounts"})"), "1");
  EXPECT_EQ(Value(R"(kontor_http_request_seconds_count{code="4xx",route="none"})"), "1");
  EXPECT_EQ(Value(R"(kontor_http_request_seconds_count{code="5xx",route="/v1/accounts"})"), "");
}

TEST_F(ExpositionTest, StreamsAreTold) {
  figures_.accounts = {.hits = 5, .misses = 6, .bytes = 7};
  EXPECT_EQ(Value("kontor_account_cache_hits_total"), "5");
  EXPECT_EQ(Value("kontor_account_cache_misses_total"), "6");
  EXPECT_EQ(Value("kontor_account_cache_bytes"), "7");
  figures_.streams = {.open = 2, .dropped = 3, .resets = 4};
  EXPECT_EQ(Value("kontor_streams"), "2");
  EXPECT_EQ(Value("kontor_streams_dropped_total"), "3");
  EXPECT_EQ(Value("kontor_streams_reset_total"), "4");
}

TEST_F(ExpositionTest, EachStoreIsToldAndTheirSharedCacheOnce) {
  shard_.log.table_bytes = 10;
  shard_.views.table_bytes = 20;
  shard_.log.cache_bytes = shard_.views.cache_bytes = 5;
  shard_.views.stall_micros = 2'500'000;
  EXPECT_EQ(Value(R"(kontor_rocksdb_table_bytes{partition="3",store="log",topic="kontor.events"})"), "10");
  EXPECT_EQ(Value(R"(kontor_rocksdb_table_bytes{partition="3",store="views",topic="kontor.events"})"), "20");
  EXPECT_EQ(Value(R"(kontor_rocksdb_stall_seconds_total{partition="3",store="views",topic="kontor.events"})"), "2.5");
  EXPECT_EQ(Value("kontor_rocksdb_block_cache_bytes"), "5");
}

TEST(ProcessFiguresTest, TheSystemTellsOfThisProcess) {
  const ProcessFigures figures = ReadProcessFigures();
  EXPECT_GT(figures.resident_bytes, 1'000'000U);
  EXPECT_GE(figures.virtual_bytes, figures.resident_bytes);
  EXPECT_GE(figures.threads, 1U);
  EXPECT_GE(figures.open_files, 3U);
  EXPECT_GE(figures.open_files_max, figures.open_files);
  EXPECT_GT(figures.start_time_seconds, 1.7e9);
}

}  // namespace
}  // namespace kontor
