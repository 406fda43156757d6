// SIGTERM and SIGINT as something to wait for, instead of something that interrupts.
//
// Threads: make it before any other thread starts: these inherit the mask. Wait by any.
#pragma once

#include <chrono>
#include <csignal>

namespace kontor {

class StopSignal {
 public:
  StopSignal();
  // Waits for one of the two, at most so long. Whether one came.
  bool WaitFor(std::chrono::milliseconds patience) const;

 private:
  sigset_t signals_;
};

}  // namespace kontor
