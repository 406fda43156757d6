#include "engine/base/utf8.h"

#include <gtest/gtest.h>

namespace kontor {
namespace {

TEST(Utf8Test, TakesOneCodePointAtATime) {
  std::string_view text = "aé€😀";
  EXPECT_EQ(TakeCodePoint(&text), U'a');
  EXPECT_EQ(TakeCodePoint(&text), U'é');
  EXPECT_EQ(TakeCodePoint(&text), U'€');
  EXPECT_EQ(TakeCodePoint(&text), U'😀');
  EXPECT_TRUE(text.empty());
}

TEST(Utf8Test, MalformedBytesAreTakenOneByOne) {
  std::string_view text = "\xE2\x82!";
  EXPECT_EQ(TakeCodePoint(&text), std::nullopt);
  EXPECT_EQ(TakeCodePoint(&text), std::nullopt);
  EXPECT_EQ(TakeCodePoint(&text), U'!');
}

TEST(Utf8Test, KnowsWhatIsNotUtf8) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("\xF4\x8F\xBF\xBF"));   // U+10FFFF
  EXPECT_FALSE(IsUtf8("\xF4\x90\x80\x80"));  // beyond it
  EXPECT_FALSE(IsUtf8("\xC0\xAF"));          // overlong
  EXPECT_FALSE(IsUtf8("\xE0\x80\xAF"));      // overlong
  EXPECT_FALSE(IsUtf8("\xED\xA0\x80"));      // surrogate
  EXPECT_FALSE(IsUtf8("\xE2\x82"));          // cut short
  EXPECT_FALSE(IsUtf8("\x80"));              // no lead
  EXPECT_FALSE(IsUtf8("caf\xE9"));           // Latin-1
}

}  // namespace
}  // namespace kontor
