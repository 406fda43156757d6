#include "engine/shard/identity_index.h"

#include <cstring>

#include "engine/base/check.h"

namespace kontor {
namespace {

constexpr size_t kSlotsMin = 1 << 12;

}  // namespace

IdentityIndex::IdentityIndex(const RowCache* committed) : committed_(committed), slots_(kSlotsMin) {}

// The hash is one already: its first bytes serve.
size_t IdentityIndex::SlotOf(const IdentityHash& identity) const {
  uint64_t bits = 0;
  std::memcpy(&bits, identity.data(), sizeof(bits));
  return bits & (slots_.size() - 1);
}

void IdentityIndex::Claim(const IdentityHash& identity, Position position) {
  KONTOR_CHECK(claimed_.empty() || claimed_.back().position < position);
  claimed_.push_back({identity, position});
  if (claimed_.size() * 2 > slots_.size()) {
    Grow();
    return;
  }
  size_t slot = SlotOf(identity);
  while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
  slots_[slot] = static_cast<uint32_t>(claimed_.size());
}

void IdentityIndex::Grow() {
  slots_.assign(slots_.size() * 2, 0);
  for (size_t i = 0; i < claimed_.size(); ++i) {
    size_t slot = SlotOf(claimed_[i].identity);
    while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = static_cast<uint32_t>(i + 1);
  }
}

Result<std::vector<Position>> IdentityIndex::Positions(const IdentityHash& identity) const {
  KONTOR_ASSIGN_OR_RETURN(std::vector<Position> positions, committed_->committed().Positions(identity));
  // Equal hashes were claimed in the order of their positions, and lie in that order along the probe.
  for (size_t slot = SlotOf(identity); slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
    const IdentityEntry& entry = claimed_[slots_[slot] - 1];
    if (entry.identity == identity) positions.push_back(entry.position);
  }
  return positions;
}

void IdentityIndex::Committed() {
  claimed_.clear();
  slots_.assign(kSlotsMin, 0);
}

}  // namespace kontor
