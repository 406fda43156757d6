// Where "now" comes from. Folds never ask; readings are given an instant; only faces and the portfolio stage hold one.
#pragma once

#include <chrono>

#include "engine/base/civil.h"

namespace kontor {

// Threads: any.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant Now() const override {
    return Instant(
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count());
  }
};

// Stands at one instant.
class FrozenClock final : public Clock {
 public:
  explicit FrozenClock(Instant now) : now_(now) {}
  Instant Now() const override { return now_; }

 private:
  Instant now_;
};

// Starts at an instant and runs on from it.
class RunningClock final : public Clock {
 public:
  explicit RunningClock(Instant start) : start_(start), began_(std::chrono::steady_clock::now()) {}
  Instant Now() const override {
    return start_ +
           std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - began_).count();
  }

 private:
  Instant start_;
  std::chrono::steady_clock::time_point began_;
};

}  // namespace kontor
