// The event log of one shard: the record of everything that came, for ever.
//
// Every Kafka record is exactly one log record, at the next position, in offset order. Positions are dense from 0.
//
// Threads:     Append by one thread; every other method by any, beside it.
// Invariants:  the stored next offset and the end move together, in one synced write. Offsets rise from record to
//              record and all lie below the next offset; Append checks it, and so does opening.
// Durability:  what Append was given survives a crash of process and machine once it returned OK.
// Errors:      DataLoss: what is stored contradicts itself; stop the shard. ResourceExhausted from Append: the disk is
//              nearly full; nothing was written. After any other failure of Append what it was given may have reached
//              the disk or not: every later Append fails alike, the process must end, and the next start tells.
// Format:      FORMAT.md beside this file.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/event/validator.h"
#include "engine/log/store_figures.h"

namespace kontor {

// Whose log it is. Written when the log is made; opening it under another name is refused.
struct LogOwner {
  // Empty: not known yet, as the broker is away. It then matches any; the first one known is kept.
  std::string cluster_id;
  std::string topic;
  Partition partition;
  int32_t partition_count = 1;
  TopicRole role = TopicRole::kEvents;
  bool operator==(const LogOwner&) const = default;
};

class EventLog {
 public:
  virtual ~EventLog() = default;

  // Appends serialized LogRecords, all or none, and moves the next offset. Requires: next_offset above the present one
  // (equal only where there are no records), and the records' offsets rising from the present one to below it.
  virtual Status Append(std::span<const std::string_view> records, Offset next_offset) = 0;

  // The position after the last record: the number of records.
  virtual Position End() const = 0;
  // The next offset to read from Kafka: 0 for an empty log.
  virtual Offset NextOffset() const = 0;
  virtual LogOwner Owner() const = 0;

  // The serialized record. NotFound at or past the end; DataLoss where it should be and is not.
  virtual Result<std::string> Read(Position position) const = 0;

  // Calls `visit` with each record in [from, to) in order, in one consistent reading that ends at the end of the log at
  // the time of the call; ends early, without error, where `visit` returns false. DataLoss on a hole. The bytes live
  // for the call. Memory is bounded whatever the range.
  virtual Status Scan(Position from, Position to,
                      const std::function<bool(Position, std::string_view)>& visit) const = 0;

  // Reads every stored byte against its checksum, and every position. DataLoss on the first that differs or lacks.
  virtual Status Verify() const = 0;

  // The first DataLoss that anybody met here, reading or writing; OK where nobody did. Cheap.
  virtual Status Damage() const { return OkStatus(); }

  virtual StoreFigures Figures() const { return {}; }
};

// SHA-256 over the stored records of [0, to) in order, in hexadecimal. NotFound where the log ends before.
// goes_on: told now and then how many records are in it so far; where it returns false the digest is given up,
// Cancelled. May be empty.
Result<std::string> LogDigest(const EventLog& log, Position to, const std::function<bool(Position)>& goes_on = nullptr);

// The Kafka offset in a serialized LogRecord, without parsing the rest of it. For adapters.
Offset OffsetOfStored(std::string_view record);

// What Append requires, checked before anything is written. For adapters.
void CheckAppend(std::span<const std::string_view> records, Offset present, Offset next);

}  // namespace kontor
