#include "engine/views/view_store.h"

#include <xxhash.h>

#include "engine/base/codec.h"

namespace kontor {

// Seeded with the source's, so that ("ab", "c") and ("a", "bc") are kept apart without a copy of both.
IdentityHash HashOf(std::string_view source, std::string_view event_id) {
  const XXH64_hash_t seed = XXH3_64bits(source.data(), source.size());
  return IdentityHash(XXH3_64bits_withSeed(event_id.data(), event_id.size(), seed));
}

Result<std::string> ViewsDigest(const ViewSnapshot& snapshot) {
  Sha256 sha;
  std::string triple;
  KONTOR_RETURN_IF_ERROR(snapshot.ScanAll([&](std::string_view table, std::string_view key, std::string_view value) {
    triple.clear();
    ByteWriter out(&triple);
    out.String(table);
    out.String(key);
    out.String(value);
    sha.Update(triple);
    return true;
  }));
  return HexText(sha.Finish());
}

}  // namespace kontor
