// A Kafka record as it came, before anything is known of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "kontor/log/v1/record.pb.h"

namespace kontor {

struct RawHeader {
  std::string_view name;
  std::optional<std::string_view> value;
};

// Ownership: points into the batch (or the stored record) that it came with, which must outlive it.
struct RawRecord {
  Offset offset;
  int64_t timestamp_ms = 0;
  log::v1::TimestampType timestamp_type = log::v1::TIMESTAMP_TYPE_UNSPECIFIED;
  // Kafka tells "none" from "empty".
  std::optional<std::string_view> key;
  std::vector<RawHeader> headers;
  std::optional<std::string_view> value;
};

// The record as the log holds it. Points into `record`.
RawRecord RawRecordOf(const log::v1::LogRecord& record);

}  // namespace kontor
