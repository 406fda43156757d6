#include "engine/query/engine_queries.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "engine/portfolio/account_view.h"
#include "projections/growth/growth_view.h"
#include "projections/satisfaction/satisfaction_view.h"
#include "projections/value/value_view.h"

namespace kontor {
namespace {

constexpr size_t kUsedRatesShown = 100;

api::v1::ShardState StateOf(ShardState state) {
  switch (state) {
    case ShardState::kOpening:
      return api::v1::SHARD_STATE_OPENING;
    case ShardState::kCatchingUp:
      return api::v1::SHARD_STATE_CATCHING_UP;
    case ShardState::kRunning:
      return api::v1::SHARD_STATE_RUNNING;
    case ShardState::kStopped:
      return api::v1::SHARD_STATE_STOPPED;
    case ShardState::kFailed:
      return api::v1::SHARD_STATE_FAILED;
  }
  return api::v1::SHARD_STATE_UNSPECIFIED;
}

}  // namespace

EngineQueries::EngineQueries(const AccountReader* reader, const PortfolioStage* portfolio, const Clock* clock,
                             QueryConfig config)
    : reader_(reader), portfolio_(portfolio), clock_(clock), config_(std::move(config)) {}

EngineQueries::Moment EngineQueries::MomentOf(const ReadAt& at) const {
  Moment moment;
  moment.now = at.now.value_or(clock_->Now());
  moment.as_of = at.as_of;
  moment.t = at.as_of.value_or(moment.now);
  return moment;
}

void EngineQueries::RenderBasis(const Moment& moment, const std::vector<ReadPosition>& positions,
                                Position reference_position, view::v1::Basis* basis) const {
  // Where as_of is given, nothing rests on the clock.
  if (moment.as_of) {
    *basis->mutable_as_of() = TimestampOf(*moment.as_of);
  } else {
    *basis->mutable_now() = TimestampOf(moment.now);
  }
  for (const ReadPosition& read : positions) {
    view::v1::ShardPosition* position = basis->add_positions();
    position->set_topic(read.shard.topic);
    position->set_partition(read.shard.partition.value());
    position->set_position(read.position.value());
  }
  if (const std::shared_ptr<Shard> reference = reader_->shards().reference()) {
    basis->mutable_reference_position()->set_topic(reference->id().topic);
    basis->mutable_reference_position()->set_position(reference_position.value());
  }
  basis->set_fold_version(kFoldVersion);
  basis->set_reporting_zone(reader_->fold().zone().name());
  basis->set_reporting_currency(reader_->reporting().code());
}

view::v1::Coverings EngineQueries::CoversOf(const std::set<int32_t>& readable) const {
  view::v1::Coverings covers;
  const int32_t count = reader_->shards().partition_count();
  covers.set_partition_count(count);
  for (const int32_t partition : readable) covers.add_partitions(partition);
  for (int32_t partition = 0; partition < count; ++partition) {
    if (!readable.contains(partition)) covers.add_missing_partitions(partition);
  }
  return covers;
}

view::v1::Coverings EngineQueries::Covers() const {
  std::set<int32_t> readable;
  for (const std::shared_ptr<Shard>& shard : reader_->shards().events()) {
    if (shard->Read(AccountId()).ok()) readable.insert(shard->id().partition.value());
  }
  return CoversOf(readable);
}

Status EngineQueries::Render(const AccountId& account, const Moment& moment, bool whole,
                             view::v1::AccountView* view) const {
  KONTOR_ASSIGN_OR_RETURN(const AccountReading reading, reader_->Read(account, moment.t));
  const SummedAccount& read = *reading.account;
  if (!read.known()) {
    return NotFound("account '{}' has no event up to {}; `kontor accounts` lists those that have", account.value(),
                    InstantText(moment.t));
  }
  RenderAccount(*reader_, reading, moment.t, view);
  if (read.state.members.front() != account) {
    view->mutable_profile()->set_merged_into(read.state.members.front().value());
  }
  if (whole) {
    const Components& components = read.sums.components;
    Converter converter = reader_->ConverterOf(*reading.moment, moment.t);
    RenderCoverage(read, moment.t, &converter, view->mutable_growth());
    RenderMonths(components, reader_->reporting(), view->mutable_value());
    RenderMonths(components, reader_->reporting(), view->mutable_growth());
    RenderMonths(components, view->mutable_satisfaction());
    const size_t rates = RenderRates(read.sums, &converter, kUsedRatesShown, view->mutable_used_rates());
    view->set_used_rates_total(static_cast<int64_t>(rates));
  }
  RenderBasis(moment, reading.positions, reading.moment->reading->position, view->mutable_basis());
  return OkStatus();
}

Status EngineQueries::Account(const AccountId& account, const ReadAt& at, view::v1::AccountView* view) const {
  return Render(account, MomentOf(at), /*whole=*/true, view);
}

Result<view::v1::PortfolioView> EngineQueries::Portfolio() const {
  const PortfolioReading reading = portfolio_->Read(kStagePatience);
  KONTOR_RETURN_IF_ERROR(reading.failure);
  if (!reading.made) KONTOR_RETURN_IF_ERROR(reader_->Reference().status());
  const Day asked = reader_->fold().zone().LocalDay(reading.now);
  view::v1::PortfolioView view;
  view.set_accounts(reading.accounts);
  view.set_key_accounts(reading.key_accounts);
  const Components& components = reading.components;
  RenderValue(components, asked, reader_->reporting(), view.mutable_value());
  RenderMonths(components, reader_->reporting(), view.mutable_value());
  RenderGrowth(components, asked, reader_->reporting(), view.mutable_growth());
  RenderMonths(components, reader_->reporting(), view.mutable_growth());
  RenderSatisfaction(components, asked, reading.sentiment_half_life_days, view.mutable_satisfaction());
  RenderMonths(components, view.mutable_satisfaction());
  view.set_findings(static_cast<int64_t>(components.accounts.Get({.measure = Measure::kFindings})));
  view.set_settled(reading.settled);
  // Until all was added up once, nothing is covered.
  *view.mutable_covers() = reading.made ? Covers() : CoversOf({});
  RenderBasis({reading.now, std::nullopt, reading.now}, reading.positions, reading.reference_position,
              view.mutable_basis());
  return view;
}

Result<api::v1::ListShardsResponse> EngineQueries::Shards(bool digest) const {
  api::v1::ListShardsResponse response;
  response.set_cluster_id(reader_->shards().cluster_id());
  std::vector<std::shared_ptr<Shard>> shards = reader_->shards().events();
  if (std::shared_ptr<Shard> reference = reader_->shards().reference()) shards.push_back(std::move(reference));
  uint64_t total = 0;
  for (const std::shared_ptr<Shard>& shard : shards) total += shard->status().end.value();
  uint64_t digested = 0;  // of the shards before
  const auto goes_on = [&](Position at) {
    if (config_.digest_progress) config_.digest_progress(digested + at.value(), total);
    return !stopping_;
  };
  const bool reads_on = reader_->shards().reads_on();
  for (const std::shared_ptr<Shard>& shard : shards) {
    // What a folder's views had to catch up with is stored before it is told; a failure is told by the status.
    if (!reads_on) shard->CommitNow().IgnoreError();
    const ShardStatus status = shard->status();
    api::v1::ShardSummary* out = response.add_shards();
    out->set_topic(status.id.topic);
    out->set_partition(status.id.partition.value());
    out->set_state(!reads_on && status.state == ShardState::kRunning ? api::v1::SHARD_STATE_STOPPED
                                                                     : StateOf(status.state));
    if (!status.failure.ok()) out->set_failure(std::string(Text(status.failure)));
    out->set_position(status.end.value());
    out->set_checkpoint(status.checkpoint.value());
    out->set_next_offset(status.next_offset.value());
    out->set_high_watermark(status.watermarks.high);
    out->set_lag(
        status.watermarks.high < 0 ? -1 : std::max<int64_t>(0, status.watermarks.high - status.next_offset.value()));
    out->set_accepted(status.accepted);
    out->set_duplicates(status.duplicates);
    out->set_conflicts(status.conflicts);
    out->set_rejected(status.rejected);
    out->set_offset_gaps(status.offset_gaps);
    if (!digest) continue;
    KONTOR_ASSIGN_OR_RETURN(const Shard::Level level, shard->CommitNow());
    KONTOR_ASSIGN_OR_RETURN(const EventLog* log, shard->log());
    Result<std::string> log_digest = LogDigest(*log, level.end, goes_on);
    if (stopping_) return Unavailable("this instance is stopping");
    KONTOR_ASSIGN_OR_RETURN(*out->mutable_log_digest(), std::move(log_digest));
    Result<std::string> views_digest = ViewsDigest(*level.views, [this] { return !stopping_; });
    if (stopping_) return Unavailable("this instance is stopping");
    KONTOR_ASSIGN_OR_RETURN(*out->mutable_views_digest(), std::move(views_digest));
    out->set_digest_position(level.end.value());
    digested += level.end.value();
  }
  return response;
}

api::v1::Readiness EngineQueries::Ready() const {
  api::v1::Readiness readiness;
  const ReadinessWords words = reader_->shards().readiness();
  for (const std::string& reason : words.reasons) readiness.add_reasons(reason);
  for (const std::string& warning : words.warnings) readiness.add_warnings(warning);
  readiness.set_ready(readiness.reasons().empty());
  return readiness;
}

Result<bool> EngineQueries::Folded(const TopicOffset& record) const {
  const ShardId id{record.topic, record.partition};
  const Result<std::shared_ptr<Shard>> shard = reader_->shards().Find(id);
  if (!shard.ok()) {
    const std::vector<std::shared_ptr<Shard>> events = reader_->shards().events();
    const std::shared_ptr<Shard> reference = reader_->shards().reference();
    const bool is_events = !events.empty() && events.front()->id().topic == record.topic;
    const bool is_reference = reference != nullptr && reference->id().topic == record.topic;
    if (!is_events && !is_reference && !events.empty() && reference != nullptr) {
      return InvalidArgument("wait_for: no topic '{}' is read here", record.topic);
    }
    const int32_t count = is_reference ? 1 : is_events ? reader_->shards().partition_count() : 0;
    if (count != 0 && record.partition.value() >= count) {
      return InvalidArgument("wait_for: topic '{}' has no partition {}; it has {}, and the first is 0", record.topic,
                             record.partition.value(), count);
    }
    return false;  // it may be given to us yet
  }
  const ShardStatus status = (*shard)->status();
  KONTOR_RETURN_IF_ERROR(status.failure);
  if (status.next_offset <= record.offset) return false;
  // The log's end is asked for behind its next offset: so it lies behind the record.
  KONTOR_ASSIGN_OR_RETURN(const EventLog* log, (*shard)->log());
  if (status.folded >= log->End()) return true;
  // Offsets rise with positions: what is folded next tells how far folding is.
  KONTOR_ASSIGN_OR_RETURN(const std::string bytes, log->Read(status.folded));
  log::v1::LogRecord next;
  if (!next.ParseFromString(bytes)) return DataLoss("log record {} does not parse", status.folded.value());
  return Offset(next.offset()) > record.offset;
}

}  // namespace kontor
