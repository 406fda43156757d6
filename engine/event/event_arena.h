// An arena for the events of one batch after another, which keeps its memory from batch to batch.
//
// Threads: one at a time.
#pragma once

#include <google/protobuf/arena.h>

#include <memory>
#include <optional>

namespace kontor {

class EventArena {
 public:
  EventArena() { Begin(0); }
  EventArena(const EventArena&) = delete;
  EventArena& operator=(const EventArena&) = delete;

  google::protobuf::Arena* get() { return &*arena_; }

  // Ends everything on it. Where its memory was too small, the next batch finds more, up to a bound.
  void Reset() {
    const uint64_t used = arena_->Reset();
    if (used > kept_bytes_ && kept_bytes_ < kKeptBytesMax) Begin(used < kKeptBytesMax ? used : kKeptBytesMax);
  }

 private:
  // An average batch of 10,000 events.
  static constexpr size_t kKeptBytesMax = size_t{16} << 20;
  static constexpr size_t kBlockBytesMax = size_t{256} << 10;

  void Begin(size_t kept_bytes) {
    arena_.reset();
    if (kept_bytes > 0) kept_ = std::make_unique_for_overwrite<char[]>(kept_bytes);
    kept_bytes_ = kept_bytes;
    google::protobuf::ArenaOptions options;
    options.initial_block = kept_.get();
    options.initial_block_size = kept_bytes;
    options.max_block_size = kBlockBytesMax;
    arena_.emplace(options);
  }

  std::unique_ptr<char[]> kept_;
  size_t kept_bytes_ = 0;
  std::optional<google::protobuf::Arena> arena_;
};

}  // namespace kontor
