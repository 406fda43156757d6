// Which accepted event has an identity: what the view store knows, and what was claimed since its last commit.
//
// Two identities may share a hash: whoever asks settles a match against the original event.
//
// Ownership:  the cache (whose last commit it reads) outlives it.
// Threads:    the shard's thread.
#pragma once

#include <vector>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/shard/row_cache.h"
#include "engine/views/view_store.h"

namespace kontor {

class IdentityIndex {
 public:
  explicit IdentityIndex(const RowCache* committed);

  // An accepted event's. Requires: positions rise.
  void Claim(const IdentityHash& identity, Position position);
  // Every position under the hash, ascending.
  Result<std::vector<Position>> Positions(const IdentityHash& identity) const;

  // Puts what was claimed since the last commit into this one.
  void Collect(ViewCommit* commit) const { commit->identities = claimed_; }
  // The store holds what Collect gave.
  void Committed();

 private:
  size_t SlotOf(const IdentityHash& identity) const;
  void Grow();

  const RowCache* committed_;
  std::vector<IdentityEntry> claimed_;  // by position
  // Open addressing: places in claimed_ + 1, 0 for none; a power of two, at most half full.
  std::vector<uint32_t> slots_;
};

}  // namespace kontor
