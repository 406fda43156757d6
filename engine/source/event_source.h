// Where events come from, and where they and dead letters are sent: the contracts behind which Kafka stands.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/event/raw_record.h"

namespace kontor {

// What one poll brought. Records point into memory that the batch owns.
struct Batch {
  std::vector<RawRecord> records;  // offsets rise; they need not be consecutive
  // Where to read on: after the last record, and after what the broker holds that is no record (transaction markers).
  Offset next_offset;
  std::shared_ptr<const void> memory;
};

// What a partition's end looked like at the last word from the broker; -1 where none came yet.
struct Watermarks {
  int64_t low = -1;
  int64_t high = -1;
  int64_t last_stable = -1;
};

// One assigned partition, read by one shard.
//
// Threads: Poll by the shard's thread; the rest by any.
class PartitionReader {
 public:
  virtual ~PartitionReader() = default;

  // Waits up to `timeout` for records; an empty batch is no error. Unavailable: the broker is away, poll again (the
  // reader waits with backoff). DataLoss: a record whose checksum fails, a truncated or re-created topic, an offset that
  // is gone: nothing after it is ever returned. Cancelled: the partition was taken away; what is still fetched is dropped.
  virtual Result<Batch> Poll(size_t records_max, size_t bytes_max, std::chrono::milliseconds timeout) = 0;
  // Makes a Poll that waits return at once.
  virtual void Wake() = 0;
  virtual Watermarks watermarks() const = 0;
  // Tells Kafka how far the log is durable: a hint for lag tools, never where we start from.
  virtual void CommitHint(Offset next_offset) = 0;
};

// The record before our next offset as Kafka holds it now, for telling a re-created topic from ours. Nothing where it
// is gone by retention.
struct TopicFacts {
  std::string cluster_id;
  int32_t partition_count = 0;
};

// Told of what the group gives and takes. Called on the source's own thread, one call at a time; OnAssigned must not
// block on the broker.
class AssignmentListener {
 public:
  virtual ~AssignmentListener() = default;
  // The offset to read on from.
  virtual Result<Offset> StartOffset(Partition partition, const TopicFacts& facts) = 0;
  virtual void OnAssigned(Partition partition, std::unique_ptr<PartitionReader> reader) = 0;
  // Returns when the shard no longer uses its reader.
  virtual void OnRevoked(Partition partition) = 0;
};

// A record to send.
struct OutRecord {
  std::string topic;
  std::optional<Partition> partition;  // not given: by the producer's partitioner
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  std::optional<int64_t> timestamp_ms;  // not given: now
};

// Sends records and says what became of each.
//
// Threads: any. Durability: a record is safe once its callback had OK (acks=all, idempotent producer).
class EventSink {
 public:
  using Delivered = std::function<void(const Status& status, Partition partition, Offset offset)>;
  virtual ~EventSink() = default;
  // Queues the record; waits while the queue is full. `done` is called once, on another thread or within Flush.
  virtual Status Send(OutRecord record, Delivered done) = 0;
  // Waits until everything queued was delivered or has failed. Unavailable after the timeout.
  virtual Status Flush(std::chrono::milliseconds timeout) = 0;
};

}  // namespace kontor
