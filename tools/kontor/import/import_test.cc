// From CSV and a mapping to the records that a sink is given, and what is told of the rows that give none.

#include "tools/kontor/import/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "kontor/event/v1/event.pb.h"

namespace kontor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::StartsWith;

// Keeps what is sent; answers when flushed, as told.
class FakeSink final : public EventSink {
 public:
  Status Send(OutRecord record, Delivered done) override {
    if (!send_status.ok()) return send_status;
    records.push_back(std::move(record));
    pending.push_back(std::move(done));
    return OkStatus();
  }
  Status Flush(std::chrono::milliseconds) override {
    for (size_t i = 0; i < pending.size(); ++i) {
      if (i == silent) continue;
      pending[i](i == failing ? Unavailable("broker said no") : OkStatus(), Partition(0),
                 Offset(static_cast<int64_t>(i)));
    }
    return silent < pending.size() ? Unavailable("no answer in time") : OkStatus();
  }

  Status send_status;
  size_t failing = SIZE_MAX;  // the record that is answered with an error
  size_t silent = SIZE_MAX;   // the one that is not answered
  std::vector<OutRecord> records;
  std::vector<Delivered> pending;
};

constexpr std::string_view kVisits = R"sql(
SELECT json_object('event_id', id, 'source', 'test', 'account_id', account, 'occurred_at', day || 'T00:00:00Z',
                   'cost_incurred', json_object('kind', 'COST_KIND_OTHER', 'amount', money(cost, 'EUR'))) AS event,
       day || 'T12:00:00.5Z' AS recorded_at, line
FROM visits ORDER BY id DESC
)sql";

class ImportTest : public ::testing::Test {
 protected:
  ImportTest() : folder_(::testing::TempDir() + "import_test." + std::to_string(getpid())) {
    std::filesystem::create_directories(folder_);
    options_.now = *ParseInstant("2026-11-24T10:00:00Z");
  }
  ~ImportTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  void Mapping(std::string_view sql) {
    options_.mapping_path = Path("mapping.sql");
    std::ofstream(options_.mapping_path) << sql;
  }
  void Table(const std::string& name, const std::string& text) {
    std::ofstream(Path(name + ".csv")) << text;
    options_.tables.push_back({name, Path(name + ".csv")});
  }
  const ImportReport& Run() {
    report_ = Import(options_, {&sink_, nullptr});
    return report_;
  }
  // Runs a mapping that is one expression for `event`.
  const ImportReport& RunEvent(const std::string& expression, const std::string& more = "") {
    Mapping("SELECT " + expression + " AS event" + more);
    return Run();
  }
  std::string Error() const { return std::string(Text(report_.status)); }
  std::string Reason() const { return report_.invalid.listed.empty() ? "" : report_.invalid.listed[0].reason; }

  std::string folder_;
  ImportOptions options_;
  FakeSink sink_;
  ImportReport report_;
};

TEST_F(ImportTest, RowsBecomeRecordsInTheOrderOfTheQuery) {
  Table("visits", "id,account,day,cost\nv1,acme,2026-01-05,12.50\nv2,bolt,2026-01-06,7\n");
  Mapping(kVisits);
  Run();
  EXPECT_TRUE(report_.complete()) << Describe(report_);
  EXPECT_EQ(report_.exit_code(), 0);
  EXPECT_THAT(report_.csv_rows, ElementsAre(Pair("visits", 2)));
  EXPECT_EQ(report_.sent, 2);
  EXPECT_EQ(report_.acknowledged, 2);

  ASSERT_EQ(sink_.records.size(), 2);
  const OutRecord& first = sink_.records[0];
  EXPECT_EQ(first.topic, "kontor.events");
  EXPECT_EQ(first.key, "bolt");
  EXPECT_EQ(first.partition, std::nullopt);
  EXPECT_EQ(first.timestamp_ms, 1767700800500);
  event::v1::Event event;
  ASSERT_TRUE(event.ParseFromString(*first.value));
  EXPECT_EQ(event.event_id(), "v2");
  EXPECT_EQ(event.cost_incurred().amount().units(), 7);
  EXPECT_EQ(sink_.records[1].key, "acme");
}

TEST_F(ImportTest, RowWithoutRecordedAtIsRecordedNow) {
  RunEvent(
      R"('{"event_id":"1","source":"s","account_id":"a","occurred_at":"2026-11-24T00:00:00Z","account_opened":{}}')");
  EXPECT_TRUE(report_.complete()) << Describe(report_);
  EXPECT_EQ(sink_.records[0].timestamp_ms, 1795514400000);
}

