#include "engine/log/in_memory_event_log.h"

#include <algorithm>
#include <mutex>

namespace kontor {
namespace {

constexpr uint64_t kRecordsPerSlice = 256;

}  // namespace

Status InMemoryEventLog::Append(std::span<const std::string_view> records, Offset next_offset) {
  CheckAppend(records, NextOffset(), next_offset);
  const std::unique_lock lock(mutex_);
  for (const std::string_view record : records) records_.push_back(std::make_shared<const std::string>(record));
  next_offset_ = next_offset;
  return OkStatus();
}

Position InMemoryEventLog::End() const {
  const std::shared_lock lock(mutex_);
  return Position(records_.size());
}

Offset InMemoryEventLog::NextOffset() const {
  const std::shared_lock lock(mutex_);
  return next_offset_;
}

Result<std::string> InMemoryEventLog::Read(Position position) const {
  const std::shared_lock lock(mutex_);
  if (position.value() >= records_.size()) {
    return NotFound("the log of {}-{} ends at position {}, so there is no record at {}", owner_.topic,
                    owner_.partition.value(), records_.size(), position.value());
  }
  return *records_[position.value()];
}

Status InMemoryEventLog::Scan(Position from, Position to,
                              const std::function<bool(Position, std::string_view)>& visit) const {
  const Position end = std::min(to, End());
  while (from < end) {
    std::vector<std::shared_ptr<const std::string>> slice;
    {
      const std::shared_lock lock(mutex_);
      const uint64_t size = std::min(end - from, kRecordsPerSlice);
      slice.assign(records_.begin() + static_cast<ptrdiff_t>(from.value()),
                   records_.begin() + static_cast<ptrdiff_t>(from.value() + size));
    }
    for (const auto& record : slice) {
      if (!visit(from, *record)) return OkStatus();
      ++from;
    }
  }
  return OkStatus();
}

}  // namespace kontor
