// Random numbers that are the same on every machine, for ever.
//
// The generator is xoshiro256** 1.0 (Blackman and Vigna, 2018), its state filled by SplitMix64 (Steele, Lea and Flood,
// 2014). What is drawn from it is integer arithmetic of our own: the distributions of the standard library may give
// other numbers in another library or version, and floating point on another processor.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace kontor::demo {

// The next number of the SplitMix64 sequence that `state` stands in. Its last step is a bijection of 64 bits.
uint64_t SplitMix64(uint64_t* state);

class Xoshiro256 {
 public:
  // Requires: not all zero.
  explicit Xoshiro256(const std::array<uint64_t, 4>& state) : state_(state) {}
  uint64_t Next();

 private:
  std::array<uint64_t, 4> state_;
};

// One stream of draws. Streams of one seed are independent, so what is drawn in one never shifts another.
//
// Threads: one at a time.
class Random {
 public:
  Random(uint64_t seed, uint64_t stream);

  uint64_t Next() { return generator_.Next(); }
  // 0 to bound - 1. Requires: bound > 0. By multiplication, without rejection: uneven by less than bound / 2^64.
  uint64_t Below(uint64_t bound);
  // Both ends included. Requires: low <= high.
  int64_t Between(int64_t low, int64_t high);
  // A bell of four draws: centre - reach to centre + reach, mostly near the centre. Requires: reach >= 0.
  int64_t Around(int64_t centre, int64_t reach);
  // True so many times of a thousand; at 0 and below never, at 1000 and above always.
  bool Chance(int64_t permille);
  // How often something happens that happens mean_permille / 1000 times on average; spread about as Poisson's.
  int64_t Count(int64_t mean_permille);
  // An index, as often as its weight says. Requires: a weight above zero, none below.
  size_t Weighted(std::span<const int64_t> weights);

  template <typename T, size_t Extent>
  const T& Pick(std::span<const T, Extent> choices) {
    return choices[Below(choices.size())];
  }
  template <typename T, size_t Size>
  const T& Pick(const std::array<T, Size>& choices) {
    return choices[Below(Size)];
  }

 private:
  Xoshiro256 generator_;
};

}  // namespace kontor::demo
