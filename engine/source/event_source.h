// Where events come from, and where they and dead letters are sent: the contracts behind which Kafka stands.
//
//   EventSource       a cluster of topics
//     Subscription    our part in the group of instances that share a topic's partitions
//     PartitionReader one partition, read by one shard from the offset that its log gives
//   EventSink         sends records
//
// In Kafka's words a topic's partitions hold records at offsets. Offsets rise; they need not be consecutive.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
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
  // Where to read on: after the last record, and after what the broker holds that is no record (markers and records of
  // aborted transactions), as far as that is known: these are passed for certain once the partition's end was reached.
  Offset next_offset;
  // Whether, behind these records, the partition's readable end was reached, and nothing more has come since: an empty
  // batch from a partition that is read to its end says so each time.
  bool at_end = false;
  std::shared_ptr<const void> memory;
};

// What a partition's ends looked like at the last word from the broker; -1 where none came yet.
struct Watermarks {
  int64_t low = -1;          // the first offset that is still there
  int64_t high = -1;         // the offset that the next record will get
  int64_t last_stable = -1;  // what lies from here on is in open transactions, and not readable yet
};

// One partition, read by one shard.
//
// Threads: Poll by the shard's thread; the rest by any. It may outlive the subscription; it then gives Cancelled.
class PartitionReader {
 public:
  virtual ~PartitionReader() = default;

  // Waits up to `timeout` for records, and returns what is there as soon as something is: at most `records_max`, and
  // about `bytes_max` bytes of keys, headers and values (one record at least). An empty batch is no error.
  //
  // Unavailable: nothing is there and the broker is away; poll again. Cancelled: the partition was taken away, what was
  // still fetched is dropped. DataLoss: a record whose checksum fails, a truncated, deleted or re-created topic, an
  // offset that is gone. Any other code: the partition cannot be read (PermissionDenied, FailedPrecondition). All but
  // Unavailable are for good: every further poll says the same, and nothing behind the failure is ever returned.
  virtual Result<Batch> Poll(size_t records_max, size_t bytes_max, std::chrono::milliseconds timeout) = 0;
  // Makes a Poll that waits, or else the next one that would wait, return at once.
  virtual void Wake() = 0;
  virtual Watermarks watermarks() const = 0;
  // Tells Kafka how far the log is durable: a hint for lag tools, never where we start from. Does not wait.
  virtual void CommitHint(Offset next_offset) = 0;
};

// What a shard compares with what it stored, to tell its topic from another one of the same name.
struct TopicFacts {
  std::string cluster_id;
  int32_t partition_count = 0;
  // Of the partition that has fewest; 0: not known.
  int32_t replicas_min = 0;
  int32_t in_sync_min = 0;
  int32_t leaderless = 0;  // partitions that nobody can read or write now
};

// Told of what the group gives and takes. Called on the source's own thread, one call at a time.
class AssignmentListener {
 public:
  virtual ~AssignmentListener() = default;
  // What the group gives to this instance, and that it gives no other: called once for each assignment, before anything
  // else is.
  virtual void OnGiven(const std::vector<Partition>& partitions) = 0;
  // The offset to read on from. May ask the broker (FetchRecord). Unavailable: the assignment is tried again, with
  // backoff, and this is asked again; any other error: the partition stays unread until it is given anew, without
  // further calls.
  virtual Result<Offset> StartOffset(Partition partition, const TopicFacts& facts) = 0;
  virtual void OnAssigned(Partition partition, std::unique_ptr<PartitionReader> reader) = 0;
  // Of what OnAssigned gave. Its reader already gives Cancelled. Returns when the shard no longer uses it: only then
  // may another instance get the partition. Whether one does is told by the next OnGiven: a rebalance takes everything
  // back first, and so does a broker that had no sign of us for long.
  virtual void OnRevoked(Partition partition) = 0;
};

// What a source's connections did since it was opened, for whoever watches it. All zero where it has none.
struct SourceFigures {
  int64_t brokers = 0;  // connected now
  int64_t received_bytes = 0;
  int64_t sent_bytes = 0;
  int64_t request_timeouts = 0;
  int64_t rebalances = 0;
  int64_t round_trip_micros = 0;  // the mean of the last second, of the slowest broker
  int64_t waiting_records = 0;    // fetched and not polled yet
  int64_t waiting_bytes = 0;
};

