// How the two indexes lie on disk: many entries a key, so that an entry costs a few bytes and a commit appends to
// values that it does not read.
//
// Format: FORMAT.md beside this file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/views/view_store.h"

namespace kontor {

// --- Identities: a key holds every entry whose hash begins with its bits ---

// Few keys make commits and merges cheap, many make a look-up short. With 2^14 it reads a kilobyte at a million
// entries.
constexpr int kIdentityKeyBits = 14;
constexpr size_t kIdentityKeys = size_t{1} << kIdentityKeyBits;
inline size_t IdentityKeyOf(IdentityHash identity) { return identity.value() >> (64 - kIdentityKeyBits); }

// The entries by key, those of one key in the order in which they came.
std::vector<IdentityEntry> ByIdentityKey(std::span<const IdentityEntry> entries);
// Appends the part of an entry that is not in its key.
void AppendIdentity(const IdentityEntry& entry, std::string* value);
// Appends every entry of a key's value. False where it is not whole.
bool ReadIdentities(size_t key, std::string_view value, std::vector<IdentityEntry>* entries);
// Appends the positions that the value has under the hash. False where it is not whole.
bool ReadPositions(IdentityHash identity, std::string_view value, std::vector<Position>* positions);

// --- Events: a key holds every event of an account in one span of time, in chunks, one a commit ---

struct IndexedEvent {
  Instant occurred_at;
  Position position;
  auto operator<=>(const IndexedEvent&) const = default;
};

// Spans of 2^53 nanoseconds: 104 days.
uint16_t TimeBucketOf(Instant instant);
// Appends a chunk. Requires: events of one account and bucket, in their order.
void AppendEvents(std::span<const AccountEvent> events, std::string* value);
// Appends the events of every chunk of a bucket's value, sorted together. False where it is not whole.
bool ReadEvents(uint16_t bucket, std::string_view value, std::vector<IndexedEvent>* events);

}  // namespace kontor
