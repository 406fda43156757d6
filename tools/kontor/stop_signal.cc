#include "tools/kontor/stop_signal.h"

#include <pthread.h>

#include <cerrno>
#include <ctime>

namespace kontor {

StopSignal::StopSignal() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
}

bool StopSignal::WaitFor(std::chrono::milliseconds patience) const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience);
  timespec limit{};
  limit.tv_sec = seconds.count();
  limit.tv_nsec = std::chrono::duration_cast<std::chrono::nanoseconds>(patience - seconds).count();
  int signal = -1;
  do {
    signal = sigtimedwait(&signals_, nullptr, &limit);
  } while (signal < 0 && errno == EINTR);
  return signal > 0;
}

}  // namespace kontor