TEST_F(ImportTest, BodyChoosesTheTopic) {
  options_.reference_topic = "ref";
  RunEvent(R"('{"event_id":"1","source":"s","occurred_at":"2026-11-24T00:00:00Z",)"
           R"("accounts_merged":{"survivor":"a","absorbed":"b"}}')");
  EXPECT_TRUE(report_.complete()) << Describe(report_);
  ASSERT_EQ(sink_.records.size(), 1);
  EXPECT_EQ(sink_.records[0].topic, "ref");
  EXPECT_EQ(sink_.records[0].key, std::nullopt);
}

TEST_F(ImportTest, VoidGoesWhereItsTargetWent) {
  RunEvent(R"('{"event_id":"1","source":"s","occurred_at":"2026-11-24T00:00:00Z",)"
           R"("event_voided":{"target_source":"s","target_event_id":"0"}}')");
  EXPECT_TRUE(report_.complete()) << Describe(report_);
  EXPECT_EQ(sink_.records[0].topic, "kontor.reference");
}

TEST_F(ImportTest, InvalidRowsAreListedCountedAndNeverSent) {
  Table(
      "visits",
      "id,account,day,cost\nv1,acme,2026-01-05,12.50\nv2,,2026-01-05,1\nv3,bolt,2026-01-05,-1\nv4,bolt,2026-01-05,1O\n"
      "v5,bolt,2026-13-05,1\nv6,bolt\nv7,bolt,2026-01-05,12\"50\n");
  Mapping(kVisits);
  Run();
  EXPECT_THAT(Error(), HasSubstr("line 8: a quote stands inside a field"));
  EXPECT_THAT(sink_.records, IsEmpty());

  options_.tables.clear();
  Table(
      "visits",
      "id,account,day,cost\nv1,acme,2026-01-05,12.50\nv2,,2026-01-05,1\nv3,bolt,2026-01-05,-1\nv4,bolt,2026-01-05,1O\n"
      "v5,bolt,2026-13-05,1\nv6,bolt\nv7,bolt,2026-01-05,1I\n");
  options_.list_path = Path("list.csv");
  Run();
  EXPECT_TRUE(report_.status.ok()) << Error();
  EXPECT_EQ(report_.exit_code(), 1);
  EXPECT_EQ(report_.valid, 1);
  EXPECT_EQ(report_.sent, 1);
  ASSERT_EQ(sink_.records.size(), 1);
  EXPECT_EQ(sink_.records[0].key, "acme");

  ASSERT_EQ(report_.invalid.total, 6);
  EXPECT_EQ(report_.invalid.by_reason.at("money: '…' is no decimal number such as -12.50"), 2);
  std::string listed;
  for (const ListedRow& row : report_.invalid.listed) listed += row.where + ": " + row.reason + "\n";
  EXPECT_THAT(listed,
              StartsWith("visits line 7: 2 fields where the first row has 4\nline 8: money: '1I' is no decimal"));
  EXPECT_THAT(listed, HasSubstr("line 6: "));
  EXPECT_THAT(listed, HasSubstr("occurred_at"));
  EXPECT_THAT(listed, HasSubstr("line 4: cost_incurred.amount"));
  EXPECT_THAT(listed, HasSubstr("line 3: account_id"));

  std::ostringstream file;
  file << std::ifstream(options_.list_path).rdbuf();
  EXPECT_THAT(file.str(), StartsWith("what,where,event_id,reason\n\"invalid\",\"visits line 7\",\"\",\"2 fields"));
  EXPECT_EQ(std::ranges::count(file.str(), '\n'), 7);

  EXPECT_THAT(Describe(report_), HasSubstr("6 rows gave no valid event and were not sent:"));
}

TEST_F(ImportTest, OneRowInTroubleIsOne) {
  RunEvent("NULL");
  EXPECT_THAT(Describe(report_),
              AllOf(HasSubstr("1 row gave no valid event and was not sent:"), HasSubstr("  it is:\n")));
}

TEST_F(ImportTest, ScreenListIsBounded) {
  options_.listed_max = 3;
  Mapping(
      "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
      " SELECT NULL AS event, i AS line FROM n");
  Run();
  EXPECT_EQ(report_.invalid.total, 1000);
  EXPECT_EQ(report_.invalid.listed.size(), 3);
  EXPECT_THAT(report_.invalid.by_reason, ElementsAre(Pair("the mapping gives no event (NULL)", 1000)));
  EXPECT_THAT(Describe(report_), HasSubstr("the first 3:"));
}

