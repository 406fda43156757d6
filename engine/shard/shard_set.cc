#include "engine/shard/shard_set.h"

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>
#include <set>
#include <string_view>
#include <utility>

#include "engine/base/check.h"
#include "engine/shard/intake.h"

namespace kontor {
namespace {

// What the asking thread waits for one answer; closing waits for it.
constexpr std::chrono::milliseconds kAnswerTimeout{2'000};

// In the instance store: the partition was taken away, so what is stored of it is not ours to answer from.
std::string AwayKey(const ShardId& id) { return fmt::format("away/{}/{}", id.topic, id.partition.value()); }

bool IsCompacted(const TopicConfig& config) { return config.cleanup_policy.find("compact") != std::string::npos; }

std::string CompactedText(const std::string& topic) {
  return fmt::format(
      "topic {} is compacted (cleanup.policy), which destroys history: refused. Copy its events to a topic "
      "with cleanup.policy=delete and retention.ms=-1, and read that one",
      topic);
}

// What is not whole about a topic of events; empty where all is well.
std::string RetentionText(const std::string& topic, const Result<TopicConfig>& config) {
  if (config.status().code() == StatusCode::kUnimplemented) return {};
  if (!config.ok())
    return fmt::format("the configuration of topic {} cannot be read: {}", topic, Text(config.status()));
  if (config->retention_ms < 0 && config->retention_bytes < 0) return {};
  return fmt::format(
      "topic {} forgets its records (retention.ms={}, retention.bytes={}), events with old instants first, before "
      "kontor "
      "may have read them: set both to -1",
      topic, config->retention_ms, config->retention_bytes);
}

}  // namespace

ShardSet::ShardSet(ShardSetConfig config) : config_(std::move(config)) {
  KONTOR_CHECK(config_.stores != nullptr && config_.fold != nullptr && config_.observer != nullptr && config_.fatal);
  KONTOR_CHECK((config_.source == nullptr) == (config_.sink == nullptr));
}

ShardSet::~ShardSet() { Close(); }

Status ShardSet::Open() {
  const std::set<std::string> topics = {config_.events_topic, config_.reference_topic, config_.rejected_topic};
  if (reads_on() && topics.size() < 3) return InvalidArgument("one topic of two roles: {}", fmt::join(topics, ", "));
  KONTOR_ASSIGN_OR_RETURN(instance_, config_.stores->OpenInstance({.cluster_id = {},
                                                                   .events_topic = config_.events_topic,
                                                                   .reference_topic = config_.reference_topic,
                                                                   .rejected_topic = config_.rejected_topic}));
  dispositions_ = std::make_unique<DispositionMap>(instance_.get());
  if (config_.sink != nullptr) {
    dead_letters_ = std::make_unique<DeadLetters>(config_.rejected_topic, instance_.get(), config_.sink, config_.fatal,
                                                  DeadLetters::Limits());
  }
  KONTOR_ASSIGN_OR_RETURN(const std::vector<ShardId> stored, config_.stores->Stored());
  // Side by side: a log that was not closed is read on from its write-ahead log first.
  std::vector<std::future<void>> opened;
  for (const ShardId& id : stored) {
    if (id.topic != config_.events_topic && id != ReferenceShard()) continue;
    KONTOR_ASSIGN_OR_RETURN(const std::optional<std::string> away, instance_->Get(AwayKey(id)));
    if (away) {
      spdlog::warn(
          "{} went to another instance: what is stored of it here stays as it is, and nothing is answered from it",
          ShardName(id));
      continue;
    }
    opened.push_back(std::async(std::launch::async, [this, id] { OpenShard(id, std::nullopt); }));
  }
  for (const std::future<void>& one : opened) one.wait();
  if (dead_letters_ != nullptr) dead_letters_->Start();
  if (config_.source != nullptr) asking_ = std::thread([this] { Ask(); });
  return OkStatus();
}

void ShardSet::Close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  stopping_.notify_all();
  if (asking_.joinable()) asking_.join();
  // All at once, so that their last commits go on side by side; then nothing is left to do when the group is left.
  for (const auto& shard : AllShards()) shard->BeginStop();
  for (const auto& shard : AllShards()) shard->Stop();
  std::unique_ptr<Subscription> subscription;
  {
    const std::lock_guard lock(mutex_);
    subscription = std::move(subscription_);
  }
  subscription.reset();
  for (const auto& shard : AllShards()) shard->Stop();
  if (dead_letters_ != nullptr) dead_letters_->Stop();
  if (dispositions_ != nullptr) {
    if (const Status stored = dispositions_->Store(); !stored.ok()) config_.fatal(stored);
  }
}

Status ShardSet::WaitUntilCaughtUp() const {
  Status first;
  for (const auto& shard : AllShards()) first.Update(shard->WaitUntilRunning());
  return first;
}

std::shared_ptr<Shard> ShardSet::OpenShard(const ShardId& id, const std::optional<TopicFacts>& facts) {
  ShardConfig config = {.id = id,
                        .role = id.topic == config_.events_topic ? TopicRole::kEvents : TopicRole::kReference,
                        .partitioner = config_.partitioner,
                        .limits = config_.limits,
                        .stores = config_.stores,
                        .fold = config_.fold,
                        .observer = config_.observer,
                        .appended = {},
                        .fatal = config_.fatal,
                        .rebuild = config_.rebuild,
                        .progress = {}};
  config.appended = [this](const ShardId& shard, Position from, const Admitted& admitted) {
    const int64_t wrong = admitted.rejected_for[log::v1::REJECT_REASON_WRONG_PARTITION];
    if (wrong > 0 && !wrong_partition_told_.exchange(true)) {
      spdlog::warn(WrongPartitionText(ShardName(shard), wrong));
    }
    if (const Status noted = dispositions_->OnAppended(shard, from, admitted); !noted.ok()) config_.fatal(noted);
    if (dead_letters_ == nullptr) return;
    dead_letters_->OnAppended(shard, from, from + admitted.records.size(), admitted.refused);
  };
  if (config_.progress) {
    config.progress = [this, id](Position folded, Position end) { config_.progress(id, folded, end); };
  }
  auto shard = std::make_shared<Shard>(std::move(config));
  const Status opened = shard->Open(facts);
  // A folder whose log was never finished: it is made when the partition comes.
  if (!facts && opened.code() == StatusCode::kNotFound) return nullptr;
  {
    const std::lock_guard lock(mutex_);
    KONTOR_CHECK(shards_.emplace(id, Held{shard}).second);
    if (opened.ok() && id.topic == config_.events_topic && partition_count_ == 0) {
      partition_count_ = (*shard->log())->Owner().partition_count;
    }
  }
  if (!opened.ok()) return shard;
  if (const Status watched = dispositions_->Watch(id, *shard->log()); !watched.ok()) config_.fatal(watched);
  if (dead_letters_ != nullptr) {
    if (const Status watched = dead_letters_->Watch(shard); !watched.ok()) config_.fatal(watched);
  }
  shard->Start();
  return shard;
}

std::shared_ptr<Shard> ShardSet::HeldShard(const ShardId& id) const {
  const std::lock_guard lock(mutex_);
  const auto held = shards_.find(id);
  return held == shards_.end() ? nullptr : held->second.shard;
}

std::vector<std::shared_ptr<Shard>> ShardSet::AllShards() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Shard>> all;
  for (const auto& [id, held] : shards_) all.push_back(held.shard);
  return all;
}

