// What the reading commands ask for, and what they print.

#include <gmock/gmock.h>

#include <tuple>

#include "engine/portfolio/listed_figures.h"
#include "engine/server/http_server.h"
#include "engine/server/json.h"
#include "engine/server/page_token.h"
#include "tools/kontor/cli_fixture.h"
#include "tools/kontor/text.h"

namespace kontor {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(CliTest, FolderIsOpenedAsAsked) {
  EXPECT_EQ(Read({"portfolio", "--reporting-currency", "USD", "--now", "2026-11-24"}), kExitOk);
  EXPECT_EQ(folder_.data_dir, "d");
  EXPECT_EQ(folder_.reporting.currency, Currency("USD"));
  EXPECT_EQ(folder_.reporting.now, ParseInstant("2026-11-24"));
}

TEST_F(CliTest, AccountsAreAskedForPageByPage) {
  EXPECT_EQ(Read({"accounts", "--all"}), kExitOk);
  EXPECT_EQ(queries_.last().page.token, "p2");
  ExpectGolden("accounts.txt");
}

TEST_F(CliTest, ListsFitANarrowTerminal) {
  console_.width = 80;
  EXPECT_EQ(Read({"accounts", "--all"}), kExitOk);
  ExpectGolden("accounts_narrow.txt");
  EXPECT_EQ(Read({"timeline", "acme"}), kExitOk);
  ExpectGolden("timeline_narrow.txt");
}

TEST_F(CliTest, AccountsAreOrderedAndNarrowedAsTheServerDoes) {
  const std::vector<std::string> asked = {
      "accounts",  "--order-by", "overdue desc", "--segment", "enterprise", "--industry", "steel",   "--country", "DE",
      "--manager", "kim",        "--currency",   "EUR",       "--text",     "acme & co",  "--limit", "1"};
  HttpServerOptions options;
  options.listen = "127.0.0.1:0";
  auto server = HttpServer::Start(options, {}, &queries_, &feed_);
  ASSERT_TRUE(server.ok());
  std::vector<std::string> of_server = asked;
  of_server.insert(of_server.end(), {"--server", fmt::format("http://127.0.0.1:{}", (*server)->port())});
  for (const bool of_folder : {false, true}) {
    EXPECT_EQ(of_folder ? Read(asked) : Run(of_server), kExitOk) << err_.str();
    const AccountsQuery query = queries_.last().accounts;
    EXPECT_EQ(query.order_by, ListedFigureOf("overdue"));
    EXPECT_TRUE(query.descending);
    EXPECT_EQ(query.filter.segment, "enterprise");
    EXPECT_EQ(query.filter.industry, "steel");
    EXPECT_EQ(query.filter.country, "DE");
    EXPECT_EQ(query.filter.manager, "kim");
    EXPECT_EQ(query.filter.currency, "EUR");
    EXPECT_EQ(query.filter.text, "acme & co");
  }
  EXPECT_EQ(Read({"accounts", "--order-by", "size"}), kExitFailed);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("no figure 'size'"), HasSubstr("kontor accounts --help")));
}

// Each in a column that even a narrow terminal has room for; what the table shows anyway, once.
TEST_F(CliTest, AccountsShowWhatTheyAreOrderedBy) {
  auto* figure = queries_.account_pages[""].mutable_accounts(0)->mutable_ordered_by();
  auto* unknown = queries_.account_pages["p2"].mutable_accounts(0)->mutable_ordered_by();
  const auto order = [&](const std::string& json) {
    ASSERT_EQ(AnswerFromJson(json, figure), OkStatus());
    unknown->set_name(figure->name());
    EXPECT_EQ(Read({"accounts", "--all", "--order-by", figure->name()}), kExitOk);
  };
  order(R"({"name": "dso_days", "unit": "FIGURE_UNIT_DAYS", "ratio": {"value": 41.25}})");
  ExpectGolden("accounts_ordered.txt");
  console_.width = 80;
  for (const auto& [json, title, cell] : {
           std::tuple{R"({"name": "written_off", "unit": "FIGURE_UNIT_MONEY",
                          "amount": {"reporting": {"currencyCode": "EUR", "units": "1234"}}})",
                      "written_off, EUR", "1,234.00"},
           std::tuple{R"({"name": "win_rate", "unit": "FIGURE_UNIT_SHARE", "ratio": {"value": 0.25}})", "win_rate",
                      "25.0 %"},
           std::tuple{R"({"name": "events", "unit": "FIGURE_UNIT_COUNT", "count": "1200"})", "events", "1,200"},
           std::tuple{R"({"name": "nps", "unit": "FIGURE_UNIT_POINTS", "number": -12.5})", "nps, points", "-12.5"},
           std::tuple{
               R"({"name": "break_even", "unit": "FIGURE_UNIT_DATE", "date": {"year": 2026, "month": 3, "day": 1}})",
               "break_even", "2026-03-01"},
           std::tuple{R"({"name": "findings", "unit": "FIGURE_UNIT_COUNT", "count": "1"})", "Findings", "1"},
       }) {
    figure->Clear();
    order(json);
    EXPECT_THAT(out_.str(), AllOf(HasSubstr(title), HasSubstr(cell)));
  }
  EXPECT_THAT(out_.str(), Not(HasSubstr("findings")));
}

