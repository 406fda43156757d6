// The in-memory source and Kafka's adapter on the embedded broker under one suite. Real Kafka: tests/integration.
#include "engine/event/decoder.h"
#include "engine/source/in_memory_source.h"
#include "engine/source/kafka_embedded_broker.h"
#include "engine/source/kafka_sink.h"
#include "engine/source/kafka_source.h"
#include "tests/conformance/event_source_suite.h"

namespace kontor {
namespace {

class InMemoryWorld {
 public:
  std::string NewTopic(int32_t partitions) {
    std::string topic = UnusedTopic();
    KONTOR_CHECK(cluster_.CreateTopic(topic, partitions).ok());
    return topic;
  }
  std::string UnusedTopic() { return "topic-" + std::to_string(topics_++); }
  std::unique_ptr<EventSource> NewSource(const std::string& group) {
    return std::make_unique<InMemorySource>(&cluster_, group);
  }
  std::unique_ptr<EventSink> NewSink() { return std::make_unique<InMemorySink>(&cluster_, Partitioner::kMurmur2); }
  void SetDown() { cluster_.SetDown(); }
  void SetUp() { cluster_.SetUp(); }
  void Truncate(const std::string& topic, Partition partition, Offset low) { cluster_.Truncate(topic, partition, low); }
  void Recreate(const std::string& topic, int32_t partitions) {
    cluster_.DeleteTopic(topic);
    KONTOR_CHECK(cluster_.CreateTopic(topic, partitions).ok());
  }

 private:
  InMemoryCluster cluster_;
  int topics_ = 0;
};

class EmbeddedWorld {
 public:
  EmbeddedWorld() : broker_(*KafkaEmbeddedBroker::Start({})) {}
  std::string NewTopic(int32_t partitions) {
    std::string topic = "topic-" + std::to_string(topics_++);
    KONTOR_CHECK(broker_->CreateTopic(topic, partitions).ok());
    return topic;
  }
  std::unique_ptr<EventSource> NewSource(const std::string& group) {
    KafkaOptions options;
    options.brokers = broker_->brokers();
    options.group_id = group;
    // The mock cluster lets a rebalance wait for about a session.
    options.properties = {{"session.timeout.ms", "3000"}, {"heartbeat.interval.ms", "300"}};
    return *KafkaSource::Open(options);
  }
  std::unique_ptr<EventSink> NewSink() {
    KafkaOptions options;
    options.brokers = broker_->brokers();
    return *KafkaSink::Open(options, Partitioner::kMurmur2);
  }
  void SetDown() { broker_->SetDown(); }
  void SetUp() { broker_->SetUp(); }

 private:
  std::unique_ptr<KafkaEmbeddedBroker> broker_;
  int topics_ = 0;
};

TEST(KafkaSourceTest, WhereNoBrokerAnswersTheirAddressesAreNamed) {
  KafkaOptions options;
  options.brokers = "127.0.0.1:1";
  const auto source = *KafkaSource::Open(options);
  const Status status = source->DescribeTopic("t", std::chrono::milliseconds(500)).status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(Text(status)), HasSubstr("no Kafka broker answers at 127.0.0.1:1"));
}

class KafkaSinkTest : public ::testing::Test {
 protected:
  // Sends noise of that size to a topic that takes it.
  Status Send(size_t bytes, std::map<std::string, std::string> properties = {}) {
    KafkaOptions options;
    options.brokers = broker_->brokers();
    options.properties = std::move(properties);
    const auto sink = *KafkaSink::Open(options, Partitioner::kMurmur2);
    return SendAll(*sink, {RecordOn("topic", Partition(0), Noise(bytes))})[0].status;
  }

  const std::unique_ptr<KafkaEmbeddedBroker> broker_ = *KafkaEmbeddedBroker::Start({{"topic", 1}});
};

TEST_F(KafkaSinkTest, TheLargestEventIsSent) { EXPECT_EQ(Send(kMaxValueBytes), OkStatus()); }

TEST_F(KafkaSinkTest, WhatTheClientDoesNotSendIsToldWithItsBoundWhichCanBeRaised) {
  const Status refused = Send(kMessageBytesMax);
  EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(Text(refused)), HasSubstr("raise the client's message.max.bytes (--kafka)"));
  EXPECT_EQ(Send(kMessageBytesMax, {{"message.max.bytes", "4000000"}}), OkStatus());
}

INSTANTIATE_TYPED_TEST_SUITE_P(InMemory, EventSourceSuite, InMemoryWorld);
INSTANTIATE_TYPED_TEST_SUITE_P(InMemory, EventSourceOutageSuite, InMemoryWorld);
INSTANTIATE_TYPED_TEST_SUITE_P(InMemory, EventSourceHistorySuite, InMemoryWorld);
INSTANTIATE_TYPED_TEST_SUITE_P(EmbeddedBroker, EventSourceSuite, EmbeddedWorld);
INSTANTIATE_TYPED_TEST_SUITE_P(EmbeddedBroker, EventSourceOutageSuite, EmbeddedWorld);

}  // namespace
}  // namespace kontor
