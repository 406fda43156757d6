// Sends records and keeps account of each: which were acknowledged, and why the others were not.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "engine/base/status.h"
#include "engine/source/event_source.h"

namespace kontor {

// Threads: one; the sink's callbacks come on others.
class Sending {
 public:
  Sending() = default;
  // No callback comes once the sink is gone.
  ~Sending() { sink_.reset(); }
  Sending(const Sending&) = delete;
  Sending& operator=(const Sending&) = delete;

  // Where nothing was sent yet, a sink may come late.
  bool has_sink() const { return sink_ != nullptr; }
  void SetSink(std::unique_ptr<EventSink> sink) { sink_ = std::move(sink); }

  // number: what the caller knows the record by. Requires: used once; has_sink().
  void Send(uint64_t number, OutRecord record);
  // Notes a record that cannot be sent at all.
  void Refuse(uint64_t number, Status why);

  // Waits for the acknowledgement of all that was sent.
  void Finish();

  uint64_t acknowledged() const;
  // The last acknowledged record of each partition: topic and partition -> offset.
  std::map<std::pair<std::string, Partition>, Offset> last_offsets() const;
  // Why those that are not were not, by number.
  std::map<uint64_t, Status> unacknowledged() const;

 private:
  void Settle(uint64_t number, const std::string& topic, const Status& status, Partition partition, Offset offset);

  std::unique_ptr<EventSink> sink_;
  mutable std::mutex mutex_;
  std::map<uint64_t, Status> open_;  // every record but those acknowledged
  uint64_t acknowledged_ = 0;
  std::map<std::pair<std::string, Partition>, Offset> last_offsets_;
};

}  // namespace kontor
