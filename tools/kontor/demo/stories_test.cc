// The stories are really there, whatever the seed and the day.
#include "tools/kontor/demo/stories.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tools/kontor/demo/bad_emitter.h"
#include "tools/kontor/demo/told.h"

namespace kontor::demo {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class StoriesTest : public ::testing::TestWithParam<DemoOptions> {
 protected:
  StoriesTest()
      : story_(Make(GetParam())),
        horizon_(Horizon::Of(GetParam().now, GetParam().years)),
        today_(horizon_.today),
        records_(HistoryOf(&story_)),
        facts_(FactsOf(records_)) {}

  const Story& Titled(std::string_view words) const {
    for (const Story& story : story_.Stories()) {
      if (story.title.find(words) != std::string::npos) return story;
    }
    ADD_FAILURE() << "no story of " << words;
    return story_.Stories().front();
  }
  std::string AccountOf(std::string_view words, size_t index = 0) const { return Titled(words).accounts.at(index); }

  std::vector<Fact> Of(const std::string& account) const {
    std::vector<Fact> facts;
    for (const Fact& fact : facts_) {
      if (fact.event.account_id() == account) facts.push_back(fact);
    }
    return facts;
  }
  // Net cents invoiced in (today - from, today - to].
  int64_t Invoiced(const std::string& account, int32_t from, int32_t to) const {
    int64_t cents = 0;
    for (const Fact& fact : Of(account)) {
      if (fact.event.has_invoice_issued() && fact.day > today_ - from && fact.day <= today_ - to) {
        cents += CentsOf(fact.event.invoice_issued().net());
      }
    }
    return cents;
  }
  // What is unpaid of each invoice that is past due.
  int64_t OverdueCents(const std::string& account) const {
    std::map<std::string, int64_t> open;
    for (const Fact& fact : Of(account)) {
      if (fact.event.has_invoice_issued() && *DayOf(fact.event.invoice_issued().due()) < today_) {
        open[fact.event.invoice_issued().invoice().id()] += CentsOf(fact.event.invoice_issued().gross());
      }
    }
    for (const Fact& fact : Of(account)) {
      if (!fact.event.has_payment_received()) continue;
      for (const type::v1::Allocation& share : fact.event.payment_received().allocations()) {
        if (open.contains(share.invoice().id())) open[share.invoice().id()] -= CentsOf(share.amount());
      }
    }
    int64_t cents = 0;
    for (const auto& [invoice, left] : open) cents += std::max<int64_t>(left, 0);
    return cents;
  }

