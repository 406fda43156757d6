// kontor demo: a portfolio with a story, on a broker inside this process.
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <thread>
#include <utility>

#include "engine/metrics/exposition.h"
#include "engine/server/http_server.h"
#include "engine/server/routes.h"
#include "engine/source/kafka_embedded_broker.h"
#include "engine/source/kafka_sink.h"
#include "tools/kontor/demo/demo_story.h"
#include "tools/kontor/instance.h"
#include "tools/kontor/logging.h"
#include "tools/kontor/progress.h"
#include "tools/kontor/running.h"
#include "tools/kontor/stop_signal.h"

namespace kontor {
namespace {

namespace fs = std::filesystem;

constexpr int32_t kPartitions = 2;
// Live events that `--exit` sends after the history.
constexpr int kTrickleOnExit = 200;
// The embedded broker drops what is not read in time: so many records are ahead of the engine at most.
constexpr int64_t kAheadMax = 2'000;
constexpr std::chrono::milliseconds kLook{5};
constexpr std::chrono::seconds kPatience{60};
// Totals follow behind all else, and a machine that is busy takes its time over them.
constexpr std::chrono::minutes kTotalsPatience{10};
constexpr std::chrono::milliseconds kAnswersFinish{1'500};

// Stands until it is told to go on: the demo's time is that of its events until the history is in.
class DemoClock final : public Clock {
 public:
  explicit DemoClock(Instant now) : stands_at_(now.value()) {}
  Instant Now() const override {
    const RunningClock* running = running_.load();
    return running == nullptr ? Instant(stands_at_.load()) : running->Now();
  }
  void Set(Instant now) { stands_at_ = now.value(); }
  void RunOn() {
    owned_ = std::make_unique<RunningClock>(Instant(stands_at_.load()));
    running_ = owned_.get();
  }

 private:
  std::atomic<int64_t> stands_at_;
  std::unique_ptr<RunningClock> owned_;
  std::atomic<const RunningClock*> running_ = nullptr;
};

// The folder of one run: the one given, which must be new or empty, or a temporary one that goes with the run.
class DemoFolder {
 public:
  static Result<std::unique_ptr<DemoFolder>> Make(const std::string& given) {
    std::error_code error;
    if (!given.empty()) {
      if (fs::exists(given, error) && !(fs::is_directory(given, error) && fs::is_empty(given, error))) {
        return FailedPrecondition("data directory {}: is not empty; a demo starts on a fresh folder (--data-dir)",
                                  given);
      }
      return std::unique_ptr<DemoFolder>(new DemoFolder(given, false));
    }
    std::string path = (fs::temp_directory_path(error) / "kontor-demo-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr) {
      return PermissionDenied("no temporary folder can be made in {}; give one (--data-dir)", path);
    }
    return std::unique_ptr<DemoFolder>(new DemoFolder(path, true));
  }
  ~DemoFolder() {
    std::error_code error;
    if (temporary_) fs::remove_all(path_, error);
  }
  const std::string& path() const { return path_; }

 private:
  DemoFolder(std::string path, bool temporary) : path_(std::move(path)), temporary_(temporary) {}
  const std::string path_;
  const bool temporary_;
};

// Sends the story's records in their order and never runs far ahead of the engine.
class DemoEmitter {
 public:
  DemoEmitter(KafkaSink* sink, const ShardSet* shards, const InstanceOptions& options)
      : sink_(sink), shards_(shards), options_(options) {}

  Status Send(const demo::DemoRecord& record) {
    OutRecord out;
    out.topic = record.topic == TopicRole::kReference ? options_.reference_topic : options_.events_topic;
    out.key = record.key;
    out.value = record.value;
    out.timestamp_ms = record.timestamp_ms;
    ++sent_;
    return sink_->Send(std::move(out), [this](const Status& status, Partition, Offset) {
      if (!status.ok()) failed_ = true;
    });
  }

  // Waits until the engine has read what was sent but for `ahead` records.
  Status Pace(int64_t ahead) {
    KONTOR_RETURN_IF_ERROR(sink_->Flush(kPatience));
    if (failed_) return Unavailable("the embedded broker did not take every event; run the demo again");
    const auto limit = std::chrono::steady_clock::now() + kPatience;
    while (sent_ - Read() > ahead) {
      if (std::chrono::steady_clock::now() > limit) {
        return Unavailable("the engine read {} of {} events and went no further; look at {}", Read(), sent_, "/readyz");
      }
      std::this_thread::sleep_for(kLook);
    }
    return OkStatus();
  }

  int64_t sent() const { return sent_; }

 private:
  // Records in the logs and folded.
  int64_t Read() const {
    int64_t read = 0;
    for (const std::shared_ptr<Shard>& shard : shards_->events()) {
      read += static_cast<int64_t>(shard->status().folded.value());
    }
    if (const std::shared_ptr<Shard> reference = shards_->reference()) {
      read += static_cast<int64_t>(reference->status().folded.value());
    }
    return read;
  }

  KafkaSink* sink_;
  const ShardSet* shards_;
  const InstanceOptions& options_;
  int64_t sent_ = 0;
  std::atomic<bool> failed_ = false;
};

Result<std::string> SummaryText(const Queries& queries) {
  Result<view::v1::PortfolioView> portfolio = queries.Portfolio();
  const auto limit = std::chrono::steady_clock::now() + kTotalsPatience;
  while (portfolio.ok() && !portfolio->settled() && std::chrono::steady_clock::now() < limit) {
    portfolio = queries.Portfolio();
  }
  KONTOR_RETURN_IF_ERROR(portfolio.status());
  if (!portfolio->settled()) {
    return Unavailable("the totals did not follow within {} minutes; run the demo again", kTotalsPatience.count());
  }
  KONTOR_ASSIGN_OR_RETURN(const api::v1::ListShardsResponse shards, queries.Shards(true));
  std::string text = fmt::format("{} accounts, {} of them key accounts, {} findings\n", portfolio->accounts(),
                                 portfolio->key_accounts(), portfolio->findings());
  const view::v1::Amount& net = portfolio->value().net_value().lifetime();
  if (net.has_reporting()) {
    text += fmt::format("net value {} {}\n", DecimalText(NanosOf(net.reporting()), 2), net.reporting().currency_code());
  }
  for (const api::v1::ShardSummary& shard : shards.shards()) {
    text += fmt::format(
        "{}/{}: {} records, {} accepted, {} duplicates, {} conflicts, {} rejected\n  log   {}\n  views {}\n",
        shard.topic(), shard.partition(), shard.position(), shard.accepted(), shard.duplicates(), shard.conflicts(),
        shard.rejected(), shard.log_digest(), shard.views_digest());
  }
  return text;
}

Status Demo(const DemoCommandOptions& demo, const Console& console, const StopSignal& stop) {
  KONTOR_ASSIGN_OR_RETURN(const std::unique_ptr<DemoFolder> folder, DemoFolder::Make(demo.data_dir));
  demo::DemoOptions story_options;
  story_options.seed = demo.seed;
  story_options.now = demo.reporting.now.value_or(SystemClock().Now());
  KONTOR_ASSIGN_OR_RETURN(demo::DemoStory story, demo::DemoStory::Make(story_options));

  DemoClock clock(story_options.now);
  InstanceOptions options;
  options.data_dir = folder->path();
  options.clock = &clock;
  options.currency = demo.reporting.currency;
  options.zone = demo.reporting.zone;
  KONTOR_ASSIGN_OR_RETURN(
      const std::unique_ptr<KafkaEmbeddedBroker> broker,
      KafkaEmbeddedBroker::Start(
          {{options.events_topic, kPartitions}, {options.reference_topic, 1}, {options.rejected_topic, 1}}));
  options.kafka.emplace();
  options.kafka->brokers = broker->brokers();
  options.kafka->group_id = "kontor";
  // The embedded broker speaks an old protocol, which librdkafka warns of at every connection.
  options.kafka->properties["log_level"] = "3";
  KONTOR_ASSIGN_OR_RETURN(const std::unique_ptr<KafkaSink> sink, KafkaSink::Open(*options.kafka, options.partitioner));
  KONTOR_ASSIGN_OR_RETURN(const std::unique_ptr<Instance> instance, Instance::Open(options));
  HttpServerOptions http = demo.http;
  http.metrics = [&](const HttpTraffic& traffic) { return MetricsText(instance->figures(), traffic, RoutePaths()); };
  KONTOR_ASSIGN_OR_RETURN(const std::unique_ptr<HttpServer> server,
                          HttpServer::Start(http, ThisVersion(), &instance->queries(), &instance->feed()));
  const std::string url = UrlOf(http, server->port());

  *console.out << fmt::format(
                      "demo: {} records of history up to {}, on a broker inside this process, {}; answers on {}\n",
                      story.HistorySize(), InstantText(story_options.now), broker->brokers(), url)
               << std::flush;
  DemoEmitter emitter(sink.get(), &instance->shards(), options);
  {
    Progress progress("records", console);
    while (story.InHistory()) {
      KONTOR_RETURN_IF_ERROR(emitter.Send(story.Next()));
      if (emitter.sent() % kAheadMax != 0) continue;
      KONTOR_RETURN_IF_ERROR(emitter.Pace(kAheadMax));
      const auto sent = static_cast<uint64_t>(emitter.sent());
      progress.Update(sent, sent, story.HistorySize());
      if (stop.WaitFor(std::chrono::milliseconds(0))) return Cancelled("stopped before the history was in");
    }
    KONTOR_RETURN_IF_ERROR(emitter.Pace(0));
  }

  if (demo.exit) {
    for (int i = 0; i < kTrickleOnExit; ++i) {
      const demo::DemoRecord record = story.Next();
      clock.Set(Instant(record.timestamp_ms * 1'000'000));
      KONTOR_RETURN_IF_ERROR(emitter.Send(record));
    }
    KONTOR_RETURN_IF_ERROR(emitter.Pace(0));
    KONTOR_ASSIGN_OR_RETURN(const std::string summary, SummaryText(instance->queries()));
    *console.out << summary;
  } else {
    clock.RunOn();
    *console.out << demo::GuideText(story.Stories(), url, broker->brokers(), story_options.now) << std::flush;
    while (true) {
      const demo::DemoRecord record = story.Next();
      const int64_t wait_ms = record.timestamp_ms - clock.Now().value() / 1'000'000;
      if (stop.WaitFor(std::chrono::milliseconds(std::max<int64_t>(wait_ms, 0)))) break;
      KONTOR_RETURN_IF_ERROR(emitter.Send(record));
    }
    *console.out << "stopping\n";
  }
  server->Stop(kAnswersFinish);
  return OkStatus();
}

}  // namespace

int RunDemo(const DemoCommandOptions& options, const Console& console) {
  SetUpLog(options.log);
  const StopSignal stop;
  const Status status = Demo(options, console, stop);
  return status.ok() ? 0 : NotRun(status, options.log, console);
}

}  // namespace kontor
