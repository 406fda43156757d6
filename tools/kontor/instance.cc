#include "tools/kontor/instance.h"

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <utility>

#include "engine/event/validator.h"
#include "engine/log/rocks_event_log.h"
#include "engine/portfolio/account_reader.h"
#include "engine/portfolio/portfolio_stage.h"
#include "engine/query/engine_queries.h"
#include "engine/source/kafka_sink.h"
#include "engine/source/kafka_source.h"
#include "engine/views/rocks_view_store.h"
#include "projections/growth/growth_projection.h"
#include "projections/satisfaction/satisfaction_projection.h"
#include "projections/value/value_projection.h"
#include "tools/kontor/data_directory.h"
#include "tools/kontor/reporting.h"

namespace kontor {
namespace {

// What is on the disk is unknown: the next start tells. Nothing may run on, not even destructors.
constexpr int kFatalExit = 3;

void EndProcess(const Status& status) {
  spdlog::critical("{}; stopped at once, nothing after it was acknowledged", Text(status));
  spdlog::default_logger()->flush();
  std::_Exit(kFatalExit);
}

// Tells the stage and the feed what shards say. The set is told of its observer when it is made, and these two read
// through the set: one has to come first.
class Relay final : public ShardObserver {
 public:
  void SetTold(PortfolioStage* stage, ChangeFeed* feed, std::string reference_topic) {
    stage_ = stage;
    feed_ = feed;
    reference_topic_ = std::move(reference_topic);
  }

  void OnReadable(const ShardId& shard, Position position) override {
    stage_->OnReadable(shard, position);
    feed_->Came(shard.topic, shard.partition, position);
  }
  void OnChanged(const ShardId& shard, std::span<const std::string_view> accounts, Position position) override {
    stage_->OnChanged(shard, accounts, position);
    if (shard.topic == reference_topic_) {
      feed_->Came(shard.topic, shard.partition, position);  // a rate or a merge may change any account
    } else {
      feed_->Changed(shard.topic, shard.partition, accounts, position);
    }
  }
  void OnGone(const ShardId& shard) override {
    stage_->OnGone(shard);
    feed_->Went(shard.topic, shard.partition);
  }

