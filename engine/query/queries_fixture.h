// What is asked of a set of shards: one shard reads what was emitted, then a set opens what it stored, in memory.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "engine/query/engine_queries.h"
#include "engine/shard/shard_fixture.h"

namespace kontor {

class QueriesFixture : public ShardFixture {
 protected:
  void Open() {
    ASSERT_EQ(Start(), OkStatus());
    Drain();
    Stop();
    Reopen();
  }
  void Reopen() {
    queries_.reset();
    set_.reset();
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
    queries_ = std::make_unique<EngineQueries>(
        reader_.get(), portfolio_.get(), &clock_,
        QueryConfig{.version = "", .dead_letter_sent = [](const ShardId&, Position) { return true; }});
  }
  const ShardSet& set() const { return *set_; }
  EngineQueries& queries() { return *queries_; }
  const EngineQueries& queries() const { return *queries_; }

 private:
  FoldOfThree fold_;
  FakeObserver watcher_;
  FrozenClock clock_{Instant()};
  std::unique_ptr<ShardSet> set_;
  std::unique_ptr<AccountReader> reader_;
  std::unique_ptr<PortfolioStage> portfolio_;
  std::unique_ptr<EngineQueries> queries_;
};

}  // namespace kontor
