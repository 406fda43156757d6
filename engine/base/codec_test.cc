#include "engine/base/codec.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace kontor {
namespace {

constexpr Int128 kInt128Max = static_cast<Int128>(~Uint128{0} >> 1);
constexpr Int128 kInt128Min = -kInt128Max - 1;

// Every power of two and its neighbours: where the length of a varint changes.
std::vector<Uint128> EdgesOf128Bits() {
  std::vector<Uint128> edges = {0, ~Uint128{0}};
  for (int shift = 0; shift < 128; ++shift) {
    const Uint128 power = Uint128{1} << shift;
    edges.insert(edges.end(), {power - 1, power, power + 1});
  }
  return edges;
}

TEST(CodecTest, BytesAreAsTheFormatSays) {
  std::string out;
  ByteWriter writer(&out);
  writer.Byte(0xff);
  writer.Varint(300);
  writer.Signed(-1);
  writer.Signed(1);
  writer.String("ab");
  writer.Raw("c");
  writer.BigEndian32(0x01020304);
  writer.BigEndian64(0x05060708090a0b0c);
  EXPECT_EQ(out, std::string("\xff\xac\x02\x01\x02\x02"
                             "abc\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c"));
}

TEST(CodecTest, NumbersComeBackAtEveryLength) {
  std::string out;
  ByteWriter writer(&out);
  const std::vector<Uint128> edges = EdgesOf128Bits();
  for (const Uint128 x : edges) {
    writer.Varint128(x);
    writer.Signed128(static_cast<Int128>(x));
    writer.Varint(static_cast<uint64_t>(x));
    writer.Signed(static_cast<int64_t>(x));
    writer.BigEndian64(static_cast<uint64_t>(x));
    writer.BigEndian32(static_cast<uint32_t>(x));
  }
  ByteReader reader(out);
  for (const Uint128 x : edges) {
    EXPECT_TRUE(reader.Varint128() == x);
    EXPECT_TRUE(reader.Signed128() == static_cast<Int128>(x));
    EXPECT_EQ(reader.Varint(), static_cast<uint64_t>(x));
    EXPECT_EQ(reader.Signed(), static_cast<int64_t>(x));
    EXPECT_EQ(reader.BigEndian64(), static_cast<uint64_t>(x));
    EXPECT_EQ(reader.BigEndian32(), static_cast<uint32_t>(x));
  }
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.AtEnd());
}

TEST(CodecTest, LargestNumberTakes19Bytes) {
  std::string out;
  ByteWriter(&out).Varint128(~Uint128{0});
  EXPECT_EQ(out.size(), 19U);
  out.clear();
  ByteWriter(&out).Signed128(kInt128Min);
  EXPECT_EQ(out.size(), 19U);
}

TEST(CodecTest, NumberBeyondItsTypeIsRefused) {
  std::string out;
  ByteWriter(&out).Varint128(Uint128{1} << 64);
  ByteReader reader(out);
  EXPECT_EQ(reader.Varint(), 0U);
  EXPECT_FALSE(reader.ok());

  const std::string beyond_128_bits = std::string(18, '\x80') + '\x04';
  ByteReader wide(beyond_128_bits);
  EXPECT_TRUE(wide.Varint128() == 0);
  EXPECT_FALSE(wide.ok());

  const std::string endless(100, '\x80');
  ByteReader long_one(endless);
  EXPECT_TRUE(long_one.Varint128() == 0);
  EXPECT_FALSE(long_one.ok());
}

TEST(CodecTest, ReadPastTheEndFailsForGood) {
  const std::string text(
      "\x05"
      "ab",
      3);  // says five, holds two
  ByteReader reader(text);
  EXPECT_EQ(reader.String(), "");
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.Byte(), 0);
  EXPECT_EQ(reader.Varint(), 0U);
  EXPECT_EQ(reader.Signed(), 0);
  EXPECT_EQ(reader.BigEndian32(), 0U);
  EXPECT_EQ(reader.BigEndian64(), 0U);
  EXPECT_EQ(reader.Raw(1), "");
  EXPECT_FALSE(reader.ok());
}

TEST(CodecTest, EveryCutOfARowIsSeen) {
  std::string out;
  ByteWriter writer(&out);
  writer.Varint(1 << 20);
  writer.String("name");
  writer.BigEndian64(1);
  for (size_t size = 0; size < out.size(); ++size) {
    ByteReader reader(std::string_view(out).substr(0, size));
    reader.Varint();
    reader.String();
    reader.BigEndian64();
    EXPECT_FALSE(reader.ok()) << size;
  }
}

TEST(CodecTest, StringOfAbsurdLengthIsRefused) {
  std::string out;
  ByteWriter(&out).Varint(std::numeric_limits<uint64_t>::max());
  ByteReader reader(out);
  EXPECT_EQ(reader.String(), "");
  EXPECT_FALSE(reader.ok());
}

RC_GTEST_PROP(CodecProperty, RowComesBack, (int64_t number, const std::string& text, uint64_t high, uint64_t low)) {
  const auto wide = static_cast<Int128>(Uint128{high} << 64 | low);
  std::string out;
  ByteWriter writer(&out);
  writer.Signed(number);
  writer.String(text);
  writer.Signed128(wide);
  ByteReader reader(out);
  RC_ASSERT(reader.Signed() == number);
  RC_ASSERT(reader.String() == text);
  RC_ASSERT(reader.Signed128() == wide);
  RC_ASSERT(reader.ok() && reader.AtEnd());
}

RC_GTEST_PROP(CodecProperty, BigEndianOrdersAsItsNumber, (uint64_t a, uint64_t b)) {
  std::string x;
  std::string y;
  ByteWriter(&x).BigEndian64(a);
  ByteWriter(&y).BigEndian64(b);
  RC_ASSERT((x < y) == (a < b));
}

RC_GTEST_PROP(CodecProperty, NoBytesCrashTheReader, (const std::string& bytes)) {
  ByteReader reader(bytes);
  while (reader.ok() && !reader.AtEnd()) {
    reader.String();
    reader.Signed128();
    reader.BigEndian32();
  }
}

}  // namespace
}  // namespace kontor
