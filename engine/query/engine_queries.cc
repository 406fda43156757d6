#include "engine/query/engine_queries.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "projections/growth/growth_view.h"
#include "projections/reading/profile.h"
#include "projections/satisfaction/satisfaction_view.h"
#include "projections/value/value_view.h"

namespace kontor {
namespace {

constexpr size_t kUsedRatesShown = 100;
constexpr size_t kAccountsListedAtOnce = 1'000;
constexpr std::chrono::milliseconds kPortfolioPatience{2'000};

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

view::v1::Basis EngineQueries::BasisOf(const Moment& moment, const std::vector<ReadPosition>& positions,
                                       Position reference_position) const {
  view::v1::Basis basis;
  *basis.mutable_now() = TimestampOf(moment.now);
  if (moment.as_of) *basis.mutable_as_of() = TimestampOf(*moment.as_of);
  for (const ReadPosition& read : positions) {
    view::v1::ShardPosition* position = basis.add_positions();
    position->set_topic(read.shard.topic);
    position->set_partition(read.shard.partition.value());
    position->set_position(read.position.value());
  }
  if (const std::shared_ptr<Shard> reference = reader_->shards().reference()) {
    basis.mutable_reference_position()->set_topic(reference->id().topic);
    basis.mutable_reference_position()->set_position(reference_position.value());
  }
  basis.set_fold_version(kFoldVersion);
  basis.set_reporting_zone(reader_->fold().zone().name());
  basis.set_reporting_currency(config_.reporting.code());
  return basis;
}

view::v1::Coverings EngineQueries::Covers() const {
  view::v1::Coverings covers;
  const int32_t count = reader_->shards().partition_count();
  covers.set_partition_count(count);
  std::set<int32_t> readable;
  for (const std::shared_ptr<Shard>& shard : reader_->shards().events()) {
    if (shard->Read(AccountId()).ok()) readable.insert(shard->id().partition.value());
  }
  for (const int32_t partition : readable) covers.add_partitions(partition);
  for (int32_t partition = 0; partition < count; ++partition) {
    if (!readable.contains(partition)) covers.add_missing_partitions(partition);
  }
  return covers;
}

Result<view::v1::AccountView> EngineQueries::View(const AccountId& account, const Moment& moment) const {
  KONTOR_ASSIGN_OR_RETURN(const AccountReading reading, reader_->Read(account, moment.t));
  if (!reading.state.known()) {
    return NotFound("account '{}' has no event up to {}; `kontor accounts` lists those that have", account.value(),
                    InstantText(moment.t));
  }
  const Day asked = reader_->fold().zone().LocalDay(moment.t);
  Converter converter(&reading.reference->state, config_.reporting, moment.t, asked);
  const Components components = ComponentsOf(reading.state, &converter);

  view::v1::AccountView view;
  *view.mutable_profile() = ProfileOf(reading.state, moment.t);
  if (reading.state.members.front() != account) {
    view.mutable_profile()->set_merged_into(reading.state.members.front().value());
  }
  *view.mutable_value() = RenderValue(components, asked, config_.reporting);
  RenderBreakEven(reading.state, &converter, view.mutable_value());
  *view.mutable_growth() = RenderGrowth(components, asked, config_.reporting);
  RenderCoverage(reading.state, moment.t, &converter, view.mutable_growth());
  *view.mutable_satisfaction() =
      RenderSatisfaction(components, asked, reading.reference->state.ParametersAt(moment.t).sentiment_half_life_days);
  RenderContacts(reading.state, components, asked, view.mutable_satisfaction());
  for (view::v1::Finding& finding : FindingsOf(reading.state, reading.merges))
    *view.add_findings() = std::move(finding);
  for (view::v1::UsedRate& rate : converter.UsedRates(kUsedRatesShown)) *view.add_used_rates() = std::move(rate);
  view.set_used_rates_total(static_cast<int64_t>(converter.used_count()));
  *view.mutable_basis() = BasisOf(moment, reading.positions, reading.reference->position);
  return view;
}

Result<view::v1::AccountView> EngineQueries::Account(const AccountId& account, const ReadAt& at) const {
  return View(account, MomentOf(at));
}

Result<api::v1::ListAccountsResponse> EngineQueries::ListAccounts(const Page& page, const ReadAt& at) const {
  const Moment moment = MomentOf(at);
  KONTOR_ASSIGN_OR_RETURN(const std::shared_ptr<const ReferenceReading> reference, reader_->Reference());
  const Merges merges = reference->state.MergesAt(moment.t);
  api::v1::ListAccountsResponse response;
  std::map<ShardId, ReadPosition> positions;

  // The token is the last account shown: ids are walked in order, so a page stays true while events arrive.
  AccountId from(page.token.empty() ? std::string() : page.token + '\1');
  bool more = true;
  while (more && response.accounts_size() < page.size) {
    std::set<AccountId> ids;
    more = false;
    std::optional<AccountId> complete;  // every shard's ids up to here are in `ids`
    for (const std::shared_ptr<Shard>& shard : reader_->shards().events()) {
      Result<std::vector<AccountId>> listed = shard->AccountsFrom(from, kAccountsListedAtOnce);
      if (!listed.ok()) continue;  // not readable: `covers` names the partition
      ids.insert(listed->begin(), listed->end());
      if (listed->size() < kAccountsListedAtOnce) continue;
      more = true;
      if (!complete || listed->back() < *complete) complete = listed->back();
    }
    for (const AccountId& id : ids) {
      if (complete && *complete < id) break;
      from = AccountId(id.value() + '\1');
      if (id.empty() || merges.SurvivorOf(id) != id) continue;
      if (response.accounts_size() == page.size) {
        response.set_next_page_token(response.accounts(page.size - 1).profile().account_id());
        more = false;
        break;
      }
      Result<view::v1::AccountView> view = View(id, moment);
      if (view.status().code() == StatusCode::kNotFound) continue;  // its first fact is dated ahead
      if (!view.ok()) return view.status();
      api::v1::AccountSummary* summary = response.add_accounts();
      *summary->mutable_profile() = view->profile();
      *summary->mutable_net_value() = view->value().net_value();
      *summary->mutable_invoiced_net() = view->value().invoiced_net();
      *summary->mutable_outstanding() = view->value().outstanding();
      *summary->mutable_overdue() = view->value().overdue();
      *summary->mutable_year_on_year() = view->growth().invoiced_net().year_on_year();
      *summary->mutable_commitments_kept() = view->satisfaction().commitments().kept_rate();
      summary->set_findings(view->findings_size());
      for (const view::v1::ShardPosition& position : view->basis().positions()) {
        const ShardId shard{position.topic(), Partition(position.partition())};
        positions[shard] = {shard, Position(position.position())};
      }
    }
  }
  // A full page whose next account was not met yet: the next page tells.
  if (more && response.next_page_token().empty() && response.accounts_size() == page.size) {
    response.set_next_page_token(response.accounts(page.size - 1).profile().account_id());
  }
  std::vector<ReadPosition> read;
  for (const auto& [shard, position] : positions) read.push_back(position);
  *response.mutable_covers() = Covers();
  *response.mutable_basis() = BasisOf(moment, read, reference->position);
  return response;
}

Result<view::v1::PortfolioView> EngineQueries::Portfolio(const ReadAt& at) const {
  if (at.as_of || at.now) {
    return FailedPrecondition(
        "{}: portfolio totals are kept for the present instant only; ask for an account to read another one",
        at.as_of ? "as_of" : "now");
  }
  const PortfolioReading reading = portfolio_->Read(kPortfolioPatience);
  const Day asked = reader_->fold().zone().LocalDay(reading.now);
  view::v1::PortfolioView view;
  view.set_accounts(reading.accounts);
  view.set_key_accounts(reading.key_accounts);
  *view.mutable_value() = RenderValue(reading.components, asked, config_.reporting);
  *view.mutable_growth() = RenderGrowth(reading.components, asked, config_.reporting);
  *view.mutable_satisfaction() = RenderSatisfaction(reading.components, asked, reading.sentiment_half_life_days);
  view.set_findings(static_cast<int64_t>(reading.components.accounts.Get({.measure = Measure::kFindings})));
  view.set_settled(reading.settled);
  *view.mutable_covers() = Covers();
  *view.mutable_basis() =
      BasisOf({reading.now, std::nullopt, reading.now}, reading.positions, reading.reference_position);
  return view;
}

Result<api::v1::ListShardsResponse> EngineQueries::Shards(bool digest) const {
  api::v1::ListShardsResponse response;
  response.set_cluster_id(reader_->shards().cluster_id());
  std::vector<std::shared_ptr<Shard>> shards = reader_->shards().events();
  if (std::shared_ptr<Shard> reference = reader_->shards().reference()) shards.push_back(std::move(reference));
  for (const std::shared_ptr<Shard>& shard : shards) {
    const ShardStatus status = shard->status();
    api::v1::ShardSummary* out = response.add_shards();
    out->set_topic(status.id.topic);
    out->set_partition(status.id.partition.value());
    out->set_state(StateOf(status.state));
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
    KONTOR_ASSIGN_OR_RETURN(*out->mutable_log_digest(), LogDigest(*log, level.end));
    KONTOR_ASSIGN_OR_RETURN(*out->mutable_views_digest(), ViewsDigest(*level.views));
    out->set_digest_position(level.end.value());
  }
  return response;
}

api::v1::Readiness EngineQueries::Ready() const {
  api::v1::Readiness readiness;
  for (const std::string& reason : reader_->shards().reasons()) readiness.add_reasons(reason);
  for (const std::string& warning : reader_->shards().warnings()) readiness.add_warnings(warning);
  readiness.set_ready(readiness.reasons().empty());
  return readiness;
}

}  // namespace kontor
