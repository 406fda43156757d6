// Whether topics are such that nothing is lost in them, whether emitters give keys to partitions as Kontor expects, and
// whether the clocks agree: the judgement, of facts that somebody else asked the broker for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/civil.h"
#include "engine/event/partitioner.h"
#include "engine/source/event_source.h"
#include "tools/kontor/doctor/check.h"

namespace kontor {

enum class TopicUse { kEvents, kReference, kRejected };

Checks JudgeTopic(TopicUse use, const std::string& topic, const Result<TopicDescription>& described);

// Records of a topic, the newest ones.
class RecordSample {
 public:
  // of: the topic's partitions.
  RecordSample(int32_t partition_count, Partitioner partitioner)
      : partition_count_(partition_count), partitioner_(partitioner) {}

  void Add(Partition partition, const RawRecord& record);

  int32_t partition_count() const { return partition_count_; }
  Partitioner partitioner() const { return partitioner_; }
  uint64_t keyed() const { return keyed_; }
  uint64_t keyless() const { return keyless_; }
  uint64_t misplaced() const { return misplaced_; }
  // Of those that are misplaced, by the other partitioner.
  uint64_t misplaced_by_other() const { return misplaced_by_other_; }
  // The first that is misplaced: "1@7".
  const std::string& example() const { return example_; }
  struct Stamp {
    int64_t ms = 0;
    bool is_brokers = false;  // LogAppendTime
  };
  // The latest.
  const std::optional<Stamp>& stamp() const { return stamp_; }

 private:
  const int32_t partition_count_;
  const Partitioner partitioner_;
  uint64_t keyed_ = 0;
  uint64_t keyless_ = 0;
  uint64_t misplaced_ = 0;
  uint64_t misplaced_by_other_ = 0;
  std::string example_;
  std::optional<Stamp> stamp_;
};

Check JudgePartitioner(const std::string& topic, const RecordSample& sample);
// now: of this machine's clock.
Check JudgeStamps(const RecordSample& sample, Instant now);

}  // namespace kontor
