#include "engine/base/utf8.h"

#include <cstddef>
#include <cstdint>

#include "engine/base/check.h"

namespace kontor {
namespace {

struct Lead {
  size_t length;      // bytes of the whole form; 0: no lead byte
  char32_t payload;   // the lead byte's own bits
  char32_t smallest;  // what the form may begin at: less would be overlong
};

Lead LeadOf(uint8_t byte) {
  if (byte < 0x80) return {1, byte, 0};
  if (byte >= 0xC2 && byte < 0xE0) return {2, byte & 0x1FU, 0x80};
  if (byte >= 0xE0 && byte < 0xF0) return {3, byte & 0x0FU, 0x800};
  if (byte >= 0xF0 && byte < 0xF5) return {4, byte & 0x07U, 0x10000};
  return {0, 0, 0};
}

}  // namespace

std::optional<char32_t> TakeCodePoint(std::string_view* text) {
  KONTOR_CHECK(!text->empty());
  const std::string_view all = *text;
  text->remove_prefix(1);
  const Lead lead = LeadOf(static_cast<uint8_t>(all[0]));
  if (lead.length == 0 || all.size() < lead.length) return std::nullopt;
  char32_t code_point = lead.payload;
  for (size_t i = 1; i < lead.length; ++i) {
    const auto byte = static_cast<uint8_t>(all[i]);
    if ((byte & 0xC0U) != 0x80U) return std::nullopt;
    code_point = code_point << 6U | (byte & 0x3FU);
  }
  if (code_point < lead.smallest || code_point > 0x10FFFF || (code_point >= 0xD800 && code_point < 0xE000)) {
    return std::nullopt;
  }
  text->remove_prefix(lead.length - 1);
  return code_point;
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    if (!TakeCodePoint(&text)) return false;
  }
  return true;
}

}  // namespace kontor
