// The stage's totals against those of the accounts read one by one: whatever comes, in whatever rounds.
#include "engine/portfolio/portfolio_stage.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <thread>

#include "projections/reading/profile.h"
#include "tests/property/engine_fixture.h"

namespace kontor {
namespace {

const Currency kEuro("EUR");

class PortfolioStageTest : public EngineFixture {
 protected:
  void SetUp() override {
    OpenShards(&relay_);
    reader_ = std::make_unique<AccountReader>(set_.get(), &fold_.fold(), kEuro);
    stage_ = std::make_unique<PortfolioStage>(reader_.get(), &clock_);
    relay_.Connect(stage_.get());
    stage_->Start();
    ReadTopics();
  }
  void TearDown() override {
    stage_->Stop();
    EngineFixture::TearDown();
  }

  PortfolioReading Settled() {
    PortfolioReading reading = stage_->Read(std::chrono::seconds(30));
    while (!reading.settled) reading = stage_->Read(std::chrono::seconds(30));
    return reading;
  }

  // Every account read anew and added up.
  void ExpectExact(const std::string& after) {
    WaitUntilFolded();
    const PortfolioReading stage = Settled();
    Components sum;
    int64_t accounts = 0;
    int64_t key_accounts = 0;
    for (int i = 0; i < kAccounts; ++i) {
      const Result<AccountReading> reading = reader_->Read(Account(i), clock_.Now());
      ASSERT_TRUE(reading.ok()) << reading.status();
      const SummedAccount& account = *reading->account;
      if (reading->moment->merges.SurvivorOf(Account(i)) != Account(i) || !account.known()) continue;
      sum.Add(account.sums.components, 1);
      ++accounts;
      view::v1::AccountProfile profile;
      RenderProfile(account, clock_.Now(), &profile);
      key_accounts += profile.key_account() ? 1 : 0;
    }
    EXPECT_EQ(stage.components, sum) << "after " << after;
    EXPECT_EQ(stage.accounts, accounts) << "after " << after;
    EXPECT_EQ(stage.key_accounts, key_accounts) << "after " << after;
  }

  Relay relay_;
  std::unique_ptr<AccountReader> reader_;
  std::unique_ptr<PortfolioStage> stage_;
};

TEST_F(PortfolioStageTest, TotalsAreTheSumOfTheAccountsAfterEachRound) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    EmitSome(seed, 40);
    ExpectExact(fmt::format("round {}", seed));
  }
}

TEST_F(PortfolioStageTest, MergedAccountsAreOneAndARevertedMergeIsTwoAgain) {
  EmitSome(11, 80);
  ExpectExact("events");
  EmitReference("accounts_merged { survivor: 'account-0' absorbed: 'account-1' }");
  ExpectExact("a merge");
  EXPECT_EQ(Settled().accounts, kAccounts - 1);
  EmitSome(12, 30);
  ExpectExact("events of merged accounts");
  EmitReference(fmt::format("merge_reverted {{ merge_event_id: 'r-{}' }}", 81));
  ExpectExact("the merge was reverted");
  EXPECT_EQ(Settled().accounts, kAccounts);
}

TEST_F(PortfolioStageTest, RatesThatArePublishedChangeTheTotals) {
  EmitSome(21, 80);
  ExpectExact("events");
  EmitReference(
      "exchange_rate_published { base_currency: 'EUR' quote_currency: 'USD' rate { units: 2 } day { year: 2026 month: "
      "1 "
      "day: 4 } }");
  ExpectExact("a rate");
}

TEST_F(PortfolioStageTest, TotalsMoveWithTheDay) {
  EmitSome(31, 80);
  ExpectExact("events");
  for (const int64_t days : {1, 40, 365}) {
    clock_.Set(Instant((kFixtureMs + days * 86'400'000) * 1'000'000));
    ExpectExact(fmt::format("{} days", days));
  }
}

TEST_F(PortfolioStageTest, FactDatedAheadCountsFromItsInstantOn) {
  Emit(Invoice("", "", "i-1", 10, /*hour=*/0), Account(0));
  Emit(Invoice("", "", "i-2", 20, /*hour=*/5), Account(0));
  ExpectExact("an invoice and one dated ahead");
  const auto invoiced = [this] {
    return Settled().components.in(Window::kLifetime).reporting.Get({.measure = Measure::kInvoicedNet});
  };
  EXPECT_EQ(invoiced(), Nanos{10} * kNanosPerUnit);
  clock_.Set(Instant((kFixtureMs + 5 * 3'600'000) * 1'000'000));
  EXPECT_EQ(invoiced(), Nanos{30} * kNanosPerUnit);
  ExpectExact("its instant");
}

