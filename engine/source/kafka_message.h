// A fetched Kafka message as a record.
#pragma once

#include "engine/event/raw_record.h"
#include "engine/source/kafka_client.h"

namespace kontor {

// The record that a message without an error holds; it points into the message. DataLoss: its headers cannot be read.
Result<RawRecord> RecordOf(const rd_kafka_message_t& message);

}  // namespace kontor
