#include "tools/kontor/demo/demo_story.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/codec.h"
#include "engine/base/sha256.h"
#include "google/protobuf/descriptor.h"
#include "tools/kontor/demo/told.h"

namespace kontor::demo {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kNow = "2026-03-14T09:26:53.589793Z";

DemoOptions Small() { return {.seed = 7, .now = At(kNow), .accounts = 40, .years = 2}; }

void Hash(const DemoRecord& record, Sha256* hash) {
  std::string bytes;
  ByteWriter writer(&bytes);
  writer.Byte(record.topic == TopicRole::kReference ? 1 : 0);
  writer.String(record.key);
  writer.String(record.value);
  writer.Signed(record.timestamp_ms);
  writer.Byte(static_cast<uint8_t>(record.expected));
  hash->Update(bytes);
}

std::string HashOf(DemoStory story, size_t live) {
  Sha256 hash;
  for (size_t left = story.HistorySize() + live; left > 0; --left) Hash(story.Next(), &hash);
  return HexText(hash.Finish());
}

// Who keeps a log of the demo counts on this: the same seed and now tell the same for ever. If this hash must change,
// the demo's log does, everywhere.
TEST(DemoStoryTest, SmallStoryHasItsGoldenHash) {
  EXPECT_EQ(HashOf(Make(Small()), 1000), "68e9a8c21f1882777820532e35e4bd6084a1d69044efd50f1b7cb172a5ce7bee");
}

TEST(DemoStoryTest, SameOptionsTellTheSame) { EXPECT_EQ(HashOf(Make(Small()), 100), HashOf(Make(Small()), 100)); }

TEST(DemoStoryTest, EachOptionMatters) {
  const std::string usual = HashOf(Make(Small()), 0);
  DemoOptions options = Small();
  options.seed = 8;
  EXPECT_NE(HashOf(Make(options), 0), usual);
  options = Small();
  options.now = options.now + kDay;
  EXPECT_NE(HashOf(Make(options), 0), usual);
  options = Small();
  options.accounts = 41;
  EXPECT_NE(HashOf(Make(options), 0), usual);
  options = Small();
  options.years = 3;
  EXPECT_NE(HashOf(Make(options), 0), usual);
}

TEST(DemoStoryTest, WhatWasToldDoesNotHangOnHowMuchIsRead) {
  DemoStory brief = Make(Small());
  DemoStory whole = Make(Small());
  std::vector<DemoRecord> told;
  for (size_t left = whole.HistorySize() + 3000; left > 0; --left) told.push_back(whole.Next());
  for (size_t index = 0; index < brief.HistorySize() + 50; ++index) {
    const DemoRecord record = brief.Next();
    ASSERT_EQ(record.value, told[index].value) << index;
    ASSERT_EQ(record.key, told[index].key) << index;
    ASSERT_EQ(record.timestamp_ms, told[index].timestamp_ms) << index;
  }
}

TEST(DemoStoryTest, OptionsOutOfBoundsAreNamed) {
  DemoOptions options = Small();
  options.accounts = 24;
  EXPECT_THAT(std::string(Text(DemoStory::Make(options).status())), HasSubstr("accounts"));
  options = Small();
  options.years = 11;
  EXPECT_THAT(std::string(Text(DemoStory::Make(options).status())), HasSubstr("years"));
  options = Small();
  options.now = At("1789-07-14");
  EXPECT_THAT(std::string(Text(DemoStory::Make(options).status())), HasSubstr("now"));
}

// The properties of every demo, over seeds, instants and sizes that are awkward each in its way.
class AnyDemoTest : public ::testing::TestWithParam<DemoOptions> {
 protected:
  AnyDemoTest() : story_(Make(GetParam())) {}

  int64_t now_ms() const { return GetParam().now.value() / kMillisecond; }

