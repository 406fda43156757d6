// Tells a fact from what is wrong in itself.
//
// The bounds of single fields are options beside them in the schema (kontor.rule.v1); rules that span fields stand in
// body_rules.cc. What needs other facts is never a rejection but a finding.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/ids.h"
#include "engine/event/decoder.h"
#include "engine/event/partitioner.h"

namespace kontor {

// Which kind of topic a shard reads.
enum class TopicRole { kEvents, kReference };

// The version of the rules in this folder. It stands in every log record; raise it whenever a disposition, or the words
// of a rejection, could change.
inline constexpr uint32_t kIntakeVersion = 2;

// What a record is checked against beside itself.
struct IntakeContext {
  TopicRole role = TopicRole::kEvents;
  Partition partition;
  int32_t partition_count = 1;
  Partitioner partitioner = Partitioner::kMurmur2;
};

// Why the event is no fact, or nothing.
//
// Only the first thing wrong is named, always the same one: required fields and bounds in the order of field numbers
// (the envelope, then the body, depth first; a required field before its bound), then the instant, then the rules that
// span fields of the body, then topic, account, key and partition. Of a body that this version does not know only the
// envelope is checked. Threads: any.
std::optional<Rejection> Validate(const event::v1::Event& event, const RawRecord& record, const IntakeContext& context);

// The topic that an event goes to, by its body: reference bodies, and an EventVoided without account, go to the
// reference topic; all else to the events topic.
TopicRole TopicOf(const event::v1::Event& event);

}  // namespace kontor
