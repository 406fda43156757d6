#include "engine/shard/row_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "engine/views/in_memory_view_store.h"
#include "projections/account/fold.h"
#include "projections/account/month_sum.h"

namespace kontor {
namespace {

const AccountId kAcme("acme");
const AccountId kZeta("zeta");

EntityKey Invoice(const std::string& id) { return {EntityKind::kInvoice, "erp", id}; }

class RowCacheTest : public testing::Test {
 protected:
  void SetUp() override { Restart(); }
  void Restart(size_t clean_bytes_max = 1 << 20) {
    cache_ = std::make_unique<RowCache>(store_, clean_bytes_max);
    position_ = cache_->published();
  }

  // Changes to rows of one account.
  void Add(const AccountId& account, int month, int64_t amount) {
    cache_->AddToMonth(account, FirstDay(Month(month)), {.measure = Measure::kBooked}, amount);
  }
  void State(const AccountId& account, const std::string& invoice, const std::string& event) {
    Change(account, invoice, [&](Statements* statements) { statements->push_back(StatementOf(event)); });
  }
  void Retract(const AccountId& account, const std::string& invoice, const std::string& event) {
    Change(account, invoice, [&](Statements* statements) { std::erase(*statements, StatementOf(event)); });
  }
  void AddEvent(const AccountId& account, int64_t at, uint64_t position) {
    cache_->AddEvent(account, Instant(at));
    cache_->EndEvent(Position(position));
  }
  std::vector<std::string_view> Publish() {
    cache_->EndEvent(position_);
    const auto accounts = cache_->Publish(++position_);
    return {accounts.begin(), accounts.end()};
  }
  void Write(const std::shared_ptr<const Changes>& taken_up, Position position) {
    ViewCommit commit;
    RowCache::Collect(taken_up, &commit);
    commit.checkpoint = {.position = position, .last_record = {}, .fold_version = 1, .zone = "UTC"};
    ASSERT_TRUE(store_->Commit(commit).ok());
  }
  void WriteCommit() { Write(cache_->TakeUp(), position_); }
  void Commit() {
    WriteCommit();
    cache_->Committed();
  }

  static int64_t Booked(const AccountVersion& version, int month) {
    const auto row = version.Find(RowKey::OfMonth(version.account(), Month(month)).bytes());
    EXPECT_TRUE(row.ok());
    if (!*row) return 0;
    return static_cast<int64_t>(DecodeMonth(**row)->days.at(0).tally.Get({.measure = Measure::kBooked}));
  }
  static std::vector<std::string> Keys(const AccountVersion& version, const std::string& from = "") {
    std::vector<std::string> keys;
    EXPECT_TRUE(version
                    .ScanRows(RowKey::AccountPrefix(version.account()), from,
                              [&keys](std::string_view key, std::string_view row) {
                                EXPECT_FALSE(row.empty());
                                keys.emplace_back(key);
                                return true;
                              })
                    .ok());
    return keys;
  }
  static std::vector<uint64_t> Events(const AccountVersion& version, int64_t at = 0) {
    std::vector<uint64_t> positions;
    EXPECT_TRUE(version
                    .ScanEvents(Instant(at), Position(0),
                                [&positions](Instant, Position position) {
                                  positions.push_back(position.value());
                                  return true;
                                })
                    .ok());
    return positions;
  }

  std::shared_ptr<InMemoryViewStore> store_ = std::make_shared<InMemoryViewStore>(AddMonthValues);
  std::unique_ptr<RowCache> cache_;
  Position position_;

