// Asks a broker what the doctor judges: the cluster, the topics, and the newest records of the topic of events.
#pragma once

#include <string>

#include "engine/source/kafka_source.h"
#include "tools/kontor/doctor/check.h"
#include "tools/kontor/options.h"

namespace kontor {

struct BrokerReport {
  Checks checks;
  std::string cluster_id;  // empty where nobody answers
};

// Takes seconds where nobody answers.
BrokerReport CheckBroker(const BrokerOptions& broker, const TopicOptions& topics);

}  // namespace kontor
