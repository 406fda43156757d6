#include "tools/kontor/progress.h"

#include <gmock/gmock.h>

namespace kontor {
namespace {

using std::chrono::duration;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Told(uint64_t done, uint64_t total, double seconds) {
  return ProgressText("records", done, done, total, duration<double>(seconds), 100);
}

TEST(ProgressTextTest, ShareAndRateAndWhatIsLeftAreTold) {
  EXPECT_EQ(Told(600, 1000, 3), "[████████████░░░░░░░░]  60 %  600 records  200/s  2 s left");
}

TEST(ProgressTextTest, WithoutATotalNothingIsSaidOfTheEnd) { EXPECT_EQ(Told(600, 0, 3), "600 records  200/s"); }

TEST(ProgressTextTest, TimeLeftIsNotGuessedInTheFirstSecond) {
  EXPECT_THAT(Told(1, 1'000'000, 0.1), Not(HasSubstr("left")));
  EXPECT_THAT(Told(1'000, 1'000'000, 1), EndsWith("left"));
}

}  // namespace
}  // namespace kontor
