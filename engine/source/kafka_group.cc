#include "engine/source/kafka_group.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/source/kafka_admin.h"

namespace kontor {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPollTimeout{100};
constexpr milliseconds kQuestionTimeout{5'000};
constexpr milliseconds kTopicInterval{1'000};  // between looks for a missing topic
constexpr milliseconds kHintInterval{1'000};
constexpr milliseconds kBackoffMin{100};
constexpr milliseconds kBackoffMax{5'000};
constexpr milliseconds kLeaveTimeout{2'000};  // a broker that is away cannot be told that we leave

// Holds a client for as long as the process lives.
void LeaveToItself(KafkaClient client) {
  static std::mutex mutex;
  static auto* const kLeft = new std::vector<KafkaClient>;
  const std::lock_guard lock(mutex);
  kLeft->push_back(std::move(client));
}

}  // namespace

KafkaGroup::KafkaGroup(KafkaClient client, std::string topic, std::string member, AssignmentListener* listener)
    : client_(std::move(client)),
      topic_(std::move(topic)),
      member_(std::move(member)),
      listener_(listener),
      events_(rd_kafka_queue_get_consumer(client_.get())),
      backoff_(kBackoffMin),
      status_(Unavailable("topic '{}': not joined yet", topic_)) {
  rd_kafka_poll_set_consumer(client_.get());
  thread_ = std::thread([this] { Run(); });
}

KafkaGroup::~KafkaGroup() {
  stopping_ = true;
  rd_kafka_queue_yield(events_.get());
  thread_.join();
  if (left_) return;
  // A commit that waits for an absent broker would hold the client's end up for a whole session. Nobody needs it any
  // more: it is left to itself, in silence.
  rd_kafka_set_log_level(client_.get(), 0);
  LeaveToItself(client_);
}

Status KafkaGroup::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

SourceFigures KafkaGroup::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

void KafkaGroup::SetStatus(Status status) {
  if (ended_) return;
  const std::lock_guard lock(mutex_);
  if (!status.ok() && status != status_) spdlog::warn("topic '{}': {}", topic_, Text(status));
  status_ = std::move(status);
}

void KafkaGroup::Run() {
  if (AwaitTopic()) {
    KafkaPartitions topics(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(topics.get(), topic_.c_str(), RD_KAFKA_PARTITION_UA);
    if (Status subscribed = StatusOf(rd_kafka_subscribe(client_.get(), topics.get()), "cannot join the group");
        !subscribed.ok()) {
      SetStatus(std::move(subscribed));
    }
    hints_due_ = Clock::now() + kHintInterval;
  }
  while (!stopping_) {
    if (const KafkaEvent event{rd_kafka_queue_poll(events_.get(), Milliseconds(kPollTimeout))}) Serve(event.get());
    if (!given_.empty() && Clock::now() >= retry_at_) TryAssign();
    if (Clock::now() >= hints_due_) CommitHints();
  }
  Leave();
}

bool KafkaGroup::AwaitTopic() {
  // librdkafka looks for a missing topic every five minutes only.
  while (!stopping_) {
    const auto facts = QueryTopicFacts(client_.get(), topic_, kTopicInterval);
    SetStatus(facts.status());
    if (facts.ok()) return true;
    if (!Pause(kTopicInterval)) return false;
  }
  return false;
}

bool KafkaGroup::Pause(milliseconds time) {
  for (const auto until = Clock::now() + time; !stopping_ && Clock::now() < until;) {
    if (const KafkaEvent event{rd_kafka_queue_poll(events_.get(), Milliseconds(kPollTimeout))}) Serve(event.get());
  }
  return !stopping_;
}

void KafkaGroup::Serve(rd_kafka_event_t* event) {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_REBALANCE:
      return ServeRebalance(event);
    case RD_KAFKA_EVENT_ERROR:
      return ServeError(event);
    case RD_KAFKA_EVENT_STATS: {
      const auto statistics = ReadKafkaStatistics(rd_kafka_event_stats(event), topic_);
      if (!statistics.ok()) return;
      {
        const std::lock_guard lock(mutex_);
        figures_ = statistics->figures;
      }
      for (const auto& [number, member] : assigned_) member.partition->Observe(*statistics);
      return ClearTrouble(statistics->any_broker);
    }
    default:
      return;
  }
}

void KafkaGroup::ServeError(rd_kafka_event_t* event) {
  const rd_kafka_resp_err_t error = rd_kafka_event_error(event);
  char text[512];
  if (const auto fatal = rd_kafka_fatal_error(client_.get(), text, sizeof text); fatal != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return ServeFatal(
        fatal == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID
            ? FailedPrecondition("another process joined the group as member '{}'; each instance needs its "
                                 "own --member-id, and only one process may run it",
                                 member_)
            : FailedPrecondition("Kafka ended our part in the group: {}", text));
  }
  // One broker's connection that broke is not the group's trouble; librdkafka connects again.
  if (error == RD_KAFKA_RESP_ERR__TRANSPORT || error == RD_KAFKA_RESP_ERR__RESOLVE) return;
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    for (const auto& [number, member] : assigned_) member.partition->SetBroker(BrokerState::kAway);
  }
  SetStatus(MakeStatus(CodeOf(error), rd_kafka_event_error_string(event)));
}

// Nothing is assigned to us again; librdkafka has already let go of what was.
void KafkaGroup::ServeFatal(const Status& word) {
  // Whoever hears of it from a reader finds it in the status as well.
  SetStatus(word);
  ended_ = true;
  for (const auto& [number, member] : assigned_) member.partition->End(word);
}

void KafkaGroup::ClearTrouble(bool any_broker) {
  const StatusCode code = status().code();
  if (any_broker && (code == StatusCode::kUnavailable || code == StatusCode::kUnauthenticated)) SetStatus(OkStatus());
}

void KafkaGroup::ServeRebalance(rd_kafka_event_t* event) {
  if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    const bool lost = rd_kafka_assignment_lost(client_.get()) != 0;
    spdlog::info("topic '{}': {} partitions {}", topic_, assigned_.size(),
                 lost ? "lost, for the broker had no sign of us" : "given back for a rebalance");
    given_.clear();
    TakeBack(Cancelled("topic '{}': the partition was taken away", topic_));
    if (!lost) CommitHints();
    assigned_.clear();
    rd_kafka_assign(client_.get(), nullptr);
    return;
  }
  const auto* list = rd_kafka_event_topic_partition_list(event);
  given_.clear();
  for (int i = 0; i < list->cnt; ++i) given_.emplace_back(list->elems[i].partition);
  listener_->OnGiven(given_);
  backoff_ = kBackoffMin;
  retry_at_ = Clock::now();
  if (given_.empty()) {  // more members than partitions
    rd_kafka_assign(client_.get(), list);
    SetStatus(OkStatus());
  }
}

void KafkaGroup::TryAssign() {
  Status assigned = Assign();
  if (assigned.code() == StatusCode::kUnavailable || assigned.code() == StatusCode::kNotFound) {
    retry_at_ = Clock::now() + backoff_;
    backoff_ = std::min(backoff_ * 2, kBackoffMax);
  } else {
    given_.clear();
  }
  if (!assigned.ok()) SetStatus(std::move(assigned));
}

Status KafkaGroup::Assign() {
  KONTOR_ASSIGN_OR_RETURN(const TopicFacts facts, QueryTopicFacts(client_.get(), topic_, kQuestionTimeout));
  KafkaPartitions list(rd_kafka_topic_partition_list_new(static_cast<int>(given_.size())));
  std::map<Partition, Offset> starts;
  std::map<Partition, Member> members;
  for (const Partition partition : given_) {
    const Result<Offset> start = listener_->StartOffset(partition, facts);
    if (start.status().code() == StatusCode::kUnavailable) return start.status();
    if (!start.ok()) {
      spdlog::error("partition {} of topic '{}' stays unread: {}", partition.value(), topic_, Text(start.status()));
      continue;
    }
    starts[partition] = *start;
    rd_kafka_topic_partition_list_add(list.get(), topic_.c_str(), partition.value())->offset = start->value();
    members[partition].partition = std::make_shared<KafkaPartition>(client_, topic_, partition);
  }
  KONTOR_RETURN_IF_ERROR(StatusOf(rd_kafka_assign(client_.get(), list.get()), "the partitions cannot be assigned"));
  assigned_ = std::move(members);
  SetStatus(OkStatus());
  spdlog::info("topic '{}': {} of {} partitions are ours", topic_, starts.size(), facts.partition_count);
  for (const auto& [partition, start] : starts) {
    listener_->OnAssigned(partition, std::make_unique<KafkaReader>(assigned_[partition].partition, start));
  }
  return OkStatus();
}

void KafkaGroup::TakeBack(const Status& word) {
  for (const auto& [number, member] : assigned_) member.partition->End(word);
  for (const auto& [number, member] : assigned_) listener_->OnRevoked(number);
}

void KafkaGroup::CommitHints() {
  hints_due_ = Clock::now() + kHintInterval;
  if (!status().ok()) return;  // a commit without a broker would wait, and be waited for
  KafkaPartitions list(rd_kafka_topic_partition_list_new(static_cast<int>(assigned_.size())));
  for (auto& [number, member] : assigned_) {
    const int64_t hint = member.partition->hint();
    if (hint == member.hinted) continue;
    member.hinted = hint;
    rd_kafka_topic_partition_list_add(list.get(), topic_.c_str(), number.value())->offset = hint;
  }
  // Not waited for, and a failure only makes lag tools look back.
  if (list->cnt > 0) rd_kafka_commit(client_.get(), list.get(), /*async=*/1);
}

void KafkaGroup::Leave() {
  TakeBack(Cancelled("topic '{}': reading was stopped", topic_));
  CommitHints();
  assigned_.clear();
  if (const KafkaErrorObject error{rd_kafka_consumer_close_queue(client_.get(), events_.get())}) {
    left_ = true;  // fenced, and so out of the group
    return;
  }
  const auto until = Clock::now() + kLeaveTimeout;
  while (!left_ && Clock::now() < until) {
    const KafkaEvent event{rd_kafka_queue_poll(events_.get(), Milliseconds(kPollTimeout))};
    if (event != nullptr && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) {
      rd_kafka_assign(client_.get(), nullptr);
    }
    left_ = rd_kafka_consumer_closed(client_.get()) != 0;
  }
}

}  // namespace kontor
