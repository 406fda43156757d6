#include "engine/source/kafka_source.h"

#include <vector>

#include "engine/source/kafka_admin.h"
#include "engine/source/kafka_client.h"
#include "engine/source/kafka_group.h"
#include "engine/source/kafka_reader.h"

namespace kontor {
namespace {

// For readers whose records count: see the promises in the header.
const std::vector<KafkaProperty> kReading = {
    {"allow.auto.create.topics", "false"},
    {"auto.offset.reset", "error"},
    {"check.crcs", "true"},
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"enable.partition.eof", "true"},
    {"isolation.level", "read_committed"},
    {"partition.assignment.strategy", "range"},
    {"statistics.interval.ms", "1000"},
};

// librdkafka 2.0 waits up to a second before it fetches again once its queue was full; so the queue holds more than a
// shard takes in that time.
const std::vector<KafkaProperty> kThroughput = {
    {"fetch.message.max.bytes", "8388608"},
    {"fetch.wait.max.ms", "100"},
    {"queued.max.messages.kbytes", "131072"},
    {"queued.min.messages", "300000"},
};

// For single questions: no group, nothing fetched ahead.
const std::vector<KafkaProperty> kAsking = {
    {"allow.auto.create.topics", "false"}, {"auto.offset.reset", "error"},        {"check.crcs", "true"},
    {"enable.auto.commit", "false"},       {"enable.auto.offset.store", "false"}, {"enable.partition.eof", "true"},
    {"isolation.level", "read_committed"}, {"queued.min.messages", "1"},
};

Result<KafkaClient> NewReadingClient(const KafkaOptions& options, const std::string& group, const std::string& member) {
  std::vector<KafkaProperty> fixed = kReading;
  fixed.emplace_back("group.id", group);
  if (!member.empty()) fixed.emplace_back("group.instance.id", member);
  KONTOR_ASSIGN_OR_RETURN(KafkaConf conf, NewKafkaConf(options, fixed, kThroughput));
  rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS);
  return NewKafkaClient(RD_KAFKA_CONSUMER, std::move(conf));
}

Result<KafkaClient> NewAskingClient(const KafkaOptions& options) {
  KONTOR_ASSIGN_OR_RETURN(KafkaConf conf, NewKafkaConf(options, kAsking, {}));
  return NewKafkaClient(RD_KAFKA_CONSUMER, std::move(conf));
}

}  // namespace

struct KafkaSource::Clients {
  KafkaClient asking;
};

Result<std::unique_ptr<KafkaSource>> KafkaSource::Open(KafkaOptions options) {
  auto clients = std::make_unique<Clients>();
  KONTOR_ASSIGN_OR_RETURN(clients->asking, NewAskingClient(options));
  return std::unique_ptr<KafkaSource>(new KafkaSource(std::move(options), std::move(clients)));
}

KafkaSource::KafkaSource(KafkaOptions options, std::unique_ptr<Clients> clients)
    : options_(std::move(options)), clients_(std::move(clients)) {}

KafkaSource::~KafkaSource() = default;

Result<std::unique_ptr<Subscription>> KafkaSource::Subscribe(const std::string& topic, AssignmentListener* listener) {
  if (options_.group_id.empty()) return FailedPrecondition("no consumer group is named; give --group-id");
  KONTOR_ASSIGN_OR_RETURN(KafkaClient client, NewReadingClient(options_, options_.group_id, options_.member_id));
  return std::make_unique<KafkaGroup>(std::move(client), topic, options_.member_id, listener);
}

Result<std::unique_ptr<PartitionReader>> KafkaSource::OpenPartition(const std::string& topic, Partition partition,
                                                                    Offset start, std::chrono::milliseconds timeout) {
  KONTOR_ASSIGN_OR_RETURN(const TopicFacts facts, QueryTopicFacts(clients_->asking.get(), topic, timeout));
  if (partition.value() < 0 || partition.value() >= facts.partition_count) {
    return NotFound("topic '{}' has {} partitions, and no partition {}", topic, facts.partition_count,
                    partition.value());
  }
  // librdkafka assigns to a client of a group only; this one never joins it.
  const std::string group = options_.group_id.empty() ? "kontor" : options_.group_id;
  KONTOR_ASSIGN_OR_RETURN(KafkaClient client, NewReadingClient(options_, group, ""));
  rd_kafka_poll_set_consumer(client.get());
  auto shared = std::make_shared<KafkaPartition>(client, topic, partition);
  KafkaPartitions list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition.value())->offset = start.value();
  KONTOR_RETURN_IF_ERROR(StatusOf(rd_kafka_assign(client.get(), list.get()), fmt::format("topic '{}'", topic)));
  return std::make_unique<KafkaDirectReader>(std::move(shared), KafkaQueue(rd_kafka_queue_get_consumer(client.get())),
                                             start);
}

Result<std::optional<FetchedRecord>> KafkaSource::FetchRecord(const std::string& topic, Partition partition,
                                                              Offset offset, std::chrono::milliseconds timeout) {
  // A client of its own: two questions about one partition at a time would take each other's answers.
  KONTOR_ASSIGN_OR_RETURN(const KafkaClient client, NewAskingClient(options_));
  return FetchKafkaRecord(client, topic, partition, offset, timeout);
}

Result<TopicDescription> KafkaSource::DescribeTopic(const std::string& topic, std::chrono::milliseconds timeout) {
  TopicDescription description;
  KONTOR_ASSIGN_OR_RETURN(description.facts, QueryTopicFacts(clients_->asking.get(), topic, timeout));
  description.config = QueryTopicConfig(clients_->asking.get(), topic, timeout);
  return description;
}

Result<ClusterFacts> KafkaSource::DescribeCluster(std::chrono::milliseconds timeout) {
  return QueryClusterFacts(clients_->asking.get(), timeout);
}

Result<Watermarks> KafkaSource::PartitionEnds(const std::string& topic, Partition partition,
                                              std::chrono::milliseconds timeout) {
  return QueryPartitionEnds(clients_->asking.get(), topic, partition, timeout);
}

Status KafkaSource::CreateTopic(const std::string& topic, int32_t partitions,
                                const std::map<std::string, std::string>& config, std::chrono::milliseconds timeout) {
  return CreateKafkaTopic(clients_->asking.get(), topic, partitions, config, timeout);
}

}  // namespace kontor
