// RocksViewStore and its in-memory twin under one suite, and beside each other.
#include <algorithm>
#include <map>
#include <random>

#include "engine/views/in_memory_view_store.h"
#include "engine/views/rocks_view_store.h"
#include "tests/conformance/temp_folder.h"
#include "tests/conformance/view_store_suite.h"

namespace kontor {
namespace {

class InMemoryViews {
 public:
  std::unique_ptr<ViewStore> Open() { return std::make_unique<InMemoryViewStore>(AddNumbers); }
  std::unique_ptr<ViewStore> Reopen(std::unique_ptr<ViewStore> store) { return store; }
};

class RocksViews {
 public:
  std::unique_ptr<ViewStore> Open() {
    // Small enough that a test's commits become several tables.
    auto store = RocksViewStore::Open(folder_ / "views", AddNumbers, {.write_buffer_bytes = 64 << 10});
    KONTOR_CHECK(store.ok());
    return *std::move(store);
  }
  std::unique_ptr<ViewStore> Reopen(std::unique_ptr<ViewStore> store) {
    store.reset();
    return Open();
  }

 private:
  TempFolder folder_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(InMemory, ViewStoreSuite, InMemoryViews);
INSTANTIATE_TYPED_TEST_SUITE_P(Rocks, ViewStoreSuite, RocksViews);

TEST(ViewStoreTwinsTest, TheSameCommitsGiveTheSameDigest) {
  InMemoryViews memory;
  RocksViews rocks;
  std::unique_ptr<ViewStore> a = memory.Open();
  std::unique_ptr<ViewStore> b = rocks.Open();
  std::mt19937_64 random(20'261'124);
  uint64_t position = 0;
  for (int round = 0; round < 60; ++round) {
    ViewCommit commit;
    std::map<std::string, std::optional<std::string>> rows;
    for (uint64_t left = random() % 50; left > 0; --left) {
      const std::string key = "row " + std::to_string(random() % 300);
      rows[key] = random() % 4 == 0 ? std::nullopt : std::optional(std::string(1 + random() % 200, 'v'));
    }
    if (round % 13 == 5) {
      for (const auto& [key, value] : ManyRows(std::to_string(round))) rows[key] = value;
    }
    for (const auto& [key, value] : rows) value ? commit.Put(key, *value) : commit.Delete(key);
    for (uint64_t number = 0; number < 20; ++number) {
      if (random() % 3 == 0) commit.Add("sum " + std::to_string(number), std::to_string(1 + random() % 5));
    }
    for (uint64_t left = random() % 50; left > 0; --left, ++position) {
      // One hash in ten is shared, as no two real ones ever will be.
      const int number = static_cast<int>(random() % 10 == 0 ? 7 : position);
      commit.identities.push_back({HashNumber(number), Position(position)});
      commit.events.push_back({std::string_view("aaaaa").substr(random() % 5),
                               Instant((static_cast<int64_t>(random() % 1'000) - 500) << 48), Position(position)});
    }
    std::ranges::sort(commit.events);
    commit.checkpoint = CheckpointAt(position);
    ASSERT_TRUE(a->Commit(commit).ok());
    ASSERT_TRUE(b->Commit(commit).ok());
    if (round % 9 == 0) b = rocks.Reopen(std::move(b));
    ASSERT_EQ(ViewsDigest(*a->Snapshot()).value(), ViewsDigest(*b->Snapshot()).value());
  }
  EXPECT_GT(position, 1'000u);
}

TEST(HashOfTest, PairsDoNotCollideByTheirConcatenation) {
  EXPECT_NE(HashOf({Source("ab"), EventId("c")}), HashOf({Source("a"), EventId("bc")}));
  EXPECT_NE(HashOf({Source("abc"), EventId("")}), HashOf({Source(""), EventId("abc")}));
  EXPECT_EQ(HashOf({Source("a"), EventId("b")}), HashOf({Source("a"), EventId("b")}));
}

}  // namespace
}  // namespace kontor
