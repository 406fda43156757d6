// Whether this machine is fit to run an engine: open files, clock, the address to listen on, the token's file.
#pragma once

#include <cstdint>
#include <string>

#include "tools/kontor/doctor/check.h"

namespace kontor {

// What the kernel says of its clock.
struct ClockState {
  bool is_known = false;
  bool is_synchronized = false;
  int64_t error_micros_max = 0;
};

ClockState ReadClockState();
Check JudgeClock(const ClockState& state);

// How many files may be open: now, and at most without becoming root.
Check JudgeOpenFiles(uint64_t soft, uint64_t hard);
Check CheckOpenFiles();

// The file of the token that readers must show.
Check CheckToken(const std::string& file);
// The address by itself. asks_token: whether readers must show one. engine_runs: it may be what has the port.
Check CheckListen(const std::string& listen, bool asks_token, bool engine_runs);

}  // namespace kontor
