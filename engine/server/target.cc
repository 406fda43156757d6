#include "engine/server/target.h"

#include <array>
#include <optional>

#include "engine/base/utf8.h"

namespace kontor {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

Result<std::string> PercentDecode(std::string_view text, char plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i] == '+' ? plus : text[i];
      continue;
    }
    const std::optional<int> high = i + 1 < text.size() ? HexDigit(text[i + 1]) : std::nullopt;
    const std::optional<int> low = i + 2 < text.size() ? HexDigit(text[i + 2]) : std::nullopt;
    if (!high || !low) return InvalidArgument("a percent escape in the path or query needs two hexadecimal digits");
    decoded += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  if (!IsUtf8(decoded)) return InvalidArgument("the path and query, percent escapes undone, must be UTF-8");
  return decoded;
}

// Takes what stands before the next `separator` off the front of `text`, and the separator.
std::string_view TakeUntil(char separator, std::string_view* text) {
  const size_t end = text->find(separator);
  const std::string_view head = text->substr(0, end);
  text->remove_prefix(end == std::string_view::npos ? text->size() : end + 1);
  return head;
}

}  // namespace

Result<Target> ParseTarget(std::string_view target) {
  if (const size_t scheme = target.find("://"); scheme != std::string_view::npos && target.front() != '/') {
    const size_t path = target.find('/', scheme + 3);
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  if (target.empty() || target.front() != '/') return InvalidArgument("the request's path must begin with '/'");
  target.remove_prefix(1);

  Target parsed;
  std::string_view path = TakeUntil('?', &target);
  while (true) {
    const bool last = path.find('/') == std::string_view::npos;
    KONTOR_ASSIGN_OR_RETURN(std::string segment, PercentDecode(TakeUntil('/', &path), '+'));
    parsed.segments.push_back(std::move(segment));
    if (last) break;
  }
  while (!target.empty()) {
    std::string_view parameter = TakeUntil('&', &target);
    if (parameter.empty()) continue;
    KONTOR_ASSIGN_OR_RETURN(std::string name, PercentDecode(TakeUntil('=', &parameter), ' '));
    KONTOR_ASSIGN_OR_RETURN(std::string value, PercentDecode(parameter, ' '));
    parsed.parameters.emplace_back(std::move(name), std::move(value));
  }
  return parsed;
}

std::string PercentEncode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
        c == '_' || c == '~') {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kHexDigits[byte >> 4U];
      encoded += kHexDigits[byte & 0xFU];
    }
  }
  return encoded;
}

}  // namespace kontor
