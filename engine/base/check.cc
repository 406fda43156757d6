#include "engine/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace kontor {

void CheckFailed(std::string_view condition, std::string_view file, int line) {
  std::fprintf(stderr, "kontor: check failed: %.*s at %.*s:%d; this is a bug in Kontor\n",
               static_cast<int>(condition.size()), condition.data(), static_cast<int>(file.size()), file.data(), line);
  std::abort();
}

}  // namespace kontor
