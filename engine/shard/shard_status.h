// What a shard says of itself: who it is, where it stands in its life, and the figures of its work.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/distribution.h"
#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/event/validator.h"
#include "engine/log/event_log.h"
#include "engine/log/store_figures.h"
#include "engine/shard/intake.h"
#include "engine/source/event_source.h"

namespace kontor {

struct ShardId {
  std::string topic;
  Partition partition;
  auto operator<=>(const ShardId&) const = default;
  bool operator==(const ShardId&) const = default;
};
// "kontor.events/3"
std::string ShardName(const ShardId& id);

// Its life:
//
//   opening ──► catching up ──► running ◄─► stopped
//      └──────────────┴────────────┴──► failed ──► stopped
//
//   opening      stores are opened and checked
//   catching up  the views follow the log up to its end; nothing is read from Kafka yet
//   running      the views are level with the log; reads Kafka as soon as a reader is attached
//   stopped      on purpose: the partition was taken away (it may come back), or shutdown; everything is committed
//   failed       what is wrong with this partition or its stores is in status(); others go on, a restart tries again
enum class ShardState { kOpening, kCatchingUp, kRunning, kStopped, kFailed };
bool IsLegalChange(ShardState from, ShardState to);

// One reading of a shard's figures. Counts are those since this process started.
struct ShardStatus {
  ShardId id;
  TopicRole role = TopicRole::kEvents;
  ShardState state = ShardState::kOpening;
  Status failure;         // why it failed; OK otherwise
  Status trouble;         // why it cannot read on just now (the broker is away); OK otherwise
  bool attached = false;  // reads from Kafka
  Position end;           // number of records in the log
  Position folded;        // of these, the ones that readers see
  Position checkpoint;    // of these, the ones that the stored views reflect
  Offset next_offset;
  Watermarks watermarks;
  bool held_back = false;  // everything readable is read, and open transactions have held back the rest for a minute
  int64_t accepted = 0;
  int64_t duplicates = 0;
  int64_t conflicts = 0;
  int64_t rejected = 0;
  int64_t wrong_partition = 0;  // of these, since the start: not where the partitioner puts their keys
  int64_t offset_gaps = 0;      // offsets that the partition does not hold, seen between records
};

// Offsets that Kafka has and the shard has not read; those in open transactions are not due.
int64_t OffsetsBehind(const ShardStatus& status);

// What a shard says of its own work, for whoever watches it: beyond its status, how long its steps take, and what its
// stores say. Counts are those since this process started.
struct ShardFigures {
  ShardStatus status;
  std::array<int64_t, kRejectReasons> rejected{};  // by reason
  // Since all that Kafka has was read; not known while the first reading goes on. And since the last commit.
  std::optional<std::chrono::steady_clock::duration> since_level;
  std::chrono::steady_clock::duration since_commit{};
  int64_t last_timestamp_ms = 0;  // of the last record that was appended; 0: none yet
  // Times of a poll that brought records (the waiting for them included), and of what its batch then went through.
  Distribution::Reading batch_records;
  Distribution::Reading poll;
  Distribution::Reading append;
  Distribution::Reading fold;
  Distribution::Reading commit;
  // Of each record, from its Kafka timestamp until readers saw it.
  Distribution::Reading readable;
  uint64_t cache_hits = 0;
  uint64_t cache_misses = 0;
  StoreFigures log;
  StoreFigures views;
};

}  // namespace kontor
