#include "tools/kontor/sample_views.h"

#include <string_view>

#include "engine/base/check.h"
#include "engine/server/json.h"

namespace kontor {
namespace {

constexpr std::string_view kBasis = R"({
  "now": "2026-11-24T09:30:05Z", "reportingZone": "Europe/Berlin", "reportingCurrency": "EUR", "foldVersion": 1,
  "positions": [{"topic": "kontor.events", "partition": 0, "position": "1041"},
                {"topic": "kontor.events", "partition": 1, "position": "877"}],
  "referencePosition": {"topic": "kontor.reference", "partition": 0, "position": "12"}})";

// An amount in the reporting currency alone.
#define EUR(units)                                                        \
  R"({"byCurrency": [{"currencyCode": "EUR", "units": ")" units R"("}],)" \
  R"( "reporting": {"currencyCode": "EUR", "units": ")" units R"("}})"
#define BOTH(units) R"({"lifetime": )" EUR(units) R"(, "ttm": )" EUR(units) "}"

constexpr std::string_view kValue = R"({
  "booked": {"lifetime": {"byCurrency": [{"currencyCode": "EUR", "units": "1234567", "nanos": 890000000},
                                         {"currencyCode": "USD", "units": "50000"}],
                          "reporting": {"currencyCode": "EUR", "units": "1280567", "nanos": 890000000}},
             "ttm": )" EUR("250000") R"(},
  "invoicedNet": )" BOTH("900000") R"(,
  "collected": )" BOTH("850000") R"(,
  "writtenOff": {"lifetime": {"byCurrency": [{"currencyCode": "JPY", "units": "100000"}],
                              "missingRates": [{"currencyCode": "JPY", "day": {"year": 2025, "month": 3, "day": 1}}]}},
  "costOfGoods": )" BOTH("400000") R"(,
  "costToServe": )" BOTH("12000") R"(,
  "discounts": )" BOTH("30000") R"(,
  "netValue": {"lifetime": {"missingRates": [{"currencyCode": "JPY", "day": {"year": 2025, "month": 3, "day": 1}}]},
               "ttm": )" EUR("488000") R"(},
  "outstanding": )" EUR("45000") R"(, "open": )" EUR("50000") R"(, "unapplied": )" EUR("5000") R"(,
  "waiting": )" EUR("1200") R"(, "waitingAllocationsTotal": "102", "waitingAllocations": [
    {"document": "payment erp/P-7", "invoice": "invoice erp/1043",
     "amount": {"currencyCode": "EUR", "units": "1250"}},
    {"document": "refund erp/R-2", "invoice": "invoice erp/1043",
     "amount": {"currencyCode": "EUR", "units": "-50"}}],
  "overdue": )" EUR("20000") R"(,
  "ageing": {"notDue": )" EUR("30000") R"(, "days130": )" EUR("15000") R"(, "daysOver90": )" EUR("5000") R"(},
  "dealsWon": {"lifetime": "14", "ttm": "3"},
  "averageDeal": {"lifetime": )" EUR("88183") R"(},
  "breakEven": {"year": 2022, "month": 5, "day": 17},
  "paymentBehaviour": [{"currencyCode": "EUR", "daysBeyondTerms": {"value": 12.25, "n": "9"},
                        "daysLate": {"value": 14.0, "n": "9"}, "dsoDays": {"value": 41.7, "n": "3"},
                        "bestPossibleDsoDays": {"value": 30.0, "n": "3"},
                        "averageDaysDelinquent": {"value": 11.7, "n": "3"},
                        "daysBeyondTermsTrend": {"value": -3.5, "n": "2"}}],
  "months": [{"month": {"year": 2026, "month": 9, "day": 1}, "booked": )" EUR("100000") R"(},
             {"month": {"year": 2026, "month": 10, "day": 1}, "invoicedNet": )" EUR("80000") R"(,
              "netValue": )" EUR("35000") R"(}],
  "invoices": {"lifetime": "41", "ttm": "12"}, "payments": {"lifetime": "39", "ttm": "11"}})";

