// What rows that are added to come to in the tests of view stores.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace kontor {

// Rows that are added to hold numbers in decimal here; zero is nothing.
inline bool AddNumbers(std::span<const std::string_view> values, std::string* sum) {
  int64_t total = 0;
  for (const std::string_view value : values) {
    if (value == "broken") return false;
    if (!value.empty()) total += std::stoll(std::string(value));
  }
  *sum = total == 0 ? "" : std::to_string(total);
  return true;
}

}  // namespace kontor
