#include "engine/views/view_keys.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/codec.h"

namespace kontor {
namespace {

constexpr uint64_t kSignBit = uint64_t{1} << 63;
constexpr size_t kInstantAndPosition = 16;

}  // namespace

std::string EventKeyPrefix(std::string_view account) {
  std::string key(account);
  key.push_back('\0');
  return key;
}

uint64_t OrderedInstant(Instant instant) { return static_cast<uint64_t>(instant.value()) ^ kSignBit; }

Instant FromOrderedInstant(uint64_t ordered) { return Instant(static_cast<int64_t>(ordered ^ kSignBit)); }

std::string EventKey(std::string_view account, Instant occurred_at, Position position) {
  std::string key = EventKeyPrefix(account);
  ByteWriter out(&key);
  out.BigEndian64(OrderedInstant(occurred_at));
  out.BigEndian64(position.value());
  return key;
}

bool ParseEventKey(std::string_view key, Instant* occurred_at, Position* position) {
  if (key.size() < kInstantAndPosition) return false;
  ByteReader in(key.substr(key.size() - kInstantAndPosition));
  *occurred_at = FromOrderedInstant(in.BigEndian64());
  *position = Position(in.BigEndian64());
  return true;
}

std::string IdentityKey(const IdentityEntry& entry) {
  std::string key;
  ByteWriter out(&key);
  out.BigEndian64(entry.identity.value());
  out.BigEndian64(entry.position.value());
  return key;
}

std::string EndOfPrefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(end.back() + 1);
  return end;
}

std::string EncodeCheckpoint(const Checkpoint& checkpoint) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.Varint(checkpoint.position.value());
  for (const uint8_t byte : checkpoint.last_record) out.Byte(byte);
  out.Varint(checkpoint.fold_version);
  out.String(checkpoint.zone);
  return bytes;
}

bool DecodeCheckpoint(std::string_view bytes, Checkpoint* checkpoint) {
  ByteReader in(bytes);
  checkpoint->position = Position(in.Varint());
  for (uint8_t& byte : checkpoint->last_record) byte = in.Byte();
  const uint64_t fold_version = in.Varint();
  checkpoint->fold_version = static_cast<uint32_t>(fold_version);
  checkpoint->zone = in.String();
  return in.ok() && in.AtEnd() && fold_version <= UINT32_MAX;
}

void CheckCommit(const ViewCommit& commit, const Checkpoint& present) {
  const Position end = commit.checkpoint.position;
  KONTOR_CHECK(end >= present.position);
  KONTOR_CHECK(
      std::ranges::all_of(commit.rows, [](const RowWrite& x) { return x.value ? !x.value->empty() : !x.adds; }));
  KONTOR_CHECK(std::ranges::all_of(commit.identities, [&](const IdentityEntry& x) { return x.position < end; }));
  KONTOR_CHECK(std::ranges::all_of(commit.events, [&](const AccountEvent& x) { return x.position < end; }));
  KONTOR_CHECK(std::ranges::is_sorted(commit.events));
}

}  // namespace kontor
