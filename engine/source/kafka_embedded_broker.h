// A Kafka broker inside this process, for the demo and for quick tests: librdkafka's mock cluster, which speaks the
// real protocol over TCP on 127.0.0.1 and keeps everything in memory. It is no broker to keep data in.
//
// Bounds:  of each partition it holds the last 5 MiB of batches as they were sent, or the last 100,000 batches, and
//          drops older ones without a word (readers then meet DataLoss). Whoever sends more paces itself by what was
//          read.
// Without: static membership, transactions, compaction, retention by time, LogAppendTime, growth of partitions, the
//          recognition of a batch that an idempotent producer sends twice, and the requests that read a topic's
//          configuration and create topics (Unimplemented). A topic that somebody asks for springs up with four
//          partitions.
//
// Threads: any. Everything ends with the object.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "engine/base/status.h"

namespace kontor {

class KafkaEmbeddedBroker {
 public:
  inline static constexpr int64_t kPartitionBytesMax = 5 << 20;

  // Topics by name with their numbers of partitions.
  static Result<std::unique_ptr<KafkaEmbeddedBroker>> Start(const std::map<std::string, int32_t>& topics);
  ~KafkaEmbeddedBroker();

  // Where it listens: HOST:PORT.
  std::string brokers() const;

  Status CreateTopic(const std::string& topic, int32_t partitions);
  // Cuts every connection and takes no new one, until SetUp. What it holds stays.
  void SetDown();
  void SetUp();

 private:
  struct Cluster;
  explicit KafkaEmbeddedBroker(std::unique_ptr<Cluster> cluster);

  const std::unique_ptr<Cluster> cluster_;
};

}  // namespace kontor