TEST_F(ImportTest, ReasonsNameWhatIsWrong) {
  RunEvent("NULL");
  EXPECT_EQ(Reason(), "the mapping gives no event (NULL)");
  RunEvent("17");
  EXPECT_EQ(Reason(), "the event is no text");
  RunEvent("'{\"event_id\":'");
  EXPECT_THAT(Reason(), HasSubstr("JSON"));
  RunEvent("'{\"colour\":\"red\"}'");
  EXPECT_THAT(Reason(), HasSubstr("colour"));
  RunEvent("invalid('a deal with no account')");
  EXPECT_EQ(Reason(), "a deal with no account");
  RunEvent("'{}'");
  EXPECT_THAT(Reason(), HasSubstr("event_id"));
  EXPECT_THAT(sink_.records, IsEmpty());
}

TEST_F(ImportTest, RecordedAtMustBeAnInstantThatKafkaCanSay) {
  const std::string event =
      R"('{"event_id":"1","source":"s","account_id":"a","occurred_at":"1990-01-01T00:00:00Z","account_opened":{}}')";
  RunEvent(event, ", 'yesterday' AS recorded_at");
  EXPECT_EQ(Reason(), "recorded_at 'yesterday' is no RFC 3339 instant");
  RunEvent(event, ", '1970-01-01T00:00:00Z' AS recorded_at");
  EXPECT_THAT(Reason(), HasSubstr("is not after the beginning of 1970"));
  RunEvent(event, ", '1989-01-01T00:00:00Z' AS recorded_at");
  EXPECT_THAT(Reason(), StartsWith("occurred_at"));
  RunEvent(event, ", '1990-01-01' AS recorded_at");
  EXPECT_TRUE(report_.complete()) << Describe(report_);
}

TEST_F(ImportTest, NotesAreListedAndLeaveTheRowAsItIs) {
  RunEvent(
      R"('{"event_id":"1","source":"s","account_id":"a","occurred_at":"2026-11-24T00:00:00Z","account_opened":{}}')",
      ", 'the country is misspelt' AS note, 'accounts line 5' AS line");
  EXPECT_TRUE(report_.complete());
  ASSERT_EQ(report_.noted.total, 1);
  EXPECT_EQ(report_.noted.listed[0].where, "accounts line 5");
  EXPECT_EQ(report_.noted.listed[0].reason, "the country is misspelt");
}

TEST_F(ImportTest, RefusedAndUnansweredRecordsAreListed) {
  Table("visits", "id,account,day,cost\nv1,acme,2026-01-05,1\nv2,bolt,2026-01-06,2\nv3,cog,2026-01-07,3\n");
  Mapping(kVisits);
  sink_.failing = 0;
  sink_.silent = 1;
  Run();
  EXPECT_EQ(report_.exit_code(), 1);
  EXPECT_EQ(report_.sent, 3);
  EXPECT_EQ(report_.acknowledged, 1);
  ASSERT_EQ(report_.unacknowledged.total, 2);
  EXPECT_EQ(report_.unacknowledged.listed[0].where, "line 4");
  EXPECT_EQ(report_.unacknowledged.listed[0].event_id, "v3");
  EXPECT_EQ(report_.unacknowledged.listed[0].reason, "broker said no");
  EXPECT_EQ(report_.unacknowledged.listed[1].event_id, "v2");
  EXPECT_EQ(report_.unacknowledged.listed[1].reason, "no answer in time");
  sink_.pending[1](OkStatus(), Partition(0), Offset(1));  // too late, and harmless
}

TEST_F(ImportTest, SinkThatCannotSendEndsTheImport) {
  Table("visits", "id,account,day,cost\nv1,acme,2026-01-05,1\nv2,bolt,2026-01-06,2\n");
  Mapping(kVisits);
  sink_.send_status = Unavailable("the producer is gone");
  Run();
  EXPECT_EQ(Error(), "the producer is gone");
  EXPECT_EQ(report_.query_rows, 1);
  EXPECT_EQ(report_.unacknowledged.total, 1);

  sink_.send_status = InvalidArgument("too large for the client");
  Run();
  EXPECT_TRUE(report_.status.ok());
  EXPECT_EQ(report_.query_rows, 2);
  EXPECT_EQ(report_.unacknowledged.total, 2);
}