constexpr std::string_view kGrowth = R"({
  "booked": {"ttm": )" EUR("250000") R"(, "yearBefore": )" EUR("200000") R"(,
             "yearOnYear": {"value": 0.25, "n": "2"}, "cagr3Years": {"value": 0.1, "n": "2"}},
  "invoicedNet": {"ttm": )" EUR("300000") R"(, "yearBefore": )" EUR("0") R"(},
  "collected": {"ttm": )" EUR("280000") R"(, "yearBefore": )" EUR("310000") R"(,
                "yearOnYear": {"value": -0.0968, "n": "2"}},
  "recurring": )" EUR("4000") R"(,
  "invoicedNetRetention": {"nrr": {"value": 1.08, "n": "1"}, "grr": {"value": 0.97, "n": "1"},
    "movements": [{"month": {"year": 2026, "month": 10, "day": 1},
                   "start": {"currencyCode": "EUR", "units": "100"}, "newAmount": {"currencyCode": "EUR"},
                   "reactivation": {"currencyCode": "EUR"}, "expansion": {"currencyCode": "EUR", "units": "20"},
                   "contraction": {"currencyCode": "EUR"}, "churn": {"currencyCode": "EUR"},
                   "end": {"currencyCode": "EUR", "units": "120"}, "nrr": {"value": 1.2, "n": "1"}}]},
  "dealsOpened": {"lifetime": "22", "ttm": "6"}, "dealsWon": {"lifetime": "14", "ttm": "3"},
  "dealsLost": {"lifetime": "5", "ttm": "2"},
  "winRate": {"value": 0.7368, "n": "19"}, "winRateTtm": {"value": 0.6, "n": "5"},
  "wonCycle": {"meanDays": {"value": 51.4, "n": "14"}, "medianDays": {"value": 48, "n": "14"}},
  "openDeals": "3", "openPipeline": )" EUR("120000") R"(, "salesVelocity": )" EUR("310") R"(,
  "coverage": [{"periodFrom": {"year": 2026, "month": 1, "day": 1}, "periodTo": {"year": 2026, "month": 12, "day": 31},
                "measure": "TARGET_MEASURE_BOOKED", "target": {"currencyCode": "EUR", "units": "400000"}, "booked": )" EUR(
    "250000") R"(,
                "openExpected": )" EUR("90000") R"(, "coverage": {"value": 0.6, "n": "1"}}],
  "months": [{"month": {"year": 2026, "month": 10, "day": 1}, "booked": )" EUR("100000") R"(, "dealsWon": "1"}]})";

constexpr std::string_view kSatisfaction = R"({
  "nps": {"value": 40, "standardError": 15.2, "promoters": "12", "passives": "9", "detractors": "4", "n": "25"},
  "npsTtm": {"value": 100, "promoters": "1", "n": "1"},
  "csat": [{"scaleMin": 1, "scaleMax": 5, "share": {"value": 0.8, "n": "10"}}],
  "ces": [{"scaleMin": 1, "scaleMax": 7, "easyEnd": "EASY_END_HIGH", "mean": {"value": 5.5, "n": "4"}}],
  "cesTtm": [{"scaleMin": 1, "scaleMax": 7, "easyEnd": "EASY_END_HIGH", "mean": {"value": 6.0, "n": "1"}}],
  "sentiment": {"value": 21.6, "n": "44"},
  "commitments": {"made": "12", "due": "10", "keptInTime": "8", "keptRate": {"value": 0.8, "n": "10"}, "kept": "9",
                  "redatedDue": "10", "redatedKeptInTime": "9", "redatedKeptRate": {"value": 0.9, "n": "10"},
                  "broken": "1", "withdrawn": "1", "open": "1"},
  "issues": {"raised": "5", "resolved": "4", "open": "1", "oldestOpenDays": "17",
             "resolutionMeanHours": {"value": 30.5, "n": "4"}, "resolutionMedianHours": {"value": 20, "n": "4"}},
  "daysSinceContact": "8", "medianContactGapDays": {"value": 6.5, "n": "30"}, "cadence": {"value": 1.23, "n": "30"},
  "contacts90Days": "4", "departments90Days": "2", "interactions": {"lifetime": "310", "ttm": "66"},
  "months": [{"month": {"year": 2026, "month": 10, "day": 1}, "interactions": "7", "sentiment": {"value": 10, "n": "7"},
              "commitmentsKept": "1", "issuesRaised": "1"}]})";

template <typename Message>
Message Parsed(std::string_view json) {
  Message message;
  KONTOR_CHECK(AnswerFromJson(json, &message).ok());
  return message;
}

}  // namespace

