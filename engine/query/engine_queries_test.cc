// What is asked of a whole set of shards, over one that was stored of a topic of two partitions.
#include "engine/query/engine_queries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "engine/shard/shard_fixture.h"

namespace kontor {
namespace {

using testing::HasSubstr;

class EngineQueriesTest : public testing::Test, public ShardFixture {
 protected:
  void Open() {
    facts().partition_count = 2;
    ASSERT_EQ(Start(), OkStatus());
    Drain();
    Stop();
    ShardSetConfig config;
    config.stores = &stores();
    config.fold = &fold_.fold();
    config.observer = &watcher_;
    config.fatal = [](const Status& status) { FAIL() << status; };
    set_ = std::make_unique<ShardSet>(std::move(config));
    ASSERT_EQ(set_->Open(), OkStatus());
    ASSERT_EQ(set_->WaitUntilCaughtUp(), OkStatus());
    reader_ = std::make_unique<AccountReader>(set_.get(), &fold_.fold(), Currency("EUR"));
    portfolio_ = std::make_unique<PortfolioStage>(reader_.get(), &clock_);
    queries_ = std::make_unique<EngineQueries>(reader_.get(), portfolio_.get(), &clock_,
                                               QueryConfig{.version = "", .dead_letter_sent = {}});
  }
  Result<bool> Folded(int32_t partition, int64_t offset) const {
    return queries_->Folded({"kontor.events", Partition(partition), Offset(offset)});
  }

  FoldOfThree fold_;
  FakeObserver watcher_;
  FrozenClock clock_{Instant()};
  std::unique_ptr<ShardSet> set_;
  std::unique_ptr<AccountReader> reader_;
  std::unique_ptr<PortfolioStage> portfolio_;
  std::unique_ptr<EngineQueries> queries_;
};

TEST_F(EngineQueriesTest, RecordIsFoldedOnceItsPositionIs) {
  topic().Emit(Invoice("acme", "e-0", "i-1", 10));
  Open();
  EXPECT_EQ(*Folded(0, 0), true);
  EXPECT_EQ(*Folded(0, 1), false);
}

TEST_F(EngineQueriesTest, PartitionElsewhereIsWaitedForAndOneThatIsNotThereIsRefused) {
  Open();
  EXPECT_EQ(*Folded(1, 0), false);
  for (const int32_t partition : {2, 9}) {
    const Status refused = Folded(partition, 3).status();
    EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(Text(refused)),
                HasSubstr(fmt::format("wait_for: topic 'kontor.events' has no partition {}; it has 2", partition)));
  }
}

}  // namespace
}  // namespace kontor
