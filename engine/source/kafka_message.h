// A fetched Kafka message as a record.
#pragma once

#include "engine/event/raw_record.h"
#include "engine/source/kafka_client.h"

namespace kontor {

// Fills a fresh record with what a message without an error holds; it points into the message. DataLoss: its headers
// cannot be read.
Status ReadRecord(const rd_kafka_message_t& message, RawRecord* record);

}  // namespace kontor
