#include "tools/kontor/line_reader.h"

#include <gtest/gtest.h>

#include <sstream>

namespace kontor {
namespace {

TEST(LineReaderTest, LinesAreNumberedFromOne) {
  std::istringstream stream("one\n\r\nthree\r\nlast");
  LineReader lines(&stream, 100);
  EXPECT_EQ(lines.Next()->text, "one");
  EXPECT_EQ(lines.Next()->text, "");
  const auto third = lines.Next();
  EXPECT_EQ(third->text, "three");
  EXPECT_EQ(third->number, 3U);
  EXPECT_EQ(lines.Next()->text, "last");
  EXPECT_FALSE(lines.Next().has_value());
  EXPECT_EQ(lines.bytes_read(), 17U);
}

TEST(LineReaderTest, OverlongLineIsPassedOverWhole) {
  std::istringstream stream(std::string(1000, 'x') + "\nnext\n");
  LineReader lines(&stream, 10);
  EXPECT_TRUE(lines.Next()->too_long);
  EXPECT_EQ(lines.Next()->text, "next");
  EXPECT_FALSE(lines.Next().has_value());
}

TEST(LineReaderTest, EmptyStreamHasNoLine) {
  std::istringstream stream("");
  EXPECT_FALSE(LineReader(&stream, 10).Next().has_value());
}

}  // namespace
}  // namespace kontor
