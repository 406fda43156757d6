#include "engine/shard/identity_index.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "engine/views/in_memory_view_store.h"
#include "projections/account/month_sum.h"

namespace kontor {
namespace {

class IdentityIndexTest : public testing::Test {
 protected:
  static IdentityHash Hash(int i) { return HashOf({Source("crm"), EventId("e-" + std::to_string(i))}); }
  // Every position under the hash, in the order in which they are asked about.
  std::vector<Position> Positions(int i) {
    std::vector<Position> asked;
    const auto is_it = [&asked](Position position) -> Result<bool> {
      asked.push_back(position);
      return false;
    };
    EXPECT_EQ(*index_.Find(Hash(i), is_it), std::nullopt);
    return asked;
  }
  void Commit(Position position) {
    ViewCommit commit;
    cache_.Publish(position);
    RowCache::Collect(cache_.TakeUp(), &commit);
    index_.Collect(&commit);
    commit.checkpoint = {.position = position, .last_record = {}, .fold_version = 1, .zone = "UTC"};
    ASSERT_TRUE(store_->Commit(commit).ok());
    cache_.Committed();
    index_.Committed();
  }

  std::shared_ptr<InMemoryViewStore> store_ = std::make_shared<InMemoryViewStore>(AddMonthValues);
  RowCache cache_{store_, 0};
  IdentityIndex index_{&cache_};
};

TEST_F(IdentityIndexTest, UnknownHasNoPosition) { EXPECT_TRUE(Positions(1).empty()); }

TEST_F(IdentityIndexTest, ClaimIsFoundBeforeAndAfterTheCommit) {
  index_.Claim(Hash(1), Position(4));
  EXPECT_EQ(Positions(1), std::vector{Position(4)});
  Commit(Position(5));
  EXPECT_EQ(Positions(1), std::vector{Position(4)});
  EXPECT_TRUE(Positions(2).empty());
}

TEST_F(IdentityIndexTest, EveryPositionUnderOneHashIsAskedAboutUntilOneIsIt) {
  index_.Claim(Hash(1), Position(0));
  Commit(Position(1));
  index_.Claim(Hash(1), Position(1));
  index_.Claim(Hash(2), Position(2));
  index_.Claim(Hash(1), Position(3));
  EXPECT_EQ(Positions(1), (std::vector{Position(3), Position(1), Position(0)}));
  for (const Position wanted : {Position(0), Position(1), Position(3)}) {
    const auto is_it = [wanted](Position position) -> Result<bool> { return position == wanted; };
    EXPECT_EQ(*index_.Find(Hash(1), is_it), wanted);
  }
  const auto fails = [](Position) -> Result<bool> { return DataLoss("unreadable"); };
  EXPECT_EQ(index_.Find(Hash(1), fails).status().code(), StatusCode::kDataLoss);
}

TEST_F(IdentityIndexTest, AnotherOneKnowsWhatTheStoreHolds) {
  index_.Claim(Hash(1), Position(0));
  Commit(Position(1));
  const IdentityIndex another(&cache_);
  ASSERT_TRUE(another.status().ok());
  const auto is_it = [](Position) -> Result<bool> { return true; };
  EXPECT_EQ(*another.Find(Hash(1), is_it), Position(0));
  EXPECT_EQ(*another.Find(Hash(2), is_it), std::nullopt);
}

TEST_F(IdentityIndexTest, GrowsWithWhatIsClaimed) {
  constexpr int kMany = 20'000;
  for (int i = 0; i < kMany; ++i) index_.Claim(Hash(i), Position(static_cast<uint64_t>(i)));
  for (int i = 0; i < kMany; ++i) ASSERT_EQ(Positions(i), std::vector{Position(static_cast<uint64_t>(i))});
  EXPECT_TRUE(Positions(kMany).empty());
}

}  // namespace
}  // namespace kontor
