#include "engine/base/strong.h"

#include <gtest/gtest.h>

#include <type_traits>
#include <unordered_set>

#include "engine/base/ids.h"

namespace kontor {
namespace {

// The compiler keeps places and identities apart: no mixing, no way in or out but the spelled one.
static_assert(!std::is_convertible_v<Position, Offset> && !std::is_constructible_v<Position, Offset>);
static_assert(!std::is_convertible_v<uint64_t, Position> && !std::is_convertible_v<Position, uint64_t>);
static_assert(!std::is_constructible_v<Source, EventId> && !std::is_convertible_v<std::string, Source>);

TEST(StrongTest, NumbersCountAndOrder) {
  Position position(7);
  EXPECT_EQ(++position, Position(8));
  EXPECT_EQ(position + 2, Position(10));
  EXPECT_EQ(position - 3, Position(5));
  EXPECT_EQ(Offset(3) - Offset(5), -2);
  EXPECT_LT(Offset(-1), Offset(0));
  EXPECT_EQ(Position(), Position(0));
}

TEST(StrongTest, StringsCompareByBytes) {
  EXPECT_LT(Source("B"), Source("a"));
  EXPECT_LT(Source("z"), Source("\xc3\xa4"));
  EXPECT_LT((Identity{Source("a"), EventId("2")}), (Identity{Source("b"), EventId("1")}));
  EXPECT_LT((Identity{Source("a"), EventId("1")}), (Identity{Source("a"), EventId("2")}));
}

TEST(StrongTest, ServeAsKeysOfHashTables) {
  EXPECT_EQ((std::unordered_set<AccountId>{AccountId("a"), AccountId("a"), AccountId("b")}.size()), 2U);
  EXPECT_EQ((std::unordered_set<Position>{Position(1), Position(1)}.size()), 1U);
}

}  // namespace
}  // namespace kontor