  DemoStory story_;
};

INSTANTIATE_TEST_SUITE_P(
    Options, AnyDemoTest,
    ::testing::Values(Small(),
                      DemoOptions{.seed = 0, .now = At("2024-02-29T23:59:59.999Z"), .accounts = 25, .years = 2},
                      DemoOptions{.seed = 99, .now = At("2025-01-01T00:00:00Z"), .accounts = 60, .years = 5},
                      DemoOptions{.seed = 3, .now = At("2031-08-31T04:00:00Z"), .accounts = 30, .years = 10}));

TEST_P(AnyDemoTest, TimestampsNeverDecreaseAndTheHistoryEndsAtNow) {
  int64_t last = 0;
  while (story_.InHistory()) {
    const DemoRecord record = story_.Next();
    ASSERT_GE(record.timestamp_ms, last);
    ASSERT_LE(record.timestamp_ms, now_ms());
    last = record.timestamp_ms;
  }
  for (int left = 2000; left > 0; --left) {
    const DemoRecord record = story_.Next();
    ASSERT_GE(record.timestamp_ms, std::max(last, now_ms()));
    last = record.timestamp_ms;
  }
}

TEST_P(AnyDemoTest, TrickleGivesAboutOneRecordASecond) {
  HistoryOf(&story_);
  for (int left = 4000; left > 1; --left) story_.Next();
  const int64_t seconds = (story_.Next().timestamp_ms - now_ms()) / 1000;
  EXPECT_GT(seconds, 3600);
  EXPECT_LT(seconds, 4400);
}

TEST_P(AnyDemoTest, TallyCountsTheHistory) {
  const DemoTally tally = story_.HistoryTally();
  DemoTally counted;
  for (const DemoRecord& record : HistoryOf(&story_)) {
    counted.accepted += record.expected == log::v1::DISPOSITION_ACCEPTED ? 1 : 0;
    counted.duplicates += record.expected == log::v1::DISPOSITION_DUPLICATE ? 1 : 0;
    counted.conflicts += record.expected == log::v1::DISPOSITION_CONFLICT ? 1 : 0;
    counted.rejected += record.expected == log::v1::DISPOSITION_REJECTED ? 1 : 0;
    counted.reference += record.topic == TopicRole::kReference ? 1 : 0;
  }
  EXPECT_EQ(counted.accepted, tally.accepted);
  EXPECT_EQ(counted.duplicates, tally.duplicates);
  EXPECT_EQ(counted.conflicts, tally.conflicts);
  EXPECT_EQ(counted.rejected, tally.rejected);
  EXPECT_EQ(counted.reference, tally.reference);
  EXPECT_EQ(tally.total(), story_.HistorySize());
}

TEST_P(AnyDemoTest, IdentitiesAreUniqueSaveWhereMarked) {
  std::map<std::pair<std::string, std::string>, std::string> accepted;
  std::vector<DemoRecord> records = HistoryOf(&story_);
  for (int left = 4000; left > 0; --left) records.push_back(story_.Next());
  for (const DemoRecord& record : records) {
    event::v1::Event event;
    if (record.expected == log::v1::DISPOSITION_REJECTED) continue;
    ASSERT_TRUE(event.ParseFromString(record.value));
    const std::pair<std::string, std::string> identity = {event.source(), event.event_id()};
    if (record.expected == log::v1::DISPOSITION_ACCEPTED) {
      ASSERT_TRUE(accepted.emplace(identity, record.value).second) << event.ShortDebugString();
    } else {
      ASSERT_TRUE(accepted.contains(identity)) << event.ShortDebugString();
      ASSERT_EQ(accepted[identity] == record.value, record.expected == log::v1::DISPOSITION_DUPLICATE);
    }
  }
}

TEST_P(AnyDemoTest, KeysAreAccountsThatWereOpened) {
  std::set<std::string> opened;
  for (const Fact& fact : FactsOf(HistoryOf(&story_))) {
    if (fact.event.has_account_opened()) opened.insert(fact.event.account_id());
  }
  EXPECT_EQ(opened.size(), static_cast<size_t>(GetParam().accounts));

  DemoStory again = Make(GetParam());
  for (size_t left = again.HistorySize() + 3000; left > 0; --left) {
    const DemoRecord record = again.Next();
    if (record.topic == TopicRole::kReference || record.reason == log::v1::REJECT_REASON_WRONG_KEY) continue;
    ASSERT_TRUE(opened.contains(record.key)) << record.key;
    event::v1::Event event;
    if (record.expected == log::v1::DISPOSITION_REJECTED) continue;
    ASSERT_TRUE(event.ParseFromString(record.value));
    ASSERT_EQ(event.account_id(), record.key);
  }
}

TEST_P(AnyDemoTest, NothingOccursAfterItWasRecordedNorBeforeItsAccount) {
  const int64_t oldest = now_ms() - int64_t{30} * 366 * 86'400'000;
  std::map<std::string, Instant> opened;
  std::vector<DemoRecord> records = HistoryOf(&story_);
  for (const Fact& fact : FactsOf(records)) {
    if (fact.event.has_account_opened()) opened[fact.event.account_id()] = fact.at;
  }
  for (const DemoRecord& record : records) {
    if (record.expected == log::v1::DISPOSITION_REJECTED) continue;
    event::v1::Event event;
    ASSERT_TRUE(event.ParseFromString(record.value));
    const Instant at = *InstantOf(event.occurred_at());
    ASSERT_LE(at.value() / kMillisecond, record.timestamp_ms) << event.ShortDebugString();
    ASSERT_GE(at.value() / kMillisecond, oldest) << event.ShortDebugString();
    if (record.topic == TopicRole::kEvents) {
      ASSERT_GE(UtcDay(at), UtcDay(opened[record.key])) << event.ShortDebugString();
    }
  }
}

// Every amount can be converted on the day of its fact, within the usual age of a rate of seven days.
TEST_P(AnyDemoTest, EveryDayWithMoneyHasARate) {
  std::map<std::string, std::set<Day>> published;
  std::map<std::string, std::set<Day>> needed;
  const std::vector<Fact> facts = FactsOf(HistoryOf(&story_));
  const auto need = [&](const type::v1::Money& money, Day day) { needed[money.currency_code()].insert(day); };
  for (const Fact& fact : facts) {
    const event::v1::Event& event = fact.event;
    if (event.has_exchange_rate_published()) {
      const event::v1::ExchangeRatePublished& rate = event.exchange_rate_published();
      published[rate.quote_currency()].insert(*DayOf(rate.day()));
      EXPECT_LE(*DayOf(rate.day()), fact.day);
      EXPECT_LT(rate.rate().units(), 2) << event.ShortDebugString();  // the mistyped one is voided
    }
    if (event.has_deal_won()) need(event.deal_won().amount(), fact.day);
    if (event.has_deal_opened()) need(event.deal_opened().amount(), fact.day);
    if (event.has_invoice_issued()) need(event.invoice_issued().gross(), fact.day);
    if (event.has_payment_received()) need(event.payment_received().amount(), fact.day);
    if (event.has_cost_incurred()) need(event.cost_incurred().amount(), fact.day);
    if (event.has_invoice_written_off()) need(event.invoice_written_off().gross(), fact.day);
  }
  needed["USD"].insert(UtcDay(GetParam().now));
  needed.erase("EUR");
  EXPECT_EQ(needed.size(), 3u);
  for (const auto& [currency, days] : needed) {
    for (const Day day : days) {
      const auto after = published[currency].upper_bound(day);
      ASSERT_NE(after, published[currency].begin()) << currency << " " << DayText(day);
      EXPECT_LE(day - *std::prev(after), 7) << currency << " " << DayText(day);
    }
  }
}

TEST_P(AnyDemoTest, BooksAddUp) {
  std::set<std::string> invoices;
  for (const Fact& fact : FactsOf(HistoryOf(&story_))) {
    if (fact.event.has_invoice_issued()) {
      const event::v1::InvoiceIssued& body = fact.event.invoice_issued();
      EXPECT_EQ(CentsOf(body.net()) + CentsOf(body.tax()), CentsOf(body.gross()));
      int64_t lines = 0;
      for (const type::v1::Line& line : body.lines()) lines += line.quantity().units() * CentsOf(line.charged_price());
      EXPECT_EQ(lines, CentsOf(body.net()));
      EXPECT_EQ(body.net().nanos() % 10'000'000, 0);
      EXPECT_TRUE(invoices.insert(body.invoice().id()).second);
    }
    if (fact.event.has_deal_won() && fact.event.deal_won().lines_size() > 0) {
      int64_t lines = 0;
      for (const type::v1::Line& line : fact.event.deal_won().lines()) {
        lines += line.quantity().units() * CentsOf(line.charged_price());
      }
      EXPECT_EQ(lines, CentsOf(fact.event.deal_won().amount()));
    }
  }
}

TEST_P(AnyDemoTest, TrickleKeepsPublishingRates) {
  HistoryOf(&story_);
  std::set<Day> days;
  int64_t until = now_ms() + int64_t{5} * 86'400'000;
  for (DemoRecord record = story_.Next(); record.timestamp_ms < until; record = story_.Next()) {
    event::v1::Event event;
    if (record.topic != TopicRole::kReference) continue;
    ASSERT_TRUE(event.ParseFromString(record.value));
    days.insert(*DayOf(event.exchange_rate_published().day()));
  }
  EXPECT_GE(days.size(), 3u);
}

// What `kontor demo` shows unless told otherwise.
class DefaultDemoTest : public ::testing::Test {
 protected:
  DefaultDemoTest() : story_(Make({.seed = 1, .now = At("2026-11-24T10:00:00Z")})) {}

