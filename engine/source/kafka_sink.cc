#include "engine/source/kafka_sink.h"

#include <atomic>
#include <thread>
#include <vector>

#include "engine/source/kafka_admin.h"
#include "engine/source/kafka_client.h"

namespace kontor {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPollTimeout{100};

std::vector<KafkaProperty> Fixed(Partitioner partitioner) {
  return {{"acks", "all"},
          {"allow.auto.create.topics", "false"},
          {"enable.idempotence", "true"},
          {"partitioner", partitioner == Partitioner::kMurmur2 ? "murmur2_random" : "consistent_random"}};
}

const std::vector<KafkaProperty> kThroughput = {
    {"compression.type", "lz4"},
    {"linger.ms", "5"},
    {"message.max.bytes", std::to_string(kMessageBytesMax)},
};

// What waits for a record's fate: travels through librdkafka as the message's opaque.
struct Pending {
  EventSink::Delivered done;
  std::string topic;
};

// Why the record of a topic was not taken.
Status NotTaken(rd_kafka_t* client, rd_kafka_resp_err_t error, const std::string& topic) {
  if (CodeOf(error) != StatusCode::kNotFound) {
    std::string what = fmt::format("topic '{}': the record was not accepted", topic);
    if (error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
      what += fmt::format("; raise the topic's max.message.bytes ({} takes all that Kontor reads)", kMessageBytesMax);
    }
    return StatusOf(error, what);
  }
  return NotFound(
      "topic {}: there is none of that name at {}; create it, as kontor doctor tells, or name another with --topic",
      topic, BrokersOf(client));
}

void OnDelivered(rd_kafka_t* client, const rd_kafka_message_t* message, void*) noexcept {
  const std::unique_ptr<Pending> pending(static_cast<Pending*>(message->_private));
  if (!pending->done) return;
  const bool taken = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
  pending->done(taken ? OkStatus() : NotTaken(client, message->err, pending->topic), Partition(message->partition),
                Offset(message->offset));
}

}  // namespace

// The client, and the thread on which delivery callbacks run.
class KafkaSink::Producer {
 public:
  explicit Producer(KafkaClient client) : client_(std::move(client)) {
    thread_ = std::thread([this] {
      while (!stopping_) rd_kafka_poll(client_.get(), Milliseconds(kPollTimeout));
    });
  }
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  ~Producer() {
    stopping_ = true;
    thread_.join();
    // What was not delivered is given up, and told so here.
    rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (rd_kafka_flush(client_.get(), Milliseconds(kPollTimeout)) == RD_KAFKA_RESP_ERR__TIMED_OUT) {
    }
  }

  rd_kafka_t* client() const { return client_.get(); }

 private:
  const KafkaClient client_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

Result<std::unique_ptr<KafkaSink>> KafkaSink::Open(const KafkaOptions& options, Partitioner partitioner) {
  KONTOR_ASSIGN_OR_RETURN(KafkaConf conf, NewKafkaConf(options, Fixed(partitioner), kThroughput));
  rd_kafka_conf_set_dr_msg_cb(conf.get(), OnDelivered);
  KONTOR_ASSIGN_OR_RETURN(KafkaClient client, NewKafkaClient(RD_KAFKA_PRODUCER, std::move(conf)));
  return std::unique_ptr<KafkaSink>(new KafkaSink(std::make_unique<Producer>(std::move(client))));
}

KafkaSink::KafkaSink(std::unique_ptr<Producer> producer) : producer_(std::move(producer)) {}

KafkaSink::~KafkaSink() = default;

Status KafkaSink::CheckBroker(milliseconds timeout) const { return CheckKafkaBroker(producer_->client(), timeout); }

Status KafkaSink::Send(OutRecord record, Delivered done) {
  if (record.timestamp_ms.value_or(1) <= 0) {
    return InvalidArgument("topic '{}': Kafka takes no timestamp before 1970-01-01T00:00:00.001Z", record.topic);
  }
  auto pending = std::make_unique<Pending>(Pending{std::move(done), record.topic});
  std::vector<rd_kafka_vu_t> parts;
  const auto add = [&parts](rd_kafka_vtype_t type) -> auto& {
    parts.push_back({});
    parts.back().vtype = type;
    return parts.back().u;
  };
  const auto bytes = [](std::optional<std::string>& of) {
    return of ? decltype(rd_kafka_vu_t::u.mem){of->data(), of->size()} : decltype(rd_kafka_vu_t::u.mem){nullptr, 0};
  };
  add(RD_KAFKA_VTYPE_TOPIC).cstr = record.topic.c_str();
  if (record.partition) add(RD_KAFKA_VTYPE_PARTITION).i32 = record.partition->value();
  if (record.timestamp_ms) add(RD_KAFKA_VTYPE_TIMESTAMP).i64 = *record.timestamp_ms;
  add(RD_KAFKA_VTYPE_KEY).mem = bytes(record.key);
  add(RD_KAFKA_VTYPE_VALUE).mem = bytes(record.value);
  for (auto& [name, value] : record.headers) {
    const auto memory = bytes(value);
    add(RD_KAFKA_VTYPE_HEADER).header = {name.c_str(), memory.ptr, static_cast<ssize_t>(memory.size)};
  }
  add(RD_KAFKA_VTYPE_MSGFLAGS).i = RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK;  // waits while the queue is full
  add(RD_KAFKA_VTYPE_OPAQUE).ptr = pending.get();
  const KafkaErrorObject error(rd_kafka_produceva(producer_->client(), parts.data(), parts.size()));
  if (error == nullptr) {
    static_cast<void>(pending.release());  // OnDelivered has it
    return OkStatus();
  }
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error.get());
  if (CodeOf(code) == StatusCode::kNotFound) return NotTaken(producer_->client(), code, record.topic);
  std::string what = fmt::format("topic '{}': a record with a key of {} and a value of {} bytes was not queued",
                                 record.topic, record.key.value_or("").size(), record.value.value_or("").size());
  // Said here, it is the client's own bound; the broker's comes with the delivery.
  if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) what += "; raise the client's message.max.bytes (--kafka)";
  return StatusOf(code, what);
}

Status KafkaSink::Flush(milliseconds timeout) {
  return StatusOf(rd_kafka_flush(producer_->client(), Milliseconds(timeout)), "not all records were delivered in time");
}

}  // namespace kontor
