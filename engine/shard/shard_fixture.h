// Test support: one shard over a topic and stores in memory that outlive it, so that a test can kill one and start
// another.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "engine/shard/fake_stores.h"
#include "engine/shard/fake_topic.h"
#include "engine/shard/shard.h"
#include "projections/growth/growth_projection.h"
#include "projections/satisfaction/satisfaction_projection.h"
#include "projections/value/value_projection.h"

namespace kontor {

// Notes what it is told, and lets a test wait for a position.
class FakeObserver final : public ShardObserver {
 public:
  void OnReadable(const ShardId& shard, Position) override {
    const std::lock_guard lock(mutex_);
    ++readable_;
    if (on_readable) on_readable(shard);
    changed_.notify_all();
  }
  void OnGone(const ShardId&) override {
    if (on_gone) on_gone();
    const std::lock_guard lock(mutex_);
    ++gone_;
  }
  void OnChanged(const ShardId&, std::span<const std::string_view> accounts, Position position) override {
    const std::lock_guard lock(mutex_);
    for (const std::string_view account : accounts) accounts_.emplace(std::string(account));
    position_ = position;
    changed_.notify_all();
  }
  void WaitFor(Position position) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return position_ >= position; });
  }
  std::set<AccountId> accounts() const {
    const std::lock_guard lock(mutex_);
    return accounts_;
  }
  // Called while the observer is told; set before it is.
  std::function<void(const ShardId&)> on_readable;
  int gone() const {
    const std::lock_guard lock(mutex_);
    return gone_;
  }

  std::function<void()> on_gone;  // set before the shard starts; runs where it says that it is gone

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::set<AccountId> accounts_;
  Position position_;
  int readable_ = 0;
  int gone_ = 0;
};

struct Digests {
  std::string log;
  std::string views;
  Position end;
  bool operator==(const Digests&) const = default;
};

// The three projections' fold in a zone.
class FoldOfThree {
 public:
  explicit FoldOfThree(Zone zone = Zone::Utc()) : fold_(std::move(zone), {&value_, &growth_, &satisfaction_}) {}
  const AccountFold& fold() const { return fold_; }

 private:
  ValueProjection value_;
  GrowthProjection growth_;
  SatisfactionProjection satisfaction_;
  AccountFold fold_;
};

// One shard over a topic, its stores kept across Restart and Kill.
class ShardFixture {
 public:
  ShardFixture() : id_{"kontor.events", Partition(0)} {}

  FakeSource& source() { return source_; }
  FakeTopic& topic() { return source_.partition(id_.topic, 0); }
  FakeStores& stores() { return stores_; }
  const ShardId& shard_id() const { return id_; }
  FakeDisk& disk() { return stores_.disk(id_); }
  FakeObserver& observer() { return *observer_; }
  Shard& shard() { return *shard_; }
  ShardConfig& config() { return config_; }
  TopicFacts& facts() { return facts_; }
  const std::vector<Status>& fatal() const { return fatal_; }

  // Makes the shard and opens its log.
  Status Open(bool with_facts = true) {
    observer_ = std::make_unique<FakeObserver>();
    config_.id = id_;
    config_.stores = &stores_;
    if (config_.fold == nullptr) config_.fold = &fold_.fold();
    config_.observer = observer_.get();
    config_.fatal = [this](const Status& status) { fatal_.push_back(status); };
    shard_ = std::make_unique<Shard>(config_);
    return shard_->Open(with_facts ? std::optional(facts_) : std::nullopt);
  }
  // Opens, catches up and reads on.
  Status Start() {
    KONTOR_RETURN_IF_ERROR(Open());
    shard_->Start();
    KONTOR_RETURN_IF_ERROR(shard_->WaitUntilRunning());
    KONTOR_ASSIGN_OR_RETURN(const Offset offset, shard_->StartOffset(facts_, &source_));
    shard_->Attach(topic().ReaderFrom(offset));
    return OkStatus();
  }
  // Waits until everything emitted, by count of records, was folded.
  void Drain() {
    const Position end(topic().records().size());
    observer_->WaitFor(end);
    // The observer is told first.
    while (shard_->status().folded < end) std::this_thread::yield();
  }
  void Stop() { shard_.reset(); }
  // As by a power cut: nothing is written any more, from now on.
  void Kill() {
    disk().dead = true;
    shard_.reset();
    disk().dead = false;
  }
  Digests Digest() {
    const Result<Shard::Level> level = shard_->CommitNow();
    EXPECT_TRUE(level.ok()) << level.status();
    if (!level.ok()) return {};
    return {*LogDigest(**shard_->log(), level->end), *ViewsDigest(*level->views), level->end};
  }

 private:
  ShardId id_;
  FakeSource source_;
  FakeStores stores_;
  FoldOfThree fold_;
  ShardConfig config_;
  TopicFacts facts_ = {.cluster_id = "cluster-a", .partition_count = 1};
  std::vector<Status> fatal_;
  std::unique_ptr<FakeObserver> observer_;
  std::unique_ptr<Shard> shard_;
};

// A history with everything in it: duplicates, conflicts, rejected records, gaps, and voids before and after their
// targets. The same seed gives the same one.
inline void EmitHistory(uint32_t seed, int count, FakeTopic* topic) {
  std::mt19937 random(seed);
  const auto below = [&random](uint32_t bound) { return static_cast<int>(random() % bound); };
  std::vector<event::v1::Event> sent;
  for (int i = 0; i < count; ++i) {
    const std::string account = fmt::format("account-{}", below(4));
    const std::string id = fmt::format("e-{}", i);
    const int hour = below(24 * 90);
    switch (below(12)) {
      case 0:
        if (!sent.empty()) topic->Emit(sent[static_cast<size_t>(below(static_cast<uint32_t>(sent.size())))]);
        continue;
      case 1:
        if (!sent.empty()) {
          event::v1::Event other = sent[static_cast<size_t>(below(static_cast<uint32_t>(sent.size())))];
          other.set_actor(fmt::format("someone-{}", i));
          topic->Emit(other);
        }
        continue;
      case 2:
        topic->EmitRaw(account, "\xff\xff not an event");
        continue;
      case 3:
        topic->Skip(1 + below(3));
        continue;
      case 4:
        sent.push_back(Void(account, id, fmt::format("e-{}", below(static_cast<uint32_t>(count)))));
        break;
      case 5:
        sent.push_back(MakeEvent(account, id, "interaction_recorded { channel: CHANNEL_EMAIL sentiment: 20 }", hour));
        break;
      case 6:
        sent.push_back(MakeEvent(
            account, id,
            fmt::format("payment_received {{ payment {{ id: 'p-{}' }} amount {{ currency_code: 'EUR' units: 30 }} "
                        "allocations {{ invoice {{ id: 'i-{}' }} amount {{ currency_code: 'EUR' units: 20 }} }} }}",
                        i, below(8)),
            hour));
        break;
      case 7:
        sent.push_back(
            MakeEvent(account, id, fmt::format("invoice_cancelled {{ invoice {{ id: 'i-{}' }} }}", below(8)), hour));
        break;
      default:
        sent.push_back(Invoice(account, id, fmt::format("i-{}", below(8)), 10 + below(90), hour));
    }
    topic->Emit(sent.back());
  }
}

}  // namespace kontor
