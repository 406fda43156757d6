// UTF-8, one code point at a time.
#pragma once

#include <optional>
#include <string_view>

namespace kontor {

// Takes the next code point off the front of `text`. Nothing where the bytes are none (an overlong form, a surrogate,
// beyond U+10FFFF, cut short): then one byte is taken. Requires: text is not empty.
std::optional<char32_t> TakeCodePoint(std::string_view* text);

bool IsUtf8(std::string_view text);

}  // namespace kontor
