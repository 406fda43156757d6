#include "engine/log/event_log.h"

#include "engine/base/check.h"
#include "engine/base/codec.h"
#include "engine/base/sha256.h"

namespace kontor {
namespace {

// Tag of LogRecord.offset, which is written first; an offset of 0 is not written at all.
constexpr uint8_t kOffsetTag = 0x08;

}  // namespace

Offset OffsetOfStored(std::string_view record) {
  ByteReader in(record);
  if (record.empty() || in.Byte() != kOffsetTag) return Offset(0);
  return Offset(static_cast<int64_t>(in.Varint()));
}

void CheckAppend(std::span<const std::string_view> records, Offset present, Offset next) {
  KONTOR_CHECK(next >= present);
  KONTOR_CHECK(records.empty() || next > present);
  Offset at_least = present;
  for (const std::string_view record : records) {
    const Offset offset = OffsetOfStored(record);
    KONTOR_CHECK(offset >= at_least);
    at_least = offset + 1;
  }
  KONTOR_CHECK(at_least <= next);
}

Result<std::string> LogDigest(const EventLog& log, Position to, const std::function<bool(Position)>& goes_on) {
  constexpr uint64_t kRecordsBetween = 1'000;
  if (to > log.End()) {
    return NotFound("the log ends at position {}, so there is no digest up to {}", log.End().value(), to.value());
  }
  Sha256 sha;
  bool whole = true;
  KONTOR_RETURN_IF_ERROR(log.Scan(Position(0), to, [&](Position at, std::string_view record) {
    sha.Update(record);
    if (goes_on && at.value() % kRecordsBetween == 0) whole = goes_on(at + 1);
    return whole;
  }));
  if (!whole) return Cancelled("the digest of the log was given up");
  return HexText(sha.Finish());
}

}  // namespace kontor