// Our part in the group. Destroying it takes every partition back (OnRevoked) and leaves; a static member keeps its
// place until its session ends, so a restart gets the same partitions again.
class Subscription {
 public:
  virtual ~Subscription() = default;
  // Whether partitions can be given to us, and why not: NotFound, the topic is not there yet (waited for); Unavailable,
  // the broker is away (retried); what else there is ends the subscription (FailedPrecondition: another process is this
  // member). Threads: any.
  virtual Status status() const = 0;
  // Threads: any.
  virtual SourceFigures figures() const { return {}; }
};

// What a topic promises about its records.
struct TopicConfig {
  std::string cleanup_policy{};  // "delete", "compact", "compact,delete"
  int64_t retention_ms = -1;     // -1: for ever
  int64_t retention_bytes = -1;
  int64_t message_bytes_max = 0;
  std::string timestamp_type{};  // "CreateTime", "LogAppendTime"
  int64_t in_sync_min = 1;       // copies that must have a record before it is acknowledged
};

// What sinks send at most unless they are told otherwise, and topics should take: the largest value that is read (1
// MiB) and what is around it, key, headers and Kafka's framing.
inline constexpr int64_t kMessageBytesMax = 2 << 20;

struct TopicDescription {
  TopicFacts facts;
  // Unimplemented where the broker cannot tell (the embedded one), PermissionDenied where it will not, Unavailable
  // where it does not now.
  Result<TopicConfig> config;
};

// One record, with what it points into.
struct FetchedRecord {
  RawRecord record;
  std::shared_ptr<const void> memory;
};

// A cluster of topics.
//
// Threads: any.
// Errors:  Unavailable after the timeout, or where the broker is away; NotFound, there is no such topic or partition;
//          PermissionDenied, Unauthenticated: the broker refuses us.
class EventSource {
 public:
  virtual ~EventSource() = default;

  // Joins the group that shares the topic's partitions. Does not wait: a missing topic or broker is waited for behind
  // it. Ownership: the listener outlives the subscription, and the source both. FailedPrecondition: no group is named.
  virtual Result<std::unique_ptr<Subscription>> Subscribe(const std::string& topic, AssignmentListener* listener) = 0;
  // Reads one partition outside of any group. Its CommitHint does nothing.
  virtual Result<std::unique_ptr<PartitionReader>> OpenPartition(const std::string& topic, Partition partition,
                                                                 Offset start, std::chrono::milliseconds timeout) = 0;
  // The record at the offset; nothing where it is gone (retention) or no record. DataLoss: the partition ends before
  // it, so it was truncated or made anew. Waits for the broker: not on a thread that readers wait for.
  virtual Result<std::optional<FetchedRecord>> FetchRecord(const std::string& topic, Partition partition, Offset offset,
                                                           std::chrono::milliseconds timeout) = 0;
  virtual Result<TopicDescription> DescribeTopic(const std::string& topic, std::chrono::milliseconds timeout) = 0;
  // Config by Kafka's names ("retention.ms"). AlreadyExists; Unimplemented where the broker cannot (the embedded one).
  virtual Status CreateTopic(const std::string& topic, int32_t partitions,
                             const std::map<std::string, std::string>& config, std::chrono::milliseconds timeout) = 0;
};

// Why a partition that holds [low, high) cannot be read on from `start`, as DataLoss that says what, where and what to
// do; OK where it can.
Status CheckStart(const std::string& topic, Partition partition, Offset start, int64_t low, int64_t high);

// A record to send.
struct OutRecord {
  std::string topic;
  std::optional<Partition> partition;  // not given: by the sink's partitioner
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  std::optional<int64_t> timestamp_ms;  // not given: now
};

// Sends records and says what became of each. Records of one partition arrive in the order of Send.
//
// Threads:    any.
// Durability: a record is safe once its callback had OK (acks=all, idempotent producer).
// Errors:     of a record: InvalidArgument, the broker will never take it (too large); NotFound, no such topic or
//             partition; Unavailable, it was not acknowledged in time, and may or may not have arrived; Cancelled, the
//             sink was destroyed first; PermissionDenied.
class EventSink {
 public:
  using Delivered = std::function<void(const Status& status, Partition partition, Offset offset)>;
  // Gives up what was not delivered: Flush first.
  virtual ~EventSink() = default;
  // Queues the record; waits while the queue is full. OK: `done` is called once, on another thread or within Flush or
  // the destructor; it must not wait. An error: the record was not queued and `done` is not called.
  virtual Status Send(OutRecord record, Delivered done) = 0;
  // Waits until everything queued was delivered or has failed. Unavailable after the timeout.
  virtual Status Flush(std::chrono::milliseconds timeout) = 0;
};

}  // namespace kontor
