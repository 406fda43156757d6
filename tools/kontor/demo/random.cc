#include "tools/kontor/demo/random.h"

#include <bit>

#include "engine/base/check.h"
#include "engine/base/codec.h"

namespace kontor::demo {
namespace {

std::array<uint64_t, 4> StateOf(uint64_t seed, uint64_t stream) {
  uint64_t mixer = seed;
  mixer = SplitMix64(&mixer) ^ stream;  // a bijection of the seed, then of the stream: no two streams coincide
  std::array<uint64_t, 4> state;
  for (uint64_t& word : state) word = SplitMix64(&mixer);
  return state;
}

}  // namespace

uint64_t SplitMix64(uint64_t* state) {
  uint64_t z = (*state += 0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

uint64_t Xoshiro256::Next() {
  const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

Random::Random(uint64_t seed, uint64_t stream) : generator_(StateOf(seed, stream)) {}

uint64_t Random::Below(uint64_t bound) {
  KONTOR_CHECK(bound > 0);
  return static_cast<uint64_t>((static_cast<Uint128>(Next()) * bound) >> 64);
}

int64_t Random::Between(int64_t low, int64_t high) {
  KONTOR_CHECK(low <= high);
  return low + static_cast<int64_t>(Below(static_cast<uint64_t>(high - low) + 1));
}

int64_t Random::Around(int64_t centre, int64_t reach) {
  int64_t sum = 0;
  for (int draw = 0; draw < 4; ++draw) sum += Between(-reach, reach);
  return centre + sum / 4;
}

bool Random::Chance(int64_t permille) { return Between(0, 999) < permille; }

int64_t Random::Count(int64_t mean_permille) {
  if (mean_permille <= 0) return 0;
  const int64_t trials = 4 * (mean_permille / 1000 + 1);
  int64_t count = 0;
  for (int64_t trial = 0; trial < trials; ++trial) count += Between(0, trials * 1000 - 1) < mean_permille ? 1 : 0;
  return count;
}

size_t Random::Weighted(std::span<const int64_t> weights) {
  int64_t total = 0;
  for (const int64_t weight : weights) {
    KONTOR_CHECK(weight >= 0);
    total += weight;
  }
  KONTOR_CHECK(total > 0);
  int64_t draw = Between(0, total - 1);
  size_t index = 0;
  while (draw >= weights[index]) draw -= weights[index++];
  return index;
}

}  // namespace kontor::demo
