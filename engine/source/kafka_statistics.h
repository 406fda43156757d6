// What librdkafka's statistics say of one topic: the only place where it tells whether a partition's broker is there
// and answers, and where the last stable offset is; and of the client's connections.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/source/event_source.h"

namespace kontor {

// A broker as a client sees it.
enum class BrokerState {
  kAway,     // no connection
  kSilent,   // connected, and what it was asked it has not answered for ten seconds
  kAnswers,  // connected, and it answers, or was asked nothing
};

struct KafkaStatistics {
  struct PartitionState {
    BrokerState broker = BrokerState::kAway;  // the one that it is read from
    int64_t last_stable = -1;                 // -1: not known
  };
  bool any_broker = false;  // at least one answers
  std::map<Partition, PartitionState> partitions;
  SourceFigures figures;
};

// From the JSON of a statistics event. Internal where it is not of the documented form.
Result<KafkaStatistics> ReadKafkaStatistics(std::string_view json, const std::string& topic);

}  // namespace kontor
