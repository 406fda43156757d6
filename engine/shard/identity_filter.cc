#include "engine/shard/identity_filter.h"

#include <algorithm>

namespace kontor {
namespace {

constexpr uint64_t kIdentitiesPerLine = 32;  // 16 bits each
constexpr int kProbes = 7;

// Nine bits for each probe, of other bits than chose the line.
uint64_t ProbesOf(IdentityHash identity) { return identity.value() * 0x9E3779B97F4A7C15; }

}  // namespace

IdentityFilter::IdentityFilter(uint64_t room) { AddGeneration(std::max(room, kIdentitiesPerLine)); }

void IdentityFilter::AddGeneration(uint64_t room) {
  generations_.push_back({std::vector<Line>((room + kIdentitiesPerLine - 1) / kIdentitiesPerLine), room});
  room_ += room;
}

size_t IdentityFilter::LineOf(IdentityHash identity, size_t lines) {
  return static_cast<size_t>(static_cast<unsigned __int128>(identity.value()) * lines >> 64);
}

void IdentityFilter::Add(IdentityHash identity) {
  if (generations_.back().room == 0) AddGeneration(room_);
  Generation& last = generations_.back();
  --last.room;
  Line& line = last.lines[LineOf(identity, last.lines.size())];
  uint64_t probes = ProbesOf(identity);
  for (int i = 0; i < kProbes; ++i, probes >>= 9) line.words[probes >> 6 & 7] |= uint64_t{1} << (probes & 63);
}

bool IdentityFilter::MayHold(IdentityHash identity) const {
  return std::any_of(generations_.begin(), generations_.end(), [identity](const Generation& generation) {
    const Line& line = generation.lines[LineOf(identity, generation.lines.size())];
    uint64_t probes = ProbesOf(identity);
    for (int i = 0; i < kProbes; ++i, probes >>= 9) {
      if ((line.words[probes >> 6 & 7] >> (probes & 63) & 1) == 0) return false;
    }
    return true;
  });
}

void IdentityFilter::Prefetch(IdentityHash identity) const {
  for (const Generation& generation : generations_) {
    __builtin_prefetch(&generation.lines[LineOf(identity, generation.lines.size())], /*rw=*/1);
  }
}

}  // namespace kontor
