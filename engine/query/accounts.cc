// The list of accounts: by id at any instant, or in the order of a figure, and filtered, at the present one.
#include <google/protobuf/arena.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "engine/query/engine_queries.h"

namespace kontor {
namespace {

constexpr size_t kAccountsListedAtOnce = 1'000;

// "40b3880000000000a7": the bits of the figure, then the id; "-a7" where the figure is not known. A token of a list by
// id alone is the id.
std::string TokenOf(const ListPlace& place) {
  if (!place.figure) return "-" + place.account.value();
  return fmt::format("{:016x}{}", std::bit_cast<uint64_t>(*place.figure), place.account.value());
}

Result<ListPlace> PlaceOf(const std::string& token) {
  if (token.starts_with("-")) return ListPlace{std::nullopt, AccountId(token.substr(1))};
  uint64_t bits = 0;
  const char* const end = token.data() + std::min<size_t>(token.size(), 16);
  const auto read = std::from_chars(token.data(), end, bits, 16);
  if (token.size() < 16 || read.ec != std::errc() || read.ptr != end) {
    return InvalidArgument("page_token: '{}' is not one that a list of accounts gave; begin without it", token);
  }
  return ListPlace{std::bit_cast<double>(bits), AccountId(token.substr(16))};
}

}  // namespace

// A page in the making.
struct EngineQueries::ListedPage {
  std::optional<size_t> figure;  // that rows show, as in ListWanted
  Currency reporting;
  api::v1::ListAccountsResponse response;
  std::map<ShardId, ReadPosition> positions;
  google::protobuf::Arena arena;  // of the account at hand

  void Add(const view::v1::AccountView& view) {
    api::v1::AccountSummary* summary = response.add_accounts();
    *summary->mutable_profile() = view.profile();
    *summary->mutable_net_value() = view.value().net_value();
    *summary->mutable_invoiced_net() = view.value().invoiced_net();
    *summary->mutable_outstanding() = view.value().outstanding();
    *summary->mutable_overdue() = view.value().overdue();
    *summary->mutable_year_on_year() = view.growth().invoiced_net().year_on_year();
    *summary->mutable_commitments_kept() = view.satisfaction().commitments().kept_rate();
    summary->set_findings(view.findings_size());
    if (figure) ShowFigure(view, *figure, reporting, summary->mutable_ordered_by());
    for (const view::v1::ShardPosition& position : view.basis().positions()) {
      const ShardId shard{position.topic(), Partition(position.partition())};
      positions[shard] = {shard, Position(position.position())};
    }
  }
};

Result<api::v1::ListAccountsResponse> EngineQueries::ListAccounts(const AccountsQuery& query) const {
  const Moment moment = MomentOf(query.at);
  KONTOR_ASSIGN_OR_RETURN(const std::shared_ptr<const ReferenceReading> reference, reader_->Reference());
  ListedPage page;
  page.figure = query.order_by;
  page.reporting = reader_->reporting();
  if (!query.order_by && query.filter == AccountFilter()) {
    KONTOR_RETURN_IF_ERROR(ListById(query.page, moment, reference->state.MergesAt(moment.t), &page));
  } else {
    KONTOR_RETURN_IF_ERROR(ListByStage(query, moment, &page));
  }
  std::vector<ReadPosition> read;
  for (const auto& [shard, position] : page.positions) read.push_back(position);
  *page.response.mutable_covers() = Covers();
  RenderBasis(moment, read, reference->position, page.response.mutable_basis());
  return std::move(page.response);
}

// Adds an account, where there is one at the moment and all of it can be read: a part of a merged one may be on a
// partition that `covers` says is missing.
Status EngineQueries::ListOne(const AccountId& account, const Moment& moment, ListedPage* out) const {
  out->arena.Reset();
  auto* view = google::protobuf::Arena::CreateMessage<view::v1::AccountView>(&out->arena);
  const Status rendered = Render(account, moment, /*whole=*/false, view);
  if (rendered.code() == StatusCode::kNotFound || rendered.code() == StatusCode::kUnavailable) return OkStatus();
  KONTOR_RETURN_IF_ERROR(rendered);
  out->Add(*view);
  return OkStatus();
}

Status EngineQueries::ListByStage(const AccountsQuery& query, const Moment& moment, ListedPage* out) const {
  if (query.at.now || query.at.as_of) {
    return FailedPrecondition(
        "{}: accounts are ordered by figures and filtered at the present instant only; leave it out, or list by id",
        query.at.as_of ? "as_of" : "now");
  }
  ListWanted wanted;
  wanted.figure = query.order_by;
  wanted.descending = query.descending;
  wanted.segment = query.filter.segment;
  wanted.industry = query.filter.industry;
  wanted.country = query.filter.country;
  wanted.manager = query.filter.manager;
  wanted.currency = query.filter.currency;
  wanted.text = query.filter.text;
  if (!query.page.token.empty()) {
    KONTOR_ASSIGN_OR_RETURN(wanted.after, PlaceOf(query.page.token));
  }
  wanted.count = static_cast<size_t>(query.page.size) + 1;
  if (query.settled) portfolio_->Read(kStagePatience);
  const std::vector<ListPlace> places = portfolio_->accounts().List(wanted);
  const size_t shown = std::min(places.size(), static_cast<size_t>(query.page.size));
  for (size_t i = 0; i < shown; ++i) {
    KONTOR_RETURN_IF_ERROR(ListOne(places[i].account, moment, out));  // may be gone since the stage looked
  }
  if (shown < places.size()) out->response.set_next_page_token(TokenOf(places[shown - 1]));
  return OkStatus();
}

Status EngineQueries::ListById(const Page& page, const Moment& moment, const Merges& merges, ListedPage* out) const {
  // The token is the last account shown: ids are walked in order, so a page stays true while events arrive.
  api::v1::ListAccountsResponse& response = out->response;
  AccountId from(page.token.empty() ? std::string() : page.token + '\1');
  bool more = true;
  while (more && response.accounts_size() < page.size) {
    std::set<AccountId> ids;
    more = false;
    std::optional<AccountId> complete;  // every shard's ids up to here are in `ids`
    for (const std::shared_ptr<Shard>& shard : reader_->shards().events()) {
      Result<std::vector<AccountId>> listed = shard->AccountsFrom(from, kAccountsListedAtOnce);
      if (listed.status().code() == StatusCode::kUnavailable) continue;  // `covers` names the partition
      KONTOR_RETURN_IF_ERROR(listed.status());
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
      KONTOR_RETURN_IF_ERROR(ListOne(id, moment, out));  // its first fact may be dated ahead
    }
  }
  // A full page whose next account was not met yet: the next page tells.
  if (more && response.next_page_token().empty() && response.accounts_size() == page.size) {
    response.set_next_page_token(response.accounts(page.size - 1).profile().account_id());
  }
  return OkStatus();
}

}  // namespace kontor
