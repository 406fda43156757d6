#include "engine/metrics/exposition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "engine/metrics/families.h"

namespace kontor {
namespace {

double Seconds(std::chrono::steady_clock::duration time) { return std::chrono::duration<double>(time).count(); }

MetricLabels OfShard(const ShardFigures& shard) {
  return {{"topic", shard.status.id.topic}, {"partition", std::to_string(shard.status.id.partition.value())}};
}

// The shard's labels and one more.
MetricLabels OfShard(const ShardFigures& shard, std::string name, std::string value) {
  MetricLabels labels = OfShard(shard);
  labels.emplace(std::move(name), std::move(value));
  return labels;
}

// "REJECT_REASON_MISSING_FIELD" as "missing_field".
std::string ReasonName(size_t reason) {
  std::string name = log::v1::RejectReason_Name(static_cast<int>(reason)).substr(sizeof "REJECT_REASON_" - 1);
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return name;
}

// How long ago the last record that was taken in was recorded, where more of them wait.
double AgeBehind(const ShardFigures& shard, Instant now) {
  if (OffsetsBehind(shard.status) == 0 || shard.last_timestamp_ms <= 0) return 0;
  return std::max(static_cast<double>(now.value()) / 1e9 - static_cast<double>(shard.last_timestamp_ms) / 1e3, 0.0);
}

constexpr std::array<std::pair<ShardState, std::string_view>, 5> kStates = {{{ShardState::kOpening, "opening"},
                                                                             {ShardState::kCatchingUp, "catching_up"},
                                                                             {ShardState::kRunning, "running"},
                                                                             {ShardState::kStopped, "stopped"},
                                                                             {ShardState::kFailed, "failed"}}};

class Telling {
 public:
  Telling(const EngineFigures& figures, Families* families) : figures_(figures), families_(*families) {}

  void Build() {
    const api::v1::VersionInfo& version = figures_.version;
    families_.Gauge("kontor_build_info", "1, with the program's version and those of its formats as labels.");
    families_.Add({{"version", version.version()},
                   {"intake_version", std::to_string(version.intake_version())},
                   {"fold_version", std::to_string(version.fold_version())},
                   {"log_format", std::to_string(version.log_format())},
                   {"views_format", std::to_string(version.views_format())}},
                  1);
    families_.Gauge("kontor_ready", "1 while /readyz says that the engine is ready.");
    families_.Add({}, figures_.ready ? 1 : 0);
  }

  void Records() {
    families_.Counter("kontor_records_total", "Records read from Kafka and made durable, by disposition.");
    EachShard([&](const ShardFigures& shard) {
      const ShardStatus& status = shard.status;
      families_.Add(OfShard(shard, "disposition", "accepted"), static_cast<double>(status.accepted));
      families_.Add(OfShard(shard, "disposition", "duplicate"), static_cast<double>(status.duplicates));
      families_.Add(OfShard(shard, "disposition", "conflict"), static_cast<double>(status.conflicts));
      families_.Add(OfShard(shard, "disposition", "rejected"), static_cast<double>(status.rejected));
    });
    families_.Counter("kontor_records_rejected_total", "Rejected records, by the reason.");
    EachShard([&](const ShardFigures& shard) {
      for (size_t i = 1; i < kRejectReasons; ++i) {  // 0 is no reason
        families_.Add(OfShard(shard, "reason", ReasonName(i)), static_cast<double>(shard.rejected[i]));
      }
    });
    OfEach("kontor_offset_gaps_total", "Offsets between records that the partition does not hold.", Kind::kCounter,
           [](const ShardFigures& shard) { return shard.status.offset_gaps; });
    families_.Gauge("kontor_dead_letters_waiting", "Refused records that the dead-letter topic does not have yet.");
    families_.Add({}, static_cast<double>(figures_.dead_letters_waiting));
  }

