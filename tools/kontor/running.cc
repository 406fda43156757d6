#include "tools/kontor/running.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <utility>

#include "engine/base/sha256.h"
#include "engine/metrics/exposition.h"
#include "engine/server/http_server.h"
#include "engine/server/routes.h"
#include "tools/kontor/catching_up.h"
#include "tools/kontor/instance.h"
#include "tools/kontor/logging.h"
#include "tools/kontor/progress.h"
#include "tools/kontor/service.h"
#include "tools/kontor/stop_signal.h"

namespace kontor {
namespace {

// Of the five seconds in which a stop is promised, what answers that have begun may take.
constexpr std::chrono::milliseconds kAnswersFinish{1'500};

std::unique_ptr<Clock> ClockFor(const ReportingOptions& reporting) {
  if (reporting.now) return std::make_unique<FrozenClock>(*reporting.now);
  return std::make_unique<SystemClock>();
}

// A restart on the same folder is the same member, so it gets its partitions back without a rebalance.
std::string MemberIdFor(const std::string& data_dir) {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  std::error_code error;
  const std::string folder = std::filesystem::absolute(data_dir, error).lexically_normal().string();
  return fmt::format("kontor-{}-{}", host.data(), HexText(Sha256::Of(folder)).substr(0, 8));
}

InstanceOptions OptionsFor(const std::string& data_dir, const ReportingOptions& reporting, const Clock* clock) {
  InstanceOptions options;
  options.data_dir = data_dir;
  options.currency = reporting.currency;
  options.zone = reporting.zone;
  options.clock = clock;
  return options;
}

// Where it stands, on one line: "3 shards, 12,345 records, 0 behind".
std::string StatusLine(const ShardSet& shards) {
  uint64_t records = 0;
  int64_t behind = 0;
  size_t failed = 0;
  const std::vector<ShardStatus> all = shards.statuses();
  for (const ShardStatus& shard : all) {
    records += shard.end.value();
    behind += OffsetsBehind(shard);
    failed += shard.state == ShardState::kFailed ? 1 : 0;
  }
  std::string line = fmt::format("{} shards, {} records, {} behind", all.size(), records, behind);
  if (failed > 0) line += fmt::format("; {} FAILED, see /readyz", failed);
  return line;
}

// Returns once a signal to stop came. Tells the service manager meanwhile, where there is one, and the log how far
// catching up is.
void ServeUntilStopped(const StopSignal& stop, const ShardSet& shards, ServiceManager* manager) {
  manager->Ready(StatusLine(shards));
  const std::chrono::milliseconds pause =
      manager->listens() ? std::min<std::chrono::milliseconds>(manager->interval(), CatchingUp::kInterval)
                         : CatchingUp::kInterval;
  CatchingUp catching_up;
  while (!stop.WaitFor(pause)) {
    if (manager->listens()) manager->Tick(shards.IsAlive(manager->patience()), StatusLine(shards));
    const auto said = catching_up.Look(std::chrono::steady_clock::now(), shards.statuses());
    if (said) spdlog::info("{}", *said);
  }
}

}  // namespace

std::string UrlOf(const HttpServerOptions& options, uint16_t port) {
  return fmt::format("http://{}:{}", options.listen.substr(0, options.listen.rfind(':')), port);
}

int NotRun(const Status& why, const LogOptions& log, const Console& console) {
  if (log.format == "json") {
    spdlog::error("{}", Text(why));
  } else {
    console.Error(Text(why));
  }
  return 1;
}

int RunServe(const ServeOptions& serve, const Console& console) {
  SetUpLog(serve.log);
  const StopSignal stop;
  ServiceManager manager;
  HttpServerOptions http = serve.http;
  // Said before a folder is made or a group is joined for nothing.
  if (const Status listens = HttpServer::CheckListen(http); !listens.ok()) return NotRun(listens, serve.log, console);
  const std::unique_ptr<Clock> clock = ClockFor(serve.reporting);
  InstanceOptions options = OptionsFor(serve.data_dir, serve.reporting, clock.get());
  options.kafka = serve.broker.kafka;
  if (options.kafka->member_id.empty()) options.kafka->member_id = MemberIdFor(serve.data_dir);
  options.partitioner = serve.broker.partitioner;
  options.events_topic = serve.topics.events;
  options.reference_topic = serve.topics.reference;
  options.rejected_topic = serve.topics.rejected;
  // Before whatever the Kafka client says of its connections.
  spdlog::info("starting kontor {}: brokers {}, data in {}", ThisVersion().version(), options.kafka->brokers,
               serve.data_dir);
  Result<std::unique_ptr<Instance>> instance = Instance::Open(options);
  if (!instance.ok()) return NotRun(instance.status(), serve.log, console);
  http.metrics = [&](const HttpTraffic& traffic) { return MetricsText((*instance)->figures(), traffic, RoutePaths()); };
  Result<std::unique_ptr<HttpServer>> server =
      HttpServer::Start(http, ThisVersion(), &(*instance)->queries(), &(*instance)->feed());
  if (!server.ok()) return NotRun(server.status(), serve.log, console);
  spdlog::info("serving {} at {}; stop with SIGTERM or Ctrl-C", serve.topics.events, UrlOf(http, (*server)->port()));
  ServeUntilStopped(stop, (*instance)->shards(), &manager);
  spdlog::info("stopping");
  manager.Stopping();
  (*server)->Stop(kAnswersFinish);
  (*instance)->StopAnswering();
  server->reset();
  (*instance)->Close();
  spdlog::info("stopped");
  return 0;
}

int RunRebuild(const RebuildOptions& rebuild, const Console& console) {
  const std::unique_ptr<Clock> clock = ClockFor(rebuild.reporting);
  InstanceOptions options = OptionsFor(rebuild.data_dir, rebuild.reporting, clock.get());
  options.rebuild = true;
  std::mutex mutex;
  struct Folded {
    uint64_t records = 0;
    uint64_t of = 0;
  };
  std::map<ShardId, Folded> shards;  // guarded by mutex while the instance is open
  const auto sum = [&shards](uint64_t Folded::*figure) {
    uint64_t all = 0;
    for (const auto& [shard, folded] : shards) all += folded.*figure;
    return all;
  };
  Progress progress("records", console);
  // Shards begin one after the other, and each with its end: all of it is known in the first moments.
  options.progress = [&](const ShardId& shard, Position folded, Position end) {
    const std::lock_guard lock(mutex);
    shards[shard] = {folded.value(), end.value()};
    progress.Update(sum(&Folded::records), sum(&Folded::records), sum(&Folded::of));
  };
  Result<std::unique_ptr<Instance>> instance = Instance::Open(options);
  if (!instance.ok()) {
    console.Error(Text(instance.status()));
    return 1;
  }
  (*instance)->Close();  // commits what was folded
  *console.out << fmt::format("views folded anew from {} log records\n", sum(&Folded::records));
  return 0;
}

Result<std::shared_ptr<const Queries>> OpenFolder(const FolderOptions& folder) {
  struct Opened {
    std::unique_ptr<Clock> clock;  // outlives the instance
    std::unique_ptr<Instance> instance;
  };
  const auto opened = std::make_shared<Opened>();
  opened->clock = ClockFor(folder.reporting);
  InstanceOptions options = OptionsFor(folder.data_dir, folder.reporting, opened->clock.get());
  options.digest_progress = folder.digest_progress;
  KONTOR_ASSIGN_OR_RETURN(opened->instance, Instance::Open(options));
  return std::shared_ptr<const Queries>(opened, &opened->instance->queries());
}

}  // namespace kontor