  DemoStory story_;
  Horizon horizon_;
  Day today_;
  std::vector<DemoRecord> records_;
  std::vector<Fact> facts_;
};

INSTANTIATE_TEST_SUITE_P(
    Options, StoriesTest,
    ::testing::Values(DemoOptions{.seed = 1, .now = At("2026-11-24T10:00:00Z"), .accounts = 30, .years = 4},
                      DemoOptions{.seed = 42, .now = At("2025-06-01T00:00:00Z"), .accounts = 25, .years = 2},
                      DemoOptions{.seed = 77, .now = At("2027-01-02T23:00:00Z"), .accounts = 40, .years = 3},
                      DemoOptions{.seed = 1234567, .now = At("2024-02-29T12:00:00Z"), .accounts = 25, .years = 6}));

TEST_P(StoriesTest, EachTellsOfAccountsThatAreThere) {
  EXPECT_GE(story_.Stories().size(), 8u);
  for (const Story& story : story_.Stories()) {
    EXPECT_FALSE(story.title.empty());
    EXPECT_FALSE(story.tale.empty());
    EXPECT_FALSE(story.looks.empty());
    ASSERT_FALSE(story.accounts.empty());
    for (const std::string& account : story.accounts) EXPECT_FALSE(Of(account).empty()) << account;
  }
}

TEST_P(StoriesTest, OneAccountIsQuietlyLeaving) {
  const std::string account = AccountOf("leaving");
  Day last_talk;
  int64_t early_talks = 0;
  int64_t late_talks = 0;
  int contacts_left = 0;
  bool renewal_lost = false;
  bool promise_broken = false;
  std::set<std::string> offers;
  std::set<std::string> renewals;
  for (const Fact& fact : Of(account)) {
    if (fact.event.has_interaction_recorded()) {
      last_talk = std::max(last_talk, fact.day);
      early_talks += fact.day > today_ - 660 && fact.day <= today_ - 360 ? 1 : 0;
      late_talks += fact.day > today_ - 300 ? 1 : 0;
    }
    contacts_left += fact.event.has_contact_left() ? 1 : 0;
    if (fact.event.has_deal_opened() && fact.event.deal_opened().has_renews()) {
      renewals.insert(fact.event.deal_opened().deal().id());
    }
    if (fact.event.has_offer_made()) offers.insert(fact.event.offer_made().offer().id());
    if (fact.event.has_offer_answered()) offers.erase(fact.event.offer_answered().offer().id());
    promise_broken |= fact.event.has_commitment_broken();
  }
  for (const Fact& fact : Of(account)) {
    renewal_lost |= fact.event.has_deal_lost() && renewals.contains(fact.event.deal_lost().deal().id());
  }
  EXPECT_GT(today_ - last_talk, 90);
  EXPECT_LT(today_ - last_talk, 300);
  EXPECT_GT(2 * early_talks, 3 * late_talks);
  EXPECT_EQ(contacts_left, 2);
  EXPECT_TRUE(renewal_lost);
  EXPECT_TRUE(promise_broken);
  EXPECT_FALSE(offers.empty());
  EXPECT_LT(Invoiced(account, 365, 0) * 10, Invoiced(account, 730, 365) * 9);
  EXPECT_GT(OverdueCents(account), 0);
}

TEST_P(StoriesTest, OnePaysLate) {
  const std::string account = AccountOf("late payer");
  std::map<std::string, Day> due;
  for (const Fact& fact : Of(account)) {
    if (fact.event.has_invoice_issued()) {
      due[fact.event.invoice_issued().invoice().id()] = *DayOf(fact.event.invoice_issued().due());
    }
  }
  int64_t weighted_days = 0;
  int64_t cents = 0;
  for (const Fact& fact : Of(account)) {
    if (!fact.event.has_payment_received() || fact.day <= today_ - 365) continue;
    for (const type::v1::Allocation& share : fact.event.payment_received().allocations()) {
      ASSERT_TRUE(due.contains(share.invoice().id()));
      weighted_days += CentsOf(share.amount()) * (fact.day - due[share.invoice().id()]);
      cents += CentsOf(share.amount());
    }
  }
  ASSERT_GT(cents, 0);
  EXPECT_GT(weighted_days / cents, 20);
  EXPECT_GT(OverdueCents(account), 0);
}

TEST_P(StoriesTest, OneKeyAccountGrewByKeptPromises) {
  const std::string account = AccountOf("kept promises");
  Day designated;
  std::map<std::string, Day> due;
  for (const Fact& fact : Of(account)) {
    if (fact.event.has_key_account_designated()) designated = fact.day;
    if (fact.event.has_commitment_made()) {
      const event::v1::CommitmentMade& made = fact.event.commitment_made();
      if (*DayOf(made.due()) < today_) due[made.commitment().id()] = *DayOf(made.due());
    }
  }
  ASSERT_GT(designated, horizon_.start());
  int64_t kept = 0;
  int64_t before_cents = 0, before = 0, after_cents = 0, after = 0;
  for (const Fact& fact : Of(account)) {
    if (fact.event.has_commitment_kept()) {
      const auto promised = due.find(fact.event.commitment_kept().commitment().id());
      kept += promised != due.end() && fact.day <= promised->second ? 1 : 0;
    }
    if (!fact.event.has_deal_won() || fact.event.deal_won().has_recurring_amount()) continue;
    (fact.day < designated ? before : after) += 1;
    (fact.day < designated ? before_cents : after_cents) += CentsOf(fact.event.deal_won().amount());
  }
  EXPECT_GE(due.size(), 20u);
  EXPECT_GE(kept * 100, static_cast<int64_t>(due.size()) * 88);
  ASSERT_GE(before, 2);
  ASSERT_GE(after, 3);
  EXPECT_GT(after_cents / after, before_cents / before * 3 / 2);
  EXPECT_GT(Invoiced(account, 365, 0) * 10, Invoiced(account, 730, 365) * 11);
}

TEST_P(StoriesTest, OneEmitterIsBad) {
  const Story& story = Titled("bad emitter");
  std::set<log::v1::RejectReason> reasons;
  std::map<log::v1::Disposition, int> seen;
  const int64_t release = StartOfUtcDay(BadEmitter::ReleaseDay(horizon_)).value() / kMillisecond;
  for (const DemoRecord& record : records_) {
    if (record.expected == log::v1::DISPOSITION_ACCEPTED || record.expected == log::v1::DISPOSITION_DUPLICATE) continue;
    EXPECT_GE(record.timestamp_ms, release);
    if (record.reason != log::v1::REJECT_REASON_WRONG_KEY) {
      EXPECT_THAT(story.accounts, Contains(record.key));
    }
    if (record.expected == log::v1::DISPOSITION_REJECTED) reasons.insert(record.reason);
    ++seen[record.expected];
  }
  EXPECT_GE(seen[log::v1::DISPOSITION_REJECTED], 20);
  EXPECT_GE(seen[log::v1::DISPOSITION_CONFLICT], 1);
  // All that a record can be rejected for by itself, save its size and its partition.
  EXPECT_EQ(reasons.size(), 8u);
}

TEST_P(StoriesTest, OneDealWasVoidedAndStatedRight) {
  const std::string account = AccountOf("wrong deal");
  std::map<std::string, event::v1::Event> all;
  for (const DemoRecord& record : records_) {
    event::v1::Event event;
    if (record.key == account && event.ParseFromString(record.value)) all[event.event_id()] = event;
  }
  bool found = false;
  for (const auto& [id, event] : all) {
    if (!event.has_event_voided() || !all[event.event_voided().target_event_id()].has_deal_won()) continue;
    const event::v1::DealWon& wrong = all[event.event_voided().target_event_id()].deal_won();
    for (const Fact& fact : Of(account)) {
      if (!fact.event.has_deal_won() || fact.event.deal_won().deal().id() != wrong.deal().id()) continue;
      EXPECT_EQ(CentsOf(wrong.amount()), 10 * CentsOf(fact.event.deal_won().amount()));
      found = true;
    }
  }
  EXPECT_TRUE(found);
}

TEST_P(StoriesTest, OneMergeStandsAndOneIsReverted) {
  std::map<std::string, event::v1::AccountsMerged> merges;
  std::vector<std::string> reverted;
  for (const Fact& fact : facts_) {
    if (fact.event.has_accounts_merged()) merges[fact.event.event_id()] = fact.event.accounts_merged();
    if (fact.event.has_merge_reverted()) reverted.push_back(fact.event.merge_reverted().merge_event_id());
  }
  ASSERT_EQ(merges.size(), 2u);
  ASSERT_EQ(reverted.size(), 1u);
  EXPECT_EQ(merges[reverted[0]].survivor(), AccountOf("merge taken back", 0));
  EXPECT_EQ(merges[reverted[0]].absorbed(), AccountOf("merge taken back", 1));
  merges.erase(reverted[0]);
  EXPECT_EQ(merges.begin()->second.survivor(), AccountOf("Two accounts merged", 0));
  EXPECT_EQ(merges.begin()->second.absorbed(), AccountOf("Two accounts merged", 1));
  EXPECT_GT(Invoiced(AccountOf("Two accounts merged", 1), 3650, 0), 0);
}

TEST_P(StoriesTest, OneAccountContradictsItself) {
  const std::string account = AccountOf("Contradictions");
  std::map<std::string, int> opened, won;
  std::map<std::string, int64_t> gross, paid;
  std::map<std::string, std::string> currency;
  std::set<std::string> promises;
  bool kept_unmade = false, foreign = false, unknown = false;
  for (const Fact& fact : Of(account)) {
    if (fact.event.has_deal_opened()) ++opened[fact.event.deal_opened().deal().id()];
    if (fact.event.has_deal_won()) ++won[fact.event.deal_won().deal().id()];
    if (fact.event.has_commitment_made()) promises.insert(fact.event.commitment_made().commitment().id());
    if (fact.event.has_invoice_issued()) {
      const event::v1::InvoiceIssued& body = fact.event.invoice_issued();
      gross[body.invoice().id()] = CentsOf(body.gross());
      currency[body.invoice().id()] = body.gross().currency_code();
    }
  }
  for (const Fact& fact : Of(account)) {
    if (fact.event.has_commitment_kept())
      kept_unmade |= !promises.contains(fact.event.commitment_kept().commitment().id());
    if (!fact.event.has_payment_received()) continue;
    for (const type::v1::Allocation& share : fact.event.payment_received().allocations()) {
      unknown |= !gross.contains(share.invoice().id());
      foreign |=
          gross.contains(share.invoice().id()) && currency[share.invoice().id()] != share.amount().currency_code();
      paid[share.invoice().id()] += CentsOf(share.amount());
    }
  }
  const auto twice = [](const auto& entry) { return entry.second == 2; };
  EXPECT_TRUE(std::any_of(opened.begin(), opened.end(), twice));
  EXPECT_TRUE(std::any_of(won.begin(), won.end(), twice));
  EXPECT_TRUE(
      std::any_of(gross.begin(), gross.end(), [&](const auto& entry) { return paid[entry.first] > entry.second; }));
  EXPECT_TRUE(kept_unmade);
  EXPECT_TRUE(foreign);
  EXPECT_TRUE(unknown);
}

TEST_P(StoriesTest, OneWasWrittenOff) {
  const std::string account = AccountOf("will not come");
  int64_t off = 0;
  int64_t back = 0;
  bool closed = false;
  for (const Fact& fact : Of(account)) {
    closed |= fact.event.has_account_closed();
    if (!fact.event.has_invoice_written_off()) continue;
    const int64_t cents = CentsOf(fact.event.invoice_written_off().gross());
    (cents > 0 ? off : back) += cents;
  }
  EXPECT_TRUE(closed);
  EXPECT_GT(off, 100'000);
  EXPECT_LT(back, 0);
}

TEST_P(StoriesTest, OneGroupSpansThreeCountries) {
  const Story& story = Titled("group");
  std::set<std::string> countries;
  for (size_t index = 1; index < story.accounts.size(); ++index) {
    for (const Fact& fact : Of(story.accounts[index])) {
      if (!fact.event.has_account_opened()) continue;
      EXPECT_EQ(fact.event.account_opened().fields().parent(), story.accounts[0]);
      countries.insert(fact.event.account_opened().fields().country());
    }
  }
  EXPECT_EQ(countries.size(), 3u);
}

TEST_P(StoriesTest, TrickleLeavesTheSilentOneSilent) {
  const std::string account = AccountOf("leaving");
  for (int left = 5000; left > 0; --left) {
    const DemoRecord record = story_.Next();
    event::v1::Event event;
    if (record.key != account) continue;
    ASSERT_TRUE(event.ParseFromString(record.value));
    EXPECT_LE(*InstantOf(event.occurred_at()), GetParam().now) << event.ShortDebugString();  // what comes late may come
  }
}

TEST_P(StoriesTest, GuideNamesEveryStoryAndTheServer) {
  const std::string guide = GuideText(story_.Stories(), "http://127.0.0.1:4711", "127.0.0.1:4712", GetParam().now);
  for (const Story& story : story_.Stories()) {
    EXPECT_THAT(guide, HasSubstr(story.title));
    for (const std::string& account : story.accounts) EXPECT_THAT(guide, HasSubstr(account));
  }
  EXPECT_THAT(guide, HasSubstr("http://127.0.0.1:4711"));
  EXPECT_THAT(guide, HasSubstr("kontor emit --brokers 127.0.0.1:4712 --wait --server http://127.0.0.1:4711"));
  size_t begin = 0;
  for (size_t end = guide.find('\n'); end != std::string::npos; begin = end + 1, end = guide.find('\n', begin)) {
    EXPECT_LE(end - begin, 120u) << guide.substr(begin, end - begin);
    EXPECT_TRUE(end == begin || guide[end - 1] != ' ') << guide.substr(begin, end - begin);
  }
}

}  // namespace
}  // namespace kontor::demo
