// Tells a fact from what is wrong in itself.
//
// The bounds of single fields are options beside them in the schema (kontor.rule.v1); rules that span fields stand here.
// What needs other facts is never a rejection but a finding.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/ids.h"
#include "engine/event/decoder.h"
#include "engine/event/partitioner.h"

namespace kontor {

// Which kind of topic a shard reads.
enum class TopicRole { kEvents, kReference };

// The version of the rules in this folder. It stands in every log record; raise it whenever a disposition could change.
inline constexpr uint32_t kIntakeVersion = 1;

// What a record is checked against beside itself.
struct IntakeContext {
  TopicRole role = TopicRole::kEvents;
  Partition partition;
  int32_t partition_count = 1;
  Partitioner partitioner = Partitioner::kMurmur2;
};

// Why the event is no fact, or nothing. Order of checks, and so which reason is named first: required fields and bounds
// in the order of the schema, then the instant, then the rules that span fields, then topic, key and partition.
// Threads: any.
std::optional<Rejection> Validate(const event::v1::Event& event, const RawRecord& record, const IntakeContext& context);

}  // namespace kontor
