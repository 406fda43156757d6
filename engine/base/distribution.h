// How often a quantity fell into each of a few ranges: what a histogram is made of.
//
// Threads: any. An observation is two relaxed additions, so one a batch, a commit or a request costs nothing to speak
// of; of many alike it is one.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/check.h"

namespace kontor {

// Upper bounds of the ranges, each in its range; a last one without a bound follows. In seconds: from a call that
// touches memory alone to one that has waited for a disk or a broker in trouble.
inline constexpr std::array kLatencyBounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                              0.05,   0.1,     0.25,   0.5,   1.0,    2.5,   5.0,  10.0};
// In records of a batch.
inline constexpr std::array kBatchBounds = {1.0, 10.0, 100.0, 500.0, 1'000.0, 2'500.0, 5'000.0, 10'000.0};

class Distribution {
 public:
  // What it held at one moment, all but: an observation that comes meanwhile may be in the counts and not in the sum.
  struct Reading {
    std::span<const double> bounds{};
    std::vector<uint64_t> counts{};  // by range: one more than bounds
    double sum = 0;
  };

  // The bounds rise, and outlive it.
  explicit Distribution(std::span<const double> bounds) : bounds_(bounds) {
    KONTOR_CHECK(bounds.size() < counts_.size() && std::is_sorted(bounds.begin(), bounds.end()));
  }

  void Observe(double value, uint64_t times = 1) {
    const auto range = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
    counts_[static_cast<size_t>(range)].fetch_add(times, std::memory_order_relaxed);
    sum_.fetch_add(value * static_cast<double>(times), std::memory_order_relaxed);
  }
  void Observe(std::chrono::steady_clock::duration time) { Observe(std::chrono::duration<double>(time).count()); }

  Reading Read() const {
    Reading reading{bounds_, {}, sum_.load(std::memory_order_relaxed)};
    for (size_t i = 0; i <= bounds_.size(); ++i) reading.counts.push_back(counts_[i].load(std::memory_order_relaxed));
    return reading;
  }

 private:
  static constexpr size_t kRangesMax = 17;
  const std::span<const double> bounds_;
  std::array<std::atomic<uint64_t>, kRangesMax> counts_{};
  std::atomic<double> sum_ = 0;
};

// Observes how long it stood.
class Timed {
 public:
  explicit Timed(Distribution* distribution) : distribution_(distribution) {}
  ~Timed() { distribution_->Observe(std::chrono::steady_clock::now() - since_); }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  Distribution* const distribution_;
  const std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

}  // namespace kontor
