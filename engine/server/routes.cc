#include "engine/server/routes.h"

#include <algorithm>
#include <iterator>

#include "engine/portfolio/listed_figures.h"
#include "kontor/api/v1/api.pb.h"

namespace kontor {
namespace {

std::vector<Parameter> Joined(std::initializer_list<std::vector<Parameter>> parts) {
  std::vector<Parameter> all;
  for (const std::vector<Parameter>& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::vector<std::string_view> Orders() {
  static const auto* const kOrders = [] {
    auto* made = new std::vector<std::string>;
    for (const std::string& figure : ListedFigureNames()) {
      made->push_back(figure);
      made->push_back(figure + " asc");
      made->push_back(figure + " desc");
    }
    return made;
  }();
  return {kOrders->begin(), kOrders->end()};
}

const std::vector<Route>* MakeRoutes() {
  const std::vector<Parameter> now = {
      {"now", "The instant that ages are measured at; the server's clock where it is not given",
       ParameterKind::kInstant}};
  const std::vector<Parameter> instants = {
      {"as_of", "The world as it was: events that occurred up to this instant", ParameterKind::kInstant}, now.front()};
  const std::vector<Parameter> page = {
      {"page_size", "Rows on a page", ParameterKind::kPageSize},
      {"page_token", "nextPageToken of the page before, asked with the same other parameters"}};
  const std::vector<Parameter> reading = {
      {"fields",
       "The fields wanted, as paths of JSON names, separated by commas: profile.name,value.netValue.ttm. Paths go "
       "through lists. What the answer rests on and covers, and the next page's token, are always there"},
      {"wait_for",
       "Waits until this record is folded: topic/partition@offset, as kontor.events/3@1041, by the offset that Kafka "
       "acknowledged; a record's id has its place in the log there. 504 where it is not in time"}};
  const std::vector<Parameter> filter = {
      {"order_by",
       "A figure, rising unless ` desc` stands behind it; unknown figures come last. By account id where it "
       "is not given",
       ParameterKind::kWord, Orders()},
      {"segment", "Only accounts of this segment"},
      {"industry", "Only accounts of this industry"},
      {"country", "Only accounts of this country, as the event told it"},
      {"manager", "Only accounts of this manager"},
      {"currency", "Only accounts that have booked, were invoiced or paid in this currency (ISO 4217)"},
      {"text", "Only accounts whose id or name holds this; the case of A to Z is passed over"}};

  return new std::vector<Route>{
      {Endpoint::kAccounts, "/v1/accounts", "Accounts", "Accounts with their main figures",
       Joined({page, filter, now, reading}), api::v1::ListAccountsResponse::descriptor()},
      {Endpoint::kAccount, "/v1/accounts/{id}", "Account", "One account with all its views",
       Joined({instants, reading}), view::v1::AccountView::descriptor()},
      {Endpoint::kAccountPart, "/v1/accounts/{id}/value", "AccountValue", "What an account is worth",
       Joined({instants, reading}), view::v1::AccountView::descriptor()},
      {Endpoint::kAccountPart, "/v1/accounts/{id}/growth", "AccountGrowth", "How an account develops",
       Joined({instants, reading}), view::v1::AccountView::descriptor()},
      {Endpoint::kAccountPart, "/v1/accounts/{id}/satisfaction", "AccountSatisfaction", "How satisfied an account is",
       Joined({instants, reading}), view::v1::AccountView::descriptor()},
      {Endpoint::kTimeline, "/v1/accounts/{id}/timeline", "Timeline", "The events of an account, oldest first",
       Joined({instants, page, reading}), api::v1::TimelineResponse::descriptor()},
      {Endpoint::kPortfolio, "/v1/portfolio", "Portfolio", "Totals over all accounts, at the present instant", reading,
       view::v1::PortfolioView::descriptor()},
      {Endpoint::kStream,
       "/v1/stream",
       "Stream",
       "Which accounts change, as server-sent events",
       {},
       api::v1::ChangedAccounts::descriptor()},
      {Endpoint::kRecords, "/v1/records", "Records", "Log records, newest first",
       Joined({{{"disposition",
                 "Only records of this disposition",
                 ParameterKind::kWord,
                 {"accepted", "duplicate", "conflict", "rejected"}}},
               page}),
       api::v1::ListRecordsResponse::descriptor()},
      {Endpoint::kRecord,
       "/v1/records/{id}",
       "Record",
       "One log record, raw bytes and event included",
       {},
       api::v1::RecordSummary::descriptor()},
      {Endpoint::kShards,
       "/v1/shards",
       "Shards",
       "The partitions, and how far each was read: the positions themselves that other answers rest on",
       {{"digest", "With SHA-256 of each log and each view store, which reads them whole", ParameterKind::kFlag}},
       api::v1::ListShardsResponse::descriptor()},
      {Endpoint::kVersion,
       "/v1/version",
       "Version",
       "The versions of program and formats",
       {},
       api::v1::VersionInfo::descriptor()},
      {Endpoint::kOpenApi, "/openapi.json", "OpenApi", "This document", {}, nullptr},
      {Endpoint::kMetrics,
       "/metrics",
       "Metrics",
       "The engine's own figures, for Prometheus; of a running engine only",
       {},
       nullptr},
      {Endpoint::kHealth, "/healthz", "Health", "Whether the process answers", {}, api::v1::Health::descriptor(), true},
      {Endpoint::kReady,
       "/readyz",
       "Readiness",
       "Whether it is ready, and why not",
       {},
       api::v1::Readiness::descriptor(),
       true},
  };
}

}  // namespace

bool Route::Takes(std::string_view parameter) const {
  return std::any_of(parameters.begin(), parameters.end(),
                     [parameter](const Parameter& known) { return known.name == parameter; });
}

const std::vector<Route>& Routes() {
  static const auto* const kRoutes = MakeRoutes();
  return *kRoutes;
}

std::vector<std::string_view> RoutePaths() {
  std::vector<std::string_view> paths;
  for (const Route& route : Routes()) paths.push_back(route.path);
  return paths;
}

std::string_view PathParameterText(const Route& route) {
  return route.endpoint == Endpoint::kRecord ? "The record, as kontor.events/3@1041, percent-encoded"
                                             : "The account's id, percent-encoded";
}

}  // namespace kontor
