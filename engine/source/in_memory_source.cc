#include "engine/source/in_memory_source.h"

#include <utility>

#include "engine/source/in_memory_cluster.h"

namespace kontor {
namespace {

using std::chrono::milliseconds;

RawRecord View(int64_t offset, const InMemoryRecord& stored) {
  RawRecord record;
  record.offset = Offset(offset);
  record.timestamp_ms = stored.timestamp_ms;
  record.timestamp_type = stored.timestamp_type;
  record.key = stored.sent.key;
  record.value = stored.sent.value;
  for (const auto& [name, value] : stored.sent.headers) record.headers.push_back({name, value});
  return record;
}

size_t BytesOf(const RawRecord& record) {
  size_t bytes = record.key.value_or("").size() + record.value.value_or("").size();
  for (const RawHeader& header : record.headers) bytes += header.name.size() + header.value.value_or("").size();
  return bytes;
}

}  // namespace

class InMemoryCluster::Reader final : public PartitionReader {
 public:
  Reader(State* state, std::shared_ptr<InMemoryTopic> topic, Partition partition, Offset start,
         std::shared_ptr<InMemoryReading> reading)
      : state_(state),
        topic_(std::move(topic)),
        partition_(partition),
        next_offset_(start.value()),
        reading_(std::move(reading)) {}

  Result<Batch> Poll(size_t records_max, size_t bytes_max, milliseconds timeout) override {
    std::unique_lock lock(state_->mutex);
    const auto until = std::chrono::steady_clock::now() + timeout;
    while (true) {
      KONTOR_RETURN_IF_ERROR(reading_->ended);
      if (!state_->down) {
        Batch batch = Take(records_max, bytes_max);
        if (!batch.records.empty() || batch.at_end) return batch;
        KONTOR_RETURN_IF_ERROR(reading_->ended);
      }
      if (std::exchange(reading_->woken, false)) break;
      if (state_->changed.wait_until(lock, until) == std::cv_status::timeout) break;
    }
    KONTOR_RETURN_IF_ERROR(reading_->ended);
    KONTOR_RETURN_IF_ERROR(state_->CheckUp());
    return Batch{
        .records = {}, .next_offset = Offset(next_offset_), .at_end = end_told_ == Stored().high, .memory = nullptr};
  }

  void Wake() override {
    const std::lock_guard lock(state_->mutex);
    reading_->woken = true;
    state_->changed.notify_all();
  }

  Watermarks watermarks() const override {
    const std::lock_guard lock(state_->mutex);
    return {Stored().low, Stored().high, Stored().high};
  }

  void CommitHint(Offset next_offset) override {
    const std::lock_guard lock(state_->mutex);
    Stored().hint = next_offset;
  }

 private:
  InMemoryPartition& Stored() const { return topic_->partitions[static_cast<size_t>(partition_.value())]; }

  // What is there now; ends reading where what comes next cannot be read.
  Batch Take(size_t records_max, size_t bytes_max) {
    const InMemoryPartition& stored = Stored();
    Batch batch;
    if (topic_->deleted) {
      reading_->ended = DataLoss(
          "partition {} of topic '{}': the topic was deleted while it was read; what comes under its "
          "name is another topic",
          partition_.value(), topic_->name);
      return batch;
    }
    reading_->ended = CheckStart(topic_->name, partition_, Offset(next_offset_), stored.low, stored.high);
    if (!reading_->ended.ok()) return batch;

    auto memory = std::make_shared<std::vector<std::shared_ptr<const InMemoryRecord>>>();
    size_t bytes = 0;
    auto next = stored.records.lower_bound(next_offset_);
    for (; next != stored.records.end() && batch.records.size() < records_max && bytes < bytes_max; ++next) {
      if (stored.corrupt.contains(next->first)) {
        if (batch.records.empty()) {
          reading_->ended = DataLoss("partition {} of topic '{}': the checksum of offset {} does not fit",
                                     partition_.value(), topic_->name, next->first);
        }
        break;
      }
      memory->push_back(next->second);
      batch.records.push_back(View(next->first, *next->second));
      bytes += BytesOf(batch.records.back());
      next_offset_ = next->first + 1;
    }
    if (next == stored.records.end() && std::exchange(end_told_, stored.high) != stored.high) {
      batch.at_end = true;
      next_offset_ = stored.high;
    }
    batch.next_offset = Offset(next_offset_);
    batch.memory = std::move(memory);
    return batch;
  }

  State* const state_;
  const std::shared_ptr<InMemoryTopic> topic_;
  const Partition partition_;
  int64_t next_offset_;
  int64_t end_told_ = -1;
  const std::shared_ptr<InMemoryReading> reading_;
};

std::unique_ptr<PartitionReader> InMemoryCluster::State::NewReader(std::shared_ptr<InMemoryTopic> topic,
                                                                   Partition partition, Offset start,
                                                                   std::shared_ptr<InMemoryReading> reading) {
  return std::make_unique<Reader>(this, std::move(topic), partition, start, std::move(reading));
}

class InMemoryCluster::Joined final : public Subscription {
 public:
  Joined(State* state, std::string group_id, std::string topic, AssignmentListener* listener)
      : state_(state), member_(std::make_shared<InMemoryMember>()) {
    member_->group_id = std::move(group_id);
    member_->topic = std::move(topic);
    member_->listener = listener;
    member_->status = Unavailable("topic '{}': not joined yet", member_->topic);
    const std::lock_guard lock(state_->mutex);
    state_->members.push_back(member_);
    state_->Rebalance(member_->group_id, member_->topic);
  }
  Joined(const Joined&) = delete;
  Joined& operator=(const Joined&) = delete;

