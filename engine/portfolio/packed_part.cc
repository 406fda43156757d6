#include "engine/portfolio/packed_part.h"

#include <zlib.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/base/check.h"

namespace kontor {

PackedPart::PackedPart(const Components& components, bool key_account) : key_account_(key_account) {
  std::string bytes;
  Encode(components, &bytes);
  size_ = static_cast<uint32_t>(bytes.size());
  uLongf size = compressBound(bytes.size());
  std::vector<std::byte> packed(size);
  const int done = compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                             reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), Z_BEST_SPEED);
  KONTOR_CHECK(done == Z_OK);
  packed_size_ = static_cast<uint32_t>(size);
  packed_ = std::make_unique_for_overwrite<std::byte[]>(size);
  std::copy_n(packed.begin(), size, packed_.get());
}

Components PackedPart::components() const {
  if (size_ == 0) return {};
  std::string bytes(size_, '\0');
  uLongf size = size_;
  const int done = uncompress(reinterpret_cast<Bytef*>(bytes.data()), &size,
                              reinterpret_cast<const Bytef*>(packed_.get()), packed_size_);
  KONTOR_CHECK(done == Z_OK && size == size_);
  return DecodeComponents(bytes);
}

}  // namespace kontor
