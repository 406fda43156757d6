// What every view store does, whatever holds it. An adapter is a type with
//
//   std::unique_ptr<ViewStore> Open();                                     // makes the store
//   std::unique_ptr<ViewStore> Reopen(std::unique_ptr<ViewStore> store);   // as after an orderly stop
//
// and a suite is made of it by INSTANTIATE_TYPED_TEST_SUITE_P(Name, ViewStoreSuite, Adapter).
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "engine/views/view_store.h"
#include "tests/conformance/add_numbers.h"

namespace kontor {

inline IdentityHash HashNumber(int number) {
  return HashOf({Source("test"), EventId("event " + std::to_string(number))});
}

// Of a hash that begins with other bits than its number.
inline IdentityHash HashWith(uint64_t first_bits, uint64_t number) { return IdentityHash(first_bits << 48 | number); }

inline Checkpoint CheckpointAt(uint64_t position) {
  Checkpoint checkpoint{.position = Position(position), .fold_version = 7, .zone = "Europe/Berlin"};
  checkpoint.last_record = Sha256::Of(std::to_string(position));
  return checkpoint;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline Pairs RowsOf(const ViewSnapshot& snapshot, std::string_view prefix, std::string_view from = "") {
  Pairs rows;
  const Status status = snapshot.ScanRows(prefix, from, [&](std::string_view key, std::string_view value) {
    rows.emplace_back(key, value);
    return true;
  });
  EXPECT_TRUE(status.ok()) << Text(status);
  return rows;
}

using InstantAndPosition = std::pair<int64_t, uint64_t>;

inline std::vector<InstantAndPosition> EventsOf(const ViewSnapshot& snapshot, const std::string& account,
                                                Instant at = kInstantMin, Position from = Position(0)) {
  std::vector<InstantAndPosition> events;
  const Status status = snapshot.ScanEvents(AccountId(account), at, from, [&](Instant instant, Position position) {
    events.emplace_back(instant.value(), position.value());
    return true;
  });
  EXPECT_TRUE(status.ok()) << Text(status);
  return events;
}

// Rows by key; without a value they are deleted.
using Rows = std::vector<std::pair<std::string, std::optional<std::string>>>;

inline ViewCommit CommitOf(const Rows& rows, Checkpoint checkpoint) {
  ViewCommit commit;
  for (const auto& [key, value] : rows) value ? commit.Put(key, *value) : commit.Delete(key);
  commit.checkpoint = std::move(checkpoint);
  return commit;
}

// So many rows that a store may treat their commit as a large one.
inline Rows ManyRows(const std::string& value) {
  Rows rows;
  for (int number = 0; number < 12'000; ++number) rows.push_back({"many " + std::to_string(number), value});
  return rows;
}

template <typename Adapter>
class ViewStoreSuite : public ::testing::Test {
 protected:
  ViewStoreSuite() : store_(adapter_.Open()) {}

  void Commit(const ViewCommit& commit) {
    const Status status = store_->Commit(commit);
    ASSERT_TRUE(status.ok()) << Text(status);
  }
  void CommitRows(const Rows& rows, uint64_t position) { Commit(CommitOf(rows, CheckpointAt(position))); }
  void CommitAdded(const std::string& key, const std::string& value, uint64_t position) {
    ViewCommit commit = CommitOf({}, CheckpointAt(position));
    commit.Add(key, value);
    Commit(commit);
  }
  void CommitIdentities(const std::vector<IdentityEntry>& identities, uint64_t position) {
    Commit({.rows = {}, .identities = identities, .events = {}, .checkpoint = CheckpointAt(position)});
  }
  void CommitEvents(std::vector<AccountEvent> events, uint64_t position) {
    std::ranges::sort(events);
    Commit({.rows = {}, .identities = {}, .events = std::move(events), .checkpoint = CheckpointAt(position)});
  }
  void Reopen() { store_ = adapter_.Reopen(std::move(store_)); }

  std::optional<std::string> Row(std::string_view key) const { return store_->Snapshot()->Row(key).value(); }
  std::vector<Position> Positions(int number) const {
    return store_->Snapshot()->Positions(HashNumber(number)).value();
  }
  std::string Digest() const { return ViewsDigest(*store_->Snapshot()).value(); }

  Adapter adapter_;
  std::unique_ptr<ViewStore> store_;
};

TYPED_TEST_SUITE_P(ViewStoreSuite);

TYPED_TEST_P(ViewStoreSuite, AFreshStoreIsEmptyAtPositionZero) {
  EXPECT_EQ(this->store_->Snapshot()->checkpoint(), Checkpoint());
  EXPECT_EQ(this->Row("a"), std::nullopt);
  EXPECT_TRUE(this->Positions(1).empty());
  EXPECT_EQ(this->Digest(), HexText(Sha256::Of("")));
}

TYPED_TEST_P(ViewStoreSuite, RowsAreWrittenReplacedAndDeleted) {
  this->CommitRows({{"a", "1"}, {"b", "2"}, {"c", "4"}}, 1);
  this->CommitRows({{"a", "3"}, {"b", std::nullopt}, {"never", std::nullopt}}, 2);
  EXPECT_EQ(this->Row("a"), "3");
  EXPECT_EQ(this->Row("b"), std::nullopt);
  EXPECT_EQ(this->Row("c"), "4");
  EXPECT_EQ(RowsOf(*this->store_->Snapshot(), ""), (Pairs{{"a", "3"}, {"c", "4"}}));
}

TYPED_TEST_P(ViewStoreSuite, RowsThatAreAddedAddUpAcrossCommitsOfAnySize) {
  this->CommitAdded("sum", "5", 1);
  {
    const auto before = this->store_->Snapshot();
    this->CommitAdded("sum", "-2", 2);
    EXPECT_EQ(before->Row("sum").value(), "5");
  }
  this->CommitRows(ManyRows("1"), 3);
  EXPECT_EQ(this->Row("sum"), "3");
  this->Reopen();
  ViewCommit large = CommitOf(ManyRows("2"), CheckpointAt(4));
  large.Add("sum", "10");
  this->Commit(large);
  EXPECT_EQ(this->Row("sum"), "13");
  this->Reopen();
  EXPECT_EQ(this->Row("sum"), "13");
}

TYPED_TEST_P(ViewStoreSuite, RowThatComesToNothingIsNotThere) {
  const std::string empty = this->Digest();
  this->CommitAdded("sum", "5", 1);
  this->CommitAdded("sum", "-5", 2);
  EXPECT_EQ(this->Row("sum"), std::nullopt);
  EXPECT_TRUE(RowsOf(*this->store_->Snapshot(), "").empty());
  EXPECT_EQ(this->Digest(), empty);
  this->CommitAdded("sum", "1", 3);
  EXPECT_EQ(this->Row("sum"), "1");
}

TYPED_TEST_P(ViewStoreSuite, RowsScanByPrefixInKeyOrder) {
  const std::string top("\xff", 1);
  this->CommitRows({{"b", "1"}, {"a2", "2"}, {"a1", "3"}, {"a", "4"}, {top + "x", "5"}, {top, "6"}}, 1);
  const auto snapshot = this->store_->Snapshot();
  EXPECT_EQ(RowsOf(*snapshot, "a"), (Pairs{{"a", "4"}, {"a1", "3"}, {"a2", "2"}}));
  EXPECT_EQ(RowsOf(*snapshot, "a", "a1"), (Pairs{{"a1", "3"}, {"a2", "2"}}));
  EXPECT_EQ(RowsOf(*snapshot, "a", "a11"), (Pairs{{"a2", "2"}}));
  EXPECT_EQ(RowsOf(*snapshot, "a", "b"), Pairs());
  EXPECT_EQ(RowsOf(*snapshot, "b", "a"), (Pairs{{"b", "1"}}));
  EXPECT_EQ(RowsOf(*snapshot, top), (Pairs{{top, "6"}, {top + "x", "5"}}));
  EXPECT_EQ(RowsOf(*snapshot, "").size(), 6u);
}

TYPED_TEST_P(ViewStoreSuite, RowsAreLeaptOver) {
  Rows some = {{"b00", "1"}, {"b01", "1"}, {"d", "1"}};
  Rows others = {{"b02", "1"}, {"c", "1"}};
  for (int i = 0; i < 100; ++i) (i % 2 == 0 ? some : others).emplace_back(fmt::format("a{:02}", i), "1");
  some.emplace_back("a", "1");
  some.emplace_back("bb", "1");
  this->CommitRows(some, 1);
  this->CommitRows(others, 2);
  // None of these is there: what was deleted, and what comes to nothing.
  this->CommitRows({{"a", std::nullopt}, {"bb", std::nullopt}}, 3);
  uint64_t position = 3;
  for (const char* key : {"", "a0", "b", "bz"}) {
    this->CommitAdded(key, "5", ++position);
    this->CommitAdded(key, "-5", ++position);
  }
  const auto leaps = [&](const std::string& from, size_t most) {
    std::string seen;
    const Status status = this->store_->Snapshot()->LeapOverRows(from, [&](std::string_view key, std::string* next) {
      seen.append(key).append(" ");
      *next = std::string(1, static_cast<char>(key.front() + 1));  // behind all that begin alike
      return --most > 0;
    });
    EXPECT_TRUE(status.ok()) << Text(status);
    return seen;
  };
  EXPECT_EQ(leaps("", 9), "a00 b00 c d ");
  EXPECT_EQ(leaps("a50", 9), "a50 b00 c d ");
  EXPECT_EQ(leaps("a991", 2), "b00 c ");
  EXPECT_EQ(leaps("b02", 1), "b02 ");
  EXPECT_EQ(leaps("d1", 9), "");
}

TYPED_TEST_P(ViewStoreSuite, KeysMayHoldAnyByte) {
  const std::string key("\0r\xff\0", 4);
  this->CommitRows({{key, "1"}, {"", "2"}}, 1);
  this->Reopen();
  EXPECT_EQ(this->Row(key), "1");
  EXPECT_EQ(this->Row(""), "2");
  EXPECT_EQ(RowsOf(*this->store_->Snapshot(), std::string_view("\0r", 2)), (Pairs{{key, "1"}}));
}

TYPED_TEST_P(ViewStoreSuite, AnIdentityHoldsEveryPositionThatSharesItsHash) {
  this->CommitIdentities({{HashNumber(1), Position(0)}, {HashNumber(2), Position(1)}}, 2);
  this->CommitIdentities({{HashNumber(1), Position(300)}, {HashNumber(1), Position(299)}}, 301);
  EXPECT_THAT(this->Positions(1), ::testing::ElementsAre(Position(0), Position(299), Position(300)));
  EXPECT_THAT(this->Positions(2), ::testing::ElementsAre(Position(1)));
  EXPECT_TRUE(this->Positions(3).empty());
  this->Reopen();
  EXPECT_THAT(this->Positions(1), ::testing::ElementsAre(Position(0), Position(299), Position(300)));
}

TYPED_TEST_P(ViewStoreSuite, EveryIdentityIsScanned) {
  const IdentityEntry a = {HashWith(0, 7), Position(2)};
  const IdentityEntry b = {HashWith(0xabcd, 3), Position(0)};
  const IdentityEntry b_again = {HashWith(0xabcd, 3), Position(4)};
  const IdentityEntry c = {HashWith(0xabcd, 5), Position(1)};
  const IdentityEntry d = {HashWith(0xabce, 3), Position(3)};
  this->CommitIdentities({c, d, b, a}, 4);
  this->CommitIdentities({b_again}, 5);
  const auto snapshot = this->store_->Snapshot();
  std::vector<IdentityEntry> all;
  ASSERT_TRUE(snapshot->ScanIdentities([&](auto some) { all.insert(all.end(), some.begin(), some.end()); }).ok());
  std::ranges::sort(all);
  EXPECT_EQ(all, (std::vector{a, b, b_again, c, d}));
  EXPECT_THAT(snapshot->Positions(b.identity).value(), ::testing::ElementsAre(Position(0), Position(4)));
  EXPECT_THAT(snapshot->Positions(c.identity).value(), ::testing::ElementsAre(Position(1)));
  EXPECT_THAT(snapshot->Positions(d.identity).value(), ::testing::ElementsAre(Position(3)));
  EXPECT_TRUE(snapshot->Positions(HashWith(0xabcd, 4)).value().empty());
}

TYPED_TEST_P(ViewStoreSuite, AnAccountsEventsScanInTheWorldsOrder) {
  const std::string a = "a";
  this->CommitEvents({{a, Instant(5), Position(2)},
                      {a, Instant(-5), Position(0)},
                      {a, Instant(5), Position(1)},
                      {a, kInstantMax, Position(3)},
                      {a, kInstantMin, Position(256)},
                      {a, Instant(0), Position(4)}},
                     257);
  const auto snapshot = this->store_->Snapshot();
  const std::vector<InstantAndPosition> all = {{kInstantMin.value(), 256}, {-5, 0}, {0, 4}, {5, 1}, {5, 2},
                                               {kInstantMax.value(), 3}};
  EXPECT_EQ(EventsOf(*snapshot, "a"), all);
  EXPECT_EQ(EventsOf(*snapshot, "a", Instant(5), Position(2)),
            (std::vector<InstantAndPosition>{{5, 2}, {kInstantMax.value(), 3}}));
  int visited = 0;
  ASSERT_TRUE(
      snapshot->ScanEvents(AccountId(a), kInstantMin, Position(0), [&](Instant, Position) { return ++visited < 2; })
          .ok());
  EXPECT_EQ(visited, 2);
}

TYPED_TEST_P(ViewStoreSuite, EventsOfManyCommitsAndYearsScanTogether) {
  std::mt19937_64 random(20'261'128);
  std::vector<InstantAndPosition> all;
  for (uint64_t position = 0; position < 600;) {
    std::vector<AccountEvent> events;
    for (uint64_t left = 1 + random() % 40; left > 0; --left, ++position) {
      // Of some hundred years; some at one instant.
      const Instant at((static_cast<int64_t>(random() % 60) - 30) << 57 >> (random() % 2 * 8));
      events.push_back({"a", at, Position(position)});
      all.emplace_back(at.value(), position);
    }
    this->CommitEvents(events, position);
    if (random() % 4 == 0) this->Reopen();
  }
  std::ranges::sort(all);
  const auto snapshot = this->store_->Snapshot();
  EXPECT_EQ(EventsOf(*snapshot, "a"), all);
  for (size_t from = 0; from < all.size(); from += 7) {
    const std::vector<InstantAndPosition> rest(all.begin() + static_cast<ptrdiff_t>(from), all.end());
    ASSERT_EQ(EventsOf(*snapshot, "a", Instant(all[from].first), Position(all[from].second)), rest);
  }
}

TYPED_TEST_P(ViewStoreSuite, AccountsWhoseIdsBeginAlikeAreKeptApart) {
  const std::string long_id(200, 'a');
  this->CommitEvents({{"a", Instant(1), Position(0)},
                      {"aa", Instant(2), Position(1)},
                      {"b", Instant(3), Position(2)},
                      {long_id, Instant(4), Position(3)},
                      {"a\x01", Instant(5), Position(4)}},
                     5);
  const auto snapshot = this->store_->Snapshot();
  EXPECT_EQ(EventsOf(*snapshot, "a"), (std::vector<InstantAndPosition>{{1, 0}}));
  EXPECT_EQ(EventsOf(*snapshot, "aa"), (std::vector<InstantAndPosition>{{2, 1}}));
  EXPECT_EQ(EventsOf(*snapshot, long_id), (std::vector<InstantAndPosition>{{4, 3}}));
  EXPECT_EQ(EventsOf(*snapshot, "a\x01"), (std::vector<InstantAndPosition>{{5, 4}}));
  EXPECT_TRUE(EventsOf(*snapshot, "").empty());
}

TYPED_TEST_P(ViewStoreSuite, TheCheckpointComesWithItsCommit) {
  this->CommitRows({{"a", "1"}}, 1);
  const auto before = this->store_->Snapshot();
  this->CommitRows({{"a", "2"}}, 9);
  EXPECT_EQ(before->checkpoint(), CheckpointAt(1));
  EXPECT_EQ(this->store_->Snapshot()->checkpoint(), CheckpointAt(9));
}

TYPED_TEST_P(ViewStoreSuite, ASnapshotStaysPutWhileCommitsGoOn) {
  this->Commit({.rows = {{"a", "1"}, {"b", "1"}},
                .identities = {{HashNumber(1), Position(0)}},
                .events = {{"a", Instant(1), Position(0)}},
                .checkpoint = CheckpointAt(1)});
  const auto snapshot = this->store_->Snapshot();
  const std::string digest = ViewsDigest(*snapshot).value();
  for (uint64_t position = 1; position < 200; ++position) {
    this->Commit({.rows = {{"a", std::to_string(position)}, {"b", std::nullopt}, {std::to_string(position), "new"}},
                  .identities = {{HashNumber(1), Position(position)}},
                  .events = {{"a", Instant(1), Position(position)}},
                  .checkpoint = CheckpointAt(position + 1)});
  }
  this->CommitRows(ManyRows("1"), 200);
  EXPECT_EQ(RowsOf(*snapshot, ""), (Pairs{{"a", "1"}, {"b", "1"}}));
  EXPECT_THAT(snapshot->Positions(HashNumber(1)).value(), ::testing::ElementsAre(Position(0)));
  EXPECT_EQ(EventsOf(*snapshot, "a"), (std::vector<InstantAndPosition>{{1, 0}}));
  EXPECT_EQ(ViewsDigest(*snapshot).value(), digest);
  EXPECT_EQ(ViewsDigest(*snapshot, [] { return false; }).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(this->Positions(1).size(), 200u);
}

TYPED_TEST_P(ViewStoreSuite, ReadersBesideTheWriterSeeWholeCommits) {
  constexpr uint64_t kCommits = 500;
  this->CommitRows({{"x", "1"}, {"y", "1"}}, 1);
  std::thread reader([&] {
    for (uint64_t seen = 0; seen < kCommits;) {
      const auto snapshot = this->store_->Snapshot();
      seen = snapshot->checkpoint().position.value();
      ASSERT_EQ(snapshot->Row("x").value(), std::to_string(seen));
      ASSERT_EQ(snapshot->Row("y").value(), std::to_string(seen));
    }
  });
  for (uint64_t position = 2; position <= kCommits; ++position) {
    this->CommitRows({{"x", std::to_string(position)}, {"y", std::to_string(position)}}, position);
  }
  reader.join();
}

TYPED_TEST_P(ViewStoreSuite, LargeAndSmallCommitsFollowEachOther) {
  this->CommitRows({{"many 0", "small"}, {"z", "1"}}, 1);
  ViewCommit many = CommitOf(ManyRows("large"), CheckpointAt(8));
  many.Delete("z");
  many.identities = {{HashNumber(1), Position(7)}, {HashNumber(1), Position(3)}, {HashNumber(2), Position(4)}};
  many.events = {{"a", Instant(1), Position(7)}, {"a", Instant(2), Position(3)}};
  this->Commit(many);
  this->Commit({.rows = {{"many 1", "small again"}},
                .identities = {{HashNumber(1), Position(8)}},
                .events = {},
                .checkpoint = CheckpointAt(9)});
  for (int reopened = 0; reopened < 2; ++reopened) {
    EXPECT_EQ(this->Row("many 0"), "large");
    EXPECT_EQ(this->Row("many 1"), "small again");
    EXPECT_EQ(this->Row("many 11999"), "large");
    EXPECT_EQ(this->Row("z"), std::nullopt);
    EXPECT_EQ(RowsOf(*this->store_->Snapshot(), "").size(), 12'000u);
    EXPECT_THAT(this->Positions(1), ::testing::ElementsAre(Position(3), Position(7), Position(8)));
    EXPECT_EQ(EventsOf(*this->store_->Snapshot(), "a"), (std::vector<InstantAndPosition>{{1, 7}, {2, 3}}));
    EXPECT_EQ(this->store_->Snapshot()->checkpoint(), CheckpointAt(9));
    this->Reopen();
  }
  EXPECT_TRUE(this->store_->Verify().ok());
}

TYPED_TEST_P(ViewStoreSuite, ReopeningAfterAnOrderlyStopFindsEverything) {
  for (uint64_t position = 0; position < 1'000; ++position) {
    const int number = static_cast<int>(position);
    this->Commit({.rows = {{"row " + std::to_string(position % 100), std::string(100, 'x')}},
                  .identities = {{HashNumber(number), Position(position)}},
                  .events = {{std::string_view("abcdefg").substr(position % 7), Instant(number), Position(position)}},
                  .checkpoint = CheckpointAt(position + 1)});
  }
  const std::string digest = this->Digest();
  this->Reopen();
  EXPECT_EQ(this->store_->Snapshot()->checkpoint(), CheckpointAt(1'000));
  EXPECT_EQ(this->Digest(), digest);
  EXPECT_THAT(this->Positions(999), ::testing::ElementsAre(Position(999)));
  const Status verified = this->store_->Verify();
  EXPECT_TRUE(verified.ok()) << Text(verified);
}

TYPED_TEST_P(ViewStoreSuite, ClearingLeavesAFreshStore) {
  this->Commit({.rows = {{"a", "1"}},
                .identities = {{HashNumber(1), Position(0)}},
                .events = {{"a", Instant(1), Position(0)}},
                .checkpoint = CheckpointAt(1)});
  const Status status = this->store_->Clear();
  ASSERT_TRUE(status.ok()) << Text(status);
  EXPECT_EQ(this->store_->Snapshot()->checkpoint(), Checkpoint());
  EXPECT_EQ(this->Digest(), HexText(Sha256::Of("")));
  this->CommitRows({{"b", "1"}}, 1);
  this->Reopen();
  EXPECT_EQ(RowsOf(*this->store_->Snapshot(), ""), (Pairs{{"b", "1"}}));
}

TYPED_TEST_P(ViewStoreSuite, TheDigestTellsTablesKeysAndValuesApart) {
  this->CommitRows({{"ab", "c"}}, 1);
  const std::string one = this->Digest();
  this->CommitRows({{"ab", std::nullopt}, {"a", "bc"}}, 1);
  const std::string two = this->Digest();
  this->CommitRows({{"a", std::nullopt}}, 1);
  this->CommitIdentities({{HashNumber(1), Position(0)}}, 1);
  const std::string three = this->Digest();
  this->CommitIdentities({}, 5);  // the checkpoint is no row
  EXPECT_EQ(this->Digest(), three);
  EXPECT_NE(one, two);
  EXPECT_NE(two, three);
}

TYPED_TEST_P(ViewStoreSuite, ScanAllStopsWhereToldTo) {
  this->Commit({.rows = {{"a", "1"}, {"b", "2"}},
                .identities = {{HashNumber(1), Position(0)}, {HashNumber(1), Position(1)}},
                .events = {{"a", Instant(1), Position(0)}, {"a", Instant(1), Position(1)}},
                .checkpoint = CheckpointAt(2)});
  const auto snapshot = this->store_->Snapshot();
  for (size_t last = 1; last <= 6; ++last) {
    std::vector<std::string> tables;
    ASSERT_TRUE(snapshot
                    ->ScanAll([&](std::string_view table, std::string_view, std::string_view) {
                      tables.emplace_back(table);
                      return tables.size() < last;
                    })
                    .ok());
    EXPECT_EQ(tables.size(), last);
    EXPECT_TRUE(std::ranges::is_sorted(tables));
  }
}

TYPED_TEST_P(ViewStoreSuite, ACheckpointThatGoesBackIsABug) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto commit = [](const std::vector<IdentityEntry>& identities, uint64_t position) {
    TypeParam adapter;
    const auto store = adapter.Open();
    if (store->Commit({.rows = {}, .identities = {}, .events = {}, .checkpoint = CheckpointAt(5)}).ok()) {
      static_cast<void>(
          store->Commit({.rows = {}, .identities = identities, .events = {}, .checkpoint = CheckpointAt(position)}));
    }
  };
  EXPECT_DEATH(commit({}, 4), "end >= present.position");
  EXPECT_DEATH(commit({{HashNumber(1), Position(6)}}, 6), "x.position < end");
}

REGISTER_TYPED_TEST_SUITE_P(ViewStoreSuite, AFreshStoreIsEmptyAtPositionZero, RowsAreWrittenReplacedAndDeleted,
                            RowsThatAreAddedAddUpAcrossCommitsOfAnySize, RowThatComesToNothingIsNotThere,
                            RowsScanByPrefixInKeyOrder, RowsAreLeaptOver, KeysMayHoldAnyByte,
                            AnIdentityHoldsEveryPositionThatSharesItsHash, EveryIdentityIsScanned,
                            AnAccountsEventsScanInTheWorldsOrder, EventsOfManyCommitsAndYearsScanTogether,
                            AccountsWhoseIdsBeginAlikeAreKeptApart, TheCheckpointComesWithItsCommit,
                            LargeAndSmallCommitsFollowEachOther, ASnapshotStaysPutWhileCommitsGoOn,
                            ReadersBesideTheWriterSeeWholeCommits, ReopeningAfterAnOrderlyStopFindsEverything,
                            ClearingLeavesAFreshStore, TheDigestTellsTablesKeysAndValuesApart, ScanAllStopsWhereToldTo,
                            ACheckpointThatGoesBackIsABug);

}  // namespace kontor
