// What the reading commands ask for, and what they print.

#include <gmock/gmock.h>

#include "engine/server/http_server.h"
#include "engine/server/json.h"
#include "engine/server/page_token.h"
#include "tools/kontor/cli_fixture.h"

namespace kontor {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

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

TEST_F(CliTest, RejectedAndConflictingRecordsAreListedNewestFirst) {
  EXPECT_EQ(Read({"rejected"}), kExitOk);
  ExpectGolden("rejected.txt");
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