TEST_F(CliTest, FoldersListIsOrderedOnceItsTotalsAreSettled) {
  queries_.portfolio.set_settled(false);
  queries_.BeforeNext([this] { queries_.BeforeNext([this] { queries_.portfolio.set_settled(true); }); });
  EXPECT_EQ(Read({"accounts", "--all", "--order-by", "overdue"}), kExitOk);
  EXPECT_EQ(queries_.last().what, "accounts");
  EXPECT_TRUE(queries_.portfolio.settled());
}

// Each with what does not fit even a wide terminal as it is.
TEST_F(CliTest, NoTableIsWiderThanTheTerminal) {
  auto* entry = queries_.timeline_pages[""].mutable_entries(0);
  entry->set_summary("invoice INV-1001-0061 over 1,000.00 EUR, due on 2026-11-30, for the works in the south");
  entry->set_actor("kim.of.the.accounts@acme.example");
  queries_.records[log::v1::DISPOSITION_REJECTED].mutable_records(0)->set_text(
      "the Confluent frame names another message than the first of its file, kontor.event.v1.Event");
  auto* move = queries_.accounts["acme"].mutable_growth()->mutable_invoiced_net_retention()->mutable_movements(0);
  for (auto* money : {move->mutable_start(), move->mutable_new_amount(), move->mutable_churn(), move->mutable_end()}) {
    money->set_units(1'234'567);
  }
  const std::vector<std::vector<std::string>> commands = {
      {"accounts", "--all"}, {"account", "acme"},         {"timeline", "acme"}, {"portfolio"}, {"shards"},
      {"rejected"},          {"rejected", "--limit", "1"}};
  for (const auto& command : commands) {
    for (const int width : {60, 80, 120}) {
      console_.width = width;
      ASSERT_EQ(Read(command), kExitOk) << err_.str();
      std::istringstream lines(out_.str());
      for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(DisplayWidth(line), width) << command.front() << ": " << line;
      }
      // In columns: a rule stands under the heads of the first table's.
      EXPECT_THAT(out_.str(), HasSubstr("\n───")) << command.front() << " in " << width;
    }
  }
}

TEST_F(CliTest, AccountStaysInColumnsOnASmallTerminal) {
  for (const int width : {60, 80}) {
    console_.width = width;
    EXPECT_EQ(Read({"account", "acme", "--months", "1"}), kExitOk);
    EXPECT_THAT(out_.str(), AllOf(HasSubstr("\nMonth    Interactions"), HasSubstr("\nInvoiced, in EUR  ")));
  }
}

TEST_F(CliTest, MoneyThatGrewAndShrankHasRoomBeforeMoneyThatCame) {
  auto* move = queries_.accounts["acme"].mutable_growth()->mutable_invoiced_net_retention()->mutable_movements(0);
  for (auto* money : {move->mutable_start(), move->mutable_new_amount(), move->mutable_churn(), move->mutable_end()}) {
    money->set_units(1'234'567);
  }
  console_.width = 80;
  EXPECT_EQ(Read({"account", "acme", "--months", "1"}), kExitOk);
  EXPECT_THAT(out_.str(), ContainsRegex("\nInvoiced, in EUR +Start +More +Less +Gone +End +NRR\n"));
}

