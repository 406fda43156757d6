// kontor watch: frames as text, a session with a server over sockets, and the command where no terminal is.

#include <gmock/gmock.h>

#include "engine/server/http_server.h"
#include "tools/kontor/cli_fixture.h"
#include "tools/kontor/text.h"
#include "tools/kontor/watch_frame.h"
#include "tools/kontor/watch_session.h"

namespace kontor {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class WatchFrameTest : public ::testing::Test {
 protected:
  WatchFrameTest() {
    FakeQueries queries;
    FillWithSamples(&queries);
    picture_.server = "http://127.0.0.1:8686";
    picture_.has_figures = true;
    picture_.shards = queries.shards;
    picture_.portfolio = queries.portfolio;
    picture_.rates = {0, 120, 1000, 2400, 1234.4};
    WatchedAccount& acme = picture_.accounts.emplace_back();
    acme.id = "acme";
    acme.now = queries.accounts["acme"];
    acme.before = acme.now;
    acme.before.mutable_value()->mutable_overdue()->Clear();
    acme.moved = now_ - milliseconds(1'600);
    WatchedAccount& bare = picture_.accounts.emplace_back();
    bare.id = "bare";
    bare.now = queries.accounts["bare"];
  }

  std::string Frame(int width, int height = 0) {
    console_.width = width;
    std::string text;
    for (const std::string& line : WatchLines(picture_, now_, height, console_)) text += line + "\n";
    return text;
  }

  WatchPicture picture_;
  WatchTime now_ = WatchTime(hours(1));
  Console console_;
};

TEST_F(WatchFrameTest, FitsEightyColumnsAndGrows) {
  ExpectGolden(Frame(80), "watch_80.txt");
  ExpectGolden(Frame(120), "watch_120.txt");
}

TEST_F(WatchFrameTest, SmallTerminalShowsTheRateAndTheAccounts) {
  const std::string frame = Frame(60, 24);
  ExpectGolden(frame, "watch_60.txt");
  EXPECT_THAT(frame, AllOf(HasSubstr("1,234 events/s"), HasSubstr("\nacme "), HasSubstr("\nbare ")));
}

TEST_F(WatchFrameTest, NoLineOfASmallTerminalBreaks) {
  auto* value = picture_.portfolio.mutable_value();
  for (auto* amount : {value->mutable_open(), value->mutable_overdue()}) {
    amount->mutable_reporting()->set_units(15'754'631);
  }
  const size_t lines = WatchLines(picture_, now_, 0,
                                  [&] {
                                    console_.width = 120;
                                    return console_;
                                  }())
                           .size();
  const std::string frame = Frame(60);
  EXPECT_THAT(frame, HasSubstr("\nOpen      15,754,631.00, overdue 15,754,631.00, 100 %\n"));
  EXPECT_EQ(static_cast<size_t>(std::count(frame.begin(), frame.end(), '\n')), lines + 2);  // of columns left out
}

TEST_F(WatchFrameTest, WhatWasRefusedIsSaidWhereThereIsSome) {
  EXPECT_THAT(Frame(80), HasSubstr("\nRefused   3 since it started: kontor rejected lists them\n"));
  picture_.shards.mutable_shards(0)->set_rejected(0);
  picture_.shards.mutable_shards(0)->set_conflicts(0);
  EXPECT_THAT(Frame(80), Not(HasSubstr("Refused")));
}

TEST_F(WatchFrameTest, CatchingUpTellsTheTimeLeft) {
  picture_.shards.mutable_shards()->RemoveLast();  // the one whose lag is not known
  EXPECT_THAT(Frame(120), HasSubstr("1,041 records, lag 7, 1 of 1 shards running\n"));  // read as soon as it is said
  picture_.shards.mutable_shards(0)->set_lag(1'000'000);
  picture_.rates = {10'000, 2'000, 3'000};  // 5,000 a second
  EXPECT_THAT(Frame(120), HasSubstr("1,041 records, lag 1,000,000, 3 min left, 1 of 1 shards running\n"));
  EXPECT_THAT(Frame(60), HasSubstr(" lag 1,000,000, 3 min left\n"));
  picture_.rates = {0, 0};
  EXPECT_THAT(Frame(120), HasSubstr("lag 1,000,000, 1 of 1 shards running\n"));
}

TEST_F(WatchFrameTest, NoLineIsWiderThanTheTerminal) {
  picture_.trouble = Unavailable("no Kontor answers at http://127.0.0.1:8686 (Connection refused): start one");
  for (int width = 40; width <= 200; ++width) {
    for (const std::string& line : WatchLines(picture_, now_, 0, [&] {
           console_.width = width;
           return console_;
         }())) {
      EXPECT_LE(DisplayWidth(line), width) << line;
    }
  }
}

TEST_F(WatchFrameTest, FitsTheTerminalsHeight) {
  EXPECT_EQ(WatchLines(picture_, now_, 5, console_).size(), 5U);
  for (size_t i = 0; i < 100; ++i) picture_.accounts.push_back(picture_.accounts.back());
  console_.width = 80;
  const size_t around = WatchLines(picture_, now_, 0, console_).size() - picture_.accounts.size();
  EXPECT_EQ(around + WatchRows(40), 40U);  // as many accounts are read as are shown
}

TEST_F(WatchFrameTest, AwayServerIsSaidBesideTheLastFigures) {
  picture_.trouble = Unavailable("no Kontor answers");
  EXPECT_THAT(Frame(80), AllOf(HasSubstr("● no answer\n"), HasSubstr("\nno Kontor answers\n"), HasSubstr("acme")));
  picture_.has_figures = false;
  EXPECT_THAT(Frame(80), AllOf(HasSubstr("\nno Kontor answers\n"), Not(HasSubstr("acme"))));
}

TEST_F(WatchFrameTest, FigureThatMovedStandsOutForAMoment) {
  console_.colour = true;
  EXPECT_THAT(Frame(80), HasSubstr("\x1b[1m20,000.00"));
  now_ += minutes(3);
  EXPECT_THAT(Frame(80), AllOf(HasSubstr("\x1b[31m20,000.00"), HasSubstr("3 min")));
}

TEST_F(WatchFrameTest, PlainWhereTheLocaleHasNoUtf8) {
  console_.utf8 = false;
  picture_.accounts[0].now.mutable_profile()->set_name("Acme");
  const std::string shown = console_.Shown(Frame(80));
  EXPECT_TRUE(std::all_of(shown.begin(), shown.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }))
      << shown;
}

class WatchSessionTest : public CliTest {
 protected:
  WatchSessionTest() {
    options_.listen = "127.0.0.1:0";
    options_.stream_interval = milliseconds(1);
  }

