#include "tests/integration/kafka_world.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "engine/base/check.h"
#include "engine/source/kafka_client.h"
#include "engine/source/kafka_sink.h"
#include "engine/source/kafka_source.h"

namespace kontor {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTimeout{30'000};

// A name that no other run and no other case has.
std::string Unique() {
  static std::atomic<int> cases = 0;
  return fmt::format("test-{}-{}-{}", std::chrono::system_clock::now().time_since_epoch().count(), getpid(), cases++);
}

void Must(rd_kafka_resp_err_t error, const std::string& what) {
  const Status status = StatusOf(error, what);
  if (!status.ok()) fmt::print(stderr, "{}\n", Text(status));
  KONTOR_CHECK(status.ok());
}

void Must(rd_kafka_error_t* error, const std::string& what) {
  const KafkaErrorObject owner(error);
  if (error != nullptr) fmt::print(stderr, "{}: {}\n", what, rd_kafka_error_string(error));
  KONTOR_CHECK(error == nullptr);
}

KafkaClient NewClient(rd_kafka_type_t type, const std::vector<KafkaProperty>& properties) {
  KafkaOptions options;
  options.brokers = TestBroker();
  return *NewKafkaClient(type, *NewKafkaConf(options, properties, {}));
}

// Sends an administrator's request by `request(client, queue)` and gives the answer.
template <typename Request>
KafkaEvent Ask(const Request& request) {
  static const KafkaClient kClient = NewClient(RD_KAFKA_PRODUCER, {});
  const KafkaQueue queue(rd_kafka_queue_new(kClient.get()));
  request(kClient.get(), queue.get());
  KafkaEvent event(rd_kafka_queue_poll(queue.get(), Milliseconds(kTimeout)));
  KONTOR_CHECK(event != nullptr);
  Must(rd_kafka_event_error(event.get()), "the broker's answer");
  return event;
}

}  // namespace

std::string TestBroker() {
  const char* broker = std::getenv("KONTOR_TEST_BROKER");
  if (broker == nullptr || *broker == '\0') {
    fmt::print(
        stderr,
        "This test needs a Kafka broker. Run it by tools/test; or run tools/dev/broker start and give the address "
        "that it prints in KONTOR_TEST_BROKER.\n");
    std::exit(1);
  }
  return broker;
}

KafkaWorld::KafkaWorld() : name_(Unique()), source_(NewSource("")) {}

KafkaOptions KafkaWorld::Options() const {
  KafkaOptions options;
  options.brokers = TestBroker();
  // The shortest session that a broker grants unless configured.
  options.properties = {{"session.timeout.ms", "6000"},
                        {"heartbeat.interval.ms", "500"},
                        {"topic.metadata.refresh.interval.ms", "500"},
                        {"topic.metadata.propagation.max.ms", "1000"}};
  return options;
}

std::unique_ptr<EventSource> KafkaWorld::NewSource(const std::string& group, const std::string& member) {
  KafkaOptions options = Options();
  options.group_id = GroupName(group);
  options.member_id = member;
  return *KafkaSource::Open(options);
}

std::unique_ptr<EventSink> KafkaWorld::NewSink() { return *KafkaSink::Open(Options(), Partitioner::kMurmur2); }

std::string KafkaWorld::UnusedTopic() { return fmt::format("{}.{}", name_, topics_++); }

std::string KafkaWorld::NewTopic(int32_t partitions, const std::map<std::string, std::string>& config) {
  std::string topic = UnusedTopic();
  Make(topic, partitions, config);
  return topic;
}

void KafkaWorld::Make(const std::string& topic, int32_t partitions, const std::map<std::string, std::string>& config) {
  // A topic that is being deleted exists until it is gone.
  Status made = AlreadyExists("not made yet");
  while (made.code() == StatusCode::kAlreadyExists) made = source_->CreateTopic(topic, partitions, config, kTimeout);
  if (!made.ok()) fmt::print(stderr, "{}\n", Text(made));
  KONTOR_CHECK(made.ok());
  // Led, once its last record's place can be asked for.
  for (int32_t partition = 0; partition < partitions; ++partition) {
    Status led = Unavailable("not asked yet");
    while (led.code() == StatusCode::kUnavailable || led.code() == StatusCode::kNotFound) {
      led = source_->FetchRecord(topic, Partition(partition), Offset(0), kTimeout).status();
    }
    KONTOR_CHECK(led.code() == StatusCode::kDataLoss);  // it is empty
  }
}

void KafkaWorld::Truncate(const std::string& topic, Partition partition, Offset low) {
  KafkaPartitions list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition.value())->offset = low.value();
  using DeleteRecords = std::unique_ptr<rd_kafka_DeleteRecords_t, KafkaDeleter<rd_kafka_DeleteRecords_destroy>>;
  const DeleteRecords wanted(rd_kafka_DeleteRecords_new(list.get()));
  rd_kafka_DeleteRecords_t* all[] = {wanted.get()};
  const KafkaEvent event =
      Ask([&](rd_kafka_t* client, rd_kafka_queue_t* queue) { rd_kafka_DeleteRecords(client, all, 1, nullptr, queue); });
  const auto* done = rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event.get()));
  Must(done->elems[0].err, "DeleteRecords");
}

