// A line on standard error that tells how far long work has come: only on a terminal, and at most ten times a second.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "tools/kontor/console.h"

namespace kontor {

// Threads: one.
class Progress {
 public:
  // what: "events". Borrows the console.
  Progress(std::string what, const Console& console);
  // Wipes the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // count: things done so far. done of total: how far along, in any unit (bytes, say); total 0: nobody knows.
  void Update(uint64_t count, uint64_t done, uint64_t total);

 private:
  const std::string what_;
  const Console& console_;
  const std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point shown_;
  bool is_shown_ = false;
};

// The line itself: "[██████░░░░]  60 %  1,234 events  1,000/s  12 s left".
std::string ProgressText(std::string_view what, uint64_t count, uint64_t done, uint64_t total,
                         std::chrono::duration<double> elapsed, int width);

}  // namespace kontor
