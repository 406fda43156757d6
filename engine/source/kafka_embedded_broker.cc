#include "engine/source/kafka_embedded_broker.h"

// The mock's header leans on rdkafka.h.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "engine/source/kafka_client.h"

namespace kontor {

struct KafkaEmbeddedBroker::Cluster {
  KafkaClient host;  // the cluster's threads live in a client
  std::unique_ptr<rd_kafka_mock_cluster_t, KafkaDeleter<rd_kafka_mock_cluster_destroy>> mock;
};

Result<std::unique_ptr<KafkaEmbeddedBroker>> KafkaEmbeddedBroker::Start(const std::map<std::string, int32_t>& topics) {
  auto cluster = std::make_unique<Cluster>();
  KONTOR_ASSIGN_OR_RETURN(cluster->host, NewKafkaClient(RD_KAFKA_PRODUCER, NewBareKafkaConf()));
  cluster->mock.reset(rd_kafka_mock_cluster_new(cluster->host.get(), 1));
  if (cluster->mock == nullptr) return Unavailable("the embedded broker cannot listen on 127.0.0.1");
  std::unique_ptr<KafkaEmbeddedBroker> broker(new KafkaEmbeddedBroker(std::move(cluster)));
  for (const auto& [topic, partitions] : topics) KONTOR_RETURN_IF_ERROR(broker->CreateTopic(topic, partitions));
  return broker;
}

KafkaEmbeddedBroker::KafkaEmbeddedBroker(std::unique_ptr<Cluster> cluster) : cluster_(std::move(cluster)) {}

KafkaEmbeddedBroker::~KafkaEmbeddedBroker() = default;

std::string KafkaEmbeddedBroker::brokers() const { return rd_kafka_mock_cluster_bootstraps(cluster_->mock.get()); }

Status KafkaEmbeddedBroker::CreateTopic(const std::string& topic, int32_t partitions) {
  return StatusOf(rd_kafka_mock_topic_create(cluster_->mock.get(), topic.c_str(), partitions, 1),
                  fmt::format("topic '{}' cannot be created", topic));
}

void KafkaEmbeddedBroker::SetDown() { rd_kafka_mock_broker_set_down(cluster_->mock.get(), -1); }

void KafkaEmbeddedBroker::SetUp() { rd_kafka_mock_broker_set_up(cluster_->mock.get(), -1); }

}  // namespace kontor
