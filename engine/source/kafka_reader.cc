#include "engine/source/kafka_reader.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "engine/source/kafka_message.h"

namespace kontor {
namespace {

constexpr std::chrono::milliseconds kWatermarksTimeout{5'000};

}  // namespace

KafkaPartition::KafkaPartition(KafkaClient client, std::string topic, Partition partition)
    : client_(std::move(client)),
      topic_(std::move(topic)),
      partition_(partition),
      queue_(rd_kafka_queue_get_partition(client_.get(), topic_.c_str(), partition.value())) {
  rd_kafka_queue_forward(queue_.get(), nullptr);
}

void KafkaPartition::End(Status status) {
  {
    const std::lock_guard lock(mutex_);
    if (!ended_.ok()) return;
    ended_ = std::move(status);
    has_ended_ = true;
  }
  Wake();
}

Status KafkaPartition::ended() const {
  if (!has_ended_) return OkStatus();
  const std::lock_guard lock(mutex_);
  return ended_;
}

void KafkaPartition::SetLastStable(int64_t offset) {
  int64_t known = last_stable_;
  while (known < offset && !last_stable_.compare_exchange_weak(known, offset)) {
  }
}

Watermarks KafkaPartition::watermarks() const {
  Watermarks marks;
  rd_kafka_get_watermark_offsets(client_.get(), topic_.c_str(), partition_.value(), &marks.low, &marks.high);
  marks.low = std::max<int64_t>(marks.low, -1);  // librdkafka: -1001 is "not known"
  marks.high = std::max<int64_t>(marks.high, -1);
  marks.last_stable = last_stable_;
  return marks;
}

void KafkaPartition::Observe(const KafkaStatistics& statistics) {
  const auto found = statistics.partitions.find(partition_);
  SetBroker(found == statistics.partitions.end() ? BrokerState::kAway : found->second.broker);
  if (found != statistics.partitions.end()) SetLastStable(found->second.last_stable);
}

void KafkaPartition::Wake() {
  woken_ = true;
  rd_kafka_queue_yield(queue_.get());
}

struct KafkaReader::Messages {
  explicit Messages(KafkaClient of) : client(std::move(of)) {}
  Messages(const Messages&) = delete;
  Messages& operator=(const Messages&) = delete;
  ~Messages() {
    for (rd_kafka_message_t* message : all) rd_kafka_message_destroy(message);
  }
  const KafkaClient client;  // goes after its messages
  std::vector<rd_kafka_message_t*> all;
};

KafkaReader::KafkaReader(std::shared_ptr<KafkaPartition> partition, Offset start)
    : partition_(std::move(partition)), next_offset_(start) {}

KafkaReader::~KafkaReader() = default;

Result<Batch> KafkaReader::Poll(size_t records_max, size_t bytes_max, std::chrono::milliseconds timeout) {
  KONTOR_RETURN_IF_ERROR(partition_->ended());
  if (messages_ == nullptr && failure_.ok()) Fetch(records_max, timeout);
  KONTOR_RETURN_IF_ERROR(partition_->ended());

  Batch batch;
  batch.at_end = at_end_;
  batch.memory = messages_;
  if (messages_ != nullptr) batch.records.reserve(messages_->all.size() - used_);
  size_t bytes = 0;
  while (messages_ != nullptr && failure_.ok() && batch.records.size() < records_max && bytes < bytes_max) {
    if (used_ < messages_->all.size()) Take(messages_->all[used_++], &batch, &bytes);
    if (used_ == messages_->all.size()) messages_ = nullptr;
  }
  batch.next_offset = next_offset_;
  at_end_ = batch.at_end;
  if (!batch.records.empty()) {
    partition_->SetBroker(BrokerState::kAnswers);
    return batch;
  }
  if (!failure_.ok()) return failure_;
  switch (partition_->broker()) {
    case BrokerState::kAway:
      return Unavailable("{}: its Kafka broker is away; trying again", Place());
    case BrokerState::kSilent:
      return Unavailable("{}: its Kafka broker is connected and does not answer; waiting for it", Place());
    case BrokerState::kAnswers:
      break;
  }
  return batch;
}

void KafkaReader::Fetch(size_t records_max, std::chrono::milliseconds timeout) {
  // librdkafka fills the whole array or waits the whole timeout; so what is there is taken without waiting, and only
  // for a first message is waited.
  auto messages = std::make_shared<Messages>(partition_->client());
  auto& all = messages->all;
  all.resize(std::max<size_t>(records_max, 1));
  const auto take = [&](size_t have, size_t most, std::chrono::milliseconds wait) {
    const ssize_t count =
        rd_kafka_consume_batch_queue(partition_->queue(), Milliseconds(wait), all.data() + have, most - have);
    return have + static_cast<size_t>(std::max<ssize_t>(count, 0));
  };
  size_t count = take(0, all.size(), std::chrono::milliseconds(0));
  if (count == 0 && !partition_->TakeWake()) {
    count = take(0, 1, timeout);
    partition_->TakeWake();
    if (count == 1) count = take(1, all.size(), std::chrono::milliseconds(0));
  }
  all.resize(count);
  if (count == 0) return;
  messages_ = std::move(messages);
  used_ = 0;
}

void KafkaReader::Take(rd_kafka_message_t* message, Batch* batch, size_t* bytes) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return TakeError(*message, batch);
  if (message->offset < next_offset_.value()) {
    return Fail(DataLoss("{}: Kafka delivered offset {} after {}", Place(), message->offset, next_offset_.value() - 1));
  }
  RawRecord& record = batch->records.emplace_back();
  if (const Status read = ReadRecord(*message, &record); !read.ok()) {
    batch->records.pop_back();
    return Fail(DataLoss("{}: {}", Place(), Text(read)));
  }
  *bytes += message->key_len + message->len;
  for (const RawHeader& header : record.headers) *bytes += header.name.size() + header.value.value_or("").size();
  batch->at_end = false;
  next_offset_ = Offset(message->offset + 1);
}

void KafkaReader::TakeError(const rd_kafka_message_t& message, Batch* batch) {
  const char* text = rd_kafka_message_errstr(&message);
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      // Its offset is behind markers and aborted records too. With read_committed it is the last stable offset.
      next_offset_ = std::max(next_offset_, Offset(message.offset));
      partition_->SetLastStable(message.offset);
      partition_->SetBroker(BrokerState::kAnswers);
      batch->at_end = true;
      return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      return Fail(Truncated(std::max(message.offset, next_offset_.value())));
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      // It may be made again under its name, and librdkafka would read on in it.
      return Fail(
          DataLoss("{}: the topic was deleted while it was read; what comes under its name is another topic", Place()));
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return Fail(
          DataLoss("{}: what the broker holds behind offset {} cannot be read: {}. Nothing behind it was taken; "
                   "restore the partition from a replica",
                   Place(), next_offset_.value() - 1, text));
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return Fail(PermissionDenied("{}: the broker does not let us read it: {}", Place(), text));
    default:
      // The fetch failed and is tried again by librdkafka, from where it stood.
      spdlog::warn("{}: {}", Place(), text);
      partition_->SetBroker(BrokerState::kAway);
  }
}

