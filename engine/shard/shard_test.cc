#include "engine/shard/shard.h"

#include <gtest/gtest.h>

#include "engine/shard/shard_fixture.h"

namespace kontor {
namespace {

TEST(ShardTest, FoldsWhatIsEmittedAndReadersSeeIt) {
  ShardFixture shard;
  shard.topic().Emit(Invoice("acme", "e-1", "i-1", 100));
  shard.topic().Emit(Invoice("zeta", "e-2", "i-1", 50));
  ASSERT_EQ(shard.Start(), OkStatus());
  shard.Drain();
  const Result<AccountVersion> version = shard.shard().Read(AccountId("acme"));
  ASSERT_TRUE(version.ok()) << version.status();
  EXPECT_EQ(version->position(), Position(2));
  EXPECT_EQ(*shard.shard().AccountsFrom(AccountId(), 10), (std::vector{AccountId("acme"), AccountId("zeta")}));
  const Digests before = shard.Digest();
  shard.Stop();
  ASSERT_EQ(shard.Start(), OkStatus());
  EXPECT_EQ(shard.Digest(), before);
}

TEST(ShardTest, HistoryRuns) {
  ShardFixture shard;
  EmitHistory(7, 400, &shard.topic());
  ASSERT_EQ(shard.Start(), OkStatus());
  shard.Drain();
  const ShardStatus status = shard.shard().status();
  EXPECT_GT(status.accepted, 0);
  EXPECT_GT(status.duplicates, 0);
  EXPECT_GT(status.conflicts, 0);
  EXPECT_GT(status.rejected, 0);
  EXPECT_GT(status.offset_gaps, 0);
}

}  // namespace
}  // namespace kontor