TEST_F(CliTest, WhatMattersMostHasRoomOnASmallTerminal) {
  console_.width = 80;
  EXPECT_EQ(Read({"rejected"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("invoice_issued.net.nanos: is negative;"));
  EXPECT_EQ(Read({"timeline", "acme"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("invoice 1001 over 1,000.00 EUR"));
}

// How much there is to read is asked for first, where it is going to be told.
TEST_F(CliTest, AllOfALongListTellsHowFarItIs) {
  const auto first_question = [&](const std::vector<std::string>& command) {
    std::string what;
    queries_.BeforeNext([&] { what = queries_.last().what; });
    EXPECT_EQ(Read(command), kExitOk) << err_.str();
    return what;
  };
  EXPECT_EQ(first_question({"accounts", "--all"}), "accounts");  // no terminal
  console_.shows_progress = true;
  EXPECT_EQ(first_question({"accounts", "--all"}), "portfolio");
  EXPECT_EQ(first_question({"timeline", "acme", "--all"}), "account acme");
  EXPECT_EQ(first_question({"rejected", "--all"}), "shards");
  EXPECT_EQ(first_question({"rejected", "--all", "--json"}), "shards");
  EXPECT_EQ(first_question({"accounts", "--limit", "7"}), "accounts");
  console_.is_terminal = true;
  EXPECT_EQ(first_question({"rejected", "--all", "--json"}), "records");  // the pages are what is seen
}

TEST_F(CliTest, LimitEndsTheList) {
  EXPECT_EQ(Read({"accounts", "--limit", "1"}), kExitOk);
  EXPECT_EQ(queries_.last().page.size, 1);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("Only the first 1 are shown"), Not(HasSubstr("\nbare"))));
}

TEST_F(CliTest, JsonIsTheServersOwnAPageALine) {
  EXPECT_EQ(Read({"accounts", "--all", "--json"}), kExitOk);
  api::v1::ListAccountsResponse first = queries_.account_pages[""];
  first.set_next_page_token(SealToken("p2", "/v1/accounts"));
  EXPECT_EQ(out_.str(), *JsonText(first) + "\n" + *JsonText(queries_.account_pages["p2"]) + "\n");
  EXPECT_EQ(Read({"account", "acme", "--json"}), kExitOk);
  EXPECT_EQ(out_.str(), *JsonText(queries_.accounts["acme"]) + "\n");
}

TEST_F(CliTest, AccountIsToldWhole) {
  EXPECT_EQ(Read({"account", "acme", "--as-of", "2026-01-01"}), kExitOk);
  EXPECT_EQ(queries_.last().what, "account acme");
  EXPECT_EQ(queries_.last().at.as_of, ParseInstant("2026-01-01"));
  ExpectGolden("account.txt");
}

TEST_F(CliTest, NarrowTerminalStillShowsEveryFigure) {
  console_.width = 72;
  EXPECT_EQ(Read({"account", "acme", "--months", "1"}), kExitOk);
  ExpectGolden("account_narrow.txt");
}

TEST_F(CliTest, MergedAccountSaysWhoAnswersForIt) {
  queries_.accounts["acme-old"] = queries_.accounts["acme"];
  queries_.accounts["acme-old"].mutable_profile()->set_merged_into("acme");
  EXPECT_EQ(Read({"account", "acme-old"}), kExitOk);
  EXPECT_THAT(out_.str(), StartsWith("acme-old was merged into acme\n\nacme  Acme Werke"));
}

TEST_F(CliTest, UnknownFiguresAreDashes) {
  EXPECT_EQ(Read({"account", "bare"}), kExitOk);
  ExpectGolden("account_bare.txt");
}

TEST_F(CliTest, AnyIdIsAskedForAsItIs) {
  EXPECT_EQ(Read({"account", "a/7 ü?"}), kExitFailed);
  EXPECT_EQ(queries_.last().what, "account a/7 ü?");
  EXPECT_EQ(err_.str(), "kontor: there is no account 'a/7 ü?'\n");
  EXPECT_EQ(Run({"account", "--data-dir", "d", "--", "-x"}), kExitFailed);
}

TEST_F(CliTest, PortfolioIsToldWhole) {
  EXPECT_EQ(Read({"portfolio", "--months", "1"}), kExitOk);
  ExpectGolden("portfolio.txt");
}

TEST_F(CliTest, FoldersTotalsAreWaitedForAndAServersAreNot) {
  queries_.portfolio.set_settled(false);
  queries_.BeforeNext([this] {  // the first answer is not settled yet, the second is
    queries_.BeforeNext([this] { queries_.portfolio.set_settled(true); });
  });
  EXPECT_EQ(Read({"portfolio"}), kExitOk);
  EXPECT_THAT(out_.str(), Not(HasSubstr("renewed")));

  queries_.portfolio.set_settled(false);
  HttpServerOptions options;
  options.listen = "127.0.0.1:0";
  auto server = HttpServer::Start(options, {}, &queries_, &feed_);
  ASSERT_TRUE(server.ok());
  EXPECT_EQ(Run({"portfolio", "--server", fmt::format("http://127.0.0.1:{}", (*server)->port())}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("Totals are being renewed"));
}

TEST_F(CliTest, TimelineIsTold) {
  EXPECT_EQ(Read({"timeline", "acme"}), kExitOk);
  EXPECT_EQ(queries_.last().what, "timeline acme");
  ExpectGolden("timeline.txt");
}

TEST_F(CliTest, ShardsAreTold) {
  EXPECT_EQ(Read({"shards"}), kExitOk);
  EXPECT_FALSE(queries_.last().digest);
  ExpectGolden("shards.txt");
}

TEST_F(CliTest, DigestsTellNothingThatDiffersBetweenEqualInstances) {
  EXPECT_EQ(Read({"shards", "--digest"}), kExitOk);
  EXPECT_TRUE(queries_.last().digest);
  const std::string before = out_.str();
  ExpectGolden("digests.txt");
  api::v1::ShardSummary* shard = queries_.shards.mutable_shards(0);
  shard->set_accepted(1);
  shard->set_lag(0);
  shard->set_checkpoint(5);
  EXPECT_EQ(Read({"shards", "--digest"}), kExitOk);
  EXPECT_EQ(out_.str(), before);
}

TEST_F(CliTest, DigestsAreNeverCutOff) {
  const std::string log(64, 'a');
  const std::string views(64, 'b');
  queries_.shards.mutable_shards(0)->set_log_digest(log);
  queries_.shards.mutable_shards(0)->set_views_digest(views);
  for (const int width : {60, 80, 120, 200}) {
    console_.width = width;
    EXPECT_EQ(Read({"shards", "--digest"}), kExitOk);
    EXPECT_THAT(out_.str(), AllOf(HasSubstr(log), HasSubstr(views))) << width;
  }
  console_.width = 80;
  EXPECT_EQ(Read({"shards", "--digest"}), kExitOk);
  EXPECT_THAT(out_.str(), StartsWith("Shard    kontor.events/0\nRecords  1,041\nLog      " + log + "\n"));
}

TEST_F(CliTest, RejectedAndConflictingRecordsAreListedNewestFirst) {
  EXPECT_EQ(Read({"rejected"}), kExitOk);
  ExpectGolden("rejected.txt");
  console_.width = 60;
  EXPECT_EQ(Read({"rejected"}), kExitOk);
  ExpectGolden("rejected_narrow.txt");
}

TEST_F(CliTest, OneRecordIsToldWhole) {
  console_.width = 80;
  EXPECT_EQ(Read({"rejected", "kontor.events/1@12"}), kExitOk);
  EXPECT_EQ(queries_.last().what, "record kontor.events/1@12");
  ExpectGolden("record.txt");
  EXPECT_EQ(Read({"rejected", "kontor.events/0@5"}), kExitOk);
  ExpectGolden("record_undecodable.txt");
  console_.width = 60;
  EXPECT_EQ(Read({"rejected", "kontor.events/0@5"}), kExitOk);
  ExpectGolden("record_undecodable_narrow.txt");

  EXPECT_EQ(Read({"rejected", "kontor.events/1@12", "--json"}), kExitOk);
  EXPECT_EQ(out_.str(), *JsonText(queries_.records_by_id["kontor.events/1@12"]) + "\n");
}

TEST_F(CliTest, RecordThatIsNotThereIsSaid) {
  EXPECT_EQ(Read({"rejected", "foo"}), kExitFailed);
  EXPECT_EQ(err_.str(), "kontor: there is no record 'foo'\n");
  EXPECT_EQ(Read({"rejected", "kontor.events/1@12", "--reemit", "kontor.events/1@12"}), kExitUsage);
}

TEST_F(CliTest, FailuresAreSaidAndExitWithOne) {
  queries_.failure = Unavailable("shard kontor.events/3 is catching up");
  for (const char* command : {"accounts", "portfolio", "shards", "rejected"}) {
    EXPECT_EQ(Read({command}), kExitFailed);
    EXPECT_EQ(err_.str(), "kontor: shard kontor.events/3 is catching up\n");
    EXPECT_THAT(out_.str(), IsEmpty());
  }
}

TEST_F(CliTest, RunningEngineIsAskedOverHttp) {
  HttpServerOptions options;
  options.listen = "127.0.0.1:0";
  options.auth_token = "s3cret";
  auto server = HttpServer::Start(options, {}, &queries_, &feed_);
  ASSERT_TRUE(server.ok());
  const std::string url = fmt::format("http://127.0.0.1:{}", (*server)->port());

  EXPECT_EQ(Run({"account", "acme", "--server", url}), kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("token"));

  const std::string token_file = ::testing::TempDir() + "kontor_cli_token";
  std::ofstream(token_file) << "s3cret\n";
  std::filesystem::permissions(token_file, std::filesystem::perms::owner_read);
  EXPECT_EQ(Run({"account", "acme", "--server", url, "--auth-token-file", token_file, "--json", "--now", "2026-11-24"}),
            kExitOk);
  EXPECT_EQ(out_.str(), *JsonText(queries_.accounts["acme"]) + "\n");
  EXPECT_EQ(queries_.last().at.now, ParseInstant("2026-11-24"));
  std::filesystem::remove(token_file);
}

TEST_F(CliTest, NobodyThereIsSaid) {
  EXPECT_EQ(Run({"portfolio", "--server", "http://127.0.0.1:1"}), kExitFailed);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("http://127.0.0.1:1"), HasSubstr("--data-dir")));
}

}  // namespace
}  // namespace kontor
