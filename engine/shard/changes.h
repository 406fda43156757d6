// What was folded between one commit and the next, account by account, as readers see it.
//
// Each event leaves one Change on every account that it touches: what it adds to months, and the rows that it wrote
// anew. Changes of an account are linked from the newest to the oldest and are never altered once linked. A reader
// follows them and passes over those at or behind the position that it reads at: so publishing costs nothing but the
// position, and reading waits for nothing.
//
// Ownership:   keeps the memory that its changes stand in.
// Threads:     Of and Link by the shard's thread, until a commit takes it up; the rest by any.
// Invariants:  positions rise along an account's changes.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "engine/base/arena.h"
#include "engine/base/civil.h"
#include "engine/base/ids.h"

namespace kontor {

struct ChangedAccount;

// An entity row or a head as one event left it. Without a value the row is gone. Key and value stand behind it.
struct RowVersion {
  uint32_t key_size = 0;
  uint32_t value_size = 0;
  const RowVersion* next = nullptr;  // another row of the same change

  // The shard's thread's own, until a commit takes it up.
  uint64_t hash = 0;                      // of the key
  RowVersion* next_in_account = nullptr;  // of the same changes
  RowVersion* next_in_memory = nullptr;   // in the same arena
  uint64_t generation = 0;                // of the changes that it was written in; 0: it was read from the store
  bool stored = false;                    // the store has a row of this key when it has all earlier generations
  bool superseded = false;                // a later one was written in the same changes
  bool used = false;                      // it was asked for

  std::string_view key() const { return {reinterpret_cast<const char*>(this + 1), key_size}; }
  std::string_view value() const { return {reinterpret_cast<const char*>(this + 1) + key_size, value_size}; }
};

// What one event changed of one account.
struct Change {
  const Change* older = nullptr;
  Position position;  // of the event
  Instant at;
  bool is_event = false;             // the account's own event, to be listed
  const RowVersion* rows = nullptr;  // linked by `next`
  std::string_view additions;        // to months (AdditionWriter)
};

struct ChangedAccount {
  std::string_view id;
  Position first;  // of its oldest change; to be read behind `newest`
  std::atomic<const Change*> newest = nullptr;
  const ChangedAccount* listed_before = nullptr;

  // The shard's thread's own, until a commit takes it up.
  RowVersion* rows = nullptr;  // written in these changes, linked by `next_in_account`
  Position last;               // of its newest change
  uint64_t slice = 0;          // in which it changed last
};

class Changes {
 public:
  // `rows` is the memory of row versions; it may outlive the changes, as a cache.
  explicit Changes(std::shared_ptr<Arena> rows);

  // Begin to bring near what Of will look at, and then what Link will; the one some events ahead of the other.
  static uint64_t HashOf(std::string_view account);
  void PrefetchSlot(uint64_t hash) const;
  void PrefetchAccount(uint64_t hash) const;
  // Made where it is not there yet.
  ChangedAccount* Of(std::string_view account);
  // Links a change to an account, with a copy of its additions. Requires: its position is not below the last one's.
  void Link(ChangedAccount* account, Change change);
  size_t bytes() const { return memory_.bytes(); }
  size_t accounts() const { return count_; }

  // --- Any thread ---

  // Null where nothing of it changed.
  const ChangedAccount* Find(std::string_view account) const;
  // Every changed account, linked by `listed_before`.
  const ChangedAccount* Listed() const { return listed_.load(std::memory_order_acquire); }

 private:
  struct Slot {
    uint64_t hash = 0;
    ChangedAccount* account = nullptr;
  };
  size_t SlotOf(uint64_t hash, std::string_view account) const;
  void Grow();

  const std::shared_ptr<const Arena> rows_;
  Arena memory_{size_t{256} << 10};
  std::atomic<const ChangedAccount*> listed_ = nullptr;

  // Open addressing, a power of two, at most half full. The shard's thread changes it under the lock and reads it
  // without.
  mutable std::mutex mutex_;
  std::vector<Slot> slots_;
  size_t count_ = 0;
};

}  // namespace kontor