 private:
  PortfolioStage* stage_ = nullptr;
  ChangeFeed* feed_ = nullptr;
  std::string reference_topic_;
};

}  // namespace

// In the order of their needs; destroyed the other way round, once no shard's thread tells the stage any more.
struct Instance::Parts {
  ~Parts() {
    if (portfolio != nullptr) portfolio->Stop();
    if (shards != nullptr) shards->Close();
  }

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
  std::unique_ptr<ChangeFeed> feed;
  std::unique_ptr<EngineQueries> queries;
};

Instance::Instance(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Instance>> Instance::Open(const InstanceOptions& options) {
  auto parts = std::make_unique<Parts>();
  ShardSetConfig config;
  config.events_topic = options.events_topic;
  config.reference_topic = options.reference_topic;
  config.rejected_topic = options.rejected_topic;
  if (options.kafka) {
    KONTOR_ASSIGN_OR_RETURN(parts->directory, DataDirectory::Open(options.data_dir));
    KONTOR_ASSIGN_OR_RETURN(parts->source, KafkaSource::Open(*options.kafka));
    KONTOR_ASSIGN_OR_RETURN(parts->sink, KafkaSink::Open(*options.kafka, options.partitioner));
  } else {
    KONTOR_ASSIGN_OR_RETURN(parts->directory, DataDirectory::OpenExisting(options.data_dir));
  }
  std::optional<Reporting> stored;
  if (const auto instance = parts->directory->ReadInstance(); instance.ok()) {
    if (!options.kafka) {
      const InstanceOwner owner = (*instance)->Owner();
      config.events_topic = owner.events_topic;
      config.reference_topic = owner.reference_topic;
      config.rejected_topic = owner.rejected_topic;
    }
    KONTOR_ASSIGN_OR_RETURN(stored, StoredReporting(**instance));
  } else if (!options.kafka || instance.status().code() != StatusCode::kNotFound) {
    return instance.status();
  }
  const bool reads_only = !options.kafka && !options.rebuild;
  if (reads_only && stored && options.zone && options.zone->name() != stored->zone.name()) {
    return FailedPrecondition(
        "data directory {}: its days are cut by {}, not by {}; leave --reporting-zone out, or have its views folded "
        "anew "
        "(kontor rebuild --reporting-zone {})",
        options.data_dir, stored->zone.name(), options.zone->name(), options.zone->name());
  }
  const Reporting reporting = ChooseReporting(options.currency, options.zone, stored);
  parts->fold = std::make_unique<AccountFold>(
      reporting.zone, std::vector<const Projection*>{&parts->value, &parts->growth, &parts->satisfaction});
  config.partitioner = options.partitioner;
  config.stores = parts->directory.get();
  config.source = parts->source.get();
  config.sink = parts->sink.get();
  config.fold = parts->fold.get();
  config.fatal = EndProcess;
  config.rebuild = options.rebuild;
  config.progress = options.progress;

  config.observer = &parts->relay;
  parts->shards = std::make_unique<ShardSet>(config);
  parts->reader = std::make_unique<AccountReader>(parts->shards.get(), parts->fold.get(), reporting.currency);
  parts->portfolio = std::make_unique<PortfolioStage>(parts->reader.get(), options.clock);
  parts->feed = std::make_unique<ChangeFeed>(
      ChangeFeedLimits(), [reader = parts->reader.get(), clock = options.clock]() -> ChangeFeed::MembersOf {
        const auto moment = reader->MomentOf(clock->Now());
        if (!moment.ok()) return {};  // no account can be read without; once it can, all are told to be read anew
        return [moment = *moment](const AccountId& account) { return moment->merges.MembersOf(account); };
      });
  parts->relay.SetTold(parts->portfolio.get(), parts->feed.get(), config.reference_topic);
  QueryConfig query;
  query.version = ThisVersion().version();
  query.digest_progress = options.digest_progress;
  query.dead_letter_sent = [shards = parts->shards.get()](const ShardId& shard, Position position) {
    return shards->DeadLetterSent(shard, position);
  };
  parts->queries =
      std::make_unique<EngineQueries>(parts->reader.get(), parts->portfolio.get(), options.clock, std::move(query));
  KONTOR_RETURN_IF_ERROR(parts->shards->Open());
  if (!reads_only) KONTOR_RETURN_IF_ERROR(KeepReporting(reporting, parts->shards->instance()));
  parts->portfolio->Start();
  if (!options.kafka) KONTOR_RETURN_IF_ERROR(parts->shards->WaitUntilCaughtUp());
  return std::unique_ptr<Instance>(new Instance(std::move(parts)));
}

Instance::~Instance() { Close(); }

void Instance::StopAnswering() { parts_->queries->Stop(); }

void Instance::Close() { parts_.reset(); }

const Queries& Instance::queries() const { return *parts_->queries; }

ChangeFeed& Instance::feed() const { return *parts_->feed; }

const ShardSet& Instance::shards() const { return *parts_->shards; }

EngineFigures Instance::figures() const {
  EngineFigures figures;
  figures.version = ThisVersion();
  figures.ready = parts_->queries->Ready().ready();
  figures.now = SystemClock().Now();
  figures.shards = parts_->shards->figures();
  figures.dead_letters_waiting = parts_->shards->dead_letters_waiting();
  figures.source = parts_->shards->source_figures();
  figures.streams = parts_->feed->figures();
  figures.accounts = parts_->reader->cache_figures();
  figures.process = ReadProcessFigures();
  return figures;
}

api::v1::VersionInfo ThisVersion() {
  api::v1::VersionInfo version;
  version.set_version(KONTOR_VERSION);
  version.set_intake_version(kIntakeVersion);
  version.set_fold_version(kFoldVersion);
  version.set_log_format(kEventLogFormatVersion);
  version.set_views_format(kViewsFormatVersion);
  return version;
}

}  // namespace kontor
