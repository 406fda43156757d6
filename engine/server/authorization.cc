#include "engine/server/authorization.h"

#include <cstddef>

#include "engine/base/sha256.h"

namespace kontor {
namespace {

constexpr std::string_view kScheme = "bearer ";

}  // namespace

bool ShowsToken(std::string_view authorization, std::string_view token) {
  if (authorization.size() < kScheme.size()) return false;
  for (size_t i = 0; i < kScheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != kScheme[i]) return false;
  }
  // Hashes are compared, whole: neither the length nor the place of the first difference shows.
  const Sha256Hash shown = Sha256::Of(authorization.substr(kScheme.size()));
  const Sha256Hash expected = Sha256::Of(token);
  unsigned difference = 0;
  for (size_t i = 0; i < shown.size(); ++i) difference |= static_cast<unsigned>(shown[i] ^ expected[i]);
  return difference == 0;
}

}  // namespace kontor
