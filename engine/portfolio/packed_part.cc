#include "engine/portfolio/packed_part.h"

#include <zlib.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "engine/base/check.h"

namespace kontor {
namespace {

Bytef* BytesOf(void* bytes) { return static_cast<Bytef*>(bytes); }

// Their state is kept from part to part: to ask for its quarter of a megabyte each time took longer than the packing.
class Deflater {
 public:
  Deflater() { KONTOR_CHECK(deflateInit(&stream_, Z_BEST_SPEED) == Z_OK); }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // Good until the next call.
  std::string_view Pack(std::string* bytes) {
    KONTOR_CHECK(deflateReset(&stream_) == Z_OK);
    const uLong most = deflateBound(&stream_, bytes->size());
    if (packed_.size() < most) packed_.resize(most);
    stream_.next_in = BytesOf(bytes->data());
    stream_.avail_in = static_cast<uInt>(bytes->size());
    stream_.next_out = BytesOf(packed_.data());
    stream_.avail_out = static_cast<uInt>(packed_.size());
    KONTOR_CHECK(deflate(&stream_, Z_FINISH) == Z_STREAM_END);
    return std::string_view(packed_).substr(0, stream_.total_out);
  }

 private:
  z_stream stream_{};
  std::string packed_;
};

class Inflater {
 public:
  Inflater() { KONTOR_CHECK(inflateInit(&stream_) == Z_OK); }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Requires: they unpack to this many. Good until the next call.
  std::string_view Unpack(std::byte* packed, uint32_t packed_size, uint32_t size) {
    KONTOR_CHECK(inflateReset(&stream_) == Z_OK);
    if (bytes_.size() < size) bytes_.resize(size);
    stream_.next_in = BytesOf(packed);
    stream_.avail_in = packed_size;
    stream_.next_out = BytesOf(bytes_.data());
    stream_.avail_out = size;
    KONTOR_CHECK(inflate(&stream_, Z_FINISH) == Z_STREAM_END && stream_.total_out == size);
    return std::string_view(bytes_).substr(0, size);
  }

 private:
  z_stream stream_{};
  std::string bytes_;
};

}  // namespace

PackedPart::PackedPart(const Components& components, bool key_account) : key_account_(key_account) {
  static thread_local Deflater deflater;
  std::string bytes;
  Encode(components, &bytes);
  const std::string_view packed = deflater.Pack(&bytes);
  size_ = static_cast<uint32_t>(bytes.size());
  packed_size_ = static_cast<uint32_t>(packed.size());
  packed_ = std::make_unique_for_overwrite<std::byte[]>(packed.size());
  std::copy_n(reinterpret_cast<const std::byte*>(packed.data()), packed.size(), packed_.get());
}

Components PackedPart::components() const {
  static thread_local Inflater inflater;
  if (size_ == 0) return {};
  return DecodeComponents(inflater.Unpack(packed_.get(), packed_size_, size_));
}

}  // namespace kontor
