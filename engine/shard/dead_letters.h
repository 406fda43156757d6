// Sends rejected and conflicting records to the dead-letter topic: each at least once, in its own time.
//
// A shard's refused records are known from what it appends; what was appended while nobody listened is found by reading
// the log from the last position known to be acknowledged. A topic that is away is asked again with backoff; nobody
// waits for it, and the raw records stay in the log.
//
// A letter keeps key, value, headers and timestamp of the record, and adds, as Kafka Connect does, the headers
// __connect.errors.topic, .partition, .offset, .stage, .exception.class.name and .exception.message, each only where
// the record has none of that name. A record that the topic does not take so, for it is too large or its timestamp too
// far off, goes with its first 64 KiB, the time of sending, and the headers kontor.position, kontor.timestamp.ms,
// kontor.value.bytes and kontor.value.sha256; where that is too large as well, without its own headers.
//
// Ownership:   borrows store and sink, which outlive it; holds the logs' shards by shared pointers.
// Threads:     one of its own; the methods by any.
// Durability:  progress is stored after acknowledgement, so a crash sends some letters again and loses none.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "engine/log/event_log.h"
#include "engine/shard/shard.h"
#include "engine/source/event_source.h"
#include "engine/views/instance_store.h"

namespace kontor {

class DeadLetters {
 public:
  struct Limits {
    size_t letters_max = 500;            // sent before their acknowledgements are waited for,
    size_t letters_bytes_max = 8 << 20;  // or so many bytes of keys and values: what the sink holds at a time
    size_t known_max = 100'000;          // positions kept in memory, a shard; beyond, the log is read again
    uint64_t store_every = 100'000;      // records after which progress is stored though nothing was sent
    std::chrono::milliseconds flush_timeout{1'000};  // between looks whether to stop
    std::chrono::milliseconds backoff_min{500};
    std::chrono::milliseconds backoff_max{30'000};
  };
  // `fatal` is told where progress cannot be stored: the process must end.
  DeadLetters(std::string topic, InstanceStore* store, EventSink* sink, std::function<void(const Status&)> fatal,
              Limits limits);
  ~DeadLetters();  // as Stop

  void Start();
  // Ends the thread within the flush timeout; what was acknowledged is stored, and what was not is sent again next
  // time.
  void Stop();

  // Takes on a shard whose log is open, from its stored progress on.
  Status Watch(std::shared_ptr<const Shard> shard);
  // The log holds [from, end); of these the refused ones.
  void OnAppended(const ShardId& shard, Position from, Position end, std::span<const Position> refused);

  // The position up to which every letter of the shard is acknowledged.
  Position SentUpTo(const ShardId& shard) const;
  // Refused records that are known of and not acknowledged yet, of every shard.
  int64_t waiting() const;
  // Why letters wait; OK where none does, or nothing is known to hinder them.
  Status trouble() const;

 private:
  struct Watched {
    std::shared_ptr<const Shard> shard;
    Position stored;             // progress as it stands in the store
    Position scanned;            // refused records before it are in known, or acknowledged
    std::deque<Position> known;  // not acknowledged
    Position SentUpTo() const { return known.empty() ? scanned : known.front(); }
  };

  void Run();
  // Sends what waits of one shard; false where nothing was to do.
  Result<bool> SendOf(const ShardId& id);
  // Reads the log on from a position, which is as far as it was read.
  Status Scan(const ShardId& id, const EventLog& log, Position from);
  // Sends the first of them, as many as the limit of bytes takes. How many were acknowledged before the first that was
  // not, and what became of that one.
  Status Send(const ShardId& id, const EventLog& log, std::vector<Position> positions, size_t* acknowledged);
  // Waits until the sink has said what became of all it was given, or it is time to stop.
  void AwaitOutcomes();
  // Stores the progress: now, or once it has gone far enough.
  void Store(const ShardId& id, bool at_once);

  const std::string topic_;
  InstanceStore* const store_;
  EventSink* const sink_;
  const std::function<void(const Status&)> fatal_;
  const Limits limits_;
  std::thread thread_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  bool news_ = false;
  std::map<ShardId, Watched> watched_;
  Status trouble_;
};

// Whether a record goes to the dead-letter topic: rejected ones do, and those that conflict.
bool IsRefused(const log::v1::LogRecord& record);

// The position up to which the letters of a shard are stored to be acknowledged.
Result<Position> DeadLetterProgress(const InstanceStore& store, const ShardId& shard);

// The letter of one refused record. `size` says how much of it is sent. Of the three, the first that the topic takes.
enum class LetterSize { kWhole, kCut, kBare };
OutRecord LetterOf(const std::string& topic, const ShardId& shard, Position position, const log::v1::LogRecord& record,
                   LetterSize size);

}  // namespace kontor
