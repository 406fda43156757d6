#include "engine/query/recorded_at.h"

namespace kontor {
namespace {

constexpr int64_t kMsPerSecond = 1'000;
constexpr int64_t kNanosPerMs = 1'000'000;
constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr int64_t kLastSecond = 253'402'300'799;   // 9999-12-31T23:59:59Z

}  // namespace

std::optional<google::protobuf::Timestamp> RecordedAt(const log::v1::LogRecord& record) {
  if (record.timestamp_type() == log::v1::TIMESTAMP_TYPE_UNSPECIFIED) return std::nullopt;
  int64_t seconds = record.timestamp_ms() / kMsPerSecond;
  int64_t ms = record.timestamp_ms() % kMsPerSecond;
  if (ms < 0) {
    --seconds;
    ms += kMsPerSecond;
  }
  google::protobuf::Timestamp at;
  at.set_seconds(seconds);
  at.set_nanos(static_cast<int32_t>(ms * kNanosPerMs));
  if (!HasWords(at)) return std::nullopt;
  return at;
}

bool HasWords(const google::protobuf::Timestamp& timestamp) {
  return timestamp.seconds() >= kFirstSecond && timestamp.seconds() <= kLastSecond && timestamp.nanos() >= 0 &&
         timestamp.nanos() < kNanosPerSecond;
}

}  // namespace kontor
