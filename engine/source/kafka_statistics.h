// What librdkafka's statistics say of one topic: the only place where it tells whether a partition's broker is there,
// and where the last stable offset is; and of the client's connections.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/source/event_source.h"

namespace kontor {

struct KafkaStatistics {
  struct PartitionState {
    bool reachable = false;    // connected to the broker that it is read from
    int64_t last_stable = -1;  // -1: not known
  };
  bool any_broker = false;  // connected to at least one
  std::map<Partition, PartitionState> partitions;
  SourceFigures figures;
};

// From the JSON of a statistics event. Internal where it is not of the documented form.
Result<KafkaStatistics> ReadKafkaStatistics(std::string_view json, const std::string& topic);

}  // namespace kontor
