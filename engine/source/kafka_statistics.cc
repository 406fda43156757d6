#include "engine/source/kafka_statistics.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <set>

namespace kontor {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

const Value& Field(const Struct& object, const std::string& name) {
  const auto found = object.fields().find(name);
  return found == object.fields().end() ? Value::default_instance() : found->second;
}

int64_t Number(const Struct& object, const std::string& name) {
  const Value& value = Field(object, name);
  return value.has_number_value() ? static_cast<int64_t>(value.number_value()) : -1;
}

}  // namespace

Result<KafkaStatistics> ReadKafkaStatistics(std::string_view json, const std::string& topic) {
  Struct root;
  if (!google::protobuf::util::JsonStringToMessage({json.data(), json.size()}, &root).ok()) {
    return Internal("librdkafka's statistics are not JSON");
  }
  KafkaStatistics statistics;
  std::set<int64_t> connected;
  for (const auto& [name, broker] : Field(root, "brokers").struct_value().fields()) {
    if (Field(broker.struct_value(), "state").string_value() != "UP") continue;
    connected.insert(Number(broker.struct_value(), "nodeid"));
    statistics.any_broker = true;
  }
  const Value& ours = Field(Field(root, "topics").struct_value(), topic);
  for (const auto& [name, partition] : Field(ours.struct_value(), "partitions").struct_value().fields()) {
    const Struct& figures = partition.struct_value();
    const int64_t number = Number(figures, "partition");
    if (number < 0) continue;  // librdkafka's own, for messages without one
    const int64_t broker = Number(figures, "broker");
    statistics.partitions[Partition(static_cast<int32_t>(number))] = {
        .reachable = broker >= 0 && connected.contains(broker),
        .last_stable = std::max<int64_t>(Number(figures, "ls_offset"), -1)};
  }
  return statistics;
}

}  // namespace kontor
