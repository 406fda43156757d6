#include "engine/base/codec.h"

namespace kontor {

void ByteWriter::Varint(uint64_t x) {
  while (x >= 0x80) {
    Byte(static_cast<uint8_t>(x | 0x80));
    x >>= 7;
  }
  Byte(static_cast<uint8_t>(x));
}

void ByteWriter::Varint128(Uint128 x) {
  while (x >= 0x80) {
    Byte(static_cast<uint8_t>(static_cast<uint64_t>(x) | 0x80));
    x >>= 7;
  }
  Byte(static_cast<uint8_t>(x));
}

void ByteWriter::BigEndian32(uint32_t x) {
  for (int shift = 24; shift >= 0; shift -= 8) Byte(static_cast<uint8_t>(x >> shift));
}

void ByteWriter::BigEndian64(uint64_t x) {
  for (int shift = 56; shift >= 0; shift -= 8) Byte(static_cast<uint8_t>(x >> shift));
}

uint8_t ByteReader::Byte() {
  if (in_.empty()) {
    ok_ = false;
    return 0;
  }
  const auto x = static_cast<uint8_t>(in_.front());
  in_.remove_prefix(1);
  return x;
}

uint64_t ByteReader::Varint() {
  const Uint128 x = Varint128();
  if (x >> 64 != 0) {
    ok_ = false;
    in_ = {};
    return 0;
  }
  return static_cast<uint64_t>(x);
}

Uint128 ByteReader::Varint128() {
  Uint128 x = 0;
  for (int shift = 0; shift < 128; shift += 7) {
    const uint8_t byte = Byte();
    if (!ok_ || (shift == 126 && byte > 3)) break;
    x |= static_cast<Uint128>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return x;
  }
  ok_ = false;
  in_ = {};
  return 0;
}

std::string_view ByteReader::Raw(size_t size) {
  if (size > in_.size()) {
    ok_ = false;
    in_ = {};
    return {};
  }
  const std::string_view x = in_.substr(0, size);
  in_.remove_prefix(size);
  return x;
}

std::string_view ByteReader::String() {
  const uint64_t size = Varint();
  return ok_ ? Raw(size) : std::string_view();
}

uint32_t ByteReader::BigEndian32() {
  uint32_t x = 0;
  for (const char byte : Raw(4)) x = (x << 8) | static_cast<uint8_t>(byte);
  return x;
}

uint64_t ByteReader::BigEndian64() {
  uint64_t x = 0;
  for (const char byte : Raw(8)) x = (x << 8) | static_cast<uint8_t>(byte);
  return x;
}

}  // namespace kontor
