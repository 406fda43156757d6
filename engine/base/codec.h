// Writes and reads the bytes of stored rows: varints, zigzag, strings. Little state, no allocation but the output's.
//
// Format: unsigned numbers are LEB128 varints (at most 19 bytes for 128 bits); signed ones are zigzag first; a string
// is its length as a varint and its bytes; big-endian numbers order as bytes and serve in keys.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kontor {

using Int128 = __int128;
using Uint128 = unsigned __int128;

class ByteWriter {
 public:
  explicit ByteWriter(std::string* out) : out_(out) {}

  void Byte(uint8_t x) { out_->push_back(static_cast<char>(x)); }
  void Varint(uint64_t x) {
    if (x < 0x80) {
      out_->push_back(static_cast<char>(x));
    } else {
      LongVarint(x);
    }
  }
  void Varint128(Uint128 x);
  void Signed(int64_t x) { Varint((static_cast<uint64_t>(x) << 1) ^ static_cast<uint64_t>(x >> 63)); }
  void Signed128(Int128 x) { Varint128((static_cast<Uint128>(x) << 1) ^ static_cast<Uint128>(x >> 127)); }
  void String(std::string_view x) {
    Varint(x.size());
    out_->append(x);
  }
  void Raw(std::string_view x) { out_->append(x); }
  void BigEndian32(uint32_t x);
  void BigEndian64(uint64_t x);

 private:
  void LongVarint(uint64_t x);

  std::string* out_;
};

// Reads what ByteWriter wrote. After a read past the end, or of a number that does not fit, ok() is false for good and
// every read gives zero or empty: check once, at the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}

  bool ok() const { return ok_; }
  bool AtEnd() const { return in_.empty(); }
  std::string_view rest() const { return in_; }
  uint8_t Byte() {
    if (in_.empty()) {
      ok_ = false;
      return 0;
    }
    const auto x = static_cast<uint8_t>(in_.front());
    in_.remove_prefix(1);
    return x;
  }
  uint64_t Varint() {
    if (in_.empty() || static_cast<uint8_t>(in_.front()) >= 0x80) return LongVarint();
    return Byte();
  }
  Uint128 Varint128() {
    if (in_.empty() || static_cast<uint8_t>(in_.front()) >= 0x80) return LongVarint128();
    return Byte();
  }
  int64_t Signed() {
    const uint64_t x = Varint();
    return static_cast<int64_t>((x >> 1) ^ (~(x & 1) + 1));
  }
  Int128 Signed128() {
    const Uint128 x = Varint128();
    return static_cast<Int128>((x >> 1) ^ (~(x & 1) + 1));
  }
  // Points into the input.
  std::string_view String();
  std::string_view Raw(size_t size);
  uint32_t BigEndian32();
  uint64_t BigEndian64();

 private:
  bool ShortVarint(uint64_t* x);
  uint64_t LongVarint();
  Uint128 LongVarint128();

  std::string_view in_;
  bool ok_ = true;
};

}  // namespace kontor