// A rebalance takes every partition back before it gives them anew, and one may be another instance's for a while. An
// account that absorbed one of it cannot be read meanwhile, and what it absorbed may never have had an event.
TEST_F(PortfolioStageTest, PartitionsThatComeAndGoAreCountedWhileTheyAreHere) {
  EmitSome(51, 80);
  const auto on = [](int32_t partition, const std::string& prefix) {
    for (int i = 0;; ++i) {
      AccountId account(fmt::format("{}-{}", prefix, i));
      if (PartitionOf(Partitioner::kMurmur2, account.value(), kPartitions) == Partition(partition)) return account;
    }
  };
  EmitReference(fmt::format("accounts_merged {{ survivor: '{}' absorbed: '{}' }}", on(0, "account").value(),
                            on(1, "never-seen").value()));
  ExpectExact("events and a merge");
  const int64_t all = Settled().accounts;

  for (const int32_t partition : {0, 1}) set_->OnRevoked(Partition(partition));
  ExpectExact("everything was taken back");
  Give({Partition(0), Partition(1)});
  ExpectExact("and given anew");
  EXPECT_EQ(Settled().accounts, all);

  for (const int32_t partition : {0, 1}) set_->OnRevoked(Partition(partition));
  Give({Partition(0)});
  int64_t left = 0;
  for (int i = 0; i < kAccounts; ++i) left += reader_->Read(Account(i), clock_.Now()).ok() ? 1 : 0;
  EXPECT_LT(left, all);
  EXPECT_EQ(Settled().accounts, left);

  set_->OnRevoked(Partition(0));
  Give({Partition(0), Partition(1)});
  ExpectExact("both are here again");
  EXPECT_EQ(Settled().accounts, all);
}

TEST_F(PortfolioStageTest, AccountWhoseFactsAllLieAheadCountsFromTheFirstOn) {
  Emit(MakeEvent("", "", "account_opened {}", /*hour=*/5), Account(0));
  Emit(Invoice("", "", "i-1", 10, /*hour=*/24), Account(1));  // tomorrow
  for (const auto& [hours, accounts] : std::map<int64_t, int64_t>{{0, 0}, {4, 0}, {5, 1}, {23, 1}, {24, 2}}) {
    clock_.Set(Instant((kFixtureMs + hours * 3'600'000) * 1'000'000));
    ExpectExact(fmt::format("{} hours", hours));
    EXPECT_EQ(Settled().accounts, accounts) << hours;
    EXPECT_EQ(stage_->accounts().Accounts().size(), static_cast<size_t>(accounts)) << hours;
  }
}

// A part is never shown as the whole: what cannot be read is out of the totals, and out of what they say they cover.
TEST_F(PortfolioStageTest, DamagedShardIsOutOfTheTotals) {
  EmitSome(41, 80);
  ExpectExact("events");
  stores_.disk({"kontor.events", Partition(0)}).damaged = true;
  Components sum;
  int64_t accounts = 0;
  for (int i = 0; i < kAccounts; ++i) {
    const Result<AccountReading> reading = reader_->Read(Account(i), clock_.Now());
    const bool damaged = PartitionOf(Partitioner::kMurmur2, Account(i).value(), kPartitions) == Partition(0);
    ASSERT_EQ(reading.ok(), !damaged);
    if (damaged) continue;
    sum.Add(reading->account->sums.components, 1);
    accounts += reading->account->known() ? 1 : 0;
  }
  PortfolioReading stage = Settled();
  while (stage.positions.size() > 1) stage = Settled();
  EXPECT_EQ(stage.positions.front().shard.partition, Partition(1));
  EXPECT_EQ(stage.components, sum);
  EXPECT_EQ(stage.accounts, accounts);
}

TEST(PackedPartTest, GivesBackWhatItWasGiven) {
  Components components;
  components.in(Window::kTtm).own.Add({.measure = Measure::kBooked, .currency = kEuro, .number = -3}, -7);
  components.months[Month(670)].reporting.Add({.measure = Measure::kBooked}, Int128{1} << 100);
  components.stock.missing.Add({.measure = Measure::kOpen, .text = "x"}, 1);
  components.retention.Add({.measure = Measure::kRecurring, .number = kTtmPeriod, .text = "cohort_kept"}, 5);
  components.accounts.Add({.measure = Measure::kEvents}, 1);
  const PackedPart part(components, true);
  EXPECT_EQ(part.components(), components);
  EXPECT_TRUE(part.key_account());
  EXPECT_EQ(PackedPart().components(), Components());
}

}  // namespace
}  // namespace kontor
