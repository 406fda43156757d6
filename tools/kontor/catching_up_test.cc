#include "tools/kontor/catching_up.h"

#include <gtest/gtest.h>

namespace kontor {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class CatchingUpTest : public ::testing::Test {
 protected:
  CatchingUpTest() {
    shard_.watermarks.high = 1'000'000;
    shard_.watermarks.last_stable = 1'000'000;
  }
  // A look so long after the last one, at which so many records were read since.
  std::string After(milliseconds elapsed, uint64_t records) {
    now_ += elapsed;
    shard_.folded = shard_.end = shard_.end + records;
    shard_.next_offset = Offset(static_cast<int64_t>(shard_.end.value()));
    return catching_up_.Look(now_, {shard_}).value_or("");
  }

  ShardStatus shard_;
  CatchingUp catching_up_;
  std::chrono::steady_clock::time_point now_;
};

TEST_F(CatchingUpTest, TellsHowMuchIsLeftHowFastAndHowLong) {
  EXPECT_EQ(After(seconds(5), 0), "");  // no rate yet
  EXPECT_EQ(After(seconds(5), 100'000), "catching up: 900,000 records behind, 20,000/s, 45 s left");
  EXPECT_EQ(After(seconds(1), 100'000), "");  // said a second ago
  EXPECT_EQ(After(seconds(4), 100'000), "catching up: 700,000 records behind, 40,000/s, 18 s left");
}

TEST_F(CatchingUpTest, SaysOnceThatItIsLevel) {
  After(seconds(5), 0);
  EXPECT_NE(After(seconds(5), 100'000), "");
  EXPECT_EQ(After(seconds(10), 900'000), "caught up: 1,000,000 records");
  EXPECT_EQ(After(seconds(5), 0), "");
}

TEST_F(CatchingUpTest, WhatKeepsPaceSaysNothing) {
  shard_.end = Position(990'000);
  After(seconds(5), 0);
  EXPECT_EQ(After(seconds(5), 9'000), "");  // 1,000 behind, and 1,800 a second
}

TEST_F(CatchingUpTest, ItsOwnLogCountsBeforeKafkaIsHeardOf) {
  shard_.watermarks = {};
  const auto folded = [&](uint64_t records) {
    now_ += seconds(5);
    shard_.end = Position(100'000);
    shard_.folded = Position(records);
    return catching_up_.Look(now_, {shard_}).value_or("");
  };
  EXPECT_EQ(folded(0), "");
  EXPECT_EQ(folded(10'000), "catching up: 90,000 records behind, 2,000/s, 45 s left");
  EXPECT_EQ(folded(100'000), "");  // nobody knows yet whether there is more
}

TEST_F(CatchingUpTest, WhatStandsStillIsNotCatchingUp) {
  After(seconds(5), 0);
  EXPECT_NE(After(seconds(5), 100'000), "");
  EXPECT_EQ(After(seconds(5), 0), "");  // the broker is away: /readyz and the log say so
  EXPECT_NE(After(seconds(5), 100'000), "");
}

}  // namespace
}  // namespace kontor
