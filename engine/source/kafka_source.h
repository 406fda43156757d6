// Events from Kafka: the adapter of event_source.h. What librdkafka needs stands behind it, in the other kafka_* files.
//
// Promises kept here: offsets come from the caller and are part of each assignment; checksums are verified; only
// committed records are read; an offset that is not there ends reading and is never answered by another one. Kafka is
// told how far we are (CommitHint) at most once a second, and never asked.
//
// Not seen by librdkafka 2.0, and therefore to be checked by whoever keeps the records (StartOffset, FetchRecord): a
// topic that was deleted and made again while we were away, and has as many records again as were read.
#pragma once

#include <memory>
#include <string>

#include "engine/source/event_source.h"
#include "engine/source/kafka_options.h"

namespace kontor {

struct ClusterFacts {
  std::string id;  // empty where the broker has none
  int32_t brokers = 0;
};

class KafkaSource final : public EventSource {
 public:
  // Does not talk to the broker. InvalidArgument, naming the option.
  static Result<std::unique_ptr<KafkaSource>> Open(KafkaOptions options);
  ~KafkaSource() override;

  Result<std::unique_ptr<Subscription>> Subscribe(const std::string& topic, AssignmentListener* listener) override;
  Result<std::unique_ptr<PartitionReader>> OpenPartition(const std::string& topic, Partition partition, Offset start,
                                                         std::chrono::milliseconds timeout) override;
  Result<std::optional<FetchedRecord>> FetchRecord(const std::string& topic, Partition partition, Offset offset,
                                                   std::chrono::milliseconds timeout) override;
  Result<TopicDescription> DescribeTopic(const std::string& topic, std::chrono::milliseconds timeout) override;
  Status CreateTopic(const std::string& topic, int32_t partitions, const std::map<std::string, std::string>& config,
                     std::chrono::milliseconds timeout) override;

  // For whoever looks at the cluster itself. As the contract's questions: Unavailable where nobody answers in time.
  Result<ClusterFacts> DescribeCluster(std::chrono::milliseconds timeout);
  Result<Watermarks> PartitionEnds(const std::string& topic, Partition partition, std::chrono::milliseconds timeout);

 private:
  struct Clients;
  KafkaSource(KafkaOptions options, std::unique_ptr<Clients> clients);

  const KafkaOptions options_;
  const std::unique_ptr<Clients> clients_;
};

}  // namespace kontor
