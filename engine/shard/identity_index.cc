#include "engine/shard/identity_index.h"

#include <algorithm>
#include <cstddef>

#include "engine/base/check.h"

namespace kontor {
namespace {

constexpr int kBucketBits = 16;
// The filter's room at least.
constexpr uint64_t kRoomMin = 1 << 21;

size_t BucketOf(IdentityHash identity) { return identity.value() >> (64 - kBucketBits); }

}  // namespace

IdentityIndex::IdentityIndex(const RowCache* committed)
    : committed_(committed),
      filter_(std::max(committed->committed().checkpoint().position.value(), kRoomMin)),
      buckets_(size_t{1} << kBucketBits) {
  status_ = committed_->committed().ScanIdentities([this](std::span<const IdentityEntry> entries) {
    for (const IdentityEntry& entry : entries) filter_.Prefetch(entry.identity);
    for (const IdentityEntry& entry : entries) filter_.Add(entry.identity);
  });
}

void IdentityIndex::Claim(IdentityHash identity, Position position) {
  KONTOR_CHECK(claimed_.empty() || claimed_.back().entry.position < position);
  filter_.Add(identity);
  Chain({identity, position});
}

void IdentityIndex::Chain(const IdentityEntry& entry) {
  uint32_t& last = buckets_[BucketOf(entry.identity)];
  claimed_.push_back({entry, last});
  last = static_cast<uint32_t>(claimed_.size());
}

Result<std::optional<Position>> IdentityIndex::Find(IdentityHash identity, const Settle& is_it) const {
  KONTOR_RETURN_IF_ERROR(status_);
  if (!filter_.MayHold(identity)) return std::nullopt;
  for (uint32_t at = buckets_[BucketOf(identity)]; at != 0; at = claimed_[at - 1].before) {
    const IdentityEntry& entry = claimed_[at - 1].entry;
    if (entry.identity != identity) continue;
    KONTOR_ASSIGN_OR_RETURN(const bool found, is_it(entry.position));
    if (found) return entry.position;
  }
  KONTOR_ASSIGN_OR_RETURN(const std::vector<Position> positions, committed_->committed().Positions(identity));
  for (const Position position : positions) {
    KONTOR_ASSIGN_OR_RETURN(const bool found, is_it(position));
    if (found) return position;
  }
  return std::nullopt;
}

void IdentityIndex::Collect(ViewCommit* commit) {
  commit->identities.reserve(claimed_.size());
  for (const Claimed& claimed : claimed_) commit->identities.push_back(claimed.entry);
  collected_ = claimed_.size();
}

void IdentityIndex::Committed() {
  std::vector<Claimed> since(claimed_.begin() + static_cast<ptrdiff_t>(collected_), claimed_.end());
  collected_ = 0;
  claimed_.clear();
  std::ranges::fill(buckets_, 0);
  for (const Claimed& claimed : since) Chain(claimed.entry);
}

}  // namespace kontor
