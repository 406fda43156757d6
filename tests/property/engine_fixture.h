// Test support: a set of shards over topics in memory, and random histories that come through them.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/event/partitioner.h"
#include "engine/portfolio/portfolio_stage.h"
#include "engine/shard/shard_fixture.h"
#include "engine/shard/shard_set.h"
#include "tests/property/history.h"

namespace kontor {

// Told to move.
class HandClock final : public Clock {
 public:
  explicit HandClock(Instant now) : now_(now.value()) {}
  Instant Now() const override { return Instant(now_); }
  void Set(Instant now) { now_ = now.value(); }

 private:
  std::atomic<int64_t> now_;
};

class NoSink final : public EventSink {
 public:
  Status Send(OutRecord, Delivered done) override {
    done(OkStatus(), Partition(0), Offset(0));
    return OkStatus();
  }
  Status Flush(std::chrono::milliseconds) override { return OkStatus(); }
};

// The set is made before the stage that it tells.
class Relay final : public ShardObserver {
 public:
  void Connect(PortfolioStage* stage) { stage_ = stage; }
  void OnReadable(const ShardId& shard, Position position) override { stage_->OnReadable(shard, position); }
  void OnGone(const ShardId& shard) override { stage_->OnGone(shard); }
  void OnChanged(const ShardId& shard, std::span<const std::string_view> accounts, Position position) override {
    stage_->OnChanged(shard, accounts, position);
  }

 private:
  PortfolioStage* stage_ = nullptr;
};

class EngineFixture : public testing::Test {
 protected:
  static constexpr int32_t kPartitions = 2;
  static constexpr int kAccounts = 9;

  // What is told of the shards must be made before.
  void OpenShards(ShardObserver* observer) {
    source_.topic("kontor.events", kPartitions);
    source_.topic("kontor.reference");
    source_.topic("kontor.rejected");
    ShardSetConfig config;
    config.stores = &stores_;
    config.source = &source_;
    config.sink = &sink_;
    config.fold = &fold_.fold();
    config.observer = observer;
    config.fatal = [](const Status& status) { FAIL() << status; };
    set_ = std::make_unique<ShardSet>(std::move(config));
  }
  void ReadTopics() {
    ASSERT_EQ(set_->Open(), OkStatus());
    source_.WaitForSubscriber();
    Give({Partition(0), Partition(1)});
    while (set_->reference() == nullptr || !set_->reference()->status().attached) std::this_thread::yield();
  }
  // As the group does it.
  void Give(const std::vector<Partition>& partitions) {
    set_->OnGiven(partitions);
    for (const Partition partition : partitions) {
      const TopicFacts facts = {.cluster_id = "cluster-a", .partition_count = kPartitions};
      const Result<Offset> start = set_->StartOffset(partition, facts);
      ASSERT_TRUE(start.ok()) << start.status();
      set_->OnAssigned(partition, Topic(partition.value()).ReaderFrom(*start));
    }
  }
  void TearDown() override {
    set_->Close();
    source_.Forget();
  }

  FakeTopic& Topic(int32_t partition) { return source_.partition("kontor.events", partition); }
  static AccountId Account(int i) { return AccountId(fmt::format("account-{}", i)); }

  // Events that happen within a day of the fixture's record timestamps are accepted; histories end there.
  void Emit(event::v1::Event event, const AccountId& account) {
    event.set_account_id(account.value());
    event.set_event_id(fmt::format("{}/{}", account.value(), ++events_));
    Topic(PartitionOf(Partitioner::kMurmur2, account.value(), kPartitions).value()).Emit(event);
  }
  void EmitReference(const std::string& body) {
    source_.partition("kontor.reference", 0).Emit(MakeEvent("", fmt::format("r-{}", ++events_), body));
  }
  void WaitUntilFolded() {
    const auto folded = [](const Shard& shard, FakeTopic& topic) {
      return shard.state() == ShardState::kRunning && shard.status().folded == Position(topic.records().size());
    };
    for (int32_t partition = 0; partition < kPartitions; ++partition) {
      const auto shard = set_->Find({"kontor.events", Partition(partition)});
      ASSERT_TRUE(shard.ok());
      while (!folded(**shard, Topic(partition))) std::this_thread::yield();
    }
    while (!folded(*set_->reference(), source_.partition("kontor.reference", 0))) std::this_thread::yield();
  }
  // So many events of random histories, over random accounts.
  void EmitSome(uint64_t seed, int count) {
    std::mt19937_64 random(seed);
    for (event::v1::Event event : RandomHistory(seed, {.events = count, .voids = false})) {
      const int64_t age = static_cast<int64_t>(random() % (700 * 86'400));
      event.mutable_occurred_at()->set_seconds(kFixtureMs / 1000 - age);
      Emit(event, Account(static_cast<int>(random() % kAccounts)));
    }
  }

  FakeSource source_;
  FakeStores stores_;
  NoSink sink_;
  FoldOfThree fold_;
  HandClock clock_{Instant(kFixtureMs * 1'000'000)};
  std::unique_ptr<ShardSet> set_;
  int events_ = 0;
};

}  // namespace kontor
