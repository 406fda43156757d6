#include "engine/views/view_store.h"

#include <xxhash.h>

#include "engine/base/codec.h"

namespace kontor {

// Seeded with the source's, so that ("ab", "c") and ("a", "bc") are kept apart without a copy of both.
IdentityHash HashOf(std::string_view source, std::string_view event_id) {
  const XXH64_hash_t seed = XXH3_64bits(source.data(), source.size());
  return IdentityHash(XXH3_64bits_withSeed(event_id.data(), event_id.size(), seed));
}

Result<std::string> ViewsDigest(const ViewSnapshot& snapshot, const std::function<bool()>& goes_on) {
  constexpr uint64_t kEntriesBetween = 1'000;
  Sha256 sha;
  std::string triple;
  uint64_t entries = 0;
  bool whole = true;
  KONTOR_RETURN_IF_ERROR(snapshot.ScanAll([&](std::string_view table, std::string_view key, std::string_view value) {
    triple.clear();
    ByteWriter out(&triple);
    out.String(table);
    out.String(key);
    out.String(value);
    sha.Update(triple);
    if (goes_on && entries++ % kEntriesBetween == 0) whole = goes_on();
    return whole;
  }));
  if (!whole) return Cancelled("the digest of the views was given up");
  return HexText(sha.Finish());
}

}  // namespace kontor
