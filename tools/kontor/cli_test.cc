// The command line from its words to what it prints, over readings and a sink that the test decides.

#include "tools/kontor/cli.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/server/fake_queries.h"
#include "engine/server/http_server.h"
#include "engine/server/json.h"
#include "engine/server/page_token.h"
#include "kontor/event/v1/event.pb.h"
#include "tools/kontor/sample_views.h"

namespace kontor {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;

// What a sink was given, and what it makes of it.
struct SinkRecord {
  std::vector<OutRecord> sent;
  std::function<Status(const OutRecord&)> answer = [](const OutRecord&) { return OkStatus(); };
};

// Acknowledges at the flush, as a broker that is far away does.
class FakeSink final : public EventSink {
 public:
  explicit FakeSink(SinkRecord* record) : record_(record) {}
  Status Send(OutRecord record, Delivered done) override {
    record_->sent.push_back(std::move(record));
    waiting_.push_back(std::move(done));
    return OkStatus();
  }
  Status Flush(std::chrono::milliseconds) override {
    for (size_t i = 0; i < waiting_.size(); ++i)
      waiting_[i](record_->answer(record_->sent[i]), Partition(0), Offset(7));
    waiting_.clear();
    return OkStatus();
  }

 private:
  SinkRecord* const record_;
  std::vector<Delivered> waiting_;
};

class CliTest : public ::testing::Test {
 protected:
  CliTest() {
    FillWithSamples(&queries_);
    wiring_.open_queries = [this](const FolderOptions& options) -> Result<std::unique_ptr<Queries>> {
      folder_ = options;
      return std::make_unique<Borrowed>(&queries_);
    };
    wiring_.open_sink = [this](const BrokerOptions& options) -> Result<std::unique_ptr<EventSink>> {
      broker_ = options;
      return std::make_unique<FakeSink>(&sink_);
    };
    wiring_.serve = [this](const ServeOptions& options, const Console&) {
      served_ = options;
      return 7;
    };
    wiring_.demo = [this](const DemoCommandOptions& options, const Console&) {
      demonstrated_ = options;
      return 8;
    };
    wiring_.rebuild = [this](const RebuildOptions& options, const Console&) {
      rebuilt_ = options;
      return 9;
    };
    wiring_.version.set_version("1.2.3");
    console_.in = &in_;
    console_.out = &out_;
    console_.err = &err_;
  }

  int Run(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    return RunKontor(arguments, wiring_, console_);
  }
  // Of a stopped engine's folder.
  int Read(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--data-dir", "d"});
    return Run(arguments);
  }

  // Compares with a file beside this one; KONTOR_UPDATE_GOLDEN=1 writes it instead.
  void ExpectGolden(const std::string& name) {
    const std::string path = "tools/kontor/golden/" + name;
    if (std::getenv("KONTOR_UPDATE_GOLDEN") != nullptr) {  // NOLINT(concurrency-mt-unsafe): one thread
      std::filesystem::create_directories("tools/kontor/golden");
      std::ofstream(path, std::ios::binary) << out_.str();
    }
    std::ifstream file(path, std::ios::binary);
    std::stringstream expected;
    expected << file.rdbuf();
    EXPECT_EQ(out_.str(), expected.str());
  }

  // Hands on what it is asked; the command owns it, the test the queries.
  class Borrowed final : public Queries {
   public:
    explicit Borrowed(const Queries* queries) : queries_(queries) {}
    Result<api::v1::ListAccountsResponse> ListAccounts(const AccountsQuery& query) const override {
      return queries_->ListAccounts(query);
    }
    Result<view::v1::AccountView> Account(const AccountId& account, const ReadAt& at) const override {
      return queries_->Account(account, at);
    }
    Result<api::v1::TimelineResponse> Timeline(const AccountId& account, const Page& page,
                                               const ReadAt& at) const override {
      return queries_->Timeline(account, page, at);
    }
    Result<view::v1::PortfolioView> Portfolio(const ReadAt& at) const override { return queries_->Portfolio(at); }
    Result<api::v1::ListRecordsResponse> Records(log::v1::Disposition disposition, const Page& page) const override {
      return queries_->Records(disposition, page);
    }
    Result<api::v1::RecordSummary> Record(const std::string& id) const override { return queries_->Record(id); }
    Result<api::v1::ListShardsResponse> Shards(bool digest) const override { return queries_->Shards(digest); }
    api::v1::Readiness Ready() const override { return queries_->Ready(); }
    Result<bool> Folded(const TopicOffset& record) const override { return queries_->Folded(record); }

