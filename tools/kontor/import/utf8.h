// Whether bytes are text.
#pragma once

#include <string_view>

namespace kontor {

// Well-formed UTF-8 without a zero byte, at which SQLite's JSON functions would end.
bool IsUtf8Text(std::string_view text);

}  // namespace kontor
