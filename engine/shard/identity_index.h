// Which accepted event has an identity: what the view store knows, and what was claimed since its last commit.
//
// Nearly every identity that is asked for is new, and the filter says so. Only what it lets through is looked for among
// the claims and in the store.
//
// Two identities may share a hash: whoever asks settles a match against the original event.
//
// Ownership:  the cache (whose last commit it reads) outlives it.
// Threads:    the shard's thread.
// Errors:     where the store's identities could not be read, status() and every look-up say so.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/shard/identity_filter.h"
#include "engine/shard/row_cache.h"
#include "engine/views/view_store.h"

namespace kontor {

class IdentityIndex {
 public:
  // Reads every identity of the store.
  explicit IdentityIndex(const RowCache* committed);
  const Status& status() const { return status_; }

  // An accepted event's. Requires: positions rise.
  void Claim(IdentityHash identity, Position position);
  // Asks of every position under the hash whether it is the one, until it is: first of what was claimed lately, which
  // is near. Nothing where none is.
  using Settle = std::function<Result<bool>(Position)>;
  Result<std::optional<Position>> Find(IdentityHash identity, const Settle& is_it) const;
  // Starts to bring near what the other two look at: some ten identities ahead of them it hides the memory's latency.
  void Prefetch(IdentityHash identity) const { filter_.Prefetch(identity); }

  // Puts what was claimed since the last commit into this one. Claims may follow.
  void Collect(ViewCommit* commit);
  // The store holds what Collect gave.
  void Committed();

 private:
  struct Claimed {
    IdentityEntry entry;
    uint32_t before = 0;  // the place + 1 of the claim before it in its bucket; 0: none
  };

  void Chain(const IdentityEntry& entry);

  const RowCache* committed_;
  Status status_;
  IdentityFilter filter_;         // of all, claimed or committed
  std::vector<Claimed> claimed_;  // by position
  size_t collected_ = 0;          // of them
  // By the first bits of a hash the place + 1 of the last claim; 0: none. Chains may be long: few look-ups come here.
  std::vector<uint32_t> buckets_;
};

}  // namespace kontor
