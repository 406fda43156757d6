#include "engine/views/index_codec.h"

#include <algorithm>
#include <array>

#include "engine/base/check.h"
#include "engine/base/codec.h"
#include "engine/views/view_keys.h"

namespace kontor {
namespace {

// The rest of the hash begins with bits that the key has too.
constexpr size_t kHashRestBytes = 7;
constexpr size_t kPositionBytes = 5;
constexpr size_t kIdentityBytes = kHashRestBytes + kPositionBytes;
constexpr uint64_t kHashRest = (uint64_t{1} << (8 * kHashRestBytes)) - 1;
constexpr uint64_t kPositionMax = (uint64_t{1} << (8 * kPositionBytes)) - 1;

constexpr int kBucketBits = 53;
constexpr uint64_t kInBucket = (uint64_t{1} << kBucketBits) - 1;

template <size_t Bytes>
void PutBigEndian(uint64_t x, char* out) {
  for (size_t i = 0; i < Bytes; ++i) out[i] = static_cast<char>(x >> (8 * (Bytes - 1 - i)));
}

template <size_t Bytes>
uint64_t GetBigEndian(const char* in) {
  uint64_t x = 0;
  for (size_t i = 0; i < Bytes; ++i) x = x << 8 | static_cast<uint8_t>(in[i]);
  return x;
}

uint64_t RestOf(const char* entry) { return GetBigEndian<kHashRestBytes>(entry); }
Position PositionOf(const char* entry) { return Position(GetBigEndian<kPositionBytes>(entry + kHashRestBytes)); }

}  // namespace

// Counted out rather than sorted: the keys are few, and known.
std::vector<IdentityEntry> ByIdentityKey(std::span<const IdentityEntry> entries) {
  std::vector<uint32_t> next(kIdentityKeys + 1);
  for (const IdentityEntry& entry : entries) ++next[IdentityKeyOf(entry.identity) + 1];
  for (size_t key = 1; key <= kIdentityKeys; ++key) next[key] += next[key - 1];
  std::vector<IdentityEntry> sorted(entries.size());
  for (const IdentityEntry& entry : entries) sorted[next[IdentityKeyOf(entry.identity)]++] = entry;
  return sorted;
}

void AppendIdentity(const IdentityEntry& entry, std::string* value) {
  KONTOR_CHECK(entry.position.value() <= kPositionMax);
  std::array<char, kIdentityBytes> bytes;
  PutBigEndian<kHashRestBytes>(entry.identity.value(), bytes.data());
  PutBigEndian<kPositionBytes>(entry.position.value(), bytes.data() + kHashRestBytes);
  value->append(bytes.data(), bytes.size());
}

bool ReadIdentities(size_t key, std::string_view value, std::vector<IdentityEntry>* entries) {
  if (value.empty() || value.size() % kIdentityBytes != 0) return false;
  const uint64_t first_bits = static_cast<uint64_t>(key) << (64 - kIdentityKeyBits);
  for (const char* at = value.data(); at != value.data() + value.size(); at += kIdentityBytes) {
    const IdentityHash identity((first_bits & ~kHashRest) | RestOf(at));
    if (IdentityKeyOf(identity) != key) return false;
    entries->push_back({identity, PositionOf(at)});
  }
  return true;
}

bool ReadPositions(IdentityHash identity, std::string_view value, std::vector<Position>* positions) {
  if (value.empty() || value.size() % kIdentityBytes != 0) return false;
  const uint64_t wanted = identity.value() & kHashRest;
  for (const char* at = value.data(); at != value.data() + value.size(); at += kIdentityBytes) {
    if (RestOf(at) == wanted) positions->push_back(PositionOf(at));
  }
  return true;
}

uint16_t TimeBucketOf(Instant instant) { return static_cast<uint16_t>(OrderedInstant(instant) >> kBucketBits); }

void AppendEvents(std::span<const AccountEvent> events, std::string* value) {
  ByteWriter out(value);
  out.Varint(events.size());
  uint64_t instant = 0;
  uint64_t position = 0;
  for (const AccountEvent& event : events) {
    const uint64_t in_bucket = OrderedInstant(event.occurred_at) & kInBucket;
    out.Varint(in_bucket - instant);
    out.Signed(static_cast<int64_t>(event.position.value() - position));
    instant = in_bucket;
    position = event.position.value();
  }
}

bool ReadEvents(uint16_t bucket, std::string_view value, std::vector<IndexedEvent>* events) {
  const auto first = static_cast<ptrdiff_t>(events->size());
  bool whole = !value.empty();
  ByteReader in(value);
  while (whole && !in.AtEnd()) {
    uint64_t instant = 0;
    uint64_t position = 0;
    for (uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
      instant += in.Varint();
      position += static_cast<uint64_t>(in.Signed());
      whole = whole && instant <= kInBucket;
      events->push_back({FromOrderedInstant(uint64_t{bucket} << kBucketBits | instant), Position(position)});
    }
    whole = whole && in.ok();
  }
  // Often they are already: a commit's events come after those of the commits before it.
  if (!std::is_sorted(events->begin() + first, events->end())) std::sort(events->begin() + first, events->end());
  return whole;
}

}  // namespace kontor