// --- What the group gives and takes ---

void ShardSet::OnGiven(const std::vector<Partition>& partitions) {
  std::vector<std::shared_ptr<Shard>> away;
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    for (auto& [id, held] : shards_) {
      if (id.topic != config_.events_topic || !held.ours || std::ranges::count(partitions, id.partition) > 0) continue;
      held.ours = false;
      away.push_back(held.shard);
    }
  }
  for (const auto& shard : away) {
    if (const Status put = instance_->Put(AwayKey(shard->id()), ""); !put.ok()) config_.fatal(put);
    spdlog::info("{} is another instance's now", ShardName(shard->id()));
    shard->Retire();
  }
}

Result<Offset> ShardSet::StartOffset(Partition partition, const TopicFacts& facts) {
  const ShardId id = EventsShard(partition);
  std::shared_ptr<Shard> shard = HeldShard(id);
  if (shard == nullptr) {
    {
      const std::lock_guard lock(mutex_);
      if (closing_) return Cancelled("this instance is stopping");
      // Shards that are stored say it in their own words.
      if (partition_count_ != 0 && partition_count_ != facts.partition_count) {
        return FailedPrecondition(
            "topic {} has {} partitions, and this data directory was made when it had {}: accounts would change their "
            "shards. Put the events on a new topic, and read that one into another --data-dir",
            config_.events_topic, facts.partition_count, partition_count_);
      }
    }
    shard = OpenShard(id, facts);
    // Answered from once it is given: until then its neighbours may be on their way too. One that failed says so.
    const std::lock_guard lock(mutex_);
    shards_.at(id).ours = !shard->status().failure.ok();
  }
  KONTOR_RETURN_IF_ERROR(shard->status().failure);
  return shard->StartOffset(facts, config_.source);
}

