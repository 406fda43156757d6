// The promises and laws that a shard keeps, over random histories: whatever is cut, killed or lost on the way, the same
// partition gives the same bytes.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/shard/folder.h"
#include "engine/shard/identity_index.h"
#include "engine/shard/intake.h"
#include "engine/shard/row_cache.h"
#include "engine/shard/shard_fixture.h"

namespace kontor {
namespace {

// The parts of a shard without its thread, so that it can be killed between any two steps.
class Machine {
 public:
  explicit Machine(FakeTopic* topic) : topic_(topic) { Start(); }

  bool done() const { return log_->NextOffset() == topic_->end(); }

  void Admit(size_t records_max) {
    Batch batch = *topic_->ReaderFrom(log_->NextOffset())->Poll(records_max, 1 << 20, std::chrono::milliseconds(0));
    const Result<const Admitted*> admitted = intake_->Admit(batch);
    ASSERT_TRUE(admitted.ok()) << admitted.status();
    admitted_ = *admitted;
  }
  void Append() { ASSERT_EQ(log_->Append(admitted_->records, admitted_->next_offset), OkStatus()); }
  void Fold() {
    if (admitted_->records.empty()) return;
    ASSERT_EQ(folder_->Fold(admitted_->accepted, log_->End(), admitted_->records.back()), OkStatus());
  }
  // A commit goes on beside folding: it is begun, done and ended, with whatever between.
  void BeginCommit() {
    EndCommit();
    commit_ = folder_->BeginCommit();
    begun_ = true;
  }
  void DoCommit() {
    if (commit_) {
      ASSERT_EQ(std::exchange(commit_, nullptr)(), OkStatus());
    }
  }
  void EndCommit() {
    DoCommit();
    if (std::exchange(begun_, false)) folder_->EndCommit();
  }
  void Commit() {
    BeginCommit();
    EndCommit();
  }

  // Loses what is in memory, and the last commits of the views.
  void Kill(size_t commits_lost) {
    FakeDisk& disk = stores_.disk(kId);
    disk.commits.resize(disk.commits.size() - std::min(commits_lost, disk.commits.size()));
    Start();
  }
  Digests Digest() {
    Commit();
    return {*LogDigest(*log_, log_->End()), *ViewsDigest(*views_->Snapshot()), log_->End()};
  }
  // Every row, as text.
  std::string Rows() {
    Commit();
    std::string text;
    EXPECT_TRUE(views_->Snapshot()
                    ->ScanRows({}, {},
                               [&text](std::string_view key, std::string_view value) {
                                 text.append(key).append("=").append(value).append("\n");
                                 return true;
                               })
                    .ok());
    return text;
  }