  void Start() {
    auto server = HttpServer::Start(options_, {}, &queries_, &feed_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    options_.listen = fmt::format("127.0.0.1:{}", server_->port());  // again, if it is started again
  }
  std::string Url() const { return "http://" + options_.listen; }
  std::unique_ptr<WatchSession> Watch(size_t shown) {
    HttpClientOptions options;
    options.url = Url();
    return *WatchSession::Make(options, shown);
  }
  // Follows until the account is the one that moved last, and looks.
  void FollowUntilFirst(WatchSession* session, const std::string& account) {
    do {
      session->Follow(std::chrono::steady_clock::now() + milliseconds(5));
      ASSERT_TRUE(session->Look(now_).ok()) << session->picture().trouble;
    } while (session->picture().accounts.empty() || session->picture().accounts[0].id != account);
  }
  void Change(const std::vector<std::string_view>& accounts) {
    feed_.Changed("kontor.events", Partition(0), accounts, Position(++position_));
  }
  static std::vector<std::string> Ids(const WatchSession& session) {
    std::vector<std::string> ids;
    for (const WatchedAccount& account : session.picture().accounts) ids.push_back(account.id);
    return ids;
  }

  HttpServerOptions options_;
  std::unique_ptr<HttpServer> server_;
  WatchTime now_ = WatchTime(hours(1));
  uint64_t position_ = 5;
};

TEST_F(WatchSessionTest, RateIsWhatWasFoldedBetweenTwoLooks) {
  Start();
  const auto session = Watch(2);
  ASSERT_TRUE(session->Look(now_).ok());
  EXPECT_THAT(session->picture().rates, IsEmpty());
  queries_.shards.mutable_shards(0)->set_position(queries_.shards.shards(0).position() + 500);
  ASSERT_TRUE(session->Look(now_ + seconds(2)).ok());
  EXPECT_THAT(session->picture().rates, ElementsAre(250));
  queries_.shards.mutable_shards()->RemoveLast();  // a partition moved away: no rate can be told
  ASSERT_TRUE(session->Look(now_ + seconds(4)).ok());
  EXPECT_THAT(session->picture().rates, ElementsAre(250));
}

TEST_F(WatchSessionTest, WhatMovedLastComesFirst) {
  queries_.accounts["new"].mutable_profile()->set_account_id("new");
  Start();
  const auto session = Watch(3);
  ASSERT_TRUE(session->Look(now_).ok());
  EXPECT_EQ(queries_.last().what, "account acme");  // none moved yet: the largest are shown
  EXPECT_EQ(queries_.last().what.empty(), false);
  EXPECT_THAT(Ids(*session), ElementsAre("acme"));
  session->Follow(std::chrono::steady_clock::now() + milliseconds(5));
  Change({"new"});
  FollowUntilFirst(session.get(), "new");
  EXPECT_THAT(Ids(*session), ElementsAre("new", "acme"));
  EXPECT_TRUE(session->picture().accounts[0].moved.has_value());
  EXPECT_FALSE(session->picture().accounts[1].moved.has_value());
  Change({"acme"});
  FollowUntilFirst(session.get(), "acme");
  EXPECT_THAT(Ids(*session), ElementsAre("acme", "new"));
}

TEST_F(WatchSessionTest, MergedAccountsAreOneRow) {
  queries_.accounts["bare-2"] = queries_.accounts["bare"];  // merged into it
  Start();
  const auto session = Watch(3);
  ASSERT_TRUE(session->Look(now_).ok());
  session->Follow(std::chrono::steady_clock::now() + milliseconds(5));
  Change({"bare-2"});
  FollowUntilFirst(session.get(), "bare");
  EXPECT_THAT(Ids(*session), ElementsAre("bare", "acme"));
  Change({"acme"});
  FollowUntilFirst(session.get(), "acme");
  Change({"bare", "bare-2"});
  FollowUntilFirst(session.get(), "bare");
  EXPECT_THAT(Ids(*session), ElementsAre("bare", "acme"));
}

TEST_F(WatchSessionTest, GoesOnWhenTheServerIsBack) {
  Start();
  const auto session = Watch(1);
  ASSERT_TRUE(session->Look(now_).ok());
  server_->Stop(minutes(1));
  server_.reset();
  const Status away = session->Look(now_);
  EXPECT_EQ(away.code(), StatusCode::kUnavailable);
  EXPECT_FALSE(WatchSession::IsFinal(away));
  EXPECT_TRUE(session->picture().has_figures);
  Start();
  session->Follow(std::chrono::steady_clock::now() + milliseconds(5));
  EXPECT_TRUE(session->Look(now_).ok());
}

TEST_F(WatchSessionTest, WrongTokenEndsIt) {
  options_.auth_token = "s3cret";
  Start();
  EXPECT_TRUE(WatchSession::IsFinal(Watch(1)->Look(now_)));
  EXPECT_EQ(Run({"watch", "--server", Url()}), kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("token"));
}

TEST_F(WatchSessionTest, OnceIsOneFrame) {
  Start();
  EXPECT_EQ(Run({"watch", "--once", "--interval", "0.001", "--server", Url()}), kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("● 1 failed"), HasSubstr("\nacme "), Not(HasSubstr("\x1b"))));
  server_.reset();
  EXPECT_EQ(Run({"watch", "--once", "--server", Url()}), kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("no Kontor answers at " + Url()));
}

}  // namespace
}  // namespace kontor
