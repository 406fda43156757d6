#include "engine/source/kafka_admin.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <span>

#include "engine/source/kafka_message.h"

namespace kontor {
namespace {

using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, KafkaDeleter<rd_kafka_AdminOptions_destroy>>;
using ConfigResource = std::unique_ptr<rd_kafka_ConfigResource_t, KafkaDeleter<rd_kafka_ConfigResource_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, KafkaDeleter<rd_kafka_NewTopic_destroy>>;
using Metadata = std::unique_ptr<const struct rd_kafka_metadata, KafkaDeleter<rd_kafka_metadata_destroy>>;
using Deadline = std::chrono::steady_clock::time_point;

Deadline After(std::chrono::milliseconds timeout) { return std::chrono::steady_clock::now() + timeout; }

std::chrono::milliseconds Until(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return std::max(left, std::chrono::milliseconds(1));
}

// Of a topic, or of the brokers alone where it is null. Metadata come from whichever broker answers first; where none
// does, all that were named did not.
Result<Metadata> QueryMetadata(rd_kafka_t* client, rd_kafka_topic_t* topic, std::chrono::milliseconds timeout) {
  const struct rd_kafka_metadata* answer = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(client, 0, topic, &answer, Milliseconds(timeout));
  if (CodeOf(error) == StatusCode::kUnavailable) {
    return Unavailable(
        "no Kafka broker answers at {} ({}); start one there, name others with --brokers, or see to "
        "security.protocol and SASL (--kafka)",
        BrokersOf(client), rd_kafka_err2str(error));
  }
  KONTOR_RETURN_IF_ERROR(StatusOf(error, "Kafka's metadata"));
  return Metadata(answer);
}

// The controller; where it is none of the brokers (the embedded one names no controller, and librdkafka would wait for
// it), the first of these.
Result<int32_t> BrokerToAsk(rd_kafka_t* client, Deadline deadline) {
  KONTOR_ASSIGN_OR_RETURN(const Metadata metadata, QueryMetadata(client, nullptr, Until(deadline)));
  const std::span brokers(metadata->brokers, static_cast<size_t>(metadata->broker_cnt));
  if (brokers.empty()) return Unavailable("Kafka's metadata name no broker");
  const int32_t controller = rd_kafka_controllerid(client, Milliseconds(Until(deadline)));
  const bool listed =
      std::any_of(brokers.begin(), brokers.end(), [&](const auto& one) { return one.id == controller; });
  return listed ? controller : brokers[0].id;
}

// Asks by `request(options, queue)` and waits for the answer.
template <typename Request>
Result<KafkaEvent> Ask(rd_kafka_t* client, rd_kafka_admin_op_t operation, std::string_view what,
                       std::chrono::milliseconds timeout, const Request& request) {
  const Deadline deadline = After(timeout);
  KONTOR_ASSIGN_OR_RETURN(const int32_t broker, BrokerToAsk(client, deadline));
  const int left = Milliseconds(Until(deadline));
  const AdminOptions options(rd_kafka_AdminOptions_new(client, operation));
  char text[512];
  rd_kafka_AdminOptions_set_broker(options.get(), broker, text, sizeof text);
  rd_kafka_AdminOptions_set_request_timeout(options.get(), left, text, sizeof text);
  if (operation == RD_KAFKA_ADMIN_OP_CREATETOPICS) {  // is answered once the topic is there
    rd_kafka_AdminOptions_set_operation_timeout(options.get(), left, text, sizeof text);
  }
  const KafkaQueue queue(rd_kafka_queue_new(client));
  request(options.get(), queue.get());
  // The answer, an error among them, comes within the timeout; beyond it there is none to come.
  KafkaEvent event(rd_kafka_queue_poll(queue.get(), left + 1'000));
  if (event == nullptr) return Unavailable("{}: no answer from Kafka", what);
  if (const auto error = rd_kafka_event_error(event.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return MakeStatus(CodeOf(error), fmt::format("{}: {}", what, rd_kafka_event_error_string(event.get())));
  }
  return event;
}

int64_t NumberOf(std::string_view text) {
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

TopicConfig ConfigOf(const rd_kafka_ConfigResource_t* resource) {
  TopicConfig config;
  size_t count = 0;
  const auto* entries = rd_kafka_ConfigResource_configs(resource, &count);
  for (const rd_kafka_ConfigEntry_t* entry : std::span(entries, count)) {
    const std::string_view name = rd_kafka_ConfigEntry_name(entry);
    const char* given = rd_kafka_ConfigEntry_value(entry);
    const std::string_view value = given == nullptr ? "" : given;
    if (name == "cleanup.policy") config.cleanup_policy = value;
    if (name == "retention.ms") config.retention_ms = NumberOf(value);
    if (name == "retention.bytes") config.retention_bytes = NumberOf(value);
    if (name == "max.message.bytes") config.message_bytes_max = NumberOf(value);
    if (name == "message.timestamp.type") config.timestamp_type = value;
    if (name == "min.insync.replicas") config.in_sync_min = NumberOf(value);
  }
  return config;
}

}  // namespace

Status CheckKafkaBroker(rd_kafka_t* client, std::chrono::milliseconds timeout) {
  return QueryMetadata(client, nullptr, timeout).status();
}

Result<TopicFacts> QueryTopicFacts(rd_kafka_t* client, const std::string& topic, std::chrono::milliseconds timeout) {
  const Deadline deadline = After(timeout);
  const KafkaTopic handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  if (handle == nullptr) return StatusOf(rd_kafka_last_error(), fmt::format("topic '{}'", topic));
  KONTOR_ASSIGN_OR_RETURN(const Metadata metadata, QueryMetadata(client, handle.get(), Until(deadline)));
  if (metadata->topic_cnt != 1) return Unavailable("Kafka's metadata do not name topic '{}'", topic);
  const rd_kafka_metadata_topic& found = metadata->topics[0];
  if (CodeOf(found.err) == StatusCode::kNotFound) return NotFound("Kafka has no topic '{}'", topic);
  KONTOR_RETURN_IF_ERROR(StatusOf(found.err, fmt::format("topic '{}'", topic)));
  if (found.partition_cnt == 0) return Unavailable("topic '{}' has no partitions yet", topic);

  TopicFacts facts{.cluster_id = "", .partition_count = found.partition_cnt};
  const std::span partitions(found.partitions, static_cast<size_t>(found.partition_cnt));
  facts.replicas_min = facts.in_sync_min = std::numeric_limits<int32_t>::max();
  for (const rd_kafka_metadata_partition& partition : partitions) {
    facts.replicas_min = std::min(facts.replicas_min, partition.replica_cnt);
    facts.in_sync_min = std::min(facts.in_sync_min, partition.isr_cnt);
    facts.leaderless += partition.leader < 0 ? 1 : 0;
  }
  if (char* id = rd_kafka_clusterid(client, Milliseconds(Until(deadline))); id != nullptr) {
    facts.cluster_id = id;
    rd_kafka_mem_free(client, id);
  }
  return facts;
}

Result<TopicConfig> QueryTopicConfig(rd_kafka_t* client, const std::string& topic, std::chrono::milliseconds timeout) {
  const std::string what = fmt::format("the configuration of topic '{}'", topic);
  const ConfigResource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  rd_kafka_ConfigResource_t* resources[] = {resource.get()};
  KONTOR_ASSIGN_OR_RETURN(const KafkaEvent event, Ask(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, what, timeout,
                                                      [&](auto* options, auto* queue) {
                                                        rd_kafka_DescribeConfigs(client, resources, 1, options, queue);
                                                      }));
  size_t count = 0;
  const auto* found =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count != 1) return Internal("{}: {} answers to one question", what, count);
  KONTOR_RETURN_IF_ERROR(StatusOf(rd_kafka_ConfigResource_error(found[0]), what));
  return ConfigOf(found[0]);
}

Result<ClusterFacts> QueryClusterFacts(rd_kafka_t* client, std::chrono::milliseconds timeout) {
  const Deadline deadline = After(timeout);
  KONTOR_ASSIGN_OR_RETURN(const Metadata metadata, QueryMetadata(client, nullptr, Until(deadline)));
  ClusterFacts facts;
  facts.brokers = metadata->broker_cnt;
  if (char* id = rd_kafka_clusterid(client, Milliseconds(Until(deadline))); id != nullptr) {
    facts.id = id;
    rd_kafka_mem_free(client, id);
  }
  return facts;
}

Result<Watermarks> QueryPartitionEnds(rd_kafka_t* client, const std::string& topic, Partition partition,
                                      std::chrono::milliseconds timeout) {
  Watermarks ends;
  KONTOR_RETURN_IF_ERROR(StatusOf(rd_kafka_query_watermark_offsets(client, topic.c_str(), partition.value(), &ends.low,
                                                                   &ends.high, Milliseconds(timeout)),
                                  fmt::format("the ends of partition {} of topic '{}'", partition.value(), topic)));
  return ends;
}

Status CreateKafkaTopic(rd_kafka_t* client, const std::string& topic, int32_t partitions,
                        const std::map<std::string, std::string>& config, std::chrono::milliseconds timeout) {
  const std::string what = fmt::format("topic '{}' cannot be created", topic);
  char text[512];
  constexpr int kBrokersDefault = -1;
  const NewTopic wanted(rd_kafka_NewTopic_new(topic.c_str(), partitions, kBrokersDefault, text, sizeof text));
  if (wanted == nullptr) return InvalidArgument("{}: {}", what, text);
  for (const auto& [name, value] : config) rd_kafka_NewTopic_set_config(wanted.get(), name.c_str(), value.c_str());
  rd_kafka_NewTopic_t* topics[] = {wanted.get()};
  KONTOR_ASSIGN_OR_RETURN(const KafkaEvent event,
                          Ask(client, RD_KAFKA_ADMIN_OP_CREATETOPICS, what, timeout, [&](auto* options, auto* queue) {
                            rd_kafka_CreateTopics(client, topics, 1, options, queue);
                          }));
  size_t count = 0;
  const auto* results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  if (count != 1) return Internal("{}: {} answers to one question", what, count);
  const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(results[0]);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return OkStatus();
  const char* why = rd_kafka_topic_result_error_string(results[0]);
  return MakeStatus(CodeOf(error), fmt::format("{}: {}", what, why != nullptr ? why : rd_kafka_err2str(error)));
}

Result<std::optional<FetchedRecord>> FetchKafkaRecord(const KafkaClient& client, const std::string& topic,
                                                      Partition partition, Offset offset,
                                                      std::chrono::milliseconds timeout) {
  const Deadline deadline = After(timeout);
  const std::string what =
      fmt::format("offset {} of partition {} of topic '{}'", offset.value(), partition.value(), topic);
  int64_t low = 0;
  int64_t high = 0;
  KONTOR_RETURN_IF_ERROR(StatusOf(rd_kafka_query_watermark_offsets(client.get(), topic.c_str(), partition.value(), &low,
                                                                   &high, Milliseconds(Until(deadline))),
                                  what));
  if (offset.value() < low) return std::nullopt;
  KONTOR_RETURN_IF_ERROR(CheckStart(topic, partition, offset + 1, low, high));

  const std::shared_ptr<rd_kafka_topic_t> handle(rd_kafka_topic_new(client.get(), topic.c_str(), nullptr),
                                                 rd_kafka_topic_destroy);
  if (rd_kafka_consume_start(handle.get(), partition.value(), offset.value()) != 0) {
    return StatusOf(rd_kafka_last_error(), what);
  }
  KafkaMessage message(rd_kafka_consume(handle.get(), partition.value(), Milliseconds(Until(deadline))));
  rd_kafka_consume_stop(handle.get(), partition.value());
  if (message == nullptr) return Unavailable("{}: no answer from Kafka", what);
  // At the end, and in a gap, there is no record; retention may have passed it since the first question.
  if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF || message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
    return std::nullopt;
  }
  KONTOR_RETURN_IF_ERROR(StatusOf(message->err, what));
  if (message->offset != offset.value()) return std::nullopt;
  RawRecord record;
  KONTOR_RETURN_IF_ERROR(ReadRecord(*message, &record));
  struct Memory {
    KafkaClient client;  // goes after the message
    KafkaMessage message;
  };
  return FetchedRecord{std::move(record), std::make_shared<const Memory>(Memory{client, std::move(message)})};
}

}  // namespace kontor
