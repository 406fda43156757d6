// Records to Kafka: an idempotent producer that counts a record as sent when every in-sync replica has it.
//
// Keys go to partitions as Java's clients send them (murmur2), or as librdkafka's do by default (CRC-32): one topic has
// one partitioner, else an account lives on two partitions. Batches wait a few milliseconds to fill and are compressed
// by LZ4. A record may have 2 MiB (`message.max.bytes`), more than any that Kontor reads; what the topic takes is the
// topic's own bound.
//
// A topic that is not there is refused, and not made, whatever the broker would do for other clients.
//
// A record is retried for up to `message.timeout.ms` (five minutes, to be passed through) before it fails as
// Unavailable.
#pragma once

#include <memory>

#include "engine/event/partitioner.h"
#include "engine/source/event_source.h"
#include "engine/source/kafka_options.h"

namespace kontor {

class KafkaSink final : public EventSink {
 public:
  // Does not talk to the broker. InvalidArgument, naming the option.
  static Result<std::unique_ptr<KafkaSink>> Open(const KafkaOptions& options, Partitioner partitioner);
  ~KafkaSink() override;

  // Whether a broker answers: for whoever would rather not wait five minutes to hear that none does.
  Status CheckBroker(std::chrono::milliseconds timeout) const;

  Status Send(OutRecord record, Delivered done) override;
  Status Flush(std::chrono::milliseconds timeout) override;

 private:
  class Producer;
  explicit KafkaSink(std::unique_ptr<Producer> producer);

  const std::unique_ptr<Producer> producer_;
};

}  // namespace kontor
