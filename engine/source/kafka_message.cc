#include "engine/source/kafka_message.h"

namespace kontor {
namespace {

std::optional<std::string_view> Bytes(const void* data, size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(data), size);
}

}  // namespace

Status ReadRecord(const rd_kafka_message_t& message, RawRecord* record) {
  record->offset = Offset(message.offset);
  record->key = Bytes(message.key, message.key_len);
  record->value = Bytes(message.payload, message.len);

  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  record->timestamp_ms = rd_kafka_message_timestamp(&message, &type);
  if (type == RD_KAFKA_TIMESTAMP_CREATE_TIME) record->timestamp_type = log::v1::TIMESTAMP_TYPE_CREATE;
  if (type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME) record->timestamp_type = log::v1::TIMESTAMP_TYPE_LOG_APPEND;

  rd_kafka_headers_t* headers = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_message_headers(&message, &headers);
  if (error == RD_KAFKA_RESP_ERR__NOENT) return OkStatus();
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return DataLoss("the headers of offset {} cannot be read: {}", message.offset, rd_kafka_err2str(error));
  }
  const size_t count = rd_kafka_header_cnt(headers);
  record->headers.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const char* name = nullptr;
    const void* value = nullptr;
    size_t size = 0;
    rd_kafka_header_get_all(headers, i, &name, &value, &size);
    record->headers.push_back({name, Bytes(value, size)});
  }
  return OkStatus();
}

}  // namespace kontor
