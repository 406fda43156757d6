// When a record was recorded, as answers tell it; and which instants they can tell.
#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <optional>

#include "kontor/log/v1/record.pb.h"

namespace kontor {

// The record's Kafka timestamp. Nothing where it has none, or one outside the years 1 to 9999: an emitter's clock may
// say anything, and JSON has no instant for it. The raw record still tells it.
std::optional<google::protobuf::Timestamp> RecordedAt(const log::v1::LogRecord& record);

// Whether JSON has words for it: an instant of the years 1 to 9999.
bool HasWords(const google::protobuf::Timestamp& timestamp);

}  // namespace kontor
