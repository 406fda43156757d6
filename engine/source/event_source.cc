#include "engine/source/event_source.h"

namespace kontor {

Status CheckStart(const std::string& topic, Partition partition, Offset start, int64_t low, int64_t high) {
  if (start.value() < low) {
    return DataLoss(
        "partition {} of topic '{}' no longer holds offsets {} to {}: it begins at {}. To read on without a gap, copy "
        "the "
        "directory of this shard from an instance that has read them; a shard without a log starts at offset 0 only. "
        "Topics of events should have retention.ms=-1 and retention.bytes=-1",
        partition.value(), topic, start.value(), low - 1, low);
  }
  if (start.value() > high) {
    return DataLoss(
        "partition {} of topic '{}' ends at offset {}, but offsets up to {} were read from it: the topic was truncated "
        "or "
        "deleted and made again. Its new records are not a continuation of this log; send them to a topic of another "
        "name, "
        "or read it with another --data-dir",
        partition.value(), topic, high, start.value() - 1);
  }
  return OkStatus();
}

}  // namespace kontor
