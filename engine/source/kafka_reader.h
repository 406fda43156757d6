// One partition read from Kafka.
//
// Its records come through the partition's own queue, cut off from the client's common one, so each shard's thread
// takes them without passing another. What happens to the partition (taken away, broker gone) is told through
// KafkaPartition by the thread that serves the client's events.
//
// librdkafka 2.0: a batch read beside seek or pause can lose records, so neither is ever used on a partition that is
// read on: a start offset is part of the assignment, and a reader that was taken away or has failed reads no more.
// After a record whose checksum fails librdkafka reads on at a wrong place; what it then delivers is behind the error
// in the queue and never looked at, and the partition is paused.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/source/event_source.h"
#include "engine/source/kafka_client.h"
#include "engine/source/kafka_statistics.h"

namespace kontor {

// What the reader and the thread that serves the client's events both know. Threads: any.
class KafkaPartition {
 public:
  // Cuts the partition's queue off from the client's; before the assignment, lest its first records go the other way.
  KafkaPartition(KafkaClient client, std::string topic, Partition partition);

  const KafkaClient& client() const { return client_; }
  rd_kafka_queue_t* queue() const { return queue_.get(); }
  const std::string& topic() const { return topic_; }
  Partition partition() const { return partition_; }

  // Ends reading for good, with this word, and wakes the reader. The first word stays.
  void End(Status status);
  Status ended() const;

  void SetBroker(BrokerState state) { broker_ = state; }
  BrokerState broker() const { return broker_; }

  void SetLastStable(int64_t offset);
  Watermarks watermarks() const;

  // -1: none yet.
  void SetHint(Offset next_offset) { hint_ = next_offset.value(); }
  int64_t hint() const { return hint_; }

  void Observe(const KafkaStatistics& statistics);
  void Wake();
  // Whether Wake was called since the last time this was asked.
  bool TakeWake() { return woken_.exchange(false); }

 private:
  const KafkaClient client_;
  const std::string topic_;
  const Partition partition_;
  const KafkaQueue queue_;
  std::atomic<BrokerState> broker_ = BrokerState::kAnswers;
  std::atomic<bool> woken_ = false;
  std::atomic<bool> has_ended_ = false;
  std::atomic<int64_t> last_stable_ = -1;
  std::atomic<int64_t> hint_ = -1;
  mutable std::mutex mutex_;
  Status ended_;  // guarded by mutex_
};

class KafkaReader : public PartitionReader {
 public:
  KafkaReader(std::shared_ptr<KafkaPartition> partition, Offset start);
  ~KafkaReader() override;

  Result<Batch> Poll(size_t records_max, size_t bytes_max, std::chrono::milliseconds timeout) override;
  void Wake() override { partition_->Wake(); }
  Watermarks watermarks() const override { return partition_->watermarks(); }
  void CommitHint(Offset next_offset) override { partition_->SetHint(next_offset); }

 private:
  struct Messages;

  // Takes what is there into messages_, waiting up to the timeout for a first one.
  void Fetch(size_t records_max, std::chrono::milliseconds timeout);
  // Adds a message to the batch, or keeps why reading ends.
  void Take(rd_kafka_message_t* message, Batch* batch, size_t* bytes);
  void TakeError(const rd_kafka_message_t& message, Batch* batch);
  // Reading ends here.
  void Fail(Status status);
  Status Truncated(int64_t offset) const;
  std::string Place() const;

  const std::shared_ptr<KafkaPartition> partition_;
  Offset next_offset_;
  // librdkafka tells of an end once, when it is reached: it stands until a record comes, whatever else does (markers,
  // aborted records) and however long the broker was away.
  bool at_end_ = false;
  std::shared_ptr<Messages> messages_;  // fetched; from used_ on not yet returned
  size_t used_ = 0;
  Status failure_;
};

// A reader of a client of its own, outside of any group; it serves the client's events within Poll.
class KafkaDirectReader final : public KafkaReader {
 public:
  KafkaDirectReader(std::shared_ptr<KafkaPartition> partition, KafkaQueue events, Offset start);
  Result<Batch> Poll(size_t records_max, size_t bytes_max, std::chrono::milliseconds timeout) override;
  void CommitHint(Offset) override {}

 private:
  const std::shared_ptr<KafkaPartition> partition_;
  const KafkaQueue events_;
};

}  // namespace kontor