 private:
  void Change(const AccountId& account, const std::string& invoice, const std::function<void(Statements*)>& change) {
    const std::string key = RowKey::Entity(account, Invoice(invoice)).bytes();
    Statements statements;
    Arena arena;
    ASSERT_TRUE(DecodeStatements(cache_->Find(key), &arena, &statements));
    change(&statements);
    std::sort(statements.begin(), statements.end());
    std::string bytes;
    EncodeStatements(statements, &bytes);
    cache_->Put(key, bytes);
  }
  static Statement StatementOf(const std::string& event) {
    Statement statement;
    statement.source = "erp";
    statement.event_id = event;
    statement.kind = StatementKind::kInvoiceIssued;
    return statement;
  }
};

TEST_F(RowCacheTest, ChangesShowWhenPublished) {
  Add(kAcme, 10, 5);
  EXPECT_EQ(Booked(cache_->Read(kAcme), 10), 0);
  EXPECT_EQ(Publish(), std::vector<std::string_view>{"acme"});
  EXPECT_EQ(Booked(cache_->Read(kAcme), 10), 5);
  EXPECT_EQ(cache_->Read(kAcme).position(), Position(1));
}

TEST_F(RowCacheTest, VersionStaysAsItWasTaken) {
  Add(kAcme, 10, 5);
  Publish();
  const AccountVersion before = cache_->Read(kAcme);
  Add(kAcme, 10, 2);
  Add(kAcme, 11, 1);
  EXPECT_EQ(Booked(before, 10), 5);
  Publish();
  const AccountVersion after = cache_->Read(kAcme);
  Commit();
  Add(kAcme, 10, 1);
  Publish();
  EXPECT_EQ(Booked(before, 10), 5);
  EXPECT_EQ(Booked(before, 11), 0);
  EXPECT_EQ(Booked(after, 10), 7);
  EXPECT_EQ(Booked(after, 11), 1);
  EXPECT_EQ(Booked(cache_->Read(kAcme), 10), 8);
}

TEST_F(RowCacheTest, VersionOfAnotherAccountIsOfTheSamePosition) {
  Add(kZeta, 10, 5);
  Publish();
  const AccountVersion before = cache_->Read(kAcme);
  Add(kZeta, 10, 2);
  Publish();
  Commit();
  EXPECT_EQ(before.Of(kZeta).position(), before.position());
  EXPECT_EQ(Booked(before.Of(kZeta), 10), 5);
  EXPECT_EQ(Booked(cache_->Read(kAcme).Of(kZeta), 10), 7);
}

TEST_F(RowCacheTest, RowLeftEmptyIsGoneBeforeAndAfterTheCommit) {
  State(kAcme, "1", "e-1");
  State(kAcme, "2", "e-2");
  Publish();
  Commit();
  Retract(kAcme, "1", "e-1");
  EXPECT_EQ(cache_->Find(RowKey::Entity(kAcme, Invoice("1")).bytes()), "");
  Publish();
  const std::vector<std::string> left = {RowKey::Entity(kAcme, Invoice("2")).bytes()};
  EXPECT_EQ(Keys(cache_->Read(kAcme)), left);
  EXPECT_EQ(*cache_->Read(kAcme).Find(RowKey::Entity(kAcme, Invoice("1")).bytes()), std::nullopt);
  Commit();
  EXPECT_EQ(Keys(cache_->Read(kAcme)), left);
  Restart();
  EXPECT_EQ(Keys(cache_->Read(kAcme)), left);
}

TEST_F(RowCacheTest, RowMadeAndEmptiedBetweenCommitsReachesNoStore) {
  State(kAcme, "1", "e-1");
  Retract(kAcme, "1", "e-1");
  Publish();
  ViewCommit commit;
  RowCache::Collect(cache_->TakeUp(), &commit);
  EXPECT_TRUE(commit.rows.empty());
}

TEST_F(RowCacheTest, ScanMergesStoreAndChangesInKeyOrder) {
  for (const char* id : {"1", "3", "5"}) State(kAcme, id, "e");
  Publish();
  Commit();
  State(kAcme, "2", "e");
  Publish();
  State(kAcme, "3", "f");
  State(kAcme, "9", "e");
  Retract(kAcme, "5", "e");
  Publish();
  const AccountVersion version = cache_->Read(kAcme);
  std::vector<std::string> keys;
  for (const char* id : {"1", "2", "3", "9"}) keys.push_back(RowKey::Entity(kAcme, Invoice(id)).bytes());
  EXPECT_EQ(Keys(version), keys);
  keys.erase(keys.begin(), keys.begin() + 2);
  EXPECT_EQ(Keys(version, keys[0]), keys);
  const std::string key = RowKey::Entity(kAcme, Invoice("3")).bytes();
  const auto row = version.Find(key);
  EXPECT_EQ(std::get<EntityRow>(*DecodeRow(key, **row)).statements.size(), 2U);
}

TEST_F(RowCacheTest, EventsMergeInTheWorldsOrder) {
  AddEvent(kAcme, 30, 0);
  AddEvent(kAcme, 10, 1);
  AddEvent(kZeta, 1, 2);
  position_ = Position(2);
  Publish();
  Commit();
  AddEvent(kAcme, 20, 3);
  Publish();
  EXPECT_EQ(Events(cache_->Read(kAcme)), (std::vector<uint64_t>{1, 3, 0}));
  EXPECT_EQ(Events(cache_->Read(kAcme), 20), (std::vector<uint64_t>{3, 0}));
  EXPECT_EQ(Events(cache_->Read(kZeta)), std::vector<uint64_t>{2});
}

// The store holds the commit already, the overlay still what it holds: a reader in between sees everything once.
TEST_F(RowCacheTest, ReaderWithinACommitSeesEverythingOnce) {
  Add(kAcme, 10, 5);
  AddEvent(kAcme, 7, 0);
  Publish();
  WriteCommit();
  const AccountVersion version = cache_->Read(kAcme);
  cache_->Committed();
  EXPECT_EQ(Booked(version, 10), 5);
  EXPECT_EQ(Events(version), std::vector<uint64_t>{0});
  EXPECT_EQ(Keys(version).size(), 1U);
}

TEST_F(RowCacheTest, WhatChangesBesideACommitStandsOverIt) {
  Add(kAcme, 10, 5);
  State(kAcme, "1", "e-1");
  State(kAcme, "2", "e-2");
  Publish();
  const Position position = position_;
  const auto taken_up = cache_->TakeUp();
  // Beside it: a row is gone, one is written again, one is new, and a month grows.
  Retract(kAcme, "1", "e-1");
  State(kAcme, "2", "e-3");
  State(kAcme, "3", "e-4");
  Add(kAcme, 10, 2);
  AddEvent(kAcme, 7, position_.value());
  Publish();
  const auto is_right = [this](const char* when) {
    SCOPED_TRACE(when);
    const AccountVersion version = cache_->Read(kAcme);
    EXPECT_EQ(Booked(version, 10), 7);
    EXPECT_EQ(Events(version).size(), 1U);
    EXPECT_EQ(*version.Find(RowKey::Entity(kAcme, Invoice("1")).bytes()), std::nullopt);
    const std::string key = RowKey::Entity(kAcme, Invoice("2")).bytes();
    EXPECT_EQ(std::get<EntityRow>(*DecodeRow(key, **version.Find(key))).statements.size(), 2U);
    EXPECT_EQ(Keys(version).size(), 3U);  // two invoices and the month
    EXPECT_EQ(*cache_->AccountsFrom(AccountId(), 9), std::vector{kAcme});
  };
  is_right("begun");
  Write(taken_up, position);
  is_right("written");
  cache_->Committed();
  is_right("committed");
  Commit();
  is_right("and the next");
  Restart();
  is_right("read again");
}

TEST_F(RowCacheTest, WhatACommitTookUpStaysInMemoryUntilItIsStored) {
  Restart(/*clean_bytes_max=*/0);
  State(kAcme, "1", "e-1");
  Publish();
  const Position position = position_;
  const auto taken_up = cache_->TakeUp();
  EXPECT_EQ(cache_->dirty_bytes(), 0U);
  const std::string key = RowKey::Entity(kAcme, Invoice("1")).bytes();
  EXPECT_NE(cache_->Find(key), "");
  Write(taken_up, position);
  cache_->Committed();
  EXPECT_NE(cache_->Find(key), "");
}

// Marks of what was read live on while a commit is under way, and over it.
TEST_F(RowCacheTest, TellsWhatChangedSinceAcrossACommitUnderWay) {
  Add(kAcme, 10, 5);
  Publish();
  const AccountVersion::Mark mark = cache_->Read(kAcme).mark();
  const Position position = position_;
  const auto taken_up = cache_->TakeUp();
  Add(kAcme, 10, 2);
  Publish();
  const auto added = [&] {
    const AccountVersion version = cache_->Read(kAcme);
    const auto since = version.ChangedSince(mark);
    EXPECT_TRUE(since.has_value());
    return since ? since->months.Months().size() : 0;
  };
  EXPECT_EQ(added(), 1U);
  Write(taken_up, position);
  cache_->Committed();
  EXPECT_EQ(added(), 1U);
  Commit();
  Commit();
  EXPECT_FALSE(cache_->Read(kAcme).ChangedSince(mark).has_value());
}

TEST_F(RowCacheTest, RowsUnderNoAccountAreReadWithEveryAccount) {
  State(AccountId(), "void", "e-1");
  Publish();
  EXPECT_NE(*cache_->Read(kAcme).Find(RowKey::Entity(AccountId(), Invoice("void")).bytes()), std::nullopt);
  Commit();
  EXPECT_NE(*cache_->Read(kAcme).Find(RowKey::Entity(AccountId(), Invoice("void")).bytes()), std::nullopt);
  EXPECT_TRUE(Keys(cache_->Read(kAcme)).empty());
  Restart();
  EXPECT_NE(cache_->Find(RowKey::Entity(AccountId(), Invoice("void")).bytes()), "");
}

TEST_F(RowCacheTest, ListsAccountsInOrderFromStoreAndChanges) {
  for (int month = 0; month < 100; ++month) Add(AccountId("a"), month, 1);
  Add(AccountId("ab"), 1, 1);
  Add(AccountId("c"), 1, 1);
  State(AccountId(), "void", "e");
  Publish();
  Commit();
  Add(AccountId("b"), 1, 1);
  Add(AccountId("d"), 1, 1);
  Publish();
  const auto list = [this](const std::string& from, size_t limit) {
    std::string text;
    const Result<std::vector<AccountId>> accounts = cache_->AccountsFrom(AccountId(from), limit);
    EXPECT_TRUE(accounts.ok());
    for (const AccountId& account : *accounts) text += account.value() + " ";
    return text;
  };
  EXPECT_EQ(list("", 100), "a ab b c d ");
  EXPECT_EQ(list("", 2), "a ab ");
  EXPECT_EQ(list("ab", 2), "ab b ");
  EXPECT_EQ(list("bb", 5), "c d ");
  EXPECT_EQ(list("e", 5), "");
}

TEST_F(RowCacheTest, CommittedRowsBeyondTheBoundAreReadAgain) {
  Restart(/*clean_bytes_max=*/0);
  Add(kAcme, 10, 5);
  Publish();
  EXPECT_GT(cache_->dirty_bytes(), 0U);
  Commit();
  EXPECT_EQ(cache_->dirty_bytes(), 0U);
  Add(kAcme, 10, 2);
  Publish();
  EXPECT_EQ(Booked(cache_->Read(kAcme), 10), 7);
}

// Rows outlive what stood beside them, and longest where they are asked for.
TEST_F(RowCacheTest, RowsStayInMemoryWhileTheyAreAskedFor) {
  State(kAcme, "wanted", "e-1");
  State(kAcme, "forgotten", "e-1");
  const std::string wanted = RowKey::Entity(kAcme, Invoice("wanted")).bytes();
  const std::string forgotten = RowKey::Entity(kAcme, Invoice("forgotten")).bytes();
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 3'000; ++i) State(kZeta, fmt::format("{}-{}", round, i), "e-1");
    Publish();
    Commit();
    EXPECT_NE(cache_->Find(wanted), "");
  }
  EXPECT_EQ(cache_->lookups().misses, 0U);
  EXPECT_NE(cache_->Find(forgotten), "");
  EXPECT_EQ(cache_->lookups().misses, 1U) << "it was read from the store";
}

// Over a store that holds rows new ones are not looked for there any more, once it is read; those that are there are
// found.
TEST_F(RowCacheTest, NewRowsAreKnownOverAStoreToo) {
  State(kAcme, "stored", "e-1");
  Publish();
  Commit();
  Restart();
  uint64_t misses = 0;
  for (int i = 0; i < 20'000 || misses != cache_->lookups().misses; ++i) {
    misses = cache_->lookups().misses;
    State(kZeta, std::to_string(i), "e-1");
  }
  State(kZeta, "another", "e-1");
  EXPECT_EQ(cache_->lookups().misses, misses);
  EXPECT_NE(cache_->Find(RowKey::Entity(kAcme, Invoice("stored")).bytes()), "");
  EXPECT_EQ(cache_->lookups().misses, misses + 1);
}

// A row that was gone when the store was read for its keys, and was made anew over its end, is found like any other.
TEST_F(RowCacheTest, RowThatWasGoneWhenTheStoreWasReadIsFoundOnceItIsMadeAnew) {
  State(kAcme, "1", "e-1");
  Publish();
  Commit();
  Restart();
  Retract(kAcme, "1", "e-1");
  Publish();
  Commit();
  uint64_t misses = 0;
  for (int i = 0; i < 20'000 || misses != cache_->lookups().misses; ++i) {
    misses = cache_->lookups().misses;
    cache_->Find(RowKey::Entity(kZeta, Invoice(fmt::format("none-{}", i))).bytes());
  }
  State(kAcme, "1", "e-2");
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 3'000; ++i) State(kZeta, fmt::format("{}-{}", round, i), "e-1");
    Publish();
    Commit();
  }
  EXPECT_NE(cache_->Find(RowKey::Entity(kAcme, Invoice("1")).bytes()), "");
}

