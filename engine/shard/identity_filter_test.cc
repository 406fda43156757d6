#include "engine/shard/identity_filter.h"

#include <gtest/gtest.h>

#include <string>

namespace kontor {
namespace {

IdentityHash Hash(uint64_t number) { return HashOf("crm", "e-" + std::to_string(number)); }

TEST(IdentityFilterTest, HoldsWhatWasAddedAcrossGenerations) {
  constexpr uint64_t kMany = 5'000'000;
  IdentityFilter filter(0);
  for (uint64_t i = 0; i < kMany; ++i) filter.Add(Hash(i));
  for (uint64_t i = 0; i < kMany; i += 7) ASSERT_TRUE(filter.MayHold(Hash(i))) << i;
}

TEST(IdentityFilterTest, FewNewOnesSeemKnownWhenItIsFull) {
  constexpr uint64_t kRoom = 3'000'000;
  IdentityFilter filter(kRoom);
  for (uint64_t i = 0; i < kRoom; ++i) filter.Add(Hash(i));
  uint64_t seem_known = 0;
  for (uint64_t i = kRoom; i < kRoom + 100'000; ++i) seem_known += filter.MayHold(Hash(i)) ? 1 : 0;
  EXPECT_LT(seem_known, 400U);
}

TEST(IdentityFilterTest, EmptyOneHoldsNothing) {
  const IdentityFilter filter(0);
  for (uint64_t i = 0; i < 1'000; ++i) EXPECT_FALSE(filter.MayHold(Hash(i)));
}

}  // namespace
}  // namespace kontor
