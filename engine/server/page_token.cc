#include "engine/server/page_token.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "engine/base/sha256.h"

namespace kontor {
namespace {

// Hexadecimal digits of the question's hash that a token begins with: a mistake is told, no secret is kept.
constexpr size_t kSealDigits = 16;

constexpr std::array<std::string_view, 4> kFree = {"page_size", "page_token", "fields", "wait_for"};

std::string SealOf(std::string_view question) { return HexText(Sha256::Of(question)).substr(0, kSealDigits); }

}  // namespace

std::string QuestionOf(const Target& target) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : target.parameters) {
    if (std::find(kFree.begin(), kFree.end(), name) == kFree.end()) parts.push_back(name + '=' + PercentEncode(value));
  }
  std::sort(parts.begin(), parts.end());
  std::string question;
  for (const std::string& segment : target.segments) question += '/' + PercentEncode(segment);
  for (const std::string& part : parts) question += '&' + part;
  return question;
}

std::string SealToken(std::string_view token, std::string_view question) {
  if (token.empty()) return "";
  std::string sealed = SealOf(question);
  for (const char c : token) sealed += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return sealed;
}

Result<std::string> OpenToken(std::string_view sealed, std::string_view question) {
  if (sealed.empty()) return std::string();
  const std::string_view digits = sealed.substr(std::min(sealed.size(), kSealDigits));
  std::string token;
  bool good = !digits.empty() && digits.size() % 2 == 0;
  for (size_t i = 0; good && i < digits.size(); i += 2) {
    uint8_t byte = 0;
    const auto read = std::from_chars(digits.data() + i, digits.data() + i + 2, byte, 16);
    good = read.ec == std::errc() && read.ptr == digits.data() + i + 2;
    token += static_cast<char>(byte);
  }
  if (!good) return InvalidArgument("page_token: '{}' is no token of a page; begin without it", sealed);
  if (sealed.substr(0, kSealDigits) != SealOf(question)) {
    return InvalidArgument(
        "page_token: it is of another question; ask with the parameters of the page that gave it, or begin without it");
  }
  return token;
}

}  // namespace kontor
