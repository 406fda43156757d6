// The keys of the rows that a store held at one commit. They are read on a thread of its own, behind everything else;
// until all are read, any row may be there.
//
// A shard that starts over a store asks it for every row that an event may change, and most are new: each of those
// looks into the filters of all tables, which took two fifths of a shard's time.
//
// Threads: one at a time, beside its own.
// Errors:  a store that cannot be read to its end stays one that may hold any row.
#pragma once

#include <xxhash.h>

#include <atomic>
#include <memory>
#include <string_view>
#include <thread>

#include "engine/shard/identity_filter.h"
#include "engine/views/view_store.h"

namespace kontor {

inline IdentityHash HashOfRowKey(std::string_view key) { return IdentityHash(XXH3_64bits(key.data(), key.size())); }

class StoredKeys {
 public:
  explicit StoredKeys(std::unique_ptr<ViewSnapshot> snapshot);
  ~StoredKeys();

  // False: there was no row of this key.
  bool MayHold(IdentityHash key) const { return !read_.load(std::memory_order_acquire) || filter_.MayHold(key); }
  void Prefetch(IdentityHash key) const {
    if (read_.load(std::memory_order_acquire)) filter_.Prefetch(key);
  }

 private:
  void Read();

  const std::unique_ptr<ViewSnapshot> snapshot_;
  IdentityFilter filter_;  // the thread's own until all is read; nobody changes it after that
  std::atomic<bool> read_ = false;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace kontor
