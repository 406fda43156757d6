#include "engine/shard/shard_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace kontor {
namespace {

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

}  // namespace kontor
