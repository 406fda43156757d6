// Where the history is written down: records with the instant at which each reached Kafka, late ones and repeated ones
// as real emitters make them.
//
// Threads: one at a time. Invariants: what was recorded is a function of the calls and of the draws that came in.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/event/validator.h"
#include "kontor/event/v1/event.pb.h"
#include "kontor/log/v1/record.pb.h"
#include "tools/kontor/demo/calendar.h"
#include "tools/kontor/demo/random.h"

namespace kontor::demo {

// One Kafka record, ready to be sent.
struct DemoRecord {
  TopicRole topic = TopicRole::kEvents;
  std::string key;    // the account's id, save where a wrong key is the point; of reference events the topic's subject
  std::string value;  // a serialized kontor.event.v1.Event, save where what is no event is the point
  int64_t timestamp_ms = 0;
  // What intake must make of it, and why where it is rejected.
  log::v1::Disposition expected = log::v1::DISPOSITION_ACCEPTED;
  log::v1::RejectReason reason = log::v1::REJECT_REASON_UNSPECIFIED;
};

class Journal {
 public:
  explicit Journal(const Horizon& horizon) : horizon_(horizon) {}

  // Records a fact as its source would: soon, in a nightly batch, or late; now and then twice. A fact that has not
  // occurred yet is left out; returns whether it has.
  bool Record(const event::v1::Event& event, Random* random);
  // Records a fact so long after it occurred, once. Returns as above.
  bool RecordAfter(const event::v1::Event& event, int64_t delay);
  // Records a reference fact, once, within moments.
  bool RecordReference(const event::v1::Event& event, std::string key);
  // Records bytes as they are. What comes after now is left out.
  void RecordRaw(DemoRecord record);

  // All records in the order of their timestamps, then of recording. Some of those that are late come after now.
  std::vector<DemoRecord> Take();

 private:
  // When what occurred then, and was sent so much later, is recorded: not before the firm began to emit.
  Instant RecordedAt(Instant occurred_at, int64_t delay);
  void Append(const event::v1::Event& event, Instant recorded_at, log::v1::Disposition expected);

  const Horizon horizon_;
  int64_t migrated_ = 0;  // records of what occurred before go_live
  std::vector<DemoRecord> records_;
};

}  // namespace kontor::demo
