// Logs and records to test with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/log/event_log.h"
#include "kontor/log/v1/record.pb.h"

namespace kontor {

inline LogOwner EventsOwner() {
  return {.cluster_id = "cluster-a", .topic = "kontor.events", .partition = Partition(3), .partition_count = 8};
}

// A serialized LogRecord of that Kafka offset.
inline std::string RecordAt(int64_t offset, std::string value = "value") {
  log::v1::LogRecord record;
  record.set_offset(offset);
  record.set_disposition(log::v1::DISPOSITION_ACCEPTED);
  record.set_intake_version(1);
  record.set_value(std::move(value));
  return record.SerializeAsString();
}

// Appends records that are kept as strings.
inline Status AppendAll(EventLog& log, const std::vector<std::string>& records, Offset next_offset) {
  return log.Append(std::vector<std::string_view>(records.begin(), records.end()), next_offset);
}

}  // namespace kontor