void ShardSet::OnAssigned(Partition partition, std::unique_ptr<PartitionReader> reader) {
  const ShardId id = EventsShard(partition);
  if (const Status deleted = instance_->Delete(AwayKey(id)); !deleted.ok()) config_.fatal(deleted);
  std::shared_ptr<Shard> shard;
  bool came = false;
  {
    const std::lock_guard lock(mutex_);
    Held& held = shards_.at(id);
    came = !std::exchange(held.ours, true);
    shard = held.shard;
  }
  // What is stored of it may have been readable before it was ours, when nobody could find it.
  if (came && shard->state() == ShardState::kRunning) {
    config_.observer->OnReadable(id, shard->status().folded);
  }
  shard->Attach(std::move(reader));
}

void ShardSet::OnRevoked(Partition partition) { HeldShard(EventsShard(partition))->Detach(); }

// --- The asking thread ---

void ShardSet::Ask() {
  std::chrono::milliseconds delay = config_.ask_again_min;
  std::unique_lock lock(mutex_);
  const auto ask = [&](TopicWord& word, TopicWord (ShardSet::*question)()) {
    if (word.settled || closing_) return;
    lock.unlock();
    TopicWord answer = (this->*question)();
    lock.lock();
    for (const std::string& said : {answer.reason, answer.warning}) {
      const bool is_new = said != word.reason && said != word.warning;
      if (!said.empty() && is_new && !closing_) spdlog::warn("{}", said);
    }
    word = std::move(answer);
  };
  while (!closing_) {
    ask(events_word_, &ShardSet::AskForEvents);
    ask(reference_word_, &ShardSet::AskForReference);
    ask(rejected_word_, &ShardSet::AskForRejected);
    const bool settled = events_word_.settled && reference_word_.settled && rejected_word_.settled;
    const auto closing = [this] { return closing_; };
    if (settled) {
      stopping_.wait(lock, closing);
    } else {
      stopping_.wait_for(lock, delay, closing);
      delay = std::min(2 * delay, config_.ask_again_max);
    }
  }
}

ShardSet::TopicWord ShardSet::AskForEvents() {
  const std::string& topic = config_.events_topic;
  const Result<TopicDescription> described = config_.source->DescribeTopic(topic, kAnswerTimeout);
  if (described.status().code() == StatusCode::kNotFound) {
    return {.reason = fmt::format("topic {} is not there yet: create it with the number of partitions that you want "
                                  "(retention.ms=-1); it is waited for",
                                  topic)};
  }
  if (!described.ok()) return {.warning = fmt::format("topic {}: {}", topic, Text(described.status()))};
  if (!described->facts.cluster_id.empty()) {
    const Status kept = instance_->KeepCluster(described->facts.cluster_id);
    if (kept.code() == StatusCode::kFailedPrecondition) {
      return {.settled = true, .reason = std::string(Text(kept))};
    }
    if (!kept.ok()) config_.fatal(kept);
  }
  // Unread, a topic that destroys history would pass for a whole one.
  if (described->config.status().code() == StatusCode::kUnavailable) {
    return {.warning = RetentionText(topic, described->config)};
  }
  if (described->config.ok() && IsCompacted(*described->config)) {
    return {.settled = true, .reason = CompactedText(topic)};
  }
  Result<std::unique_ptr<Subscription>> subscription = config_.source->Subscribe(topic, this);
  if (!subscription.ok()) return {.settled = true, .reason = std::string(Text(subscription.status()))};
  const std::lock_guard lock(mutex_);
  if (partition_count_ == 0) partition_count_ = described->facts.partition_count;
  subscription_ = *std::move(subscription);
  return {.settled = true, .warning = RetentionText(topic, described->config)};
}

Result<TopicDescription> ShardSet::DescribeOrMake(const std::string& topic) {
  Result<TopicDescription> described = config_.source->DescribeTopic(topic, kAnswerTimeout);
  if (described.status().code() != StatusCode::kNotFound) return described;
  const Status made = config_.source->CreateTopic(topic, 1,
                                                  {{"cleanup.policy", "delete"},
                                                   {"retention.ms", "-1"},
                                                   {"retention.bytes", "-1"},
                                                   {"max.message.bytes", std::to_string(kMessageBytesMax)}},
                                                  kAnswerTimeout);
  if (!made.ok() && made.code() != StatusCode::kAlreadyExists) {
    return NotFound("it is not there and cannot be made here ({}): create it with one partition and retention.ms=-1",
                    Text(made));
  }
  return config_.source->DescribeTopic(topic, kAnswerTimeout);
}