  void Shards() {
    families_.Gauge("kontor_shard_state", "1 for the state that the shard is in, 0 for the others.");
    EachShard([&](const ShardFigures& shard) {
      for (const auto& [state, name] : kStates) {
        families_.Add(OfShard(shard, "state", std::string(name)), shard.status.state == state ? 1 : 0);
      }
    });
    OfEach("kontor_shard_attached", "1 while the shard reads its partition.", Kind::kGauge,
           [](const ShardFigures& shard) { return shard.status.attached; });
    OfEach("kontor_shard_lag_records", "Offsets that Kafka has and the shard has not read.", Kind::kGauge,
           [](const ShardFigures& shard) { return OffsetsBehind(shard.status); });
    OfEach("kontor_shard_lag_seconds", "Age of the last record taken in, by its Kafka timestamp; 0 where none waits.",
           Kind::kGauge, [this](const ShardFigures& shard) { return AgeBehind(shard, figures_.now); });
    OfEach("kontor_shard_behind_seconds", "Time since the shard had last read all that Kafka holds.", Kind::kGauge,
           [](const ShardFigures& shard) { return shard.since_level ? Seconds(*shard.since_level) : 0.0; });
    OfEach("kontor_shard_log_records", "Records in the log.", Kind::kGauge,
           [](const ShardFigures& shard) { return shard.status.end.value(); });
    OfEach("kontor_shard_unfolded_records", "Records in the log that readers do not see yet.", Kind::kGauge,
           [](const ShardFigures& shard) { return shard.status.end.value() - shard.status.folded.value(); });
    OfEach("kontor_shard_uncommitted_records", "Folded records that the stored views do not reflect yet.", Kind::kGauge,
           [](const ShardFigures& shard) { return shard.status.folded.value() - shard.status.checkpoint.value(); });
    OfEach("kontor_shard_checkpoint_age_seconds", "Time since the last commit of the views; 0 where all is committed.",
           Kind::kGauge, [](const ShardFigures& shard) {
             return shard.status.folded > shard.status.checkpoint ? Seconds(shard.since_commit) : 0.0;
           });
  }

  void Steps() {
    OfEach("kontor_batch_records", "Records of a poll that brought some.", &ShardFigures::batch_records);
    OfEach("kontor_poll_seconds", "Time of a poll that brought records, the wait for them included.",
           &ShardFigures::poll);
    OfEach("kontor_append_seconds", "Time to write a batch to the log and sync it.", &ShardFigures::append);
    OfEach("kontor_fold_seconds", "Time to fold a batch and make it visible.", &ShardFigures::fold);
    OfEach("kontor_commit_seconds", "Time to commit the views.", &ShardFigures::commit);
    OfEach("kontor_record_readable_seconds", "Time from a record's Kafka timestamp until readers saw it.",
           &ShardFigures::readable);
    OfEach("kontor_row_cache_hits_total", "Rows that folding found in memory.", Kind::kCounter,
           [](const ShardFigures& shard) { return shard.cache_hits; });
    OfEach("kontor_row_cache_misses_total", "Rows that folding looked for in the store.", Kind::kCounter,
           [](const ShardFigures& shard) { return shard.cache_misses; });
  }

