// Promise 1, to the letter: what was acknowledged is synced. The stores write to a disk that loses everything else.
#include "tests/crash/rocks_power_cut.h"

#include <gtest/gtest.h>

#include <random>

#include "engine/log/rocks_event_log.h"
#include "engine/views/in_memory_view_store.h"
#include "engine/views/rocks_instance_store.h"
#include "engine/views/rocks_view_store.h"
#include "tests/conformance/add_numbers.h"
#include "tests/conformance/log_records.h"
#include "tests/conformance/temp_folder.h"

namespace kontor {
namespace {

constexpr uint64_t kSeed = 20'261'124;
constexpr int kCuts = 6;

RocksOptions On(RocksPowerCut& disk) {
  RocksOptions options;
  options.write_buffer_bytes = 64 << 10;
  options.env = disk.env();
  return options;
}

Status AppendSome(EventLog& log, uint64_t count) {
  std::vector<std::string> records;
  int64_t offset = log.NextOffset().value();
  for (uint64_t i = 0; i < count; ++i) records.push_back(RecordAt(offset++, std::string(200, 'x')));
  return AppendAll(log, records, Offset(offset));
}

ViewCommit CommitTo(uint64_t position, size_t rows) {
  ViewCommit commit;
  for (size_t row = 0; row < rows; ++row) commit.Put(std::to_string(row), std::to_string(position));
  commit.Add("sum", std::to_string(position));
  commit.identities.push_back({HashOf({Source("cut"), EventId(std::to_string(position))}), Position(position - 1)});
  commit.events.push_back({"a", Instant(0), Position(position - 1)});
  commit.checkpoint = {.position = Position(position), .last_record = {}, .fold_version = 1, .zone = "UTC"};
  return commit;
}

TEST(PowerCutTest, Promise1TheLogHoldsAllThatWasAcknowledged) {
  const TempFolder folder;
  const std::string path = folder / "log";
  ASSERT_TRUE(RocksEventLog::Open(path, EventsOwner()).ok());
  std::mt19937_64 random(kSeed);
  Position acknowledged;
  for (int round = 0; round < kCuts; ++round) {
    RocksPowerCut disk;
    auto log = RocksEventLog::Open(path, EventsOwner(), On(disk));
    ASSERT_TRUE(log.ok()) << Text(log.status()) << "; seed " << kSeed << ", round " << round;
    EXPECT_EQ((*log)->End(), acknowledged) << "seed " << kSeed << ", round " << round;
    EXPECT_EQ((*log)->NextOffset(), Offset(static_cast<int64_t>(acknowledged.value())));
    for (uint64_t left = random() % 60; left > 0; --left) ASSERT_TRUE(AppendSome(**log, 1 + random() % 40).ok());
    acknowledged = (*log)->End();
    disk.Cut();
    log->reset();
    disk.Restore();
  }
  EXPECT_EQ(RocksEventLog::OpenForReading(path).value()->End(), acknowledged);
  EXPECT_GT(acknowledged, Position(0));
}

TEST(PowerCutTest, ViewsLoseLastCommitsButNeverAPart) {
  const TempFolder folder;
  const std::string path = folder / "views";
  ASSERT_TRUE(RocksViewStore::Open(path, AddNumbers).ok());
  std::mt19937_64 random(kSeed);
  InMemoryViewStore twin(AddNumbers);
  uint64_t position = 0;
  uint64_t twins = 0;
  uint64_t durable = 0;
  std::map<uint64_t, size_t> rows_of;
  for (int round = 0; round < kCuts; ++round) {
    RocksPowerCut disk;
    auto store = RocksViewStore::Open(path, AddNumbers, On(disk));
    ASSERT_TRUE(store.ok()) << Text(store.status()) << "; seed " << kSeed << ", round " << round;
    position = (*store)->Snapshot()->checkpoint().position.value();
    EXPECT_GE(position, durable) << "seed " << kSeed << ", round " << round;
    while (twins < position) {
      ++twins;
      ASSERT_TRUE(twin.Commit(CommitTo(twins, rows_of[twins])).ok());
    }
    ASSERT_EQ(ViewsDigest(*(*store)->Snapshot()).value(), ViewsDigest(*twin.Snapshot()).value())
        << "seed " << kSeed << ", round " << round;
    for (uint64_t left = random() % 100; left > 0; --left) {
      ++position;
      // Commits of so many rows are written as files, and durable at once.
      const bool large = random() % 30 == 0;
      rows_of[position] = large ? 12'000 : random() % 100;
      ASSERT_TRUE((*store)->Commit(CommitTo(position, rows_of[position])).ok());
      if (large) durable = position;
    }
    disk.Cut();
    store->reset();
    disk.Restore();
  }
  EXPECT_GT(durable, 0u);
}

// That the disk does lose things: else the tests above would say nothing.
TEST(PowerCutTest, ASmallCommitIsLostWithThePower) {
  const TempFolder folder;
  const std::string path = folder / "views";
  ASSERT_TRUE(RocksViewStore::Open(path, AddNumbers).ok());
  RocksPowerCut disk;
  auto store = RocksViewStore::Open(path, AddNumbers, On(disk)).value();
  ASSERT_TRUE(store->Commit(CommitTo(1, 1)).ok());
  disk.Cut();
  store.reset();
  disk.Restore();
  EXPECT_EQ(RocksViewStore::Open(path, AddNumbers).value()->Snapshot()->checkpoint(), Checkpoint());
}

TEST(PowerCutTest, TheInstanceStoreHoldsAllThatWasAcknowledged) {
  const TempFolder folder;
  const std::string path = folder / "instance";
  const InstanceOwner owner = {.cluster_id = "", .events_topic = "e", .reference_topic = "r", .rejected_topic = "d"};
  ASSERT_TRUE(RocksInstanceStore::Open(path, owner).ok());
  RocksPowerCut disk;
  auto store = RocksInstanceStore::Open(path, owner, On(disk)).value();
  ASSERT_TRUE(store->KeepCluster("cluster").ok());
  ASSERT_TRUE(store->Put("kept", "1").ok());
  ASSERT_TRUE(store->Put("gone", "1").ok());
  ASSERT_TRUE(store->Delete("gone").ok());
  disk.Cut();
  store.reset();
  disk.Restore();
  store = RocksInstanceStore::Open(path, owner).value();
  EXPECT_EQ(store->Owner().cluster_id, "cluster");
  EXPECT_EQ(store->Get("kept").value(), "1");
  EXPECT_EQ(store->Get("gone").value(), std::nullopt);
}

// Promise 5: on doubt it stops.
TEST(PowerCutTest, AFailedSyncFailsEveryAppendFromThenOn) {
  const TempFolder folder;
  const std::string path = folder / "log";
  ASSERT_TRUE(RocksEventLog::Open(path, EventsOwner()).ok());
  RocksPowerCut disk;
  auto log = RocksEventLog::Open(path, EventsOwner(), On(disk)).value();
  ASSERT_TRUE(AppendSome(*log, 5).ok());
  disk.FailSyncs();
  const Status failed = AppendSome(*log, 3);
  EXPECT_EQ(failed.code(), StatusCode::kInternal) << Text(failed);
  EXPECT_EQ(AppendSome(*log, 3), failed);
  EXPECT_EQ(log->End(), Position(5));
  EXPECT_EQ(log->NextOffset(), Offset(5));
  disk.Cut();
  log.reset();
  disk.Restore();
  EXPECT_EQ(RocksEventLog::Open(path, EventsOwner()).value()->End(), Position(5));
}

}  // namespace
}  // namespace kontor