ShardSet::TopicWord ShardSet::AskForReference() {
  const std::string& topic = config_.reference_topic;
  const Result<TopicDescription> described = DescribeOrMake(topic);
  if (!described.ok()) {
    return {.warning = fmt::format("topic {} is not read, so merges, rates and parameters stand as they are known: {}",
                                   topic, Text(described.status()))};
  }
  if (described->config.status().code() == StatusCode::kUnavailable) {
    return {.warning = RetentionText(topic, described->config)};
  }
  if (described->config.ok() && IsCompacted(*described->config)) {
    return {.settled = true, .reason = CompactedText(topic)};
  }
  if (described->facts.partition_count != 1) {
    return {.settled = true,
            .reason = fmt::format("topic {} has {} partitions and must have one: name another by --reference-topic",
                                  topic, described->facts.partition_count)};
  }
  std::shared_ptr<Shard> shard = HeldShard(ReferenceShard());
  if (shard == nullptr) shard = OpenShard(ReferenceShard(), described->facts);
  // A failed shard is among the reasons, with its own words.
  if (!shard->status().failure.ok()) return {.settled = true};
  const Result<Offset> start = shard->StartOffset(described->facts, config_.source);
  if (start.ok()) {
    Result<std::unique_ptr<PartitionReader>> reader =
        config_.source->OpenPartition(topic, Partition(0), *start, kAnswerTimeout);
    if (reader.ok()) {
      shard->Attach(*std::move(reader));
      return {.settled = true, .warning = RetentionText(topic, described->config)};
    }
    return {.warning = fmt::format("topic {}: {}", topic, Text(reader.status()))};
  }
  return {.settled = start.status().code() != StatusCode::kUnavailable,
          .warning = fmt::format("topic {}: {}", topic, Text(start.status()))};
}

ShardSet::TopicWord ShardSet::AskForRejected() {
  const Result<TopicDescription> described = DescribeOrMake(config_.rejected_topic);
  if (described.ok()) return {.settled = true};
  return {.warning = fmt::format("topic {}: {}; rejected records wait in the log", config_.rejected_topic,
                                 Text(described.status()))};
}

// --- Any thread ---

std::vector<std::shared_ptr<Shard>> ShardSet::events() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Shard>> shards;
  for (const auto& [id, held] : shards_) {
    if (held.ours && id.topic == config_.events_topic) shards.push_back(held.shard);
  }
  return shards;
}

std::shared_ptr<Shard> ShardSet::reference() const { return HeldShard(ReferenceShard()); }

Result<std::shared_ptr<Shard>> ShardSet::ShardOf(const AccountId& account) const {
  const int32_t count = partition_count();
  if (count == 0) return Unavailable("topic {} has not been seen yet: nothing is known of it", config_.events_topic);
  const ShardId id = EventsShard(PartitionOf(config_.partitioner, account.value(), count));
  Result<std::shared_ptr<Shard>> shard = Find(id);
  if (shard.ok()) return shard;
  return Unavailable("account {} is on partition {} of {}, which this instance does not have", account.value(),
                     id.partition.value(), id.topic);
}

Result<std::shared_ptr<Shard>> ShardSet::Find(const ShardId& id) const {
  const std::lock_guard lock(mutex_);
  const auto held = shards_.find(id);
  if (held != shards_.end() && held->second.ours) return held->second.shard;
  return NotFound("this instance does not have {}", ShardName(id));
}

int32_t ShardSet::partition_count() const {
  const std::lock_guard lock(mutex_);
  return partition_count_;
}

std::string ShardSet::cluster_id() const {
  return instance_ == nullptr ? std::string() : instance_->Owner().cluster_id;
}

bool ShardSet::DeadLetterSent(const ShardId& id, Position position) const {
  if (dead_letters_ != nullptr) return position < dead_letters_->SentUpTo(id);
  const Result<Position> progress = DeadLetterProgress(*instance_, id);
  return progress.ok() && position < *progress;
}

int64_t ShardSet::dead_letters_waiting() const { return dead_letters_ == nullptr ? 0 : dead_letters_->waiting(); }

std::vector<std::shared_ptr<Shard>> ShardSet::OurShards() const {
  std::vector<std::shared_ptr<Shard>> shards = events();
  if (auto shard = reference()) shards.push_back(std::move(shard));
  return shards;
}

std::vector<ShardStatus> ShardSet::statuses() const {
  std::vector<ShardStatus> statuses;
  for (const auto& shard : OurShards()) statuses.push_back(shard->status());
  return statuses;
}

std::vector<ShardFigures> ShardSet::figures() const {
  std::vector<ShardFigures> figures;
  for (const auto& shard : OurShards()) figures.push_back(shard->figures());
  return figures;
}

SourceFigures ShardSet::source_figures() const {
  const std::lock_guard lock(mutex_);
  return subscription_ == nullptr ? SourceFigures() : subscription_->figures();
}

bool ShardSet::IsAlive(std::chrono::steady_clock::duration patience) const {
  const std::vector<std::shared_ptr<Shard>> shards = AllShards();
  return std::all_of(shards.begin(), shards.end(), [&](const auto& shard) { return shard->IsAlive(patience); });
}

}  // namespace kontor
