#include "engine/base/codec.h"

namespace kontor {

void ByteWriter::LongVarint(uint64_t x) {
  char bytes[10];
  size_t size = 0;
  for (; x >= 0x80; x >>= 7) bytes[size++] = static_cast<char>(x | 0x80);
  bytes[size++] = static_cast<char>(x);
  out_->append(bytes, size);
}

void ByteWriter::Varint128(Uint128 x) {
  if (x >> 64 == 0) return Varint(static_cast<uint64_t>(x));
  char bytes[19];
  size_t size = 0;
  for (; x >= 0x80; x >>= 7) bytes[size++] = static_cast<char>(static_cast<uint64_t>(x) | 0x80);
  bytes[size++] = static_cast<char>(x);
  out_->append(bytes, size);
}

void ByteWriter::BigEndian32(uint32_t x) {
  for (int shift = 24; shift >= 0; shift -= 8) Byte(static_cast<uint8_t>(x >> shift));
}

void ByteWriter::BigEndian64(uint64_t x) {
  for (int shift = 56; shift >= 0; shift -= 8) Byte(static_cast<uint8_t>(x >> shift));
}

// Nearly every number has fewer than ten bytes, and ends before the input does.
bool ByteReader::ShortVarint(uint64_t* x) {
  *x = 0;
  const size_t most = in_.size() < 9 ? in_.size() : 9;
  for (size_t i = 0; i < most; ++i) {
    const auto byte = static_cast<uint8_t>(in_[i]);
    *x |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0) {
      in_.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

uint64_t ByteReader::LongVarint() {
  uint64_t number = 0;
  if (ShortVarint(&number)) return number;
  const Uint128 x = LongVarint128();
  if (x >> 64 != 0) {
    ok_ = false;
    in_ = {};
    return 0;
  }
  return static_cast<uint64_t>(x);
}

Uint128 ByteReader::LongVarint128() {
  uint64_t number = 0;
  if (ShortVarint(&number)) return number;
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
