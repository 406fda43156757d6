// The stage's totals against those of the accounts read one by one: whatever comes, in whatever rounds.
#include "engine/portfolio/portfolio_stage.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "engine/event/partitioner.h"
#include "engine/shard/shard_fixture.h"
#include "engine/shard/shard_set.h"
#include "projections/reading/profile.h"
#include "tests/property/history.h"

namespace kontor {
namespace {

const Currency kEuro("EUR");

// Told to move.
class HandClock final : public Clock {
 public:
  explicit HandClock(Instant now) : now_(now.value()) {}
  Instant Now() const override { return Instant(now_); }
  void Set(Instant now) { now_ = now.value(); }

 private:
  std::atomic<int64_t> now_;
};

// The set is made before the stage that it tells.
class Relay final : public ShardObserver {
 public:
  void Connect(PortfolioStage* stage) { stage_ = stage; }
  void OnReadable(const ShardId& shard, Position position) override { stage_->OnReadable(shard, position); }
  void OnGone(const ShardId& shard) override { stage_->OnGone(shard); }
  void OnChanged(const ShardId& shard, std::span<const std::string_view> accounts, Position position) override {
    stage_->OnChanged(shard, accounts, position);
  }

 private:
  PortfolioStage* stage_ = nullptr;
};

class NoSink final : public EventSink {
 public:
  Status Send(OutRecord, Delivered done) override {
    done(OkStatus(), Partition(0), Offset(0));
    return OkStatus();
  }
  Status Flush(std::chrono::milliseconds) override { return OkStatus(); }
};

class PortfolioStageTest : public testing::Test {
 protected:
  static constexpr int32_t kPartitions = 2;
  static constexpr int kAccounts = 9;

  void SetUp() override {
    source_.topic("kontor.events", kPartitions);
    source_.topic("kontor.reference");
    source_.topic("kontor.rejected");
    ShardSetConfig config;
    config.stores = &stores_;
    config.source = &source_;
    config.sink = &sink_;
    config.fold = &fold_.fold();
    config.observer = &relay_;
    config.fatal = [](const Status& status) { FAIL() << status; };
    set_ = std::make_unique<ShardSet>(std::move(config));
    reader_ = std::make_unique<AccountReader>(set_.get(), &fold_.fold());
    stage_ = std::make_unique<PortfolioStage>(reader_.get(), kEuro, &clock_);
    relay_.Connect(stage_.get());
    ASSERT_EQ(set_->Open(), OkStatus());
    stage_->Start();
    source_.WaitForSubscriber();
    for (int32_t partition = 0; partition < kPartitions; ++partition) {
      const TopicFacts facts = {.cluster_id = "cluster-a", .partition_count = kPartitions};
      const Result<Offset> start = set_->StartOffset(Partition(partition), facts);
      ASSERT_TRUE(start.ok()) << start.status();
      set_->OnAssigned(Partition(partition), Topic(partition).ReaderFrom(*start));
    }
    while (set_->reference() == nullptr || !set_->reference()->status().attached) std::this_thread::yield();
  }
  void TearDown() override {
    stage_->Stop();
    set_->Close();
    source_.Forget();
  }

  FakeTopic& Topic(int32_t partition) { return source_.partition("kontor.events", partition); }
  static AccountId Account(int i) { return AccountId(fmt::format("account-{}", i)); }

  // Events that happen within a day of the fixture's record timestamps are accepted; histories end there.
  void Emit(event::v1::Event event, const AccountId& account) {
    event.set_account_id(account.value());
    event.set_event_id(fmt::format("{}/{}", account.value(), ++events_));
    Topic(PartitionOf(Partitioner::kMurmur2, account.value(), kPartitions).value()).Emit(event);
  }
  void EmitReference(const std::string& body) {
    source_.partition("kontor.reference", 0).Emit(MakeEvent("", fmt::format("r-{}", ++events_), body));
  }
  void WaitUntilFolded() {
    const auto folded = [](const Shard& shard, FakeTopic& topic) {
      return shard.state() == ShardState::kRunning && shard.status().folded == Position(topic.records().size());
    };
    for (int32_t partition = 0; partition < kPartitions; ++partition) {
      const auto shard = set_->Find({"kontor.events", Partition(partition)});
      ASSERT_TRUE(shard.ok());
      while (!folded(**shard, Topic(partition))) std::this_thread::yield();
    }
    while (!folded(*set_->reference(), source_.partition("kontor.reference", 0))) std::this_thread::yield();
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
      if (reading->merges.SurvivorOf(Account(i)) != Account(i) || !reading->state.known()) continue;
      Converter converter(&reading->reference->state, kEuro, clock_.Now(), fold_.fold().zone().LocalDay(clock_.Now()));
      sum.Add(ComponentsOf(reading->state, &converter), 1);
      ++accounts;
      key_accounts += ProfileOf(reading->state, clock_.Now()).key_account() ? 1 : 0;
    }
    EXPECT_EQ(stage.components, sum) << "after " << after;
    EXPECT_EQ(stage.accounts, accounts) << "after " << after;
    EXPECT_EQ(stage.key_accounts, key_accounts) << "after " << after;
  }

  // So many events of random histories, over random accounts.
  void EmitSome(uint64_t seed, int count) {
    std::mt19937_64 random(seed);
    for (event::v1::Event event : RandomHistory(seed, {.events = count, .voids = false})) {
      const int64_t age = static_cast<int64_t>(random() % (700 * 86'400));
      event.mutable_occurred_at()->set_seconds(kFixtureMs / 1000 - age);
      Emit(event, Account(static_cast<int>(random() % kAccounts)));
    }
  }

  FakeSource source_;
  FakeStores stores_;
  NoSink sink_;
  FoldOfThree fold_;
  HandClock clock_{Instant(kFixtureMs * 1'000'000)};
  Relay relay_;
  std::unique_ptr<ShardSet> set_;
  std::unique_ptr<AccountReader> reader_;
  std::unique_ptr<PortfolioStage> stage_;
  int events_ = 0;
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
  while (invoiced() != Nanos{30} * kNanosPerUnit) std::this_thread::yield();
  ExpectExact("its instant");
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