TEST_F(ImportTest, DryRunChecksAndSendsNothing) {
  Table("visits", "id,account,day,cost\nv1,acme,2026-01-05,1\nv2,bolt,2026-01-06,x\n");
  Mapping(kVisits);
  report_ = Import(options_, {});
  EXPECT_EQ(report_.valid, 1);
  EXPECT_EQ(report_.sent, 0);
  EXPECT_EQ(report_.invalid.total, 1);
  EXPECT_EQ(report_.exit_code(), 1);
}

TEST_F(ImportTest, JsonLinesHoldOneEventEach) {
  Table("visits", "id,account,day,cost\nv1,acme,2026-01-05,1\nv2,\"new\nline\",2026-01-06,2\n");
  Mapping(
      "SELECT json_object('event_id', id, 'source', 'test', 'account_id', 'a', 'occurred_at', day || 'T00:00:00Z',"
      " 'account_closed', json_object('reason', account)) AS event FROM visits ORDER BY line");
  std::ostringstream lines;
  report_ = Import(options_, {nullptr, &lines});
  EXPECT_TRUE(report_.complete()) << Describe(report_);
  EXPECT_EQ(lines.str(), R"({"event_id":"v1","source":"test","account_id":"a","occurred_at":"2026-01-05T00:00:00Z",)"
                         R"("account_closed":{"reason":"acme"}})"
                         "\n"
                         R"({"event_id":"v2","source":"test","account_id":"a","occurred_at":"2026-01-06T00:00:00Z",)"
                         R"("account_closed":{"reason":"new\nline"}})"
                         "\n");
}

TEST_F(ImportTest, StandardInputIsATableOnce) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> input(std::tmpfile(), std::fclose);
  std::fputs("id,account,day,cost\nv1,acme,2026-01-05,1\n", input.get());
  std::rewind(input.get());
  options_.standard_input = input.get();
  options_.tables = {{"visits", "-"}};
  Mapping(kVisits);
  EXPECT_TRUE(Run().complete()) << Describe(report_);
  EXPECT_EQ(report_.sent, 1);

  options_.tables = {{"a", "-"}, {"b", "-"}};
  Run();
  EXPECT_THAT(Error(), HasSubstr("standard input can be one table only"));
  options_.tables = {{"a", "x.csv"}, {"a", "y.csv"}};
  Run();
  EXPECT_THAT(Error(), HasSubstr("two files for the table a"));
}

TEST_F(ImportTest, PreparingStatementsRunBeforeTheQuery) {
  Table("visits", "id,account\nv1,acme\n");
  Mapping(
      "-- a comment; with a semicolon\n/* another; */\n"
      "CREATE TEMP VIEW known AS SELECT account FROM visits;\nCREATE INDEX by_account ON visits (account);\n"
      "CREATE TABLE made AS SELECT * FROM known;\n"
      "SELECT invalid(account) AS event FROM made; -- and a last word\n");
  Run();
  EXPECT_TRUE(report_.status.ok()) << Error();
  EXPECT_EQ(Reason(), "acme");
}

