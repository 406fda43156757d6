// One partition and all that is derived from it: one thread, one loop, one directory.
//
//   poll -> intake -> log (durable) -> fold in slices, each published -> at intervals commit of the views
//
// Lifecycle:   ShardState; checked at every change.
// Ownership:   owns its stores and its reader; what the config points to must outlive it.
// Threads:     Open, Start and Stop by one owner, one at a time; the rest by any.
// Durability:  what the log was given survives a crash; the views may lose their tail and then follow the log again.
// Errors:      a partition that is not ours any more, or corrupt, or stores that contradict themselves, fail this
//              shard. A failed append or commit ends the process (config.fatal): what is on the disk is unknown.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/distribution.h"
#include "engine/event/validator.h"
#include "engine/log/event_log.h"
#include "engine/shard/account_version.h"
#include "engine/shard/intake.h"
#include "engine/shard/mailbox.h"
#include "engine/shard/shard_status.h"
#include "engine/source/event_source.h"
#include "engine/views/instance_store.h"
#include "engine/views/view_store.h"
#include "projections/account/fold.h"

namespace kontor {

// Told of what changes. Called on the shard's thread: must not wait.
class ShardObserver {
 public:
  virtual ~ShardObserver() = default;
  // It caught up and can be read from now on, up to the position: every account may be new.
  virtual void OnReadable(const ShardId& shard, Position position) = 0;
  // Its partition was taken away: its accounts are no longer ours to read.
  virtual void OnGone(const ShardId& shard) = 0;
  // A slice was published: the ids of the accounts that changed, once each (the empty one: rows under no account). They
  // live for the call.
  virtual void OnChanged(const ShardId& shard, std::span<const std::string_view> accounts, Position position) = 0;
};

// Where the stores of an instance and of its shards are.
class ShardStores {
 public:
  virtual ~ShardStores() = default;
  // The shards that have a log.
  virtual Result<std::vector<ShardId>> Stored() const = 0;
  // Opens the log, or makes it for the owner. Without an owner: NotFound where there is none.
  virtual Result<std::unique_ptr<EventLog>> OpenLog(const ShardId& shard, const std::optional<LogOwner>& owner) = 0;
  // `anew`: whatever is there is removed first, were it unreadable.
  virtual Result<std::unique_ptr<ViewStore>> OpenViews(const ShardId& shard, bool anew) = 0;
  virtual Result<std::unique_ptr<InstanceStore>> OpenInstance(const InstanceOwner& owner) = 0;
};

struct ShardLimits {
  size_t poll_records_max = 10'000;
  size_t poll_bytes_max = 16 << 20;
  std::chrono::milliseconds poll_timeout{100};
  std::chrono::microseconds slice{1'000};
  // A commit is due after so many records, dirty bytes, or so long. It is written beside the shard's thread, which goes
  // on folding and publishing, and waits for it only when as much again is due: memory holds two.
  uint64_t commit_records_max = 200'000;
  size_t commit_dirty_bytes_max = 96 << 20;
  std::chrono::milliseconds commit_interval{5'000};
  // Committed rows kept in memory, as estimated.
  size_t cache_bytes_max = 64 << 20;
  std::chrono::milliseconds backoff_min{100};
  std::chrono::milliseconds backoff_max{5'000};
};

struct ShardConfig {
  ShardId id;
  TopicRole role = TopicRole::kEvents;
  Partitioner partitioner = Partitioner::kMurmur2;
  ShardLimits limits;
  ShardStores* stores = nullptr;
  const AccountFold* fold = nullptr;
  ShardObserver* observer = nullptr;
  // Told, on the shard's thread, that the log holds, from a position on, what was admitted. Must not wait for others.
  // May be empty.
  std::function<void(const ShardId& shard, Position from, const Admitted& admitted)> appended;
  // Ends the process, having said why. Where it returns (a test), the shard stands failed and touches nothing more.
  std::function<void(const Status&)> fatal;
  // Whether to fold the views anew from the log, whatever they hold.
  bool rebuild = false;
  // Told, on the shard's thread, how far catching up is: records folded, of so many. May be empty.
  std::function<void(Position folded, Position end)> progress;
};

class Shard {
 public:
  explicit Shard(ShardConfig config);
  ~Shard();  // as Stop

  const ShardId& id() const { return config_.id; }

  // Opens the log and checks whose it is: with facts, against them, and a new log is made where there is none; without
  // (the broker is away, or not asked), NotFound where there is none. Any error leaves the shard failed. Requires:
  // called once.
  Status Open(const std::optional<TopicFacts>& facts);
  // Checks that the topic is the one that the log was written from (its facts, and the last stored record against what
  // the broker holds at that offset), and gives the offset to read on from. Unavailable: the broker does not answer,
  // try again; any other error leaves the shard failed. Requires: opened, no reader attached.
  Result<Offset> StartOffset(const TopicFacts& facts, EventSource* source);
  // Starts the thread: opens the views, catches up, then waits for a reader. Requires: opened, called once.
  void Start();
  // Gives it the partition to read; a failed or ended shard lets go of it at once. Requires: none is attached.
  void Attach(std::unique_ptr<PartitionReader> reader);
  // The reader was taken back: returns when it is no longer used, and all is committed. Answers go on.
  void Detach();
  // Another instance has the partition: answers from here would grow old, and are given no more until a reader comes.
  // Requires: no reader is attached.
  void Retire();
  // Has the thread end; Stop waits for it.
  void BeginStop();
  // Ends the thread, having committed, and lets go of the reader. Takes no longer than a batch. May be called again.
  void Stop();
  // Waits until it runs, or has failed or stopped; gives the failure. What it folded meanwhile may not be committed
  // yet.
  Status WaitUntilRunning() const;

  // --- Any thread ---

  ShardState state() const;
  ShardStatus status() const;
  ShardFigures figures() const;
  // Whether its thread does what it should: it came by within `patience`, or has nothing to do but to wait.
  bool IsAlive(std::chrono::steady_clock::duration patience) const;
  // Unavailable before Open. Good as long as the shard.
  Result<const EventLog*> log() const;

  // Unavailable until it has caught up once, naming how far it is.
  Result<AccountVersion> Read(const AccountId& account) const;
  // The ids of the accounts that have rows, from one on, in order, at most so many.
  Result<std::vector<AccountId>> AccountsFrom(const AccountId& from, size_t limit) const;

  // The views at the log's end, committed now, between two batches: what digests are taken of. A stopped shard answers
  // too. Unavailable while it catches up; the failure where its stores contradict themselves.
  struct Level {
    Position end;
    std::shared_ptr<const ViewSnapshot> views;  // keeps its store open
  };
  Result<Level> CommitNow();

 private:
  struct Derived;  // the views and what folds them

  // --- The shard's thread ---
  void Run();
  Status Prepare();
  Status OpenViews();
  Status CatchUp();
  void ReadOn();
  Status Process(const Batch& batch);
  void ObserveReadable(std::span<const RawRecord> records);
  // Sees whether an open transaction holds records back.
  void LookForHeldBack(const Watermarks& watermarks);
  void CommitIfDue();
  // A commit that was begun goes on beside the shard's thread; EndCommit waits for it, where there is one. Where it
  // failed: false.
  void BeginCommit();
  bool EndCommit();
  // All that is folded. False where it failed.
  bool Commit();
  void Fail(const Status& failure);
  void MarkFailed(const Status& failure);  // requires: mutex_ held
  // What is stored contradicts itself: nothing is answered from it any more, and nothing written to it.
  void Distrust(const Status& damage);
  // A store failed to take something: the process is to end, unless what is stored contradicts itself.
  void OnFailedWrite(const Status& failure);
  void EndProcess(const Status& failure);

  void SetState(ShardState to);
  void ChangeState(ShardState to);  // requires: mutex_ held
  void SetTrouble(const Status& trouble);
  std::shared_ptr<PartitionReader> reader() const;
  Status CheckReadable() const;
  // What anybody met in the stores of a readable shard. Has the thread look, too.
  Status Damage() const;

  const ShardConfig config_;
  const std::string name_;
  std::unique_ptr<EventLog> log_;     // set once, by Open
  std::unique_ptr<Derived> derived_;  // set once, before readable_
  std::atomic<bool> opened_ = false;
  std::atomic<bool> readable_ = false;
  std::atomic<bool> stop_ = false;
  mutable Mailbox mailbox_;
  std::thread thread_;

  // The shard's thread's own.
  bool sound_ = true;               // what is folded may be committed
  std::future<Status> committing_;  // not valid: no commit is under way
  std::chrono::steady_clock::time_point commit_began_;
  std::chrono::milliseconds backoff_{0};
  int64_t held_back_at_ = -1;  // the last stable offset that held records back when last seen; -1: none
  std::chrono::steady_clock::time_point held_back_since_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  ShardState state_ = ShardState::kOpening;
  bool retired_ = false;  // no reader came since it was
  Status failure_;
  Status trouble_;
  std::shared_ptr<PartitionReader> reader_;

  std::atomic<bool> held_back_ = false;
  std::atomic<uint64_t> folded_ = 0;
  std::atomic<uint64_t> checkpoint_ = 0;
  std::atomic<int64_t> accepted_ = 0;
  std::atomic<int64_t> duplicates_ = 0;
  std::atomic<int64_t> conflicts_ = 0;
  std::array<std::atomic<int64_t>, kRejectReasons> rejected_{};
  std::atomic<int64_t> offset_gaps_ = 0;
  std::atomic<uint64_t> cache_hits_ = 0;
  std::atomic<uint64_t> cache_misses_ = 0;
  std::atomic<int64_t> last_timestamp_ms_ = 0;
  std::atomic<const ViewStore*> views_ = nullptr;  // of derived_
  using TimePoint = std::chrono::steady_clock::time_point;
  std::atomic<TimePoint> level_at_{};  // the clock's beginning: not yet
  std::atomic<TimePoint> last_commit_{};
  std::atomic<TimePoint> alive_at_{};
  std::atomic<bool> waits_ = false;  // until it is woken
  Distribution batch_records_{kBatchBounds};
  Distribution poll_time_{kLatencyBounds};
  Distribution append_time_{kLatencyBounds};
  Distribution fold_time_{kLatencyBounds};
  Distribution commit_time_{kLatencyBounds};
  Distribution readable_time_{kLatencyBounds};
};

}  // namespace kontor