   private:
    const Queries* const queries_;
  };

  FakeQueries queries_;
  ChangeFeed feed_;
  SinkRecord sink_;
  Wiring wiring_;
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  Console console_;
  FolderOptions folder_;
  BrokerOptions broker_;
  ServeOptions served_;
  DemoCommandOptions demonstrated_;
  RebuildOptions rebuilt_;
};

// Words.

TEST_F(CliTest, HelpListsTheCommands) {
  EXPECT_EQ(Run({"--help"}), kExitOk);
  for (const char* command : {"serve", "demo", "emit", "import", "accounts", "account", "timeline", "portfolio",
                              "shards", "rejected", "rebuild", "version"}) {
    EXPECT_THAT(out_.str(), HasSubstr(std::string("\n  ") + command + " "));
  }
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(CliTest, HelpReadsWell) {
  EXPECT_EQ(Run({"--help"}), kExitOk);
  ExpectGolden("help.txt");
  EXPECT_EQ(Run({"serve", "--help"}), kExitOk);
  ExpectGolden("help_serve.txt");
  console_.width = 72;
  EXPECT_EQ(Run({"rejected", "-h"}), kExitOk);
  ExpectGolden("help_rejected_narrow.txt");
}

TEST_F(CliTest, EachCommandsHelpHasAnExample) {
  for (const char* command : {"serve", "demo", "emit", "import", "accounts", "account", "timeline", "portfolio",
                              "shards", "rejected", "rebuild"}) {
    EXPECT_EQ(Run({command, "--help"}), kExitOk);
    EXPECT_THAT(out_.str(), AllOf(HasSubstr("Example"), HasSubstr(std::string("kontor ") + command))) << command;
  }
}

TEST_F(CliTest, UnknownCommandNamesTheNearest) {
  EXPECT_EQ(Run({"acounts", "--json"}), kExitUsage);
  EXPECT_EQ(err_.str(), "kontor: 'acounts' is no command; did you mean accounts?\nTry 'kontor --help'.\n");
  EXPECT_EQ(Run({"explode"}), kExitUsage);
  EXPECT_EQ(err_.str(), "kontor: 'explode' is no command\nTry 'kontor --help'.\n");
  EXPECT_THAT(out_.str(), IsEmpty());
}

TEST_F(CliTest, UnknownOptionNamesTheNearest) {
  EXPECT_EQ(Run({"accounts", "--jsn"}), kExitUsage);
  EXPECT_EQ(err_.str(), "kontor: --jsn is no option here; did you mean --json?\nTry 'kontor accounts --help'.\n");
  EXPECT_EQ(Run({"account", "--as-off=2026-01-01"}), kExitUsage);  // that the ID is missing comes second
  EXPECT_THAT(err_.str(), HasSubstr("--as-off is no option here; did you mean --as-of?"));
  EXPECT_EQ(Run({"portfolio", "acme"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("'acme' is one word too many"));
}

TEST_F(CliTest, MissingAndContradictingWordsAreNamed) {
  EXPECT_EQ(Run({}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("name a command"));
  EXPECT_EQ(Run({"account"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("ID is required"));
  EXPECT_EQ(Run({"serve"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--data-dir is required"));
  EXPECT_EQ(Run({"accounts", "--server", "http://x", "--data-dir", "d"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("excludes"));
}

TEST_F(CliTest, WrongValuesAreNamedWithWhatIsRight) {
  EXPECT_EQ(Run({"accounts", "--now", "soon"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--now: 'soon' is no instant"));
  EXPECT_EQ(Read({"accounts", "--reporting-currency", "EURO"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("'EURO' is no currency"));
  EXPECT_EQ(Read({"accounts", "--reporting-zone", "Mars/Base"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("Mars/Base"));
  EXPECT_EQ(Run({"accounts", "--limit", "0"}), kExitUsage);
  EXPECT_EQ(Run({"accounts", "--auth-token-file", "/no/such/file"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--auth-token-file: there is no /no/such/file"));
  EXPECT_EQ(Run({"emit", "--partitioner", "random"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("'random' is neither"));
  EXPECT_EQ(Run({"emit", "--kafka", "acks"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("must be NAME=VALUE"));
}

// Commands that run the engine.

TEST_F(CliTest, ServeHasItsDefaults) {
  EXPECT_EQ(Run({"serve", "--data-dir", "d"}), 7);
  EXPECT_EQ(served_.data_dir, "d");
  EXPECT_EQ(served_.listen, "127.0.0.1:8686");
  EXPECT_EQ(served_.broker.kafka.brokers, "localhost:9092");
  EXPECT_EQ(served_.broker.kafka.group_id, "kontor");
  EXPECT_EQ(served_.broker.partitioner, Partitioner::kMurmur2);
  EXPECT_EQ(served_.topics.events, "kontor.events");
  EXPECT_EQ(served_.topics.reference, "kontor.reference");
  EXPECT_EQ(served_.topics.rejected, "kontor.rejected");
  EXPECT_EQ(served_.reporting.currency, "EUR");
  EXPECT_EQ(served_.reporting.zone, "UTC");
  EXPECT_FALSE(served_.reporting.now.has_value());
}

TEST_F(CliTest, ServeTakesEveryOption) {
  EXPECT_EQ(Run({"serve",
                 "--brokers",
                 "a:1,b:2",
                 "--topic",
                 "t",
                 "--reference-topic",
                 "r",
                 "--rejected-topic",
                 "x",
                 "--data-dir",
                 "d",
                 "--listen",
                 "[::1]:0",
                 "--reporting-currency",
                 "USD",
                 "--reporting-zone",
                 "Europe/Berlin",
                 "--now",
                 "2026-11-24T10:30:00+01:00",
                 "--kafka",
                 "security.protocol=SASL_SSL",
                 "--kafka",
                 "sasl.username=a=b",
                 "--kafka",
                 "sasl.password=@/p",
                 "--group-id",
                 "g",
                 "--member-id",
                 "m",
                 "--partitioner",
                 "crc32"}),
            7);
  EXPECT_EQ(served_.broker.kafka.brokers, "a:1,b:2");
  EXPECT_EQ(served_.topics.events, "t");
  EXPECT_EQ(served_.topics.reference, "r");
  EXPECT_EQ(served_.topics.rejected, "x");
  EXPECT_EQ(served_.listen, "[::1]:0");
  EXPECT_EQ(served_.reporting.currency, "USD");
  EXPECT_EQ(served_.reporting.zone, "Europe/Berlin");
  EXPECT_EQ(served_.reporting.now, ParseInstant("2026-11-24T09:30:00Z"));
  EXPECT_THAT(served_.broker.kafka.properties,
              ElementsAre(Pair("sasl.password.file", "/p"), Pair("sasl.username", "a=b"),
                          Pair("security.protocol", "SASL_SSL")));
  EXPECT_EQ(served_.broker.kafka.group_id, "g");
  EXPECT_EQ(served_.broker.kafka.member_id, "m");
  EXPECT_EQ(served_.broker.partitioner, Partitioner::kCrc32);
}

TEST_F(CliTest, DemoAndRebuildTakeTheirOptions) {
  EXPECT_EQ(Run({"demo", "--seed", "42", "--exit", "--now", "2026-11-24", "--data-dir", "fresh"}), 8);
  EXPECT_EQ(demonstrated_.seed, 42U);
  EXPECT_TRUE(demonstrated_.exit);
  EXPECT_EQ(demonstrated_.reporting.now, ParseInstant("2026-11-24"));
  EXPECT_EQ(demonstrated_.data_dir, "fresh");
  EXPECT_EQ(Run({"rebuild", "--data-dir", "d"}), 9);
  EXPECT_EQ(rebuilt_.data_dir, "d");
}

TEST_F(CliTest, VersionIsPrinted) {
  EXPECT_EQ(Run({"version"}), kExitOk);
  EXPECT_THAT(out_.str(), StartsWith("kontor 1.2.3\n"));
  EXPECT_EQ(Run({"version", "--json"}), kExitOk);
  EXPECT_EQ(out_.str(), "{\"version\":\"1.2.3\"}\n");
}

// Commands that read.

TEST_F(CliTest, FolderIsOpenedAsAsked) {
  EXPECT_EQ(Read({"portfolio", "--reporting-currency", "USD", "--now", "2026-11-24"}), kExitOk);
  EXPECT_EQ(folder_.data_dir, "d");
  EXPECT_EQ(folder_.reporting.currency, "USD");
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

// Commands that write.

constexpr const char* kOpened =
    R"({"event_id":"1","source":"crm","account_id":"acme","occurred_at":"2026-11-24T09:30:00Z","account_opened":{}})";
constexpr const char* kRate =
    R"({"event_id":"2","source":"bank","occurred_at":"2026-11-24T09:30:00Z","exchange_rate_published":{}})";

TEST_F(CliTest, EmitSendsEachEventToTheTopicOfItsBody) {
  in_.str(std::string(kOpened) + "\n\n" + kRate + "\n");
  EXPECT_EQ(Run({"emit", "--brokers", "b:1"}), kExitOk);
  EXPECT_EQ(broker_.kafka.brokers, "b:1");
  ASSERT_EQ(sink_.sent.size(), 2U);
  EXPECT_EQ(sink_.sent[0].topic, "kontor.events");
  EXPECT_EQ(sink_.sent[0].key, "acme");
  event::v1::Event event;
  ASSERT_TRUE(event.ParseFromString(*sink_.sent[0].value));
  EXPECT_EQ(event.event_id(), "1");
  EXPECT_EQ(sink_.sent[1].topic, "kontor.reference");
  EXPECT_FALSE(sink_.sent[1].key.has_value());
  EXPECT_EQ(out_.str(), "2 of 2 events acknowledged\n");
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(CliTest, EmitListsByLineWhatWasNotAcknowledged) {
  in_.str(std::string("{\"event_id\":1,\n") + kOpened + "\n" + R"({"event_id":"3","account_closed":{}})" + "\n" +
          kRate);
  sink_.answer = [](const OutRecord& record) {
    return record.topic == "kontor.reference" ? Unavailable("broker away") : OkStatus();
  };
  EXPECT_EQ(Run({"emit"}), kExitFailed);
  EXPECT_EQ(out_.str(), "1 of 4 events acknowledged\n");
  EXPECT_THAT(err_.str(), AllOf(StartsWith("line 1: "), HasSubstr("\nline 3: account_id: required"),
                                HasSubstr("\nline 4: broker away\n"), Not(HasSubstr("line 2"))));
}

TEST_F(CliTest, EmitWaitsUntilTheEngineShowsWhatWasSent) {
  HttpServerOptions options;
  options.listen = "127.0.0.1:0";
  options.wait_time_max = std::chrono::milliseconds(1);
  auto server = HttpServer::Start(options, {}, &queries_, &feed_);
  ASSERT_TRUE(server.ok());
  const std::string url = fmt::format("http://127.0.0.1:{}", (*server)->port());
  queries_.folded_after = 9;  // so the server's own patience ends before
  in_.str(std::string(kOpened) + "\n");
  EXPECT_EQ(Run({"emit", "--wait", "--server", url}), kExitOk) << err_.str();
  EXPECT_EQ(queries_.folded_asked, 10);

  EXPECT_EQ(Run({"emit", "--server", url}), kExitUsage);  // nothing to ask it for
  (*server)->Stop(std::chrono::seconds(60));
  server->reset();
  in_.clear();
  in_.str(std::string(kOpened) + "\n");
  EXPECT_EQ(Run({"emit", "--wait", "--server", url}), kExitFailed);
  EXPECT_EQ(out_.str(), "1 of 1 events acknowledged\n");
  EXPECT_THAT(err_.str(), StartsWith("kontor: sent, and not read yet: "));
}

TEST_F(CliTest, ServeTakesItsHttpLimits) {
  EXPECT_EQ(Run({"serve", "--data-dir", "d", "--http-header-bytes-max", "2048", "--http-streams-max", "0",
                 "--http-page-size-max", "7", "--http-wait-time-max", "0.5"}),
            7);
  EXPECT_EQ(served_.http.header_bytes_max, 2048U);
  EXPECT_EQ(served_.http.streams_max, 0U);
  EXPECT_EQ(served_.http.page_size_max, 7);
  EXPECT_EQ(served_.http.wait_time_max, std::chrono::milliseconds(500));
  for (const char* time : {"0", "-1", "soon", "", "1e9"}) {
    EXPECT_EQ(Run({"serve", "--data-dir", "d", "--http-idle-time-max", time}), kExitUsage) << time;
  }
}

TEST_F(CliTest, EmitReadsAFile) {
  const std::string path = ::testing::TempDir() + "kontor_cli_events.jsonl";
  std::ofstream(path) << kOpened << "\n";
  EXPECT_EQ(Run({"emit", path}), kExitOk);
  EXPECT_EQ(sink_.sent.size(), 1U);
  std::filesystem::remove(path);
  EXPECT_EQ(Run({"emit", path}), kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("cannot be read: No such file"));
  EXPECT_EQ(Run({"emit", "/tmp"}), kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("cannot be read"));
}

TEST_F(CliTest, ReemitSendsTheRawRecordWithoutTheDeadLettersHeaders) {
  EXPECT_EQ(Read({"rejected", "--reemit", "kontor.events/1@12", "--brokers", "b:1"}), kExitOk);
  ASSERT_EQ(sink_.sent.size(), 1U);
  const OutRecord& record = sink_.sent[0];
  EXPECT_EQ(record.topic, "kontor.events");
  EXPECT_FALSE(record.partition.has_value());
  EXPECT_EQ(record.key, "acme");
  EXPECT_EQ(record.value, "\x01\x02");
  EXPECT_THAT(record.headers, ElementsAre(Pair("ce_id", std::optional<std::string>("1")), Pair("none", std::nullopt)));
  EXPECT_EQ(out_.str(), "1 of 1 records sent again and acknowledged\n");
}

TEST_F(CliTest, ReemitSaysWhatItCannotSend) {
  EXPECT_EQ(Read({"rejected", "--reemit", "kontor.events/1@1", "--reemit", "kontor.events/1@12", "--reemit", "x"}),
            kExitFailed);
  EXPECT_EQ(sink_.sent.size(), 1U);
  EXPECT_THAT(err_.str(),
              AllOf(HasSubstr("kontor.events/1@1: it is accepted"), HasSubstr("x: there is no record 'x'")));
}

TEST_F(CliTest, ImportTurnsRowsIntoEvents) {
  const std::string folder = ::testing::TempDir();
  std::ofstream(folder + "kontor_cli_people.csv") << "name\nAcme\n";
  std::ofstream(folder + "kontor_cli.sql")
      << "SELECT json_object('event_id', name, 'source', 'csv', 'account_id', lower(name), 'occurred_at', "
         "'2026-11-20T00:00:00Z', 'account_opened', json_object('fields', json_object('name', name))) AS event FROM "
         "people";
  const std::string mapping = folder + "kontor_cli.sql";
  const std::string table = "people=" + folder + "kontor_cli_people.csv";
  EXPECT_EQ(Run({"import", "--mapping", mapping, "--now", "2026-11-24", table}), kExitOk) << err_.str() << out_.str();
  ASSERT_EQ(sink_.sent.size(), 1U);
  EXPECT_EQ(sink_.sent[0].key, "acme");
  EXPECT_EQ(Run({"import", "--mapping", mapping, "--now", "2026-11-24", "--to", "jsonl", table}), kExitOk);
  EXPECT_THAT(out_.str(), StartsWith("{\"event_id\":\"Acme\""));
  EXPECT_EQ(Run({"import", "--mapping", mapping, "--now", "2026-11-24", "--dry-run", table}), kExitOk);
  EXPECT_EQ(sink_.sent.size(), 1U);
}

}  // namespace
}  // namespace kontor
