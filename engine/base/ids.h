// The identities and places that Kontor speaks of.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "engine/base/strong.h"

namespace kontor {

// A place in a shard's log, dense from 0.
using Position = StrongNumber<struct PositionTag, uint64_t>;
// A place in a Kafka partition.
using Offset = StrongNumber<struct OffsetTag, int64_t>;
// A Kafka partition of one topic.
using Partition = StrongNumber<struct PartitionTag, int32_t>;

using AccountId = StrongString<struct AccountIdTag>;
using Source = StrongString<struct SourceTag>;
using EventId = StrongString<struct EventIdTag>;

// Who an event is, for ever: compared byte by byte.
struct Identity {
  Source source;
  EventId event_id;
  auto operator<=>(const Identity&) const = default;
  bool operator==(const Identity&) const = default;
};

}  // namespace kontor
