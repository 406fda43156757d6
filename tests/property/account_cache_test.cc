// Law: an account that is kept added up, and brought up to date by what changed, is the account read anew. Whatever
// comes in between: events, voids, commits, merges, rates, parameters, the turn of the day; whoever still holds what
// was lent before.
#include "engine/portfolio/account_cache.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "engine/portfolio/account_reader.h"
#include "tests/property/engine_fixture.h"

namespace kontor {
namespace {

const Currency kEuro("EUR");
constexpr int64_t kHour = 3'600'000'000'000;

class AccountCacheTest : public EngineFixture {
 protected:
  void SetUp() override {
    OpenShards(&observer_);
    ReadTopics();
    anew_ = std::make_unique<AccountReader>(set_.get(), &fold_.fold(), kEuro, AccountCacheLimits{.bytes_max = 0});
    Keep({.month_bytes_min = 0});
  }
  void Keep(const AccountCacheLimits& limits) {
    keeping_ = std::make_unique<AccountReader>(set_.get(), &fold_.fold(), kEuro, limits);
  }

  AccountReading Read(int account, Instant t) {
    Result<AccountReading> reading = keeping_->Read(Account(account), t);
    EXPECT_TRUE(reading.ok()) << reading.status();
    return *std::move(reading);
  }
  AccountReading ReadNow(int account) {
    WaitUntilFolded();
    return Read(account, clock_.Now());
  }
  // Reads what is kept and what is stored, and compares all that views are made from.
  AccountReading ReadAlike(int account, Instant t, const std::string& after) {
    const Result<AccountReading> anew = anew_->Read(Account(account), t);
    EXPECT_TRUE(anew.ok()) << anew.status();
    AccountReading kept = Read(account, t);
    const SummedAccount& a = *anew->account;
    const SummedAccount& k = *kept.account;
    EXPECT_EQ(k.state.members, a.state.members) << after;
    EXPECT_EQ(k.state.heads, a.state.heads) << after;
    EXPECT_EQ(k.state.targets, a.state.targets) << after;
    EXPECT_EQ(k.state.months, a.state.months) << after;
    EXPECT_EQ(k.sums.components, a.sums.components) << after;
    EXPECT_EQ(k.sums.days, a.sums.days) << after;
    EXPECT_TRUE(k.sums == a.sums) << after;
    EXPECT_EQ(k.known(), a.known()) << after;
    EXPECT_EQ(kept.next_fact, anew->next_fact) << after;
    EXPECT_EQ(kept.positions.front().position, anew->positions.front().position) << after;
    return kept;
  }
  void Commit() {
    for (const std::shared_ptr<Shard>& shard : set_->events()) ASSERT_TRUE(shard->CommitNow().ok());
  }

  FakeObserver observer_;
  std::unique_ptr<AccountReader> anew_;
  std::unique_ptr<AccountReader> keeping_;
};

// One random walk through what may happen to the accounts.
class Walk {
 public:
  explicit Walk(uint64_t seed) : random_(seed) {}
  int64_t Below(int64_t bound) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(bound)); }

 private:
  std::mt19937_64 random_;
};

class AccountCacheLaw : public AccountCacheTest, public testing::WithParamInterface<uint64_t> {
 protected:
  static constexpr int kWalked = 4;  // few accounts, so that much happens to each

  void EmitOne(Walk* walk) {
    if (history_.empty()) {
      for (event::v1::Event& event : RandomHistory(++histories_, {.voids = false})) history_.push_back(event);
    }
    event::v1::Event event = history_.front();
    history_.pop_front();
    // Now and then within the day to come: a fact dated ahead.
    const int64_t age = walk->Below(8) == 0 ? -walk->Below(20 * 3'600) : walk->Below(500 * 86'400);
    event.mutable_occurred_at()->set_seconds(kFixtureMs / 1000 - age);
    Emit(event, Account(static_cast<int>(walk->Below(kWalked))));
    emitted_.emplace_back(event.source(), events_);
  }
  void VoidOne(Walk* walk) {
    if (emitted_.empty()) return;
    const auto& [source, number] = emitted_[static_cast<size_t>(walk->Below(static_cast<int64_t>(emitted_.size())))];
    for (int i = 0; i < kWalked; ++i) {
      // Of one of them it is the event; the others are told of one that is not theirs.
      event::v1::Event event = MakeEvent("", "",
                                         fmt::format("event_voided {{ target_source: '{}' target_event_id: '{}/{}' }}",
                                                     source, Account(i).value(), number));
      Emit(event, Account(i));
    }
  }
  void ChangeReference(Walk* walk) {
    const int64_t day = 1 + walk->Below(5);
    switch (walk->Below(4)) {
      case 0:
        EmitReference("accounts_merged { survivor: 'account-0' absorbed: 'account-1' }");
        merges_.push_back(fmt::format("r-{}", events_));
        break;
      case 1:
        if (merges_.empty()) break;
        EmitReference(fmt::format("merge_reverted {{ merge_event_id: '{}' }}", merges_.back()));
        merges_.pop_back();
        break;
      case 2:
        EmitReference(
            fmt::format("exchange_rate_published {{ base_currency: 'EUR' quote_currency: 'USD' rate {{ units: "
                        "{} }} day {{ year: 2026 month: 1 day: {} }} }}",
                        1 + walk->Below(3), day));
        break;
      default:
        EmitReference(fmt::format("parameters_adopted {{ rate_age_days: {} }}", 100 * walk->Below(8)));
    }
  }