  void Stores() {
    OfStores("table_bytes", "Size of the sorted tables on disk.", Kind::kGauge, &StoreFigures::table_bytes);
    OfStores("memtable_bytes", "What was written and is no table yet.", Kind::kGauge, &StoreFigures::memory_bytes);
    OfStores("table_reader_bytes", "Filters and indexes that stay in memory.", Kind::kGauge,
             &StoreFigures::reader_bytes);
    OfStores("pending_compaction_bytes", "What is to be merged, as estimated.", Kind::kGauge,
             &StoreFigures::pending_compaction_bytes);
    OfStores("running_merges", "Compactions and flushes that run.", Kind::kGauge, &StoreFigures::running_merges);
    OfStores("background_errors", "Failures of flushes and compactions since the store was opened.", Kind::kGauge,
             &StoreFigures::background_errors);
    OfStores("writes_stopped", "1 while writes wait for merging.", Kind::kGauge, &StoreFigures::writes_stopped);
    OfStores("block_cache_hits_total", "Blocks that were found in the block cache.", Kind::kCounter,
             &StoreFigures::cache_hits);
    OfStores("block_cache_misses_total", "Blocks that were read from the disk.", Kind::kCounter,
             &StoreFigures::cache_misses);
    OfStores("filter_hits_total", "Lookups that a filter answered: not there.", Kind::kCounter,
             &StoreFigures::filter_hits);
    OfStores("wal_bytes_total", "Written to the write-ahead log.", Kind::kCounter, &StoreFigures::bytes_logged);
    OfStores("flush_bytes_total", "Written by flushes.", Kind::kCounter, &StoreFigures::bytes_flushed);
    OfStores("compaction_bytes_total", "Written by compactions.", Kind::kCounter, &StoreFigures::bytes_merged);
    families_.Counter("kontor_rocksdb_stall_seconds_total", "Time that writes were held up for merging to catch up.");
    EachStore([&](const StoreFigures& store, const MetricLabels& labels) {
      families_.Add(labels, static_cast<double>(store.stall_micros) / 1e6);
    });
    families_.Gauge("kontor_rocksdb_block_cache_bytes", "Use of the block cache that all stores share.");
    uint64_t cache_bytes = 0;
    EachStore([&](const StoreFigures& store, const MetricLabels&) {
      cache_bytes = std::max(cache_bytes, store.cache_bytes);
    });
    families_.Add({}, static_cast<double>(cache_bytes));
  }

  void Accounts() {
    const AccountCache::Figures& accounts = figures_.accounts;
    One("kontor_account_cache_hits_total", "Accounts asked for that were kept added up.", Kind::kCounter,
        accounts.hits);
    One("kontor_account_cache_misses_total", "Accounts asked for that were read anew.", Kind::kCounter,
        accounts.misses);
    One("kontor_account_cache_bytes", "Memory of the accounts that are kept, as estimated.", Kind::kGauge,
        accounts.bytes);
  }

  void Kafka() {
    const SourceFigures& source = figures_.source;
    One("kontor_kafka_brokers_connected", "Brokers that the consumer is connected to.", Kind::kGauge, source.brokers);
    One("kontor_kafka_received_bytes_total", "Bytes that came from brokers.", Kind::kCounter, source.received_bytes);
    One("kontor_kafka_sent_bytes_total", "Bytes that went to brokers.", Kind::kCounter, source.sent_bytes);
    One("kontor_kafka_request_timeouts_total", "Requests that a broker did not answer in time.", Kind::kCounter,
        source.request_timeouts);
    One("kontor_kafka_rebalances_total", "Rebalances of the consumer group.", Kind::kCounter, source.rebalances);
    One("kontor_kafka_round_trip_seconds", "Mean time of a request over the last second, of the slowest broker.",
        Kind::kGauge, static_cast<double>(source.round_trip_micros) / 1e6);
    One("kontor_kafka_waiting_records", "Records that were fetched and wait to be polled.", Kind::kGauge,
        source.waiting_records);
    One("kontor_kafka_waiting_bytes", "Size of these records.", Kind::kGauge, source.waiting_bytes);
  }