void KafkaWorld::DeleteTopic(const std::string& topic) {
  using Deletion = std::unique_ptr<rd_kafka_DeleteTopic_t, KafkaDeleter<rd_kafka_DeleteTopic_destroy>>;
  const Deletion wanted(rd_kafka_DeleteTopic_new(topic.c_str()));
  rd_kafka_DeleteTopic_t* all[] = {wanted.get()};
  const KafkaEvent event =
      Ask([&](rd_kafka_t* client, rd_kafka_queue_t* queue) { rd_kafka_DeleteTopics(client, all, 1, nullptr, queue); });
  size_t count = 0;
  const auto* results = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event.get()), &count);
  Must(rd_kafka_topic_result_error(results[0]), "DeleteTopics");
}

void KafkaWorld::Recreate(const std::string& topic, int32_t partitions) {
  DeleteTopic(topic);
  Make(topic, partitions, {});
}

void KafkaWorld::GrowTo(const std::string& topic, int32_t partitions) {
  using Growth = std::unique_ptr<rd_kafka_NewPartitions_t, KafkaDeleter<rd_kafka_NewPartitions_destroy>>;
  char text[512];
  const Growth wanted(rd_kafka_NewPartitions_new(topic.c_str(), static_cast<size_t>(partitions), text, sizeof text));
  rd_kafka_NewPartitions_t* all[] = {wanted.get()};
  const KafkaEvent event = Ask(
      [&](rd_kafka_t* client, rd_kafka_queue_t* queue) { rd_kafka_CreatePartitions(client, all, 1, nullptr, queue); });
  size_t count = 0;
  const auto* results =
      rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event.get()), &count);
  Must(rd_kafka_topic_result_error(results[0]), "CreatePartitions");
}

int64_t KafkaWorld::Committed(const std::string& group, const std::string& topic, Partition partition) {
  const KafkaClient client = NewClient(RD_KAFKA_CONSUMER, {{"group.id", GroupName(group)}});
  KafkaPartitions list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition.value());
  Must(rd_kafka_committed(client.get(), list.get(), Milliseconds(kTimeout)), "OffsetFetch");
  return std::max<int64_t>(list->elems[0].offset, -1);
}

struct TransactionalEmitter::Producer {
  KafkaClient client;
};

TransactionalEmitter::TransactionalEmitter(const std::string& id)
    : producer_(std::make_unique<Producer>(Producer{NewClient(RD_KAFKA_PRODUCER, {{"transactional.id", id}})})) {
  Must(rd_kafka_init_transactions(producer_->client.get(), Milliseconds(kTimeout)), "init_transactions");
}

TransactionalEmitter::~TransactionalEmitter() = default;

void TransactionalEmitter::Begin() { Must(rd_kafka_begin_transaction(producer_->client.get()), "begin_transaction"); }

void TransactionalEmitter::Send(const std::string& topic, Partition partition, const std::vector<std::string>& values) {
  rd_kafka_t* client = producer_->client.get();
  const KafkaTopic handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  for (const std::string& value : values) {
    std::string copy = value;
    KONTOR_CHECK(rd_kafka_produce(handle.get(), partition.value(), RD_KAFKA_MSG_F_COPY, copy.data(), copy.size(),
                                  nullptr, 0, nullptr) == 0);
  }
  Must(rd_kafka_flush(client, Milliseconds(kTimeout)), "flush");
}

void TransactionalEmitter::Commit() {
  Must(rd_kafka_commit_transaction(producer_->client.get(), Milliseconds(kTimeout)), "commit_transaction");
}

void TransactionalEmitter::Abort() {
  Must(rd_kafka_abort_transaction(producer_->client.get(), Milliseconds(kTimeout)), "abort_transaction");
}

}  // namespace kontor
