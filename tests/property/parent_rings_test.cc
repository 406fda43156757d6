// Law: of an account's parents the last one stated counts; links are taken in the world's order, and one that would
// close a ring does not count. Whatever comes in whatever order, over several shards; events, voids, merges, at any
// instant. A reader that follows one chain says what one does that takes all links.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "engine/query/engine_queries.h"
#include "tests/property/engine_fixture.h"

namespace kontor {
namespace {

class ParentRingsTest : public EngineFixture {
 protected:
  void SetUp() override {
    OpenShards(&observer_);
    ReadTopics();
    // Every account that is asked for is kept.
    reader_ = std::make_unique<AccountReader>(set_.get(), &fold_.fold(), Currency("EUR"),
                                              AccountCacheLimits{.month_bytes_min = 0});
    stage_ = std::make_unique<PortfolioStage>(reader_.get(), &clock_);
    queries_ = std::make_unique<EngineQueries>(reader_.get(), stage_.get(), &clock_, QueryConfig());
  }

  // The nth account of a partition.
  static AccountId On(int32_t partition, int nth) {
    for (int i = 0;; ++i) {
      if (PartitionOf(Partitioner::kMurmur2, Account(i).value(), kPartitions).value() == partition && nth-- == 0) {
        return Account(i);
      }
    }
  }
  static Instant At(int hour) { return Instant((kFixtureMs + int64_t{hour} * 3'600'000) * 1'000'000); }

  // Gives the id of the event. An empty parent clears what was stated.
  std::string State(const AccountId& account, const AccountId& parent, int hour) {
    Emit(MakeEvent("", "", fmt::format("account_changed {{ fields {{ parent: '{}' }} }}", parent.value()), hour),
         account);
    return fmt::format("{}/{}", account.value(), events_);
  }
  void Void(const AccountId& account, const std::string& event) {
    Emit(MakeEvent("", "", fmt::format("event_voided {{ target_event_id: '{}' }}", event)), account);
  }
  std::string Merge(const AccountId& absorbed, const AccountId& survivor) {
    EmitReference(
        fmt::format("accounts_merged {{ absorbed: '{}' survivor: '{}' }}", absorbed.value(), survivor.value()));
    return fmt::format("r-{}", events_);
  }
  void Revert(const std::string& merge) {
    EmitReference(fmt::format("merge_reverted {{ merge_event_id: '{}' }}", merge));
  }

  view::v1::AccountView Ask(const AccountId& account, int hour = 0) {
    WaitUntilFolded();
    view::v1::AccountView view;
    const Status status = queries_->Account(account, {.now = {}, .as_of = At(hour)}, &view);
    EXPECT_EQ(status, OkStatus());
    return view;
  }
  // "bolt", or what is said of the link that does not count; "" where there is none.
  static std::string ParentIn(const view::v1::AccountView& view) {
    for (const view::v1::Finding& finding : view.findings()) {
      if (finding.code() != "parent_closes_a_ring") continue;
      EXPECT_EQ(finding.account_id(), view.profile().account_id());
      EXPECT_FALSE(view.profile().has_parent());
      return finding.text();
    }
    return view.profile().parent();
  }
  std::string ParentOf(const AccountId& account, int hour = 0) { return ParentIn(Ask(account, hour)); }
  static std::string ClosedBy(const std::string& event, const std::vector<AccountId>& ring) {
    std::string text;
    for (const AccountId& account : ring) text += (text.empty() ? "" : ", ") + account.value();
    return fmt::format("event crm/{}: parent closes a ring of {}", event, text);
  }

