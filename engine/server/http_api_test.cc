// What each path asks of the queries, and what it answers; http_server_test.cc has the wire.

#include "engine/server/http_api.h"

#include <gmock/gmock.h>

#include <map>
#include <string>

#include "engine/portfolio/listed_figures.h"
#include "engine/server/fake_queries.h"
#include "engine/server/json.h"
#include "engine/server/page_token.h"

namespace kontor {
namespace {

using ::testing::HasSubstr;

class HttpApiTest : public ::testing::Test {
 protected:
  HttpApiTest() {
    queries_.readiness.set_ready(true);
    queries_.account_pages[""].add_accounts()->mutable_profile()->set_account_id("a1");
    view::v1::AccountView& account = queries_.accounts["a/1"];
    account.mutable_profile()->set_account_id("a/1");
    account.mutable_profile()->set_name("Acme");
    account.mutable_value()->mutable_deals_won()->set_lifetime(3);
    account.mutable_growth()->set_open_deals(2);
    account.mutable_satisfaction()->set_contacts_90_days(5);
    account.add_findings()->set_code("payment_over_invoice");
    account.add_used_rates()->set_base_currency("USD");
    account.mutable_basis()->set_reporting_zone("UTC");
  }

  HttpAnswer Get(std::string_view target, Caller caller = Caller::kTrusted) {
    return HttpApi(&queries_, Version(), 1'000, true)
        .Answer({.method = "GET", .target = std::string(target), .caller = caller, .if_none_match = if_none_match_});
  }

  template <typename Message>
  Message Read(std::string_view target) {
    const HttpAnswer answer = Get(target);
    EXPECT_EQ(answer.code, 200) << answer.body;
    return Parse<Message>(answer.body);
  }

  // The error that a target is answered with.
  api::v1::ErrorStatus Refused(std::string_view target, int code) {
    const HttpAnswer answer = Get(target);
    EXPECT_EQ(answer.code, code) << target << " " << answer.body;
    return Parse<api::v1::ErrorStatus>(answer.body);
  }
  // The parameter that it blames.
  std::string Blamed(std::string_view target) {
    const api::v1::ErrorStatus error = Refused(target, 400);
    return error.details_size() == 1 ? error.details(0).field() : "";
  }

  template <typename Message>
  static Message Parse(std::string_view json) {
    Message message;
    EXPECT_TRUE(AnswerFromJson(json, &message).ok()) << json;
    return message;
  }

  static api::v1::VersionInfo Version() {
    api::v1::VersionInfo version;
    version.set_version("1.2.3");
    version.set_intake_version(4);
    return version;
  }

  // The first token of the pages of a question, as a reader gets it.
  static std::string Sealed(std::string_view token, std::string_view target) {
    return SealToken(token, QuestionOf(*ParseTarget(target)));
  }

  FakeQueries queries_;
  std::string if_none_match_;
};

TEST_F(HttpApiTest, AccountsArePagedAndReadAtAnInstant) {
  const auto answer = Read<api::v1::ListAccountsResponse>("/v1/accounts?page_size=7&now=2026-11-24T01:00:00%2B01:00");
  ASSERT_EQ(answer.accounts_size(), 1);
  EXPECT_EQ(answer.accounts(0).profile().account_id(), "a1");
  EXPECT_EQ(queries_.last().page.size, 7);
  EXPECT_EQ(queries_.last().at.now, ParseInstant("2026-11-24"));
  EXPECT_EQ(queries_.last().at.as_of, std::nullopt);
}

TEST_F(HttpApiTest, PageSizeIsBounded) {
  for (const char* size : {"0", "-1", "1001", "x", "", "5x", "99999999999999999999", "+5", "1.5"}) {
    EXPECT_EQ(Blamed(std::string("/v1/accounts?page_size=") + size), "page_size");
  }
  Read<api::v1::ListAccountsResponse>("/v1/accounts?page_size=1000");
  EXPECT_EQ(queries_.last().page.size, 1000);
  Read<api::v1::ListAccountsResponse>("/v1/accounts");
  EXPECT_EQ(queries_.last().page.size, 50);
}

TEST_F(HttpApiTest, ForgedPageTokenIsBlamed) { EXPECT_EQ(Blamed("/v1/accounts?page_token=forged"), "page_token"); }

TEST_F(HttpApiTest, AccountIsReadAsOf) {
  const auto account = Read<view::v1::AccountView>("/v1/accounts/a%2F1?as_of=2026-01-02&now=2026-01-03");
  EXPECT_EQ(account.profile().name(), "Acme");
  EXPECT_EQ(account.growth().open_deals(), 2);
  EXPECT_EQ(queries_.last().what, "account a/1");
  EXPECT_EQ(queries_.last().at.as_of, ParseInstant("2026-01-02"));
  EXPECT_EQ(queries_.last().at.now, ParseInstant("2026-01-03"));
  for (const char* plus : {"+", "%2B", "%2b"}) {
    for (const char* between : {"T", "%20", "+"}) {
      const std::string instant = fmt::format("2026-01-02{}00:00:00{}02:00", between, plus);
      Read<view::v1::AccountView>("/v1/accounts/a%2F1?as_of=" + instant);
      EXPECT_EQ(queries_.last().at.as_of, ParseInstant("2026-01-01T22:00:00Z")) << instant;
    }
  }
}

TEST_F(HttpApiTest, EachViewStandsAloneWithWhatItRestsOn) {
  for (const std::string part : {"value", "growth", "satisfaction"}) {
    const auto account = Read<view::v1::AccountView>("/v1/accounts/a%2F1/" + part);
    EXPECT_EQ(account.profile().account_id(), "a/1");
    EXPECT_FALSE(account.profile().has_name());
    EXPECT_EQ(account.has_value(), part == "value");
    EXPECT_EQ(account.has_growth(), part == "growth");
    EXPECT_EQ(account.has_satisfaction(), part == "satisfaction");
    EXPECT_EQ(account.used_rates_size(), part == "satisfaction" ? 0 : 1);
    EXPECT_EQ(account.findings_size(), 1);
    EXPECT_EQ(account.basis().reporting_zone(), "UTC");
  }
}

TEST_F(HttpApiTest, AnyUtf8IsAnAccountsId) {
  queries_.accounts["Zürich 株/😀"].mutable_profile()->set_account_id("Zürich 株/😀");
  const auto account = Read<view::v1::AccountView>("/v1/accounts/Z%C3%BCrich%20%E6%A0%AA%2F%F0%9F%98%80");
  EXPECT_EQ(account.profile().account_id(), "Zürich 株/😀");
}

TEST_F(HttpApiTest, UnknownAccountIsNotFound) {
  EXPECT_THAT(Refused("/v1/accounts/nobody", 404).message(), HasSubstr("'nobody'"));
}

TEST_F(HttpApiTest, TimelineIsPaged) {
  queries_.timeline_pages["t2"].add_entries()->set_body("invoice_issued");
  const std::string target = "/v1/accounts/a%2F1/timeline?as_of=2026-01-02";
  const auto timeline = Read<api::v1::TimelineResponse>(target + "&page_token=" + Sealed("t2", target));
  EXPECT_EQ(timeline.entries(0).body(), "invoice_issued");
  EXPECT_EQ(queries_.last().what, "timeline a/1");
  EXPECT_TRUE(queries_.last().at.as_of.has_value());
}

TEST_F(HttpApiTest, PortfolioIsReadNow) {
  queries_.portfolio.set_accounts(12);
  EXPECT_EQ(Read<view::v1::PortfolioView>("/v1/portfolio").accounts(), 12);
}

TEST_F(HttpApiTest, BasesThatAreNotGivenAreRefusedByName) {
  EXPECT_EQ(Blamed("/v1/portfolio?as_of=2026-01-01"), "as_of");
  EXPECT_EQ(Blamed("/v1/accounts?as_of=2026-01-01"), "as_of");
  EXPECT_EQ(Blamed("/v1/portfolio?now=2026-01-01"), "now");
  EXPECT_THAT(Refused("/v1/portfolio?now=2026-01-01", 400).message(), HasSubstr("of the present instant only"));
  for (const char* path : {"/v1/accounts", "/v1/accounts/a%2F1", "/v1/accounts/a%2F1/value", "/v1/portfolio"}) {
    const auto error = Refused(std::string(path) + "?known_at=2026-01-01", 400);
    EXPECT_EQ(error.code(), static_cast<int>(StatusCode::kFailedPrecondition));
    EXPECT_THAT(error.message(), HasSubstr("not given yet"));
  }
}

TEST_F(HttpApiTest, WordsThatAreNoInstantAreRefused) {
  for (const char* now : {"yesterday", "", "2026-13-01", "2026-01-01T25:00:00Z", "1e9"}) {
    EXPECT_EQ(Blamed(std::string("/v1/accounts?now=") + now), "now");
  }
  EXPECT_EQ(Blamed("/v1/accounts/a%2F1?as_of=then"), "as_of");
}

TEST_F(HttpApiTest, UnknownAndRepeatedParametersAreRefused) {
  EXPECT_EQ(Blamed("/v1/accounts?pagesize=5"), "pagesize");
  EXPECT_THAT(Refused("/v1/accounts?pagesize=5", 400).message(), HasSubstr("page_size, page_token, order_by"));
  EXPECT_EQ(Blamed("/v1/accounts?page_size=5&page_size=5"), "page_size");
  EXPECT_EQ(Blamed("/v1/version?x=1"), "x");
  Read<api::v1::VersionInfo>("/v1/version?");
  Read<api::v1::VersionInfo>("/v1/version?&");
}

TEST_F(HttpApiTest, RecordsAreToldApartByDisposition) {
  queries_.records[log::v1::DISPOSITION_REJECTED].add_records()->set_id("kontor.events/3@1041");
  const auto records = Read<api::v1::ListRecordsResponse>("/v1/records?disposition=rejected&page_size=9");
  EXPECT_EQ(records.records(0).id(), "kontor.events/3@1041");
  EXPECT_EQ(queries_.last().page.size, 9);
  Read<api::v1::ListRecordsResponse>("/v1/records");
  EXPECT_EQ(queries_.last().disposition, log::v1::DISPOSITION_UNSPECIFIED);
  EXPECT_EQ(Blamed("/v1/records?disposition=lost"), "disposition");
}

TEST_F(HttpApiTest, RecordIsFoundByItsEncodedId) {
  queries_.records_by_id["kontor.events/3@1041"].set_position(1041);
  EXPECT_EQ(Read<api::v1::RecordSummary>("/v1/records/kontor.events%2F3%401041").position(), 1041U);
  EXPECT_THAT(Refused("/v1/records/kontor.events/3@1041", 404).message(), HasSubstr("percent-encoded"));
}

TEST_F(HttpApiTest, DigestsAreTakenWhereAskedFor) {
  queries_.shards.add_shards()->set_log_digest("ab");
  EXPECT_EQ(Read<api::v1::ListShardsResponse>("/v1/shards?digest=true").shards(0).log_digest(), "ab");
  EXPECT_TRUE(queries_.last().digest);
  Read<api::v1::ListShardsResponse>("/v1/shards?digest=false");
  EXPECT_FALSE(queries_.last().digest);
  EXPECT_EQ(Blamed("/v1/shards?digest=1"), "digest");
}

TEST_F(HttpApiTest, OneDigestRunsAtATime) {
  const HttpApi api(&queries_, Version(), 1'000, true);
  int second = 0;
  int plain = 0;
  queries_.BeforeNext([&] {  // asked while the first digest runs
    second = api.Answer({.method = "GET", .target = "/v1/shards?digest=true", .caller = Caller::kTrusted}).code;
    plain = api.Answer({.method = "GET", .target = "/v1/shards", .caller = Caller::kTrusted}).code;
  });
  EXPECT_EQ(api.Answer({.method = "GET", .target = "/v1/shards?digest=true", .caller = Caller::kTrusted}).code, 200);
  EXPECT_EQ(second, 503);
  EXPECT_EQ(plain, 200);
  EXPECT_EQ(api.Answer({.method = "GET", .target = "/v1/shards?digest=true", .caller = Caller::kTrusted}).code, 200);
}

TEST_F(HttpApiTest, VersionsAreTold) {
  const auto version = Read<api::v1::VersionInfo>("/v1/version");
  EXPECT_EQ(version.version(), "1.2.3");
  EXPECT_EQ(version.intake_version(), 4U);
}

TEST_F(HttpApiTest, ReadinessIsACodeAndItsReasons) {
  EXPECT_EQ(Get("/readyz").code, 200);
  queries_.readiness.set_ready(false);
  queries_.readiness.add_reasons("topic kontor.events: waited for");
  const HttpAnswer answer = Get("/readyz");
  EXPECT_EQ(answer.code, 503);
  EXPECT_EQ(Parse<api::v1::Readiness>(answer.body).reasons(0), "topic kontor.events: waited for");
  EXPECT_EQ(Get("/healthz").code, 200);
}

TEST_F(HttpApiTest, WithoutTheTokenOnlyLifeAndReadinessAreTold) {
  queries_.readiness.add_warnings("topic kontor.rejected: missing");
  EXPECT_EQ(Get("/healthz", Caller::kUnknown).code, 200);
  const HttpAnswer ready = Get("/readyz", Caller::kUnknown);
  EXPECT_EQ(ready.code, 200);
  EXPECT_EQ(ready.body, R"({"ready":true})");
  for (const char* target : {"/v1/accounts", "/v1/version", "/v1/accounts/a%2F1", "/no/such/path", "/"}) {
    EXPECT_EQ(Get(target, Caller::kUnknown).code, 401) << target;
  }
}

TEST_F(HttpApiTest, UnknownPathsNameThePathsThereAre) {
  for (const char* target : {"/", "/v1", "/v1/account", "/v1/accounts/", "/v1/accounts//value", "/v1/accounts/a/b",
                             "/v1/accounts/a/value/", "/V1/accounts", "/readyz/"}) {
    const auto error = Refused(target, 404);
    EXPECT_EQ(error.code(), static_cast<int>(StatusCode::kNotFound));
    EXPECT_THAT(error.message(), HasSubstr("/v1/portfolio")) << target;
  }
}

TEST_F(HttpApiTest, OtherMethodsAreNotAllowed) {
  const HttpApi api(&queries_, Version(), 1'000, true);
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"}) {
    const HttpAnswer answer = api.Answer({.method = method, .target = "/v1/accounts", .caller = Caller::kTrusted});
    EXPECT_EQ(answer.code, 405);
    EXPECT_EQ(answer.allow, "GET, HEAD");
  }
}

TEST_F(HttpApiTest, FailuresKeepTheirCode) {
  queries_.failure = Unavailable("shard kontor.events/3 is catching up");
  EXPECT_EQ(Refused("/v1/accounts", 503).message(), "shard kontor.events/3 is catching up");
  queries_.failure = DataLoss("shard kontor.events/3: block 7 fails its checksum");
  EXPECT_EQ(Refused("/v1/portfolio", 500).code(), static_cast<int>(StatusCode::kDataLoss));
  queries_.failure = FailedPrecondition("as_of: before the first event");
  EXPECT_EQ(Blamed("/v1/accounts/a%2F1?as_of=1900-01-01"), "as_of");
}

TEST_F(HttpApiTest, AccountsAreOrderedAndFiltered) {
  Read<api::v1::ListAccountsResponse>(
      "/v1/accounts?order_by=ttm_net_value%20desc&segment=large&industry=steel&country=DE&manager=kim&currency=EUR&"
      "text=ac%2Bme");
  const AccountsQuery asked = queries_.last().accounts;
  EXPECT_EQ(asked.order_by, ListedFigureOf("ttm_net_value"));
  EXPECT_TRUE(asked.descending);
  EXPECT_EQ(asked.filter, (AccountFilter{"large", "steel", "DE", "kim", "EUR", "ac+me"}));
  Read<api::v1::ListAccountsResponse>("/v1/accounts?order_by=overdue");
  EXPECT_FALSE(queries_.last().accounts.descending);
  EXPECT_EQ(queries_.last().accounts.filter, AccountFilter());
  for (const char* order : {"", "profit", "overdue%20down", "overdue%20desc%20", "OVERDUE"}) {
    EXPECT_EQ(Blamed(std::string("/v1/accounts?order_by=") + order), "order_by");
  }
  EXPECT_THAT(Refused("/v1/accounts?order_by=overdu%20desc", 400).message(), HasSubstr("did you mean overdue?"));
  EXPECT_EQ(Blamed("/v1/accounts?currency=euro"), "currency");
  EXPECT_EQ(Blamed("/v1/accounts?segment="), "segment");
}

TEST_F(HttpApiTest, TokenIsGoodForItsQuestionOnly) {
  queries_.account_pages[""].set_next_page_token("a1");
  queries_.account_pages["a1"].add_accounts()->mutable_profile()->set_account_id("a2");
  const std::string target = "/v1/accounts?order_by=overdue&segment=large";
  const std::string token = Read<api::v1::ListAccountsResponse>(target).next_page_token();
  EXPECT_NE(token, "a1");
  const auto next = Read<api::v1::ListAccountsResponse>(
      "/v1/accounts?segment=large&page_size=7&order_by=overdue&fields=accounts.profile.accountId&page_token=" + token);
  EXPECT_EQ(next.accounts(0).profile().account_id(), "a2");
  for (const char* other : {"/v1/accounts?order_by=overdue&segment=small", "/v1/accounts?order_by=overdue",
                            "/v1/accounts?order_by=overdue%20desc&segment=large", "/v1/records?disposition=rejected",
                            "/v1/accounts/overdue/timeline?as_of=2026-01-01"}) {
    EXPECT_EQ(Blamed(std::string(other) + "&page_token=" + token), "page_token") << other;
  }
}

TEST_F(HttpApiTest, FieldsLeaveOutTheRestButWhatTheAnswerRestsOn) {
  const auto account = Read<view::v1::AccountView>("/v1/accounts/a%2F1?fields=profile.name,value.dealsWon");
  EXPECT_EQ(account.profile().name(), "Acme");
  EXPECT_EQ(account.profile().account_id(), "");
  EXPECT_EQ(account.value().deals_won().lifetime(), 3);
  EXPECT_FALSE(account.has_growth());
  EXPECT_EQ(account.findings_size(), 0);
  EXPECT_EQ(account.basis().reporting_zone(), "UTC");

  queries_.portfolio.set_settled(true);
  queries_.portfolio.mutable_covers()->set_partition_count(4);
  queries_.portfolio.set_accounts(3);
  const auto portfolio = Read<view::v1::PortfolioView>("/v1/portfolio?fields=keyAccounts");
  EXPECT_TRUE(portfolio.settled());
  EXPECT_EQ(portfolio.covers().partition_count(), 4);
  EXPECT_EQ(portfolio.accounts(), 0);

  EXPECT_EQ(Blamed("/v1/accounts/a%2F1?fields=profile.nickname"), "fields");
  EXPECT_THAT(Refused("/v1/accounts/a%2F1?fields=profile.nickname", 400).message(), HasSubstr("'profile.nickname'"));
  EXPECT_EQ(Blamed("/v1/records?fields=records"), "fields");  // no reading
}

TEST_F(HttpApiTest, ReadingsHaveTagsAndAreNotSentTwice) {
  for (const char* target : {"/v1/accounts", "/v1/accounts/a%2F1", "/v1/accounts/a%2F1/value", "/openapi.json"}) {
    if_none_match_.clear();
    const HttpAnswer first = Get(target);
    ASSERT_FALSE(first.etag.empty()) << target;
    for (const std::string& held : {first.etag, "W/" + first.etag, "\"x\", " + first.etag, std::string("*")}) {
      if_none_match_ = held;
      const HttpAnswer again = Get(target);
      EXPECT_EQ(again.code, 304) << target << " " << held;
      EXPECT_EQ(again.body, "");
      EXPECT_EQ(again.etag, first.etag);
    }
    if_none_match_ = "\"another\"";
    EXPECT_EQ(Get(target).code, 200);
  }
  const std::string before = Get("/v1/accounts/a%2F1").etag;
  queries_.accounts["a/1"].mutable_basis()->add_positions()->set_position(7);
  EXPECT_NE(Get("/v1/accounts/a%2F1").etag, before);
}

// Who asks for the present again and again is told of what changed, and not that the clock went on.
TEST_F(HttpApiTest, TagOfThePresentIsOfAllButTheInstant) {
  queries_.portfolio.set_settled(true);
  const std::map<std::string, view::v1::Basis*> bases = {
      {"/v1/accounts?order_by=overdue", queries_.account_pages[""].mutable_basis()},
      {"/v1/accounts?fields=accounts.profile", queries_.account_pages[""].mutable_basis()},
      {"/v1/accounts/a%2F1", queries_.accounts["a/1"].mutable_basis()},
      {"/v1/portfolio", queries_.portfolio.mutable_basis()}};
  for (const auto& [target, basis] : bases) {
    basis->mutable_now()->set_seconds(100);
    if_none_match_.clear();
    const std::string held = Get(target).etag;
    EXPECT_TRUE(held.starts_with("W/\"")) << target;
    basis->mutable_now()->set_seconds(200);
    if_none_match_ = held;
    EXPECT_EQ(Get(target).code, 304) << target;
    EXPECT_EQ(Get(target).etag, held) << target;
    basis->add_positions()->set_position(7);
    EXPECT_EQ(Get(target).code, 200) << target;
  }
  if_none_match_ = Get("/v1/accounts?order_by=overdue").etag;
  queries_.account_pages[""].mutable_accounts(0)->mutable_ordered_by()->set_count(2);
  EXPECT_EQ(Get("/v1/accounts?order_by=overdue").code, 200);

  // The same bytes, where the instant was asked for.
  const std::string named = "/v1/accounts/a%2F1?now=2026-11-24";
  if_none_match_ = Get(named).etag;
  EXPECT_TRUE(if_none_match_.starts_with('"'));
  EXPECT_EQ(Get(named).code, 304);
  queries_.accounts["a/1"].mutable_basis()->mutable_now()->set_seconds(300);
  EXPECT_EQ(Get(named).code, 200);
}

TEST_F(HttpApiTest, WhatTheBasisDoesNotDecideHasNoTag) {
  for (const char* target : {"/v1/records", "/v1/shards", "/v1/version", "/healthz", "/readyz"}) {
    EXPECT_EQ(Get(target).etag, "") << target;
  }
  EXPECT_EQ(Get("/v1/portfolio").etag, "");  // being renewed
  queries_.portfolio.set_settled(true);
  EXPECT_NE(Get("/v1/portfolio").etag, "");
}

TEST_F(HttpApiTest, ReaderWaitsForARecord) {
  queries_.folded_after = 1;
  const char* const target = "/v1/accounts/a%2F1?wait_for=kontor.events/3@1041";
  const HttpAnswer early = Get(target);
  EXPECT_EQ(early.code, 504);
  EXPECT_TRUE(early.not_yet);
  EXPECT_EQ(Parse<api::v1::ErrorStatus>(early.body).details_size(), 0);
  const HttpAnswer answer = Get(target);
  EXPECT_EQ(answer.code, 200);
  EXPECT_FALSE(answer.not_yet);
  for (const char* record : {"", "3", "kontor.events@1", "kontor.events/3", "kontor.events/x@1", "kontor.events/3@-1",
                             "kontor.events/-3@1", "/3@1", "kontor.events/3@1x", "other/0@1"}) {
    EXPECT_EQ(Blamed(std::string("/v1/portfolio?wait_for=") + record), "wait_for") << record;
  }
  EXPECT_EQ(Blamed("/v1/shards?wait_for=kontor.events/3@1"), "wait_for");
}

TEST_F(HttpApiTest, OnlyWhatRunsStreams) {
  EXPECT_TRUE(Get("/v1/stream").stream);
  EXPECT_EQ(Get("/v1/stream", Caller::kUnknown).code, 401);
  const HttpApi of_folder(&queries_, Version(), 1'000, /*streams=*/false);
  EXPECT_EQ(of_folder.Answer({.method = "GET", .target = "/v1/stream", .caller = Caller::kTrusted}).code, 501);
}

}  // namespace
}  // namespace kontor