  std::deque<event::v1::Event> history_;
  uint64_t histories_ = 0;
  std::vector<std::pair<std::string, int>> emitted_;  // source, and the number that its id ends with
  std::vector<std::string> merges_;
};

TEST_P(AccountCacheLaw, KeptIsAsReadAnew) {
  Walk walk(GetParam());
  histories_ = 100 * GetParam();
  // With little room, what is kept is put out all the time.
  Keep({.bytes_max = GetParam() % 3 == 0 ? size_t{60'000} : size_t{64} << 20, .month_bytes_min = 0});
  struct Held {
    AccountReading reading;
    AccountSums sums;
  };
  std::deque<Held> held;
  for (int step = 0; step < 60; ++step) {
    const int64_t what = walk.Below(12);
    if (what < 8) {
      for (int64_t i = 1 + walk.Below(6); i > 0; --i) EmitOne(&walk);
    } else if (what == 8) {
      VoidOne(&walk);
    } else if (what == 9) {
      Commit();
    } else if (what == 10) {
      ChangeReference(&walk);
    } else {
      clock_.Set(clock_.Now() + (1 + walk.Below(walk.Below(3) == 0 ? 40 * 24 : 5)) * kHour);
    }
    WaitUntilFolded();
    for (int64_t i = 1 + walk.Below(3); i > 0; --i) {
      const Instant t = walk.Below(6) == 0 ? clock_.Now() - walk.Below(30) * kHour : clock_.Now();
      AccountReading reading = ReadAlike(static_cast<int>(walk.Below(kWalked)), t,
                                         fmt::format("seed {}, step {}, what {}", GetParam(), step, what));
      if (walk.Below(2) == 0) {
        AccountSums sums = reading.account->sums;
        held.push_back({std::move(reading), std::move(sums)});
      }
    }
    while (held.size() > 3 || (!held.empty() && walk.Below(3) == 0)) {
      EXPECT_TRUE(held.front().reading.account->sums == held.front().sums) << "what was lent changed";
      held.pop_front();
    }
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, AccountCacheLaw, testing::Range<uint64_t>(1, 13));

TEST_F(AccountCacheTest, WhatIsKeptIsBroughtUpToDateInItsPlace) {
  EmitSome(1, 60);
  const SummedAccount* const first = ReadNow(0).account.get();
  EXPECT_EQ(ReadNow(0).account.get(), first);
  Emit(Invoice("", "", "i-1", 10), Account(0));
  EXPECT_EQ(ReadNow(0).account.get(), first);
  Commit();
  Emit(Invoice("", "", "i-2", 10), Account(0));
  EXPECT_EQ(ReadNow(0).account.get(), first);
}

TEST_F(AccountCacheTest, WhatIsLentStaysAsItWas) {
  EmitSome(1, 60);
  const AccountReading before = ReadNow(0);
  const AccountSums sums = before.account->sums;
  Emit(Invoice("", "", "i-1", 10), Account(0));
  const AccountReading after = ReadNow(0);
  EXPECT_NE(after.account.get(), before.account.get());
  EXPECT_FALSE(after.account->sums == sums);
  EXPECT_TRUE(before.account->sums == sums);
}

TEST_F(AccountCacheTest, WhoPassesByKeepsNothing) {
  EmitSome(1, 60);
  WaitUntilFolded();
  const auto pass = [this] { return keeping_->Read(Account(0), clock_.Now(), AccountReader::Use::kPassing)->account; };
  const auto held = pass();
  EXPECT_NE(pass().get(), held.get());
  const SummedAccount* const kept = ReadNow(0).account.get();
  EXPECT_EQ(pass().get(), kept);
}

TEST(AccountCacheBoundTest, WhatWasAskedForLeastRecentlyGoesFirst) {
  AccountCache cache({.bytes_max = 30});
  for (const char* id : {"a", "b", "c"}) cache.Put(AccountId(id), std::make_shared<KeptAccount>(), 10);
  EXPECT_NE(cache.Find(AccountId("a"), /*asked_for=*/true), nullptr);
  EXPECT_NE(cache.Find(AccountId("b"), /*asked_for=*/false), nullptr);
  cache.Put(AccountId("d"), std::make_shared<KeptAccount>(), 5);
  EXPECT_EQ(cache.Find(AccountId("b"), false), nullptr);
  EXPECT_EQ(cache.figures().bytes, 25U);
  cache.Put(AccountId("d"), cache.Find(AccountId("d"), false), 25);
  EXPECT_EQ(cache.Find(AccountId("c"), false), nullptr);
  EXPECT_EQ(cache.Find(AccountId("a"), false), nullptr);
  EXPECT_NE(cache.Find(AccountId("d"), false), nullptr);
  EXPECT_EQ(cache.figures().bytes, 25U);
}

}  // namespace
}  // namespace kontor
