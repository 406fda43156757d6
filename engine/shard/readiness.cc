// What a set of shards says of itself: why it is not ready, and what is not whole.
#include <vector>

#include "engine/event/partitioner.h"
#include "engine/shard/shard_set.h"

namespace kontor {

std::string ShardSet::WrongPartitionText(const std::string& name, int64_t records) const {
  return fmt::format(
      "{}: {} records were rejected, for partitioner {} puts their keys on other partitions, so what is shown lacks "
      "them; kontor doctor tells which one the topic's emitters use: name it by --partitioner, or mend the emitters",
      name, records, PartitionerName(config_.partitioner));
}

void ShardSet::AddWords(const Shard& shard, std::vector<std::string>* reasons,
                        std::vector<std::string>* warnings) const {
  const ShardStatus status = shard.status();
  const std::string name = ShardName(status.id);
  switch (status.state) {
    case ShardState::kFailed:
      reasons->push_back(fmt::format("{}: {}", name, Text(status.failure)));
      return;
    case ShardState::kOpening:
      reasons->push_back(fmt::format("{} is being opened", name));
      return;
    case ShardState::kCatchingUp:
      reasons->push_back(
          fmt::format("{} catches up with its log: {} of {} records", name, status.folded.value(), status.end.value()));
      return;
    case ShardState::kStopped:
      reasons->push_back(fmt::format("{} has stopped", name));
      return;
    case ShardState::kRunning:
      break;
  }
  if (!status.trouble.ok()) {
    warnings->push_back(
        fmt::format("{} stands at offset {}: {}", name, status.next_offset.value(), Text(status.trouble)));
  } else if (!status.attached && config_.source != nullptr) {
    warnings->push_back(fmt::format("{} is not read from Kafka yet, and answers from what it knows", name));
  }
  if (status.wrong_partition > 0) warnings->push_back(WrongPartitionText(name, status.wrong_partition));
  if (status.held_back) {
    warnings->push_back(fmt::format("{}: an open transaction holds records back from offset {} on", name,
                                    status.watermarks.last_stable));
  }
}

std::vector<std::string> ShardSet::reasons() const {
  std::vector<std::string> reasons;
  std::vector<std::string> warnings;
  const std::vector<std::shared_ptr<Shard>> shards = events();
  for (const auto& shard : shards) AddWords(*shard, &reasons, &warnings);
  if (const auto shard = reference()) AddWords(*shard, &reasons, &warnings);
  const std::lock_guard lock(mutex_);
  for (const TopicWord* word : {&events_word_, &reference_word_}) {
    if (!word->reason.empty()) reasons.push_back(word->reason);
  }
  if (!shards.empty()) return reasons;
  // Nothing to answer from: what hinders is no mere warning.
  if (!events_word_.warning.empty() && !events_word_.settled) reasons.push_back(events_word_.warning);
  if (config_.source != nullptr && reasons.empty() && subscription_ == nullptr) {
    reasons.push_back(fmt::format("topic {} is being asked for", config_.events_topic));
  }
  if (subscription_ != nullptr) {
    const Status status = subscription_->status();
    reasons.push_back(status.ok()
                          ? fmt::format("no partition of {} was given to this instance yet", config_.events_topic)
                          : fmt::format("topic {}: {}", config_.events_topic, Text(status)));
  }
  return reasons;
}

std::vector<std::string> ShardSet::warnings() const {
  std::vector<std::string> reasons;
  std::vector<std::string> warnings;
  const std::vector<std::shared_ptr<Shard>> shards = events();
  for (const auto& shard : shards) AddWords(*shard, &reasons, &warnings);
  if (const auto shard = reference()) AddWords(*shard, &reasons, &warnings);
  if (dead_letters_ != nullptr) {
    if (const Status trouble = dead_letters_->trouble(); !trouble.ok()) {
      warnings.push_back(fmt::format("{} rejected records wait for topic {}: {}", dead_letters_->waiting(),
                                     config_.rejected_topic, Text(trouble)));
    }
  }
  const std::lock_guard lock(mutex_);
  // Where there is nothing to answer from, what hinders is a reason.
  if (!events_word_.warning.empty() && (events_word_.settled || !shards.empty())) {
    warnings.push_back(events_word_.warning);
  }
  for (const TopicWord* word : {&reference_word_, &rejected_word_}) {
    if (!word->warning.empty()) warnings.push_back(word->warning);
  }
  if (subscription_ != nullptr && !shards.empty()) {
    if (const Status status = subscription_->status(); !status.ok()) {
      warnings.push_back(fmt::format("topic {}: {}", config_.events_topic, Text(status)));
    }
  }
  return warnings;
}

}  // namespace kontor
