#include "engine/source/kafka_statistics.h"

#include <algorithm>
#include <boost/property_tree/json_parser.hpp>
#include <boost/property_tree/ptree.hpp>
#include <sstream>

namespace kontor {
namespace {

// Not protobuf's Struct: its maps have a member more under the thread sanitizer than in the library's own code.
using Json = boost::property_tree::ptree;

const Json& Field(const Json& object, const std::string& name) {
  static const Json kNone;
  const auto found = object.find(name);  // not get_child, which takes the dots in a broker's name for a path
  return found == object.not_found() ? kNone : found->second;
}

int64_t Number(const Json& object, const std::string& name) {
  return Field(object, name).get_value_optional<int64_t>().value_or(-1);
}

// Far beyond what a fetch waits at a broker that is well (fetch.wait.max.ms), and long before librdkafka gives a
// request up (socket.timeout.ms).
constexpr int64_t kSilentMicros = 10'000'000;

BrokerState StateOf(const Json& broker) {
  if (Field(broker, "state").data() != "UP") return BrokerState::kAway;
  // A connection to the group's coordinator waits for the other members, for minutes where it must.
  if (Field(broker, "source").data() == "logical") return BrokerState::kAnswers;
  const bool silent = Number(broker, "waitresp_cnt") > 0 && Number(broker, "rxidle") > kSilentMicros;
  return silent ? BrokerState::kSilent : BrokerState::kAnswers;
}

// As a count: none where it is not told.
int64_t Count(const Json& object, const std::string& name) { return std::max<int64_t>(Number(object, name), 0); }

}  // namespace

Result<KafkaStatistics> ReadKafkaStatistics(std::string_view json, const std::string& topic) {
  Json root;
  try {
    std::istringstream in{std::string(json)};
    boost::property_tree::read_json(in, root);
  } catch (const boost::property_tree::json_parser_error&) {
    return Internal("librdkafka's statistics are not JSON");
  }
  KafkaStatistics statistics;
  SourceFigures& client = statistics.figures;
  client.received_bytes = Count(root, "rx_bytes");
  client.sent_bytes = Count(root, "tx_bytes");
  client.rebalances = Count(Field(root, "cgrp"), "rebalance_cnt");
  std::map<int64_t, BrokerState> states;
  for (const auto& [name, broker] : Field(root, "brokers")) {
    client.request_timeouts += Count(broker, "req_timeouts");
    const BrokerState state = StateOf(broker);
    if (state == BrokerState::kAway) continue;
    client.round_trip_micros = std::max(client.round_trip_micros, Count(Field(broker, "rtt"), "avg"));
    if (Field(broker, "source").data() != "logical") states[Number(broker, "nodeid")] = state;
    statistics.any_broker |= state == BrokerState::kAnswers;
    ++client.brokers;
  }
  for (const auto& [name, figures] : Field(Field(Field(root, "topics"), topic), "partitions")) {
    const int64_t number = Number(figures, "partition");
    if (number < 0) continue;  // librdkafka's own, for messages without one
    client.waiting_records += Count(figures, "fetchq_cnt");
    client.waiting_bytes += Count(figures, "fetchq_size");
    const auto broker = states.find(Number(figures, "broker"));
    statistics.partitions[Partition(static_cast<int32_t>(number))] = {
        .broker = broker == states.end() || broker->first < 0 ? BrokerState::kAway : broker->second,
        .last_stable = std::max<int64_t>(Number(figures, "ls_offset"), -1)};
  }
  return statistics;
}

}  // namespace kontor
