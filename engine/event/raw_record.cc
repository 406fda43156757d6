#include "engine/event/raw_record.h"

namespace kontor {

RawRecord RawRecordOf(const log::v1::LogRecord& record) {
  RawRecord raw;
  raw.offset = Offset(record.offset());
  raw.timestamp_ms = record.timestamp_ms();
  raw.timestamp_type = record.timestamp_type();
  if (record.has_key()) raw.key = record.key();
  raw.headers.reserve(record.headers_size());
  for (const log::v1::Header& header : record.headers()) {
    raw.headers.push_back({header.name(), std::nullopt});
    if (header.has_value()) raw.headers.back().value = header.value();
  }
  if (record.has_value()) raw.value = record.value();
  return raw;
}

}  // namespace kontor
