// What the system says of this process.
#pragma once

#include <cstdint>

namespace kontor {

// All zero where the system does not tell (/proc is hidden).
struct ProcessFigures {
  double cpu_seconds = 0;         // user and system, of every thread
  double start_time_seconds = 0;  // since 1970
  uint64_t resident_bytes = 0;
  uint64_t virtual_bytes = 0;
  uint64_t threads = 0;
  uint64_t open_files = 0;
  uint64_t open_files_max = 0;
};

ProcessFigures ReadProcessFigures();

}  // namespace kontor