void KafkaReader::Fail(Status status) {
  failure_ = std::move(status);
  KafkaPartitions list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), partition_->topic().c_str(), partition_->partition().value());
  rd_kafka_pause_partitions(partition_->client().get(), list.get());
}

Status KafkaReader::Truncated(int64_t offset) const {
  int64_t low = -1;
  int64_t high = -1;
  const rd_kafka_resp_err_t error =
      rd_kafka_query_watermark_offsets(partition_->client().get(), partition_->topic().c_str(),
                                       partition_->partition().value(), &low, &high, Milliseconds(kWatermarksTimeout));
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    KONTOR_RETURN_IF_ERROR(CheckStart(partition_->topic(), partition_->partition(), Offset(offset), low, high));
  }
  return DataLoss("{}: the broker says that offset {} is not there, now that it holds {} to {}", Place(), offset, low,
                  high - 1);
}

std::string KafkaReader::Place() const {
  return fmt::format("partition {} of topic '{}'", partition_->partition().value(), partition_->topic());
}

KafkaDirectReader::KafkaDirectReader(std::shared_ptr<KafkaPartition> partition, KafkaQueue events, Offset start)
    : KafkaReader(partition, start), partition_(std::move(partition)), events_(std::move(events)) {}

Result<Batch> KafkaDirectReader::Poll(size_t records_max, size_t bytes_max, std::chrono::milliseconds timeout) {
  while (KafkaEvent event{rd_kafka_queue_poll(events_.get(), 0)}) {
    switch (rd_kafka_event_type(event.get())) {
      case RD_KAFKA_EVENT_STATS:
        if (const auto statistics = ReadKafkaStatistics(rd_kafka_event_stats(event.get()), partition_->topic());
            statistics.ok()) {
          partition_->Observe(*statistics);
        }
        break;
      case RD_KAFKA_EVENT_ERROR:
        if (rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
          partition_->SetBroker(BrokerState::kAway);
        break;
      default:
        break;
    }
  }
  return KafkaReader::Poll(records_max, bytes_max, timeout);
}

}  // namespace kontor