  void Http(const HttpTraffic& traffic, const std::vector<std::string_view>& routes) {
    families_.Histogram("kontor_http_request_seconds",
                        "Time from a request's first byte until its answer is sent off, by route and class of code.");
    for (size_t route = 0; route < traffic.routes(); ++route) {
      for (size_t i = 0; i < kCodeClasses; ++i) {
        const Distribution::Reading reading = traffic.Read(route, i);
        // Most of the pairs never come to be; each has a dozen lines.
        if (std::ranges::all_of(reading.counts, [](uint64_t count) { return count == 0; })) continue;
        families_.Add({{"route", route < routes.size() ? std::string(routes[route]) : "none"},
                       {"code", fmt::format("{}xx", i + 1)}},
                      reading);
      }
    }
    One("kontor_http_connections", "Open connections of readers.", Kind::kGauge, traffic.connections());
    const ChangeFeed::Figures& streams = figures_.streams;
    One("kontor_streams", "Open streams of changed accounts.", Kind::kGauge, streams.open);
    One("kontor_streams_dropped_total", "Streams that were closed because their reader was too slow.", Kind::kCounter,
        streams.dropped);
    One("kontor_streams_reset_total", "Streams whose reader came back too late to go on where it stood.",
        Kind::kCounter, streams.resets);
  }

  void Process() {
    const ProcessFigures& process = figures_.process;
    One("process_cpu_seconds_total", "User and system time.", Kind::kCounter, process.cpu_seconds);
    One("process_start_time_seconds", "When the process started, since 1970.", Kind::kGauge,
        process.start_time_seconds);
    One("process_resident_memory_bytes", "Memory in use.", Kind::kGauge, process.resident_bytes);
    One("process_virtual_memory_bytes", "Memory that is mapped.", Kind::kGauge, process.virtual_bytes);
    One("process_threads", "Threads.", Kind::kGauge, process.threads);
    One("process_open_fds", "Open files and sockets.", Kind::kGauge, process.open_files);
    One("process_max_fds", "Files and sockets that may be open.", Kind::kGauge, process.open_files_max);
  }

 private:
  enum class Kind { kCounter, kGauge };

  void Begin(std::string name, std::string help, Kind kind) {
    if (kind == Kind::kCounter) return families_.Counter(std::move(name), std::move(help));
    families_.Gauge(std::move(name), std::move(help));
  }

  template <typename T>
  void One(std::string name, std::string help, Kind kind, T value) {
    Begin(std::move(name), std::move(help), kind);
    families_.Add({}, static_cast<double>(value));
  }

  template <typename Visit>
  void EachShard(Visit visit) {
    for (const ShardFigures& shard : figures_.shards) visit(shard);
  }

  template <typename Value>
  void OfEach(std::string name, std::string help, Kind kind, Value value) {
    Begin(std::move(name), std::move(help), kind);
    EachShard([&](const ShardFigures& shard) { families_.Add(OfShard(shard), static_cast<double>(value(shard))); });
  }
  void OfEach(std::string name, std::string help, Distribution::Reading ShardFigures::*reading) {
    families_.Histogram(std::move(name), std::move(help));
    EachShard([&](const ShardFigures& shard) { families_.Add(OfShard(shard), shard.*reading); });
  }

  template <typename Visit>
  void EachStore(Visit visit) {
    EachShard([&](const ShardFigures& shard) {
      visit(shard.log, OfShard(shard, "store", "log"));
      visit(shard.views, OfShard(shard, "store", "views"));
    });
  }
  template <typename T>
  void OfStores(std::string_view name, std::string help, Kind kind, T StoreFigures::*value) {
    Begin(fmt::format("kontor_rocksdb_{}", name), std::move(help), kind);
    EachStore([&](const StoreFigures& store, const MetricLabels& labels) {
      families_.Add(labels, static_cast<double>(store.*value));
    });
  }

  const EngineFigures& figures_;
  Families& families_;
};

}  // namespace

std::string MetricsText(const EngineFigures& figures, const HttpTraffic& traffic,
                        const std::vector<std::string_view>& routes) {
  Families families;
  Telling telling(figures, &families);
  telling.Build();
  telling.Records();
  telling.Shards();
  telling.Steps();
  telling.Stores();
  telling.Accounts();
  telling.Kafka();
  telling.Http(traffic, routes);
  telling.Process();
  return families.Text();
}

}  // namespace kontor
