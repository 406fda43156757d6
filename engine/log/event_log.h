// The event log of one shard: the record of everything that came, for ever.
//
// Every Kafka record is exactly one log record, at the next position, in offset order. Positions are dense from 0.
//
// Threads:     Append by one thread; every other method by any, beside it.
// Invariants:  the stored next offset and the end move together, in one synced write.
// Durability:  what Append was given survives a crash of process and machine once it returned OK.
// Errors:      DataLoss: what is stored contradicts itself; stop the shard. Any failed Append may have reached the disk
//              or not: the process must end, and the next start tells. ResourceExhausted: the disk is nearly full;
//              nothing was written.
// Format:      FORMAT.md beside this file.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/event/validator.h"

namespace kontor {

// Whose log it is. Written when the log is made; opening it under another name is refused.
struct LogOwner {
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
  // (equal only where there are no records).
  virtual Status Append(std::span<const std::string> records, Offset next_offset) = 0;

  // The position after the last record: the number of records.
  virtual Position End() const = 0;
  // The next offset to read from Kafka: 0 for an empty log.
  virtual Offset NextOffset() const = 0;
  virtual LogOwner Owner() const = 0;

  // The serialized record. NotFound at or past the end; DataLoss where it should be and is not.
  virtual Result<std::string> Read(Position position) const = 0;

  // Calls `visit` with each record in [from, to) in order, in one consistent reading; ends early, without error, where it
  // returns false. DataLoss on a hole. The bytes live for the call.
  virtual Status Scan(Position from, Position to,
                      const std::function<bool(Position, std::string_view)>& visit) const = 0;

  // Reads every stored byte against its checksum. DataLoss on the first that differs.
  virtual Status Verify() const = 0;
};

// SHA-256 over the stored records of [0, to) in order, in hexadecimal.
Result<std::string> LogDigest(const EventLog& log, Position to);

}  // namespace kontor