 private:
  void Start() {
    commit_ = nullptr;
    begun_ = false;
    folder_.reset();
    intake_.reset();
    identities_.reset();
    rows_.reset();
    log_ = *stores_.OpenLog(kId, LogOwner{.cluster_id = "c", .topic = kId.topic, .partition = kId.partition});
    views_ = *stores_.OpenViews(kId, false);
    rows_ = std::make_unique<RowCache>(views_, /*clean_bytes_max=*/2'000);
    identities_ = std::make_unique<IdentityIndex>(rows_.get());
    intake_ = std::make_unique<Intake>(IntakeContext{}, log_.get(), identities_.get());
    folder_ = std::make_unique<Folder>(Folder::Parts{.fold = &fold_.fold(),
                                                     .log = log_.get(),
                                                     .store = views_.get(),
                                                     .rows = rows_.get(),
                                                     .identities = identities_.get(),
                                                     .slice = std::chrono::microseconds(0),
                                                     .changed = [](std::span<const std::string_view>, Position) {}});
    while (folder_->position() < log_->End()) ASSERT_EQ(folder_->FoldLogged(7, 1 << 20), OkStatus());
    ASSERT_EQ(intake_->Open(), OkStatus());
  }

  inline static const ShardId kId = {"kontor.events", Partition(0)};
  FakeTopic* topic_;
  FakeStores stores_;
  FoldOfThree fold_;
  std::unique_ptr<EventLog> log_;
  std::shared_ptr<ViewStore> views_;
  std::unique_ptr<RowCache> rows_;
  std::unique_ptr<IdentityIndex> identities_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<Folder> folder_;
  std::function<Status()> commit_;  // begun, not done
  bool begun_ = false;              // and not ended
  const Admitted* admitted_ = nullptr;
};

Digests AtOnce(FakeTopic* topic) {
  Machine machine(topic);
  machine.Admit(1'000'000);
  machine.Append();
  machine.Fold();
  return machine.Digest();
}

// Law 1 and promise 4: any split into batches, commits and slices gives the same log and the same views.
RC_GTEST_PROP(ShardLaws, Law1AnySplitGivesTheSameBytes, ()) {
  FakeTopic topic;
  EmitHistory(*rc::gen::arbitrary<uint32_t>(), *rc::gen::inRange(0, 200), &topic);
  Machine machine(&topic);
  while (!machine.done()) {
    machine.Admit(static_cast<size_t>(*rc::gen::inRange(1, 40)));
    machine.Append();
    if (*rc::gen::inRange(0, 4) == 0) machine.DoCommit();
    machine.Fold();
    const int step = *rc::gen::inRange(0, 8);
    if (step == 0) machine.Commit();
    if (step == 1) machine.BeginCommit();
    if (step == 2) machine.EndCommit();
  }
  RC_ASSERT(machine.Digest() == AtOnce(&topic));
}

// Promise 2: each record has exactly one effect, wherever the process is killed and however much of the views' tail is
// lost; and promise 4: the log and the views are those of one uninterrupted run.
RC_GTEST_PROP(ShardLaws, Promise2KilledAnywhereGivesTheSameBytes, ()) {
  FakeTopic topic;
  EmitHistory(*rc::gen::arbitrary<uint32_t>(), *rc::gen::inRange(0, 200), &topic);
  Machine machine(&topic);
  while (!machine.done()) {
    // The step after which the process dies; most batches go through.
    enum Step {
      kLives,
      kBeginsCommit,
      kCommits,
      kDiesInCommit,
      kDiesAfterCommit,
      kDiesAfterFold,
      kDiesAfterAppend,
      kDiesAfterAdmit,
      kEnd
    };
    const int step = *rc::gen::inRange<int>(kLives, kEnd);
    machine.Admit(static_cast<size_t>(*rc::gen::inRange(1, 40)));
    if (step != kDiesAfterAdmit) machine.Append();
    if (step < kDiesAfterAppend) machine.Fold();
    if (step == kBeginsCommit || step == kDiesInCommit) machine.BeginCommit();
    if (step == kDiesInCommit && *rc::gen::arbitrary<bool>()) machine.DoCommit();
    if (step == kCommits || step == kDiesAfterCommit) machine.Commit();
    if (step >= kDiesInCommit) machine.Kill(static_cast<size_t>(*rc::gen::inRange(0, 3)));
  }
  RC_ASSERT(machine.Digest() == AtOnce(&topic));
}

// Law 4: a void acts the same before and after its target.
RC_GTEST_PROP(ShardLaws, Law4VoidBeforeAndAfterItsTargetGivesTheSameRows, ()) {
  std::mt19937 random(*rc::gen::arbitrary<uint32_t>());
  std::vector<event::v1::Event> events;
  events.reserve(16);
  for (int i = 0; i < 12; ++i) {
    events.push_back(Invoice("acme", fmt::format("e-{}", i), fmt::format("i-{}", i % 3), 10 + i, i));
  }
  for (int i = 0; i < 4; ++i) {
    events.push_back(Void("acme", fmt::format("v-{}", i), fmt::format("e-{}", random() % 14)));
  }
  const auto rows_of = [&events] {
    FakeTopic topic;
    for (const event::v1::Event& event : events) topic.Emit(event);
    Machine machine(&topic);
    machine.Admit(1'000);
    machine.Append();
    machine.Fold();
    return machine.Rows();
  };
  const std::string in_order = rows_of();
  std::shuffle(events.begin(), events.end(), random);
  RC_ASSERT(rows_of() == in_order);
}

}  // namespace
}  // namespace kontor
