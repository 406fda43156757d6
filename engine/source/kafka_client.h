// librdkafka's C API behind owners, for the kafka_* files of this folder alone.
//
// Ownership: a client (rd_kafka_t) is shared: whatever points into its memory (a queue, a fetched message) holds it,
//            and the last one to let go ends it. Queues, topics and messages go before their client.
// Errors:    librdkafka's codes become Status by StatusOf; what the user configured is named.
// Logs:      librdkafka's lines go to spdlog at their level. They hold no payloads; secrets are never in our own
// messages.
#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/status.h"
#include "engine/source/kafka_options.h"

namespace kontor {

template <auto Destroy>
struct KafkaDeleter {
  template <typename T>
  void operator()(T* object) const {
    Destroy(object);
  }
};

using KafkaClient = std::shared_ptr<rd_kafka_t>;
using KafkaConf = std::unique_ptr<rd_kafka_conf_t, KafkaDeleter<rd_kafka_conf_destroy>>;
using KafkaQueue = std::unique_ptr<rd_kafka_queue_t, KafkaDeleter<rd_kafka_queue_destroy>>;
using KafkaEvent = std::unique_ptr<rd_kafka_event_t, KafkaDeleter<rd_kafka_event_destroy>>;
using KafkaTopic = std::unique_ptr<rd_kafka_topic_t, KafkaDeleter<rd_kafka_topic_destroy>>;
using KafkaMessage = std::unique_ptr<rd_kafka_message_t, KafkaDeleter<rd_kafka_message_destroy>>;
using KafkaPartitions =
    std::unique_ptr<rd_kafka_topic_partition_list_t, KafkaDeleter<rd_kafka_topic_partition_list_destroy>>;
using KafkaErrorObject = std::unique_ptr<rd_kafka_error_t, KafkaDeleter<rd_kafka_error_destroy>>;

using KafkaProperty = std::pair<std::string, std::string>;

// A configuration of nothing but where librdkafka's lines go.
KafkaConf NewBareKafkaConf();

// A configuration of `fixed`, and of `defaults` where the options do not say otherwise. InvalidArgument, naming the
// option: unknown, bad, not to be changed, or a secret that is not in a file; NotFound and PermissionDenied of such a
// file.
Result<KafkaConf> NewKafkaConf(const KafkaOptions& options, std::span<const KafkaProperty> fixed,
                               std::span<const KafkaProperty> defaults);

// Takes the configuration. InvalidArgument where librdkafka finds its parts at odds.
Result<KafkaClient> NewKafkaClient(rd_kafka_type_t type, KafkaConf conf);

// The brokers that the client was told to ask first.
std::string BrokersOf(rd_kafka_t* client);

// What librdkafka's code means to us, as `what` and then its words. OK for no error.
Status StatusOf(rd_kafka_resp_err_t error, std::string_view what);
StatusCode CodeOf(rd_kafka_resp_err_t error);

inline int Milliseconds(std::chrono::milliseconds timeout) { return static_cast<int>(timeout.count()); }

}  // namespace kontor
