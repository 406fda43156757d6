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

void ShardSet::AddWords(const Shard& shard, ReadinessWords* words) const {
  const ShardStatus status = shard.status();
  const std::string name = ShardName(status.id);
  switch (status.state) {
    case ShardState::kFailed:
      words->reasons.push_back(fmt::format("{}: {}", name, Text(status.failure)));
      return;
    case ShardState::kOpening:
      words->reasons.push_back(fmt::format("{} is being opened", name));
      return;
    case ShardState::kCatchingUp:
      words->reasons.push_back(
          fmt::format("{} catches up with its log: {} of {} records", name, status.folded.value(), status.end.value()));
      return;
    case ShardState::kStopped:
      words->reasons.push_back(fmt::format("{} has stopped", name));
      return;
    case ShardState::kRunning:
      break;
  }
  if (!status.trouble.ok()) {
    words->warnings.push_back(
        fmt::format("{} stands at offset {}: {}", name, status.next_offset.value(), Text(status.trouble)));
  } else if (!status.attached && config_.source != nullptr) {
    words->warnings.push_back(fmt::format("{} is not read from Kafka yet, and answers from what it knows", name));
  }
  if (status.wrong_partition > 0) words->warnings.push_back(WrongPartitionText(name, status.wrong_partition));
  if (status.held_back) {
    words->warnings.push_back(fmt::format("{}: an open transaction holds records back from offset {} on", name,
                                          status.watermarks.last_stable));
  }
}

ReadinessWords ShardSet::readiness() const {
  ReadinessWords words;
  const std::vector<std::shared_ptr<Shard>> shards = events();
  for (const auto& shard : shards) AddWords(*shard, &words);
  if (const auto shard = reference()) AddWords(*shard, &words);
  if (dead_letters_ != nullptr) {
    if (const Status trouble = dead_letters_->trouble(); !trouble.ok()) {
      words.warnings.push_back(fmt::format("{} rejected records wait for topic {}: {}", dead_letters_->waiting(),
                                           config_.rejected_topic, Text(trouble)));
    }
  }
  const std::lock_guard lock(mutex_);
  for (const TopicWord* word : {&events_word_, &reference_word_}) {
    if (!word->reason.empty()) words.reasons.push_back(word->reason);
  }
  // Where there is nothing to answer from, what hinders is no mere warning.
  if (!events_word_.warning.empty()) {
    const bool hinders = shards.empty() && !events_word_.settled;
    (hinders ? words.reasons : words.warnings).push_back(events_word_.warning);
  }
  for (const TopicWord* word : {&reference_word_, &rejected_word_}) {
    if (!word->warning.empty()) words.warnings.push_back(word->warning);
  }
  if (subscription_ != nullptr) {
    const Status status = subscription_->status();
    if (!status.ok()) {
      (shards.empty() ? words.reasons : words.warnings)
          .push_back(fmt::format("topic {}: {}", config_.events_topic, Text(status)));
    } else if (shards.empty()) {
      words.reasons.push_back(fmt::format("no partition of {} was given to this instance yet", config_.events_topic));
    }
  } else if (shards.empty() && config_.source != nullptr && words.reasons.empty()) {
    words.reasons.push_back(fmt::format("topic {} is being asked for", config_.events_topic));
  }
  return words;
}

}  // namespace kontor
