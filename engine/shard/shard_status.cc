#include "engine/shard/shard_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "engine/shard/shard.h"

namespace kontor {
namespace {

using std::chrono::steady_clock;

struct StateChange {
  ShardState from;
  ShardState to;
};
constexpr std::array kLegalChanges = {
    StateChange{ShardState::kOpening, ShardState::kCatchingUp},
    StateChange{ShardState::kOpening, ShardState::kStopped},
    StateChange{ShardState::kOpening, ShardState::kFailed},
    StateChange{ShardState::kCatchingUp, ShardState::kRunning},
    StateChange{ShardState::kCatchingUp, ShardState::kStopped},
    StateChange{ShardState::kCatchingUp, ShardState::kFailed},
    StateChange{ShardState::kRunning, ShardState::kStopped},
    StateChange{ShardState::kRunning, ShardState::kFailed},
    StateChange{ShardState::kStopped, ShardState::kRunning},
    StateChange{ShardState::kStopped, ShardState::kFailed},
    StateChange{ShardState::kFailed, ShardState::kStopped},
};

}  // namespace

std::string ShardName(const ShardId& id) { return fmt::format("{}/{}", id.topic, id.partition.value()); }

int64_t OffsetsBehind(const ShardStatus& status) {
  const int64_t readable = status.watermarks.last_stable >= 0 ? status.watermarks.last_stable : status.watermarks.high;
  return std::max<int64_t>(readable - status.next_offset.value(), 0);
}

bool IsLegalChange(ShardState from, ShardState to) {
  return std::any_of(kLegalChanges.begin(), kLegalChanges.end(),
                     [from, to](const StateChange& change) { return change.from == from && change.to == to; });
}

ShardStatus Shard::status() const {
  ShardStatus status;
  status.id = config_.id;
  status.role = config_.role;
  std::shared_ptr<PartitionReader> reading;
  {
    const std::lock_guard lock(mutex_);
    status.state = state_;
    status.failure = failure_;
    status.trouble = trouble_;
    reading = reader_;
  }
  if (const Status damage = Damage(); !damage.ok() && status.failure.ok()) {
    status.state = ShardState::kFailed;
    status.failure = damage;
  }
  status.attached = reading != nullptr;
  if (reading != nullptr) status.watermarks = reading->watermarks();
  if (opened_) {
    status.end = log_->End();
    status.next_offset = log_->NextOffset();
  }
  status.held_back = held_back_;
  status.folded = Position(folded_);
  status.checkpoint = Position(checkpoint_);
  status.accepted = accepted_;
  status.duplicates = duplicates_;
  status.conflicts = conflicts_;
  for (const std::atomic<int64_t>& rejected : rejected_) status.rejected += rejected;
  status.wrong_partition = rejected_[log::v1::REJECT_REASON_WRONG_PARTITION];
  status.offset_gaps = offset_gaps_;
  return status;
}

ShardFigures Shard::figures() const {
  const steady_clock::time_point now = steady_clock::now();
  ShardFigures figures;
  figures.status = status();
  std::copy(rejected_.begin(), rejected_.end(), figures.rejected.begin());
  if (const TimePoint level_at = level_at_; level_at != TimePoint()) figures.since_level = now - level_at;
  if (const TimePoint committed = last_commit_; committed != TimePoint()) figures.since_commit = now - committed;
  figures.last_timestamp_ms = last_timestamp_ms_;
  figures.batch_records = batch_records_.Read();
  figures.poll = poll_time_.Read();
  figures.append = append_time_.Read();
  figures.fold = fold_time_.Read();
  figures.commit = commit_time_.Read();
  figures.readable = readable_time_.Read();
  figures.cache_hits = cache_hits_;
  figures.cache_misses = cache_misses_;
  if (opened_) figures.log = log_->Figures();
  if (const ViewStore* const views = views_) figures.views = views->Figures();
  return figures;
}

bool Shard::IsAlive(steady_clock::duration patience) const {
  const ShardState now = state();
  if (now != ShardState::kCatchingUp && now != ShardState::kRunning) return true;
  return waits_ || steady_clock::now() - alive_at_.load() <= patience;
}

}  // namespace kontor
