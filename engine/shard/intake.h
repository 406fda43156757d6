// Tells what each Kafka record is: one log record for each, with its disposition.
//
// Ownership:   borrows log and index, which outlive it.
// Threads:     the shard's thread.
// Invariants:  what it makes is a function of the partition and of the intake version: no clock, no random number, and
//              how the partition was cut into batches leave no trace.
// Errors:      DataLoss: offsets that do not rise, or an original that cannot be read: the shard stops, nothing of the
//              batch is appended.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/event/event_arena.h"
#include "engine/event/validator.h"
#include "engine/log/event_log.h"
#include "engine/log/stored_record.h"
#include "engine/shard/identity_index.h"
#include "engine/source/event_source.h"
#include "kontor/event/v1/event.pb.h"

namespace kontor {

inline constexpr size_t kRejectReasons = log::v1::RejectReason_ARRAYSIZE;

struct AcceptedEvent {
  Position position;
  IdentityHash identity;
  const event::v1::Event* event = nullptr;
};

// What a batch becomes.
struct Admitted {
  std::vector<std::string_view> records;  // serialized LogRecords, for the positions from the log's end on
  std::vector<AcceptedEvent> accepted;
  Offset next_offset;
  std::vector<Position> refused;  // rejected and conflicting ones
  int64_t duplicates = 0;
  int64_t conflicts = 0;
  int64_t rejected = 0;
  std::array<int64_t, kRejectReasons> rejected_for{};  // by reason
  int64_t offset_gaps = 0;  // offsets before and between the records that the partition does not hold
};

class Intake {
 public:
  Intake(IntakeContext context, const EventLog* log, IdentityIndex* identities);

  // Reads where the log's records end. Once, before the first Admit.
  Status Open();

  // Requires: what the last one gave was appended and folded; the index has caught up with the log. What is given lives
  // until the next call. Claims the identities of what it accepts.
  Result<const Admitted*> Admit(const Batch& batch);

 private:
  struct Original {
    Position position;
    const event::v1::Event* event = nullptr;
  };

  // What is known of a record before its identity is asked for.
  struct Read {
    const event::v1::Event* event = nullptr;  // null: rejected
    IdentityHash identity{};
    Rejection rejection;
  };

  // Decodes and validates; fills read_.
  void ReadEvents(std::span<const RawRecord> records);
  // Gives each of these records, whose events are in read_, its disposition, and stores it.
  Status Settle(std::span<const RawRecord> records);
  Result<StoredVerdict> SettleEvent(const Read& read, Position position);
  // The accepted event of this identity, in the log or in this batch; nothing where there is none.
  Result<std::optional<Original>> FindOriginal(const event::v1::Event& event, const IdentityHash& identity);
  Result<const event::v1::Event*> EventAt(Position position);

  const IntakeContext context_;
  const EventLog* const log_;
  IdentityIndex* const identities_;
  Offset expected_;  // after the last record seen
  EventArena arena_;
  std::vector<Read> read_;  // kept for its memory, as the next
  StoredRecords stored_;
  Admitted admitted_;
};

}  // namespace kontor
