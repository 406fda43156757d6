#include "tools/kontor/sending.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace kontor {
namespace {

// Longer than the producer itself tries (librdkafka's message.timeout.ms is 5 minutes), so that its own word on each
// record comes first.
constexpr std::chrono::minutes kFlushTime{6};

}  // namespace

void Sending::Send(uint64_t number, OutRecord record) {
  {
    const std::lock_guard lock(mutex_);
    open_[number] = Unavailable("not acknowledged in time");
  }
  const auto settle = [this, number, topic = record.topic](const Status& status, Partition partition, Offset offset) {
    Settle(number, topic, status, partition, offset);
  };
  if (const Status status = sink_->Send(std::move(record), settle); !status.ok()) Refuse(number, status);
}

void Sending::Refuse(uint64_t number, Status why) {
  const std::lock_guard lock(mutex_);
  open_[number] = std::move(why);
}

void Sending::Finish() {
  // What is not acknowledged stays among the open ones, which tells more than the flush's own status.
  if (has_sink()) sink_->Flush(kFlushTime).IgnoreError();
}

void Sending::Settle(uint64_t number, const std::string& topic, const Status& status, Partition partition,
                     Offset offset) {
  const std::lock_guard lock(mutex_);
  if (status.ok()) {
    open_.erase(number);
    ++acknowledged_;
    Offset& last = last_offsets_[{topic, partition}];
    last = std::max(last, offset);
  } else {
    open_[number] = status;
  }
}

std::map<std::pair<std::string, Partition>, Offset> Sending::last_offsets() const {
  const std::lock_guard lock(mutex_);
  return last_offsets_;
}

uint64_t Sending::acknowledged() const {
  const std::lock_guard lock(mutex_);
  return acknowledged_;
}

std::map<uint64_t, Status> Sending::unacknowledged() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

}  // namespace kontor
