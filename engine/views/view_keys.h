// The keys by which views are ordered, alike in every adapter.
//
// Format: FORMAT.md beside this file.
#pragma once

#include <string>
#include <string_view>

#include "engine/views/view_store.h"

namespace kontor {

// An account's id and a zero byte, so that no account's keys begin like another's, and accounts order as their ids do.
std::string EventKeyPrefix(std::string_view account);
// The prefix, the instant with its sign bit turned, and the position, both big-endian: bytes order as the world's time.
std::string EventKey(std::string_view account, Instant occurred_at, Position position);
// Instant and position from the last 16 bytes of an EventKey. False where there are fewer.
bool ParseEventKey(std::string_view key, Instant* occurred_at, Position* position);
// An instant as bytes order it.
uint64_t OrderedInstant(Instant instant);
Instant FromOrderedInstant(uint64_t ordered);

// A hash and a position, both big-endian.
std::string IdentityKey(const IdentityEntry& entry);

// The first key behind all that start with the prefix; empty: there is none.
std::string EndOfPrefix(std::string_view prefix);

std::string EncodeCheckpoint(const Checkpoint& checkpoint);
bool DecodeCheckpoint(std::string_view bytes, Checkpoint* checkpoint);

// What ViewStore::Commit requires, checked before anything is written.
void CheckCommit(const ViewCommit& commit, const Checkpoint& present);

}  // namespace kontor