  ~Joined() override {
    std::unique_lock lock(state_->mutex);
    member_->leaving = true;
    state_->Rebalance(member_->group_id, member_->topic);
    state_->changed.wait(lock, [this] { return member_->left; });
  }

  Status status() const override {
    const std::lock_guard lock(state_->mutex);
    return state_->down ? state_->CheckUp() : member_->status;
  }

 private:
  State* const state_;
  const std::shared_ptr<InMemoryMember> member_;
};

InMemorySource::InMemorySource(InMemoryCluster* cluster, std::string group_id)
    : state_(cluster->state_.get()), group_id_(std::move(group_id)) {}

Result<std::unique_ptr<Subscription>> InMemorySource::Subscribe(const std::string& topic,
                                                                AssignmentListener* listener) {
  if (group_id_.empty()) return FailedPrecondition("no consumer group is named");
  return std::make_unique<InMemoryCluster::Joined>(state_, group_id_, topic, listener);
}

Result<std::unique_ptr<PartitionReader>> InMemorySource::OpenPartition(const std::string& topic, Partition partition,
                                                                       Offset start, milliseconds) {
  const std::lock_guard lock(state_->mutex);
  KONTOR_RETURN_IF_ERROR(state_->CheckUp());
  KONTOR_RETURN_IF_ERROR(state_->FindPartition(topic, partition).status());
  return state_->NewReader(state_->topics.at(topic), partition, start, std::make_shared<InMemoryReading>());
}

Result<std::optional<FetchedRecord>> InMemorySource::FetchRecord(const std::string& topic, Partition partition,
                                                                 Offset offset, milliseconds) {
  const std::lock_guard lock(state_->mutex);
  KONTOR_RETURN_IF_ERROR(state_->CheckUp());
  KONTOR_ASSIGN_OR_RETURN(const InMemoryPartition* const stored, state_->FindPartition(topic, partition));
  if (offset.value() < stored->low) return std::nullopt;
  KONTOR_RETURN_IF_ERROR(CheckStart(topic, partition, offset + 1, stored->low, stored->high));
  const auto found = stored->records.find(offset.value());
  if (found == stored->records.end()) return std::nullopt;
  return FetchedRecord{View(found->first, *found->second), found->second};
}

Result<TopicDescription> InMemorySource::DescribeTopic(const std::string& topic, milliseconds) {
  const std::lock_guard lock(state_->mutex);
  KONTOR_RETURN_IF_ERROR(state_->CheckUp());
  KONTOR_ASSIGN_OR_RETURN(const auto found, state_->FindTopic(topic));
  const auto number = [&](const std::string& name, int64_t otherwise) {
    const auto given = found->config.find(name);
    return given == found->config.end() ? otherwise : std::stoll(given->second);
  };
  const auto policy = found->config.find("cleanup.policy");
  TopicConfig config;
  config.cleanup_policy = policy == found->config.end() ? "delete" : policy->second;
  config.retention_ms = number("retention.ms", -1);
  config.retention_bytes = number("retention.bytes", -1);
  config.message_bytes_max = number("max.message.bytes", 1 << 20);
  return TopicDescription{{state_->cluster_id, static_cast<int32_t>(found->partitions.size())}, config};
}

Status InMemorySource::CreateTopic(const std::string& topic, int32_t partitions,
                                   const std::map<std::string, std::string>& config, milliseconds) {
  {
    const std::lock_guard lock(state_->mutex);
    KONTOR_RETURN_IF_ERROR(state_->CheckUp());
  }
  return state_->CreateTopic(topic, partitions, config);
}

InMemorySink::InMemorySink(InMemoryCluster* cluster, Partitioner partitioner)
    : state_(cluster->state_.get()), partitioner_(partitioner) {}

Status InMemorySink::Send(OutRecord record, Delivered done) {
  Result<Offset> offset = [&]() -> Result<Offset> {
    const std::lock_guard lock(state_->mutex);
    KONTOR_RETURN_IF_ERROR(state_->CheckUp());
    KONTOR_ASSIGN_OR_RETURN(const auto topic, state_->FindTopic(record.topic));
    if (!record.partition) {
      record.partition = record.key
                             ? PartitionOf(partitioner_, *record.key, static_cast<int32_t>(topic->partitions.size()))
                             : Partition(0);
    }
    return state_->Append(record);
  }();
  if (done) done(offset.status(), record.partition.value_or(Partition(-1)), offset.value_or(Offset(-1)));
  return OkStatus();
}

Status InMemorySink::Flush(milliseconds) { return OkStatus(); }

}  // namespace kontor