TEST_F(RowCacheTest, CollectGivesRowsByKeyAndEventsInOrder) {
  Add(kZeta, 1, 1);
  Add(kAcme, 2, 1);
  AddEvent(kZeta, 2, 0);
  Publish();
  Add(kAcme, 1, 1);
  AddEvent(kAcme, 9, 1);
  AddEvent(kAcme, 3, 1);
  Publish();
  ViewCommit commit;
  RowCache::Collect(cache_->TakeUp(), &commit);
  ASSERT_EQ(commit.rows.size(), 3U);
  EXPECT_LT(commit.rows[0].key, commit.rows[1].key);
  EXPECT_LT(commit.rows[1].key, commit.rows[2].key);
  ASSERT_EQ(commit.events.size(), 3U);
  EXPECT_EQ(commit.events[0].occurred_at, Instant(3));
  EXPECT_EQ(commit.events[2].account, kZeta.value());
}

TEST_F(RowCacheTest, RowThatDoesNotParseFailsTheCache) {
  ViewCommit commit;
  commit.Put(RowKey::OfMonth(kAcme, Month(10)).bytes(), "\xff\xff");
  commit.Put(RowKey::Entity(kAcme, Invoice("1")).bytes(), "\xff\xff");
  commit.checkpoint = {.position = Position(1), .last_record = {}, .fold_version = 1, .zone = "UTC"};
  ASSERT_TRUE(store_->Commit(commit).ok());
  Restart();
  const std::string key = RowKey::Entity(kAcme, Invoice("1")).bytes();
  EXPECT_EQ(cache_->Find(key), "\xff\xff");
  cache_->Broken(key);
  EXPECT_TRUE(cache_->failed());
  EXPECT_EQ(cache_->status().code(), StatusCode::kDataLoss);
}

