// What the server answered and how fast, by route and class of code; and who is connected.
//
// Threads: any. An observation is a few relaxed additions; nothing is looked up by name.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>

#include "engine/base/distribution.h"

namespace kontor {

// 1xx to 5xx, at 0 to 4.
inline constexpr size_t kCodeClasses = 5;

class HttpTraffic {
 public:
  // Routes are counted from 0; a further one, the last, is for what met none.
  explicit HttpTraffic(size_t routes) : routes_(routes + 1) {}

  void Observe(size_t route, int code, std::chrono::steady_clock::duration time) {
    const auto of_code = static_cast<size_t>(code / 100 - 1);
    routes_[route < routes_.size() ? route : routes_.size() - 1][of_code < kCodeClasses ? of_code : kCodeClasses - 1]
        .distribution.Observe(time);
  }
  // Seconds, as kLatencyBounds.
  Distribution::Reading Read(size_t route, size_t code_class) const {
    return routes_[route][code_class].distribution.Read();
  }
  size_t routes() const { return routes_.size(); }

  void SetConnections(size_t count) { connections_.store(static_cast<int64_t>(count), std::memory_order_relaxed); }
  int64_t connections() const { return connections_.load(std::memory_order_relaxed); }

 private:
  struct OfClass {
    Distribution distribution{kLatencyBounds};
  };
  std::deque<std::array<OfClass, kCodeClasses>> routes_;  // atomics do not move
  std::atomic<int64_t> connections_ = 0;
};

}  // namespace kontor
