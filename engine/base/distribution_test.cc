#include "engine/base/distribution.h"

#include <gmock/gmock.h>

#include <thread>

namespace kontor {
namespace {

using ::testing::ElementsAre;

constexpr std::array kBounds = {1.0, 10.0};

TEST(DistributionTest, ABoundBelongsToItsRangeAndTheLastRangeHasNone) {
  Distribution distribution(kBounds);
  for (const double value : {0.5, 1.0, 1.5, 10.0, 10.5, 1e9}) distribution.Observe(value);
  const Distribution::Reading reading = distribution.Read();
  EXPECT_THAT(reading.counts, ElementsAre(2, 2, 2));
  EXPECT_DOUBLE_EQ(reading.sum, 0.5 + 1.0 + 1.5 + 10.0 + 10.5 + 1e9);
}

TEST(DistributionTest, DurationsAreInSeconds) {
  Distribution distribution(kBounds);
  distribution.Observe(std::chrono::milliseconds(2'500));
  EXPECT_DOUBLE_EQ(distribution.Read().sum, 2.5);
}

TEST(DistributionTest, ThreadsLoseNoObservation) {
  Distribution distribution(kBounds);
  const auto observe = [&] {
    for (int i = 0; i < 10'000; ++i) distribution.Observe(2.0);
  };
  std::thread other(observe);
  observe();
  other.join();
  EXPECT_THAT(distribution.Read().counts, ElementsAre(0, 20'000, 0));
  EXPECT_DOUBLE_EQ(distribution.Read().sum, 40'000.0);
}

TEST(DistributionTest, TimedObservesOnceWhereItsScopeEnds) {
  Distribution distribution(kBounds);
  {
    const Timed timed(&distribution);
    EXPECT_THAT(distribution.Read().counts, ElementsAre(0, 0, 0));
  }
  EXPECT_EQ(distribution.Read().counts[0] + distribution.Read().counts[1] + distribution.Read().counts[2], 1);
}

}  // namespace
}  // namespace kontor