TEST_F(ImportTest, MistakesInTheMappingAreNamedWithFileAndLine) {
  Table("visits", "id,account\nv1,acme\n");
  const auto error = [this](std::string_view sql) {
    Mapping(sql);
    Run();
    EXPECT_EQ(report_.status.code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(report_.exit_code(), 1);
    EXPECT_THAT(Error(), StartsWith(options_.mapping_path));
    return Error().substr(options_.mapping_path.size());
  };
  EXPECT_EQ(error("-- head\nSELECT id AS event\nFROM visit"),
            ":2: SQL: no such table: visit; the tables are: visits; TABLE=FILE.csv names one");
  EXPECT_THAT(error("SELECT\n  acount AS event FROM visits"),
              StartsWith(":2: SQL: no such column: acount; the columns are: visits.line, visits.id, visits.account"));
  EXPECT_THAT(error("SELECT \"v1\" AS event FROM visits"), HasSubstr("no such column: v1"));
  EXPECT_THAT(error("SELECT id AS event FROM visits WHERE"), HasSubstr(":1: SQL: incomplete input"));
  EXPECT_THAT(error("SELECT 1 AS event;\nSELECT 2 AS event"), HasSubstr(":1: only the last statement may be a query"));
  EXPECT_THAT(error("CREATE VIEW v AS SELECT 1;"), HasSubstr("the last statement must be the query"));
  EXPECT_THAT(error(" -- nothing\n"), HasSubstr("the mapping holds no query"));
  EXPECT_THAT(error("SELECT id AS event, account FROM visits"),
              HasSubstr("yields a column 'account'; it may yield event"));
  EXPECT_THAT(error("SELECT id AS line FROM visits"), HasSubstr("yields no column 'event'"));
  EXPECT_THAT(error("SELECT id AS event, id AS event FROM visits"), HasSubstr("the column 'event' twice"));
  EXPECT_THAT(error("ATTACH 'other.db' AS other; SELECT 1 AS event"), HasSubstr("too many attached databases"));
  EXPECT_THAT(error("SELECT money(1.5, 'EUR') AS event FROM visits"), HasSubstr("1.5 is a REAL"));
  EXPECT_THAT(sink_.records, IsEmpty());
}

TEST_F(ImportTest, MissingMappingIsNamed) {
  options_.mapping_path = "/nowhere/x.sql";
  Run();
  EXPECT_EQ(report_.status.code(), StatusCode::kNotFound);
  EXPECT_THAT(Error(), HasSubstr("cannot read the mapping /nowhere/x.sql"));
}

TEST_F(ImportTest, QueryThatBreaksOffTellsWhatWasSent) {
  Mapping(
      "SELECT iif(column1 < 3, json_object('event_id', '' || column1, 'source', 's', 'account_id', 'a',"
      " 'occurred_at', '2026-01-01T00:00:00Z', 'account_opened', json_object()), money(1.5, 'EUR')) AS event"
      " FROM (VALUES (1), (2), (3))");
  Run();
  EXPECT_THAT(Error(), HasSubstr("after row 2: SQL: money: 1.5 is a REAL"));
  EXPECT_EQ(report_.sent, 2);
  EXPECT_EQ(report_.acknowledged, 2);
  EXPECT_EQ(report_.exit_code(), 1);
  EXPECT_THAT(Describe(report_), HasSubstr("broken off: "));
}

TEST_F(ImportTest, ProgressIsTold) {
  std::string csv = "id\n";
  for (int i = 0; i < 10'000; ++i) csv += std::to_string(i) + "\n";
  Table("numbers", csv);
  Mapping("SELECT NULL AS event FROM numbers");
  uint64_t csv_rows = 0;
  uint64_t query_rows = 0;
  uint64_t total = 1;
  options_.on_progress = [&](const ImportProgress& progress) {
    if (progress.table == "numbers") csv_rows = progress.csv_rows;
    query_rows = progress.query_rows;
    total = progress.query_rows_total;
  };
  Run();
  EXPECT_EQ(csv_rows, 10'000);
  EXPECT_EQ(query_rows, 10'000);
  EXPECT_EQ(total, 0);  // nobody asked
}

TEST_F(ImportTest, RowsAreCountedBeforeWhereThatIsAskedFor) {
  std::string csv = "id\n";
  for (int i = 0; i < 10'000; ++i) csv += std::to_string(i) + "\n";
  Table("numbers", csv);
  Mapping("SELECT NULL AS event FROM numbers WHERE id % 2 = 0 ORDER BY id; -- the even ones\n");
  uint64_t total = 0;
  options_.counts_rows = true;
  options_.on_progress = [&](const ImportProgress& progress) { total = progress.query_rows_total; };
  Run();
  EXPECT_EQ(total, 5'000);
  EXPECT_EQ(report_.query_rows, 5'000);
}

TEST(RowLedgerTest, ReasonsThatDifferInWhatIsQuotedAreOne) {
  EXPECT_EQ(ReasonClass("money: '1O' is no number"), "money: '…' is no number");
  EXPECT_EQ(ReasonClass("lines[12].quantity: required"), "lines[].quantity: required");
  EXPECT_EQ(ReasonClass("a quote ' alone"), "a quote ' alone");
}

TEST(RowLedgerTest, ReasonsAreBounded) {
  RowLedger ledger(0);
  for (int i = 0; i < 1000; ++i) ledger.Enter({RowTrouble::kInvalid, "", "", std::to_string(i)});
  EXPECT_EQ(ledger.total(RowTrouble::kInvalid), 1000);
  EXPECT_EQ(ledger.by_reason(RowTrouble::kInvalid).size(), RowLedger::kReasonsMax + 1);
  EXPECT_EQ(ledger.by_reason(RowTrouble::kInvalid).at("other reasons"), 1000 - RowLedger::kReasonsMax);
}

TEST(RowLedgerTest, ListThatCannotBeWrittenIsNamed) {
  RowLedger ledger(0);
  EXPECT_THAT(std::string(Text(ledger.OpenFile("/nowhere/list.csv"))), HasSubstr("/nowhere/list.csv"));
}

}  // namespace
}  // namespace kontor