void FillWithSamples(FakeQueries* queries) {
  const auto basis = Parsed<view::v1::Basis>(kBasis);

  auto& acme = queries->accounts["acme"];
  acme = Parsed<view::v1::AccountView>(R"({
    "profile": {"accountId": "acme", "name": "Acme Werke 株式会社", "segment": "enterprise", "industry": "steel",
                "country": "DE", "manager": "kim", "absorbed": ["acme-old"], "openedAt": "2021-03-02T08:00:00Z",
                "events": "1204", "voided": "2", "notUnderstood": "1", "firstDay": {"year": 2021, "month": 3, "day": 2},
                "lastDay": {"year": 2026, "month": 11, "day": 20}, "keyAccount": true},
    "findings": [{"code": "payment_over_invoice", "entity": "invoice erp/1001",
                  "text": "paid 1,200.00 EUR on 1,000.00 EUR", "accountId": "acme"}]})");
  *acme.mutable_value() = Parsed<view::v1::ValueView>(kValue);
  *acme.mutable_growth() = Parsed<view::v1::GrowthView>(kGrowth);
  *acme.mutable_satisfaction() = Parsed<view::v1::SatisfactionView>(kSatisfaction);
  *acme.mutable_basis() = basis;
  // An account of which nothing is known.
  queries->accounts["bare"].mutable_profile()->set_account_id("bare");
  *queries->accounts["bare"].mutable_basis() = basis;

  auto& first = queries->account_pages[""];
  api::v1::AccountSummary* summary = first.add_accounts();
  *summary->mutable_profile() = acme.profile();
  *summary->mutable_net_value() = acme.value().net_value();
  *summary->mutable_invoiced_net() = acme.value().invoiced_net();
  *summary->mutable_outstanding() = acme.value().outstanding();
  *summary->mutable_overdue() = acme.value().overdue();
  *summary->mutable_year_on_year() = acme.growth().booked().year_on_year();
  *summary->mutable_commitments_kept() = acme.satisfaction().commitments().kept_rate();
  summary->set_findings(1);
  first.set_next_page_token("p2");
  *first.mutable_basis() = basis;
  auto& second = queries->account_pages["p2"];
  second.add_accounts()->mutable_profile()->set_account_id("bare");
  *second.mutable_basis() = basis;

  queries->portfolio.set_accounts(2);
  queries->portfolio.set_key_accounts(1);
  queries->portfolio.set_findings(1);
  queries->portfolio.set_settled(true);
  *queries->portfolio.mutable_value() = acme.value();
  queries->portfolio.mutable_value()->clear_waiting_allocations();
  queries->portfolio.mutable_value()->clear_waiting_allocations_total();
  *queries->portfolio.mutable_growth() = acme.growth();
  *queries->portfolio.mutable_satisfaction() = acme.satisfaction();
  *queries->portfolio.mutable_covers() =
      Parsed<view::v1::Coverings>(R"({"partitions": [0, 1], "missingPartitions": [2], "partitionCount": 3})");
  *queries->portfolio.mutable_basis() = basis;

  auto& timeline = queries->timeline_pages[""];
  timeline = Parsed<api::v1::TimelineResponse>(R"({"entries": [
    {"occurredAt": "2026-10-01T07:00:00Z", "partition": 1, "position": "7", "topic": "kontor.events", "source": "erp",
     "body": "invoice_issued", "summary": "invoice 1001 over 1,000.00 EUR", "actor": "kim", "understood": true,
     "changed": ["value.invoiced_net", "value.open"]},
    {"occurredAt": "2026-10-02T07:00:00Z", "partition": 1, "position": "9", "topic": "kontor.events", "source": "crm",
     "body": "deal_won", "summary": "deal 7 over 5.00 EUR", "voided": true, "understood": true},
    {"occurredAt": "2026-10-03T07:00:00Z", "partition": 1, "position": "11", "topic": "kontor.events",
     "source": "crm\u001b[31m"},
    {"occurredAt": "2026-11-25T07:00:00Z", "partition": 1, "position": "12", "topic": "kontor.events", "source": "crm",
     "body": "deal_won", "summary": "deal 8 won", "understood": true, "ahead": true}]})");
  *timeline.mutable_basis() = basis;

  auto& rejected = queries->records[log::v1::DISPOSITION_REJECTED];
  rejected = Parsed<api::v1::ListRecordsResponse>(R"({"records": [
    {"id": "kontor.events/1@12", "topic": "kontor.events", "partition": 1, "position": "12", "offset": "12",
     "recordedAt": "2026-11-20T10:00:00Z", "disposition": "DISPOSITION_REJECTED",
     "reason": "REJECT_REASON_OUT_OF_BOUNDS", "field": "invoice_issued.net.nanos", "text": "is negative; must be 0 or more",
     "key": "YWNtZQ==", "source": "erp", "deadLetterSent": true},
    {"id": "kontor.events/0@3", "topic": "kontor.events", "position": "3", "disposition": "DISPOSITION_REJECTED",
     "reason": "REJECT_REASON_EMPTY", "text": "a tombstone"}]})");
  queries->records[log::v1::DISPOSITION_CONFLICT] = Parsed<api::v1::ListRecordsResponse>(R"({"records": [
    {"id": "kontor.events/1@10", "topic": "kontor.events", "partition": 1, "position": "10",
     "recordedAt": "2026-11-19T10:00:00Z", "disposition": "DISPOSITION_CONFLICT", "key": "YWNtZQ==", "source": "crm",
     "originalPosition": "4"}]})");
  queries->records_by_id["kontor.events/1@12"] = rejected.records(0);
  *queries->records_by_id["kontor.events/1@12"].mutable_record() = Parsed<log::v1::LogRecord>(R"({
    "offset": "12", "key": "YWNtZQ==", "value": "AQI=", "headers": [
      {"name": "Y2VfaWQ=", "value": "MQ=="}, {"name": "bm9uZQ=="},
      {"name": "X19jb25uZWN0LmVycm9ycy50b3BpYw==", "value": "eA=="}]})");
  auto& record = queries->records_by_id["kontor.events/1@12"];
  record.mutable_record()->set_timestamp_type(log::v1::TIMESTAMP_TYPE_CREATE);
  record.set_event_id("e-12");
  record.set_account_id("acme");
  record.set_body("invoice_issued");
  record.set_value_bytes(2);
  *record.mutable_event() = Parsed<event::v1::Event>(R"({
    "eventId": "e-12", "source": "erp", "accountId": "acme", "occurredAt": "2026-11-20T09:59:58.250Z",
    "invoiceIssued": {"invoice": {"namespace": "erp", "id": "1043\u001b[31m"}, "net": {"currencyCode": "EUR", "units": "1250", "nanos": -5}}})");
  auto& undecodable = queries->records_by_id["kontor.events/0@5"];
  undecodable = Parsed<api::v1::RecordSummary>(R"({
    "id": "kontor.events/0@5", "topic": "kontor.events", "position": "5", "offset": "1007",
    "recordedAt": "2026-11-20T10:00:00.007Z", "disposition": "DISPOSITION_REJECTED",
    "reason": "REJECT_REASON_UNDECODABLE", "text": "no protobuf message kontor.event.v1.Event: cut short", "key": "/w==",
    "valueBytes": "20", "record": {"timestampType": "TIMESTAMP_TYPE_LOG_APPEND"}})");
  undecodable.mutable_record()->set_value("not protobuf\n\x1b[31m\xff\x80");
  queries->records_by_id["kontor.events/1@1"].set_disposition(log::v1::DISPOSITION_ACCEPTED);

  queries->shards = Parsed<api::v1::ListShardsResponse>(R"({"clusterId": "c1", "shards": [
    {"topic": "kontor.events", "partition": 0, "state": "SHARD_STATE_RUNNING", "position": "1041", "checkpoint": "1000",
     "nextOffset": "1043", "highWatermark": "1050", "lag": "7", "accepted": "1030", "duplicates": "8", "conflicts": "1",
     "rejected": "2", "offsetGaps": "2", "logDigest": "aa11", "viewsDigest": "bb22", "digestPosition": "1041"},
    {"topic": "kontor.events", "partition": 1, "state": "SHARD_STATE_FAILED", "position": "877", "checkpoint": "877",
     "failure": "the topic was made anew: offset 12 holds another record; restore it, or read it under another name",
     "highWatermark": "-1", "lag": "-1"}]})");
}

}  // namespace kontor
