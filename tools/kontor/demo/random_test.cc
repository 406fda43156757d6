#include "tools/kontor/demo/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace kontor::demo {
namespace {

using ::testing::ElementsAre;

// The published reference sequences of both generators.
TEST(RandomTest, SplitMixGivesTheReferenceSequence) {
  uint64_t state = 1234567;
  EXPECT_EQ(SplitMix64(&state), 6457827717110365317u);
  EXPECT_EQ(SplitMix64(&state), 3203168211198807973u);
  EXPECT_EQ(SplitMix64(&state), 9817491932198370423u);
}

TEST(RandomTest, XoshiroGivesTheReferenceSequence) {
  Xoshiro256 generator({1, 2, 3, 4});
  std::vector<uint64_t> drawn(5);
  for (uint64_t& number : drawn) number = generator.Next();
  EXPECT_THAT(drawn, ElementsAre(11520u, 0u, 1509978240u, 1215971899390074240u, 1216172134540287360u));
}

TEST(RandomTest, StreamsAndSeedsDiffer) {
  EXPECT_NE(Random(1, 0).Next(), Random(1, 1).Next());
  EXPECT_NE(Random(1, 0).Next(), Random(2, 0).Next());
  EXPECT_NE(Random(1, 2).Next(), Random(2, 1).Next());
  EXPECT_EQ(Random(1, 2).Next(), Random(1, 2).Next());
}

TEST(RandomTest, BetweenReachesBothEndsAndNothingBeyond) {
  Random random(7, 0);
  std::array<int, 5> seen = {};
  for (int draw = 0; draw < 500; ++draw) ++seen.at(static_cast<size_t>(random.Between(-2, 2) + 2));
  for (const int count : seen) EXPECT_GT(count, 50);
}

TEST(RandomTest, AroundStaysInReachAndCentres) {
  Random random(7, 1);
  int64_t sum = 0;
  for (int draw = 0; draw < 4000; ++draw) {
    const int64_t number = random.Around(100, 20);
    ASSERT_GE(number, 80);
    ASSERT_LE(number, 120);
    sum += number;
  }
  EXPECT_NEAR(static_cast<double>(sum) / 4000, 100, 1);
}

TEST(RandomTest, CountHasItsMean) {
  Random random(7, 2);
  for (const int64_t mean_permille : {300, 1000, 7500}) {
    int64_t sum = 0;
    for (int draw = 0; draw < 4000; ++draw) sum += random.Count(mean_permille);
    EXPECT_NEAR(static_cast<double>(sum) / 4, static_cast<double>(mean_permille),
                static_cast<double>(mean_permille) * 0.06 + 20);
  }
  EXPECT_EQ(random.Count(0), 0);
  EXPECT_EQ(random.Count(-5), 0);
}

TEST(RandomTest, WeightedNeverDrawsWeightZero) {
  Random random(7, 3);
  const std::array<int64_t, 4> weights = {0, 1, 3, 0};
  std::array<int, 4> seen = {};
  for (int draw = 0; draw < 2000; ++draw) ++seen.at(random.Weighted(weights));
  EXPECT_EQ(seen[0], 0);
  EXPECT_EQ(seen[3], 0);
  EXPECT_NEAR(seen[1], 500, 100);
}

TEST(RandomTest, ChanceIsSureAtTheEnds) {
  Random random(7, 4);
  for (int draw = 0; draw < 100; ++draw) {
    EXPECT_FALSE(random.Chance(0));
    EXPECT_TRUE(random.Chance(1000));
  }
}

}  // namespace
}  // namespace kontor::demo