  DemoStory story_;
};

TEST_F(DefaultDemoTest, IsOfASizeThatADemoCanShow) {
  EXPECT_GE(story_.HistorySize(), 60'000u);
  EXPECT_LE(story_.HistorySize(), 120'000u);
  size_t bytes = 0;
  for (const DemoRecord& record : HistoryOf(&story_)) {
    ASSERT_LE(record.value.size(), 8'000u);
    bytes += record.value.size();
  }
  EXPECT_LE(bytes, size_t{32} << 20);
}

TEST_F(DefaultDemoTest, UsesEveryBodyOfTheSchema) {
  const google::protobuf::Descriptor* descriptor = event::v1::Event::descriptor();
  const google::protobuf::OneofDescriptor* body = descriptor->FindOneofByName("body");
  ASSERT_NE(body, nullptr);
  std::map<std::string, int> missing;
  for (int index = 0; index < body->field_count(); ++index) missing[body->field(index)->name()] = 0;
  for (const Fact& fact : FactsOf(HistoryOf(&story_))) {
    const auto* field = event::v1::Event::GetReflection()->GetOneofFieldDescriptor(fact.event, body);
    ASSERT_NE(field, nullptr);
    missing.erase(field->name());
  }
  EXPECT_THAT(missing, ::testing::IsEmpty());
}

TEST_F(DefaultDemoTest, PeopleMostlyWorkOnWeekdays) {
  int64_t talks = 0;
  int64_t at_weekends = 0;
  for (const Fact& fact : FactsOf(HistoryOf(&story_))) {
    if (!fact.event.has_interaction_recorded()) continue;
    ++talks;
    at_weekends += IsWorkday(fact.day) ? 0 : 1;
  }
  EXPECT_GT(at_weekends, 0);
  EXPECT_LT(at_weekends * 20, talks);
}

TEST_F(DefaultDemoTest, FourCurrenciesAndEverySegmentTakePart) {
  std::set<std::string> currencies;
  std::map<std::string, int> segments;
  int parents = 0;
  for (const Fact& fact : FactsOf(HistoryOf(&story_))) {
    if (fact.event.has_invoice_issued()) currencies.insert(fact.event.invoice_issued().gross().currency_code());
    if (!fact.event.has_account_opened()) continue;
    ++segments[fact.event.account_opened().fields().segment()];
    parents += fact.event.account_opened().fields().has_parent() ? 1 : 0;
  }
  EXPECT_THAT(currencies, ::testing::ElementsAre("CHF", "EUR", "GBP", "USD"));
  EXPECT_EQ(segments.size(), 3u);
  EXPECT_GT(parents, 6);
}

// Most are recorded soon; some days later, some before another that occurred earlier, and some twice.
TEST_F(DefaultDemoTest, EmittersAreLateAndRepeatThemselves) {
  int64_t late = 0;
  Instant latest;
  int64_t overtaken = 0;
  EXPECT_GT(story_.HistoryTally().duplicates, 200u);
  for (const DemoRecord& record : HistoryOf(&story_)) {
    event::v1::Event event;
    if (record.expected != log::v1::DISPOSITION_ACCEPTED || !event.ParseFromString(record.value)) continue;
    const Instant at = *InstantOf(event.occurred_at());
    late += record.timestamp_ms - at.value() / kMillisecond > 2 * 86'400'000 ? 1 : 0;
    overtaken += at < latest ? 1 : 0;
    latest = std::max(latest, at);
  }
  EXPECT_GT(late, 500);
  EXPECT_GT(overtaken, 5000);
}

}  // namespace
}  // namespace kontor::demo
