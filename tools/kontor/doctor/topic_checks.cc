#include "tools/kontor/doctor/topic_checks.h"

#include <fmt/format.h>

#include "tools/kontor/text.h"

namespace kontor {
namespace {

// Clocks that are kept by NTP are nearer to each other than this.
constexpr int64_t kAheadWarningMs = 2'000;
constexpr int64_t kAheadFailedMs = 60'000;

Partitioner Other(Partitioner partitioner) {
  return partitioner == Partitioner::kMurmur2 ? Partitioner::kCrc32 : Partitioner::kMurmur2;
}

std::string SetText(const std::string& topic, std::string_view settings) {
  return fmt::format("kafka-configs.sh --alter --entity-type topics --entity-name {} --add-config {}", topic, settings);
}

Check MissingTopic(TopicUse use, const std::string& about, const std::string& topic) {
  if (use != TopicUse::kEvents) return Well(about, "not there yet; kontor serve makes it");
  return Ill(about, "not there",
             fmt::format("create it with as many partitions as you want to spread over cores and instances: "
                         "kafka-topics.sh --create --topic {} --partitions 4 --config retention.ms=-1 "
                         "--config max.message.bytes={}",
                         topic, kMessageBytesMax));
}

void JudgeShape(TopicUse use, const std::string& about, const TopicFacts& facts, Checks* checks) {
  const std::string parts = fmt::format("{} partition{}", facts.partition_count, facts.partition_count == 1 ? "" : "s");
  if (use == TopicUse::kReference && facts.partition_count != 1) {
    checks->push_back(Ill(about, parts + ", and must have one: what stands in it has one order",
                          "name another topic by --reference-topic, or make this one anew"));
  } else if (facts.leaderless > 0) {
    checks->push_back(Ill(about, fmt::format("{}, {} of them without a leader", parts, facts.leaderless),
                          "start the brokers that hold them"));
  } else {
    checks->push_back(Well(about, parts));
  }
}

void JudgeCopies(const std::string& about, const std::string& topic, const TopicFacts& facts, const TopicConfig& config,
                 Checks* checks) {
  const int32_t copies = facts.replicas_min;
  const int64_t needed = config.in_sync_min;
  if (copies == 0) return;  // not known
  const std::string shape =
      fmt::format("{} cop{} of each record, min.insync.replicas={}", copies, copies == 1 ? "y" : "ies", needed);
  if (needed > copies) {
    checks->push_back(Ill(about, shape + ": no record can be acknowledged",
                          fmt::format("lower it, or add copies: {}",
                                      SetText(topic, fmt::format("min.insync.replicas={}", std::max(1, copies - 1))))));
  } else if (facts.in_sync_min < needed) {
    checks->push_back(Ill(about, fmt::format("{}, {} in sync: no record can be acknowledged", shape, facts.in_sync_min),
                          "start the brokers that are away"));
  } else if (copies == 1) {
    checks->push_back(Doubtful(about, shape + ": what a broken broker held and Kontor had not read yet is lost",
                               "make it with 3 copies and min.insync.replicas=2, where there are so many brokers"));
  } else if (needed == 1) {
    checks->push_back(Doubtful(about, shape + ": an acknowledged record may stand on one broker alone",
                               SetText(topic, "min.insync.replicas=2")));
  } else if (needed == copies) {
    checks->push_back(Doubtful(about, shape + ": while one broker is away, nothing can be sent",
                               SetText(topic, fmt::format("min.insync.replicas={}", copies - 1))));
  } else {
    checks->push_back(Well(about, shape));
  }
}

void JudgeConfig(TopicUse use, const std::string& about, const std::string& topic, const TopicConfig& config,
                 Checks* checks) {
  if (config.cleanup_policy.find("compact") != std::string::npos) {
    checks->push_back(Ill(about,
                          fmt::format("cleanup.policy={}: it destroys history, and is refused", config.cleanup_policy),
                          "copy its records to a topic with cleanup.policy=delete, and read that one"));
  } else {
    checks->push_back(Well(about, "cleanup.policy=" + config.cleanup_policy));
  }
  if (config.retention_ms >= 0 || config.retention_bytes >= 0) {
    checks->push_back(Doubtful(
        about,
        fmt::format("forgets its records (retention.ms={}, retention.bytes={}), those with old timestamps first, "
                    "maybe before Kontor has read them",
                    config.retention_ms, config.retention_bytes),
        SetText(topic, "retention.ms=-1,retention.bytes=-1")));
  } else {
    checks->push_back(Well(about, "keeps its records for ever"));
  }
  if (config.message_bytes_max < kMessageBytesMax) {
    checks->push_back(Doubtful(about,
                               fmt::format("max.message.bytes={}: the broker refuses the largest records that Kontor "
                                           "would take, of 1 MiB and what is around it",
                                           config.message_bytes_max),
                               SetText(topic, fmt::format("max.message.bytes={}", kMessageBytesMax))));
  } else {
    checks->push_back(Well(about, fmt::format("max.message.bytes={}", config.message_bytes_max)));
  }
  if (use == TopicUse::kRejected) return;  // nothing is told of its timestamps
  if (config.timestamp_type == "LogAppendTime") {
    checks->push_back(Well(about, "message.timestamp.type=LogAppendTime: the broker says when a record came"));
  } else {
    checks->push_back(Doubtful(
        about,
        fmt::format("message.timestamp.type={}: when a record came is its emitter's word", config.timestamp_type),
        SetText(topic, "message.timestamp.type=LogAppendTime") +
            "; leave it where history is imported with recorded_at"));
  }
}

}  // namespace

Checks JudgeTopic(TopicUse use, const std::string& topic, const Result<TopicDescription>& described) {
  const std::string about = "topic " + topic;
  if (described.status().code() == StatusCode::kNotFound) return {MissingTopic(use, about, topic)};
  if (!described.ok()) {
    return {Ill(about, std::string(Text(described.status())), "see that the broker lets this user describe it")};
  }
  Checks checks;
  JudgeShape(use, about, described->facts, &checks);
  const Result<TopicConfig>& config = described->config;
  if (!config.ok()) {
    checks.push_back(Doubtful(about, fmt::format("its settings are not known: {}", Text(config.status())),
                              "see to cleanup.policy=delete and retention.ms=-1 yourself"));
    return checks;
  }
  JudgeCopies(about, topic, described->facts, *config, &checks);
  JudgeConfig(use, about, topic, *config, &checks);
  return checks;
}

void RecordSample::Add(Partition partition, const RawRecord& record) {
  if (record.timestamp_ms > 0 && (!stamp_ || stamp_->ms < record.timestamp_ms)) {
    stamp_ = Stamp{record.timestamp_ms, record.timestamp_type == log::v1::TIMESTAMP_TYPE_LOG_APPEND};
  }
  if (record.key.value_or("").empty()) {
    ++keyless_;
    return;
  }
  ++keyed_;
  if (PartitionOf(partitioner_, *record.key, partition_count_) != partition) {
    if (misplaced_++ == 0) example_ = fmt::format("{}@{}", partition.value(), record.offset.value());
  }
  if (PartitionOf(Other(partitioner_), *record.key, partition_count_) != partition) ++misplaced_by_other_;
}

Check JudgePartitioner(const std::string& topic, const RecordSample& sample) {
  const std::string about = "partitioner";
  const std::string_view name = PartitionerName(sample.partitioner());
  const std::string_view other = PartitionerName(Other(sample.partitioner()));
  const uint64_t seen = sample.keyed() + sample.keyless();
  if (seen == 0) return Well(about, fmt::format("no records in {} yet to compare with {}", topic, name));
  if (sample.misplaced() > 0) {
    const bool others = sample.misplaced_by_other() == 0;
    return Ill(about,
               fmt::format("{} of the last {} records with a key stand in another partition than {} gives, the first "
                           "at {}/{}: such records are rejected{}",
                           CountText(static_cast<int64_t>(sample.misplaced())),
                           CountText(static_cast<int64_t>(sample.keyed())), name, topic, sample.example(),
                           others ? fmt::format("; {} gives just these", other) : ""),
               others ? fmt::format("start kontor serve with --partitioner {}, or let emitters use {}", other, name)
                      : fmt::format("let every emitter use {} (partitioner=murmur2_random in clients of librdkafka, "
                                    "Java's default) and the account's id as the key",
                                    name));
  }
  if (sample.keyless() > 0) {
    return Doubtful(
        about,
        fmt::format("{} of the last {} records have no key: such records are rejected",
                    CountText(static_cast<int64_t>(sample.keyless())), CountText(static_cast<int64_t>(seen))),
        "let emitters give the account's id as the key");
  }
  return Well(about, fmt::format("the last {} records stand where {} puts them",
                                 CountText(static_cast<int64_t>(sample.keyed())), name));
}

Check JudgeStamps(const RecordSample& sample, Instant now) {
  const std::string about = "clock";
  if (!sample.stamp()) return Well(about, "no records yet whose timestamps could be compared with it");
  const std::string_view whose = sample.stamp()->is_brokers ? "the broker's" : "an emitter's";
  const int64_t ahead_ms = sample.stamp()->ms - now.value() / 1'000'000;
  if (ahead_ms < kAheadWarningMs) {
    return Well(about, fmt::format("not behind the last record's timestamp, {} word", whose));
  }
  const std::string what = fmt::format("{} behind {}: the last record's timestamp is in the future",
                                       DurationText(static_cast<double>(ahead_ms) / 1e3), whose);
  const std::string remedy = "keep both clocks by NTP (chrony, systemd-timesyncd)";
  const bool is_ill = sample.stamp()->is_brokers && ahead_ms >= kAheadFailedMs;
  return is_ill ? Ill(about, what, remedy) : Doubtful(about, what, remedy);
}

}  // namespace kontor
