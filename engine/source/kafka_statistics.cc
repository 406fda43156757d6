#include "engine/source/kafka_statistics.h"

#include <algorithm>
#include <boost/property_tree/json_parser.hpp>
#include <boost/property_tree/ptree.hpp>
#include <set>
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
  std::set<int64_t> connected;
  for (const auto& [name, broker] : Field(root, "brokers")) {
    client.request_timeouts += Count(broker, "req_timeouts");
    if (Field(broker, "state").data() != "UP") continue;
    client.round_trip_micros = std::max(client.round_trip_micros, Count(Field(broker, "rtt"), "avg"));
    connected.insert(Number(broker, "nodeid"));
    statistics.any_broker = true;
    ++client.brokers;
  }
  for (const auto& [name, figures] : Field(Field(Field(root, "topics"), topic), "partitions")) {
    const int64_t number = Number(figures, "partition");
    if (number < 0) continue;  // librdkafka's own, for messages without one
    client.waiting_records += Count(figures, "fetchq_cnt");
    client.waiting_bytes += Count(figures, "fetchq_size");
    const int64_t broker = Number(figures, "broker");
    statistics.partitions[Partition(static_cast<int32_t>(number))] = {
        .reachable = broker >= 0 && connected.contains(broker),
        .last_stable = std::max<int64_t>(Number(figures, "ls_offset"), -1)};
  }
  return statistics;
}

}  // namespace kontor
