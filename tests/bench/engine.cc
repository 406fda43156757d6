#include "tests/bench/engine.h"

#include <cstdlib>
#include <future>
#include <utility>

#include "engine/portfolio/portfolio_stage.h"
#include "engine/query/engine_queries.h"
#include "engine/source/kafka_sink.h"
#include "engine/source/kafka_source.h"
#include "projections/growth/growth_projection.h"
#include "projections/satisfaction/satisfaction_projection.h"
#include "projections/value/value_projection.h"
#include "tools/kontor/data_directory.h"

namespace kontor::bench {
namespace {

const Currency kReporting("EUR");

// Passes on to the portfolio stage, where there is one.
class Relay final : public ShardObserver {
 public:
  void Connect(PortfolioStage* stage, std::function<void(const ShardId&, Position)> published) {
    stage_ = stage;
    published_ = std::move(published);
  }
  void OnReadable(const ShardId& shard, Position position) override {
    if (stage_ != nullptr) stage_->OnReadable(shard, position);
  }
  void OnChanged(const ShardId& shard, std::span<const std::string_view> accounts, Position position) override {
    if (published_) published_(shard, position);
    if (stage_ != nullptr) stage_->OnChanged(shard, accounts, position);
  }
  void OnGone(const ShardId& shard) override {
    if (stage_ != nullptr) stage_->OnGone(shard);
  }

 private:
  PortfolioStage* stage_ = nullptr;
  std::function<void(const ShardId&, Position)> published_;
};

}  // namespace

void Die(const Status& status) {
  fmt::print(stderr, "kontor_bench: {}\n", Text(status));
  std::_Exit(1);
}

// In the order of their needs; destroyed the other way round.
struct Engine::Parts {
  SystemClock clock;
  std::unique_ptr<DataDirectory> directory;
  std::unique_ptr<KafkaSource> source;
  std::unique_ptr<KafkaSink> sink;
  ValueProjection value;
  GrowthProjection growth;
  SatisfactionProjection satisfaction;
  std::unique_ptr<AccountFold> fold;
  Relay relay;
  std::unique_ptr<ShardSet> shards;
  std::unique_ptr<AccountReader> reader;
  std::unique_ptr<PortfolioStage> portfolio;
  std::unique_ptr<EngineQueries> queries;
};

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Engine>> Engine::Open(const EngineOptions& options) {
  auto parts = std::make_unique<Parts>();
  ShardSetConfig config;
  config.events_topic = options.topic;
  config.reference_topic = options.topic + ".reference";
  config.rejected_topic = options.topic + ".rejected";
  KONTOR_ASSIGN_OR_RETURN(parts->directory, DataDirectory::Open(options.folder));
  if (!options.brokers.empty()) {
    KafkaOptions kafka;
    kafka.brokers = options.brokers;
    // A group of this folder alone, so that nobody waits for a member of an earlier step to be missed.
    kafka.group_id = fmt::format("bench-{}", std::chrono::system_clock::now().time_since_epoch().count());
    KONTOR_ASSIGN_OR_RETURN(parts->source, KafkaSource::Open(kafka));
    KONTOR_ASSIGN_OR_RETURN(parts->sink, KafkaSink::Open(kafka, Partitioner::kMurmur2));
  }
  std::vector<const Projection*> projections;
  if (!options.without.contains("value")) projections.push_back(&parts->value);
  if (!options.without.contains("growth")) projections.push_back(&parts->growth);
  if (!options.without.contains("satisfaction")) projections.push_back(&parts->satisfaction);
  parts->fold = std::make_unique<AccountFold>(Zone::Utc(), projections);
  config.stores = parts->directory.get();
  config.source = parts->source.get();
  config.sink = parts->sink.get();
  config.fold = parts->fold.get();
  config.fatal = Die;
  config.rebuild = options.rebuild;
  config.observer = &parts->relay;
  parts->shards = std::make_unique<ShardSet>(config);
  parts->reader = std::make_unique<AccountReader>(parts->shards.get(), parts->fold.get(), kReporting);
  parts->portfolio = std::make_unique<PortfolioStage>(parts->reader.get(), &parts->clock);
  const bool with_portfolio = !options.without.contains("portfolio");
  parts->relay.Connect(with_portfolio ? parts->portfolio.get() : nullptr, options.published);
  parts->queries =
      std::make_unique<EngineQueries>(parts->reader.get(), parts->portfolio.get(), &parts->clock, QueryConfig());
  KONTOR_RETURN_IF_ERROR(parts->shards->Open());
  if (with_portfolio) parts->portfolio->Start();
  return std::unique_ptr<Engine>(new Engine(std::move(parts)));
}

Engine::~Engine() { Close(); }

void Engine::Close() {
  if (parts_ == nullptr) return;
  parts_->portfolio->Stop();
  parts_->shards->Close();
  parts_.reset();
}

Status Engine::Commit() {
  std::vector<std::future<Status>> commits;
  for (const std::shared_ptr<Shard>& shard : parts_->shards->events()) {
    commits.push_back(std::async(std::launch::async, [shard] { return shard->CommitNow().status(); }));
  }
  Status first;
  for (std::future<Status>& commit : commits) {
    const Status status = commit.get();
    if (first.ok()) first = status;
  }
  return first;
}

const ShardSet& Engine::shards() const { return *parts_->shards; }
const AccountReader& Engine::reader() const { return *parts_->reader; }
const Queries& Engine::queries() const { return *parts_->queries; }
const Clock& Engine::clock() const { return parts_->clock; }

Engine::Progress Engine::progress() const {
  Progress sum;
  for (const std::shared_ptr<Shard>& shard : parts_->shards->events()) {
    const ShardStatus status = shard->status();
    if (sum.status.ok()) sum.status = status.failure;
    sum.logged += status.end.value();
    sum.folded += status.folded.value();
    sum.accepted += status.accepted;
    sum.duplicates += status.duplicates;
    sum.refused += status.conflicts + status.rejected;
  }
  return sum;
}

}  // namespace kontor::bench
