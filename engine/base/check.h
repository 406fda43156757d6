// KONTOR_CHECK: what must hold, or this program has a bug. On in release too; a failure aborts.
#pragma once

#include <string_view>

namespace kontor {

[[noreturn]] void CheckFailed(std::string_view condition, std::string_view file, int line);

}  // namespace kontor

#define KONTOR_CHECK(condition)                              \
  do {                                                       \
    if (!(condition)) [[unlikely]]                           \
      ::kontor::CheckFailed(#condition, __FILE__, __LINE__); \
  } while (false)
