// The command line: from words to a command that runs.
//
// Exit codes: 0 done; 1 it failed, said on standard error; 2 the command line itself is wrong.
#pragma once

#include <string>
#include <vector>

#include "tools/kontor/console.h"
#include "tools/kontor/wiring.h"

namespace kontor {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

// arguments: without the program's own name.
int RunKontor(const std::vector<std::string>& arguments, const Wiring& wiring, const Console& console);

}  // namespace kontor