  const AccountId a_ = On(0, 0);
  const AccountId b_ = On(1, 0);
  const AccountId c_ = On(0, 1);
  FakeObserver observer_;
  std::unique_ptr<AccountReader> reader_;
  std::unique_ptr<PortfolioStage> stage_;
  std::unique_ptr<EngineQueries> queries_;
};

TEST_F(ParentRingsTest, LatestLinkOfARingDoesNotCountInWhateverOrderItsLinksArrive) {
  const std::vector<AccountId> all = {a_, b_, c_};
  for (size_t size = 1; size <= all.size(); ++size) {
    std::vector<size_t> order;
    for (size_t i = 0; i < size; ++i) order.push_back(i);
    do {
      // Of each account the next one is the parent, and of the last one, which says so last, the first.
      std::vector<std::string> events(size);
      for (const size_t i : order) events[i] = State(all[i], all[(i + 1) % size], static_cast<int>(i) - 10);
      const AccountId& closing = all[size - 1];
      std::vector<AccountId> ring = {closing};
      ring.insert(ring.end(), all.begin(), all.begin() + static_cast<ptrdiff_t>(size) - 1);
      EXPECT_EQ(ParentOf(closing), ClosedBy(events.back(), ring));
      for (size_t i = 0; i + 1 < size; ++i) EXPECT_EQ(ParentOf(all[i]), all[i + 1].value());
      for (size_t i = 0; i < size; ++i) Void(all[i], events[i]);
    } while (std::ranges::next_permutation(order).found);
  }
}

TEST_F(ParentRingsTest, RingStandsFromItsClosingLinkOn) {
  State(a_, b_, -9);
  State(b_, c_, -8);
  const std::string closing = State(b_, a_, -5);
  EXPECT_EQ(ParentOf(b_, -6), c_.value());
  EXPECT_EQ(ParentOf(b_, -5), ClosedBy(closing, {b_, a_}));
}

TEST_F(ParentRingsTest, VoidOfAnyLinkBreaksTheRing) {
  const std::string first = State(a_, b_, -9);
  const std::string closing = State(b_, a_, -8);
  EXPECT_EQ(ParentOf(b_), ClosedBy(closing, {b_, a_}));
  Void(a_, first);
  EXPECT_EQ(ParentOf(b_), a_.value());
  const std::string again = State(a_, b_, -7);
  EXPECT_EQ(ParentOf(b_), a_.value());
  EXPECT_EQ(ParentOf(a_), ClosedBy(again, {a_, b_}));
  Void(b_, closing);
  EXPECT_EQ(ParentOf(a_), b_.value());
  EXPECT_EQ(ParentOf(b_), "");
}

// What is kept of an account knows nothing of the accounts above it.
TEST_F(ParentRingsTest, LinkOfAnotherAccountThatMovesIsMetByTheNextReading) {
  State(a_, b_, -9);
  const std::string closing = State(b_, a_, -5);
  EXPECT_EQ(ParentOf(b_), ClosedBy(closing, {b_, a_}));
  State(a_, c_, -3);
  EXPECT_EQ(ParentOf(b_), a_.value());
  State(a_, AccountId(), -2);
  EXPECT_EQ(ParentOf(b_), a_.value());
}

TEST_F(ParentRingsTest, MergeMakesARingAndItsRevertBreaksIt) {
  State(a_, b_, -9);
  const std::string stated = State(c_, a_, -8);
  EXPECT_EQ(ParentOf(c_), a_.value());
  const std::string merge = Merge(c_, b_);
  EXPECT_EQ(ParentOf(c_), ClosedBy(stated, {b_, a_})) << "read as the survivor";
  EXPECT_EQ(ParentOf(a_), b_.value());
  Revert(merge);
  EXPECT_EQ(ParentOf(c_), a_.value());
}

TEST_F(ParentRingsTest, MergeBreaksARingWhereTheSurvivorSaysOtherwise) {
  State(a_, b_, -9);
  const std::string closing = State(b_, a_, -8);
  State(c_, On(1, 1), -7);
  EXPECT_EQ(ParentOf(b_), ClosedBy(closing, {b_, a_}));
  Merge(b_, c_);
  EXPECT_EQ(ParentOf(c_), On(1, 1).value());
  EXPECT_EQ(ParentOf(a_), b_.value());
}

TEST_F(ParentRingsTest, ParentThatIsMergedIntoItsChildClosesARingOfOne) {
  const std::string stated = State(a_, b_, -9);
  Merge(b_, a_);
  EXPECT_EQ(ParentOf(a_), ClosedBy(stated, {a_}));
}

TEST_F(ParentRingsTest, AccountThatLeadsToARingIsNotOnIt) {
  State(a_, b_, -9);
  State(b_, a_, -8);
  State(c_, a_, -7);
  EXPECT_EQ(ParentOf(c_), a_.value());
}

// Identities are unique within a partition only.
TEST_F(ParentRingsTest, OneIdentityOnTwoPartitionsClosesARingOnce) {
  for (const auto& [child, parent] : {std::pair(a_, b_), std::pair(b_, a_)}) {
    Topic(PartitionOf(Partitioner::kMurmur2, child.value(), kPartitions).value())
        .Emit(MakeEvent(child.value(), "one",
                        fmt::format("account_changed {{ fields {{ parent: '{}' }} }}", parent.value())));
  }
  EXPECT_EQ(Ask(a_).findings_size() + Ask(b_).findings_size(), 1);
}

TEST_F(ParentRingsTest, BasisNamesTheShardsThatWereFollowed) {
  State(a_, b_, -9);
  State(c_, AccountId(), -9);
  const auto partitions = [this](const AccountId& account) {
    std::vector<int32_t> read;
    const view::v1::AccountView view = Ask(account);
    for (const auto& position : view.basis().positions()) read.push_back(position.partition());
    return read;
  };
  EXPECT_EQ(partitions(a_), (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(partitions(c_), std::vector<int32_t>{0});
}

class ParentRingsLaw : public ParentRingsTest, public testing::WithParamInterface<uint64_t> {
 protected:
  static constexpr int kLinked = 6;  // few accounts, so that rings are many
  static constexpr int kHours = 30;

  struct Stated {
    int hour;
    std::string event;
    AccountId account;
    AccountId parent;
    auto operator<=>(const Stated&) const = default;
  };
  // By survivor: the parent that counts, or what is said of the one that does not.
  std::map<AccountId, std::string> Expected(int hour) {
    const Merges merges = (*reader_->MomentOf(At(hour)))->merges;
    std::map<AccountId, Stated> last;  // by account
    for (const Stated& stated : stated_) {
      if (stated.hour > hour) continue;
      const auto [known, made] = last.emplace(stated.account, stated);
      if (!made && known->second < stated) known->second = stated;
    }
    std::vector<Stated> links;  // of survivors
    for (int i = 0; i < kLinked; ++i) {
      if (merges.SurvivorOf(Account(i)) != Account(i)) continue;
      for (const AccountId& member : merges.MembersOf(Account(i))) {
        const auto known = last.find(member);
        if (known == last.end() || known->second.parent.empty()) continue;
        links.push_back(known->second);
        links.back().account = Account(i);
        break;
      }
    }
    std::ranges::sort(links);
    std::map<AccountId, AccountId> into;
    std::map<AccountId, std::string> expected;
    for (const Stated& link : links) {
      std::vector<AccountId> ring = {link.account};
      AccountId end = merges.SurvivorOf(link.parent);
      for (auto next = into.find(end); end != link.account && next != into.end(); next = into.find(end)) {
        ring.push_back(end);
        end = next->second;
      }
      if (end == link.account) {
        expected[link.account] = ClosedBy(link.event, ring);
      } else {
        into.emplace(link.account, merges.SurvivorOf(link.parent));
        expected[link.account] = link.parent.value();
      }
    }
    return expected;
  }

  std::vector<Stated> stated_;  // and not voided
};

TEST_P(ParentRingsLaw, ChainSaysWhatAllLinksSay) {
  std::mt19937_64 random(GetParam());
  const auto below = [&random](int bound) { return static_cast<int>(random() % static_cast<uint64_t>(bound)); };
  std::vector<std::string> merges;
  // Every account is known from before.
  for (int i = 0; i < kLinked; ++i) State(Account(i), AccountId(), -kHours - 1);
  int rings = 0;
  for (int step = 0; step < 60; ++step) {
    const int what = below(12);
    if (what == 0 && !stated_.empty()) {
      const auto at = stated_.begin() + below(static_cast<int>(stated_.size()));
      Void(at->account, at->event);
      stated_.erase(at);
    } else if (what == 1) {
      merges.push_back(Merge(Account(below(kLinked)), Account(kLinked - 1 - below(2))));
    } else if (what == 2 && !merges.empty()) {
      Revert(merges.back());
      merges.pop_back();
    } else {
      const AccountId account = Account(below(kLinked));
      const AccountId parent = below(8) == 0 ? AccountId() : Account(below(kLinked));
      const int hour = -below(kHours);
      stated_.push_back({hour, State(account, parent, hour), account, parent});
    }
    for (const int hour : {0, -below(kHours)}) {
      WaitUntilFolded();
      std::map<AccountId, std::string> expected = Expected(hour);
      const Merges merged = (*reader_->MomentOf(At(hour)))->merges;
      for (int i = 0; i < kLinked; ++i) {
        const std::string parent = ParentOf(Account(i), hour);
        ASSERT_EQ(parent, expected[merged.SurvivorOf(Account(i))])
            << Account(i).value() << " at " << hour << ", step " << step << ", seed " << GetParam();
        rings += parent.find("ring") == std::string::npos ? 0 : 1;
      }
    }
  }
  EXPECT_GT(rings, 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ParentRingsLaw, testing::Range<uint64_t>(1, 21));

}  // namespace
}  // namespace kontor
