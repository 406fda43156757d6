// Where in a log records of which disposition are, by stretches of 256 records, so that a list of the few refused ones
// among millions of others reads only the stretches that hold some: one byte a stretch, in memory.
//
// What is appended is noted as it comes. A stretch that nobody noted (the log is older than this process, or the
// process was killed before it could store) may hold anything, until whoever reads it says what it holds.
//
// Ownership:   borrows the store, which outlives it.
// Threads:     any.
// Durability:  stored now and then, and by Store. What is lost is found again by reading the log. What is stored is
//              believed only where the log still holds the record that it was stored at.
// Errors:      the store's. A log that cannot be read costs what was stored of it, and is no error here.
// Format:      entry "dispositions/<topic>/<partition>": 32 bytes, the SHA-256 of the last record of the last stretch;
//              then a byte a stretch: bit n: it holds a record of Disposition n; none: not known.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/log/event_log.h"
#include "engine/shard/shard.h"
#include "engine/views/instance_store.h"
#include "kontor/log/v1/record.pb.h"

namespace kontor {

struct Admitted;

class DispositionMap {
 public:
  static constexpr uint64_t kStretch = 256;
  static constexpr uint64_t kStoredEvery = 1'024;  // stretches

  explicit DispositionMap(InstanceStore* store) : store_(store) {}

  // Takes on a shard whose log is open, and outlives what is asked of it.
  Status Watch(const ShardId& shard, const EventLog* log);
  // The log holds, from a position on, what was admitted.
  Status OnAppended(const ShardId& shard, Position from, const Admitted& admitted);
  // Stores what is known of every shard.
  Status Store();

  // Whether there may be such records in the stretch of the position. Unspecified: any.
  bool MayHold(const ShardId& shard, Position position, log::v1::Disposition disposition) const;
  // Somebody read a stretch whole: the bits of what it holds.
  void Learn(const ShardId& shard, Position first, uint8_t holds);

  static uint8_t Bit(log::v1::Disposition disposition) { return static_cast<uint8_t>(1U << disposition); }

 private:
  struct Known {
    const EventLog* log = nullptr;
    std::string holds;      // a byte for each stretch that is full
    Position seen;          // everything before it is noted
    uint8_t open = 0;       // what the stretch of `seen` holds so far,
    bool open_seen = true;  // if every record of it was noted
    uint64_t stored = 0;    // stretches, when it was stored, or was to be
    bool changed = false;   // since it was stored
  };
  Status StoreOne(const ShardId& shard, Known* known);  // requires: mutex_ held

  InstanceStore* const store_;
  mutable std::mutex mutex_;
  std::map<ShardId, Known> known_;
};

}  // namespace kontor
