// What the commands that write send, and what they say of it.

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "engine/server/http_server.h"
#include "kontor/event/v1/event.pb.h"
#include "tools/kontor/cli_fixture.h"

namespace kontor {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;

constexpr const char* kOpened =
    R"({"event_id":"1","source":"crm","account_id":"acme","occurred_at":"2020-11-24T09:30:00Z","account_opened":{}})";
constexpr const char* kRate =
    R"({"event_id":"2","source":"bank","occurred_at":"2020-11-24T09:30:00Z","exchange_rate_published":{)"
    R"("base_currency":"USD","quote_currency":"EUR","rate":{"units":"1"},"day":{"year":2020,"month":11,"day":24}}})";
constexpr const char* kBad =  // nothing says what was won
    R"({"event_id":"3","source":"crm","account_id":"acme","occurred_at":"2020-11-24T09:30:00Z","deal_won":{}})";

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

TEST_F(CliTest, EmitListsNeighboursThatFailedAlikeTogether) {
  in_.str(std::string(kOpened) + "\n" + kOpened + "\n\n" + kOpened + "\n" + kRate);
  sink_.answer = [](const OutRecord& record) {
    return record.topic == "kontor.reference" ? OkStatus() : Unavailable("broker away");
  };
  EXPECT_EQ(Run({"emit"}), kExitFailed);
  EXPECT_EQ(err_.str(),
            "lines 1 to 2: broker away\nline 4: broker away\n"
            "once that is mended, send the whole file again: what came before is not counted twice\n");
}

TEST_F(CliTest, EmitSendsNothingThatTheEngineWouldRefuse) {
  in_.str(std::string(kOpened) + "\n" + kBad + "\n");
  EXPECT_EQ(Run({"emit"}), kExitFailed);
  EXPECT_EQ(sink_.sent.size(), 1U);
  EXPECT_EQ(out_.str(), "1 of 2 events acknowledged\n");
  EXPECT_EQ(err_.str(),
            "line 2: deal_won.deal: missing; it is required\n"
            "once that is mended, send the whole file again: what came before is not counted twice\n");

  in_.clear();
  in_.str(std::string(kBad) + "\n");
  EXPECT_EQ(Run({"emit", "--unchecked"}), kExitOk) << err_.str();
  EXPECT_EQ(out_.str(), "1 of 1 events acknowledged\n");
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

  // It is there, and follows its log when it is asked first.
  queries_.BeforeNext([this] {
    queries_.failure = Unavailable("catching up");
    queries_.BeforeNext([this] { queries_.failure = OkStatus(); });
  });
  in_.clear();
  in_.str(std::string(kOpened) + "\n");
  EXPECT_EQ(Run({"emit", "--wait", "--server", url}), kExitOk) << err_.str();

  EXPECT_EQ(Run({"emit", "--server", url}), kExitUsage);  // nothing to ask it for
  (*server)->Stop(std::chrono::seconds(60));
  server->reset();
  in_.clear();
  in_.str(std::string(kOpened) + "\n");
  EXPECT_EQ(Run({"emit", "--wait", "--server", url}), kExitFailed);
  EXPECT_EQ(out_.str(), "1 of 1 events acknowledged\n");
  EXPECT_THAT(err_.str(), StartsWith("kontor: sent, and not read yet: "));
}

TEST_F(CliTest, EmitReadsAFile) {
  const std::string path = ::testing::TempDir() + "kontor_cli_events.jsonl";
  std::ofstream(path) << kOpened << "\n";
  EXPECT_EQ(Run({"emit", path}), kExitOk);
  EXPECT_EQ(sink_.sent.size(), 1U);
  std::filesystem::remove(path);
  EXPECT_EQ(Run({"emit", path}), kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("cannot be read: No such file or directory; name a file of events, or - for "));
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

TEST_F(CliTest, WhatNeedsNoBrokerIsSaidWithoutOne) {
  wiring_.open_sink = [](const BrokerOptions&) -> Result<std::unique_ptr<EventSink>> {
    return Unavailable("no broker");
  };
  EXPECT_EQ(Read({"rejected", "--reemit", "foo"}), kExitFailed);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("foo: there is no record 'foo'"), Not(HasSubstr("no broker"))));
  EXPECT_EQ(Read({"rejected", "--reemit", "kontor.events/1@12"}), kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("no broker"));

  const std::string mapping = ::testing::TempDir() + "kontor_cli_files.sql";
  std::ofstream(mapping) << "SELECT NULL AS event FROM none";
  EXPECT_EQ(Run({"import", "--mapping", mapping, "/nowhere/none.csv"}), kExitFailed);
  EXPECT_EQ(
      err_.str(),
      "kontor: cannot read /nowhere/none.csv: No such file or directory; name a CSV file, or - for standard input\n");
  EXPECT_EQ(Run({"import", "--mapping", "/nowhere/m.sql", "/nowhere/none.csv"}), kExitFailed);
  EXPECT_EQ(
      err_.str(),
      "kontor: cannot read the mapping /nowhere/m.sql: No such file or directory; name the file of the SQL query\n");
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