// A slice changes two rows of an account alike and adds an event: whoever reads sees them all at one position, while
// slices are published and committed.
TEST_F(RowCacheTest, ReadersBesideTheWriterSeeWholeSlices) {
  constexpr int kReads = 300;
  std::atomic<int> reading = 2;
  const auto read = [&] {
    uint64_t last = 0;
    for (int i = 0; i < kReads; ++i) {
      const AccountVersion version = cache_->Read(kAcme);
      const int64_t first = Booked(version, 1);
      EXPECT_EQ(first, Booked(version, 2));
      EXPECT_EQ(static_cast<uint64_t>(first), version.position().value());
      EXPECT_EQ(Events(version).size(), version.position().value());
      EXPECT_GE(version.position().value(), last);
      last = version.position().value();
      const auto accounts = cache_->AccountsFrom(AccountId(), 10);
      EXPECT_TRUE(accounts.ok() && accounts->size() <= 1);
    }
    --reading;
  };
  std::thread readers[] = {std::thread(read), std::thread(read)};
  int64_t slices = 0;
  for (; reading > 0; ++slices) {
    Add(kAcme, 1, 1);
    Add(kAcme, 2, 1);
    AddEvent(kAcme, slices % 7, position_.value());
    Publish();
    if (slices % 50 == 0) Commit();
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(Booked(cache_->Read(kAcme), 2), slices);
}

}  // namespace
}  // namespace kontor
