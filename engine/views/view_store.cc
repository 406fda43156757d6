#include "engine/views/view_store.h"

#include <algorithm>

#include "engine/base/codec.h"

namespace kontor {

IdentityHash HashOf(const Identity& identity) {
  // The source's length keeps ("ab", "c") and ("a", "bc") apart.
  std::string bytes;
  ByteWriter out(&bytes);
  out.String(identity.source.value());
  out.Raw(identity.event_id.value());
  const Sha256Hash whole = Sha256::Of(bytes);
  IdentityHash hash;
  std::copy_n(whole.begin(), hash.size(), hash.begin());
  return hash;
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
