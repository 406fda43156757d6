// A survey's answer and the scale that it was given on, as one number of a tally key: answers on different scales never
// meet.
//
// Format: base 4,001 digits, most significant first: easy end (0 unless CES, else EasyEnd), lowest point + 2,000,
// highest point + 2,000, answer + 2,000. Points are -1,000 to 1,000 by the bounds of the schema.
#pragma once

#include <cstdint>

namespace kontor {

struct SurveyScale {
  int32_t easy_end = 0;
  int32_t min = 0;
  int32_t max = 0;
  auto operator<=>(const SurveyScale&) const = default;
};

struct ScaledAnswer {
  SurveyScale scale;
  int32_t answer = 0;
};

constexpr int64_t PackAnswer(const ScaledAnswer& x) {
  return ((x.scale.easy_end * int64_t{4001} + x.scale.min + 2000) * 4001 + x.scale.max + 2000) * 4001 + x.answer + 2000;
}

constexpr ScaledAnswer UnpackAnswer(int64_t number) {
  ScaledAnswer x;
  x.answer = static_cast<int32_t>(number % 4001) - 2000;
  number /= 4001;
  x.scale.max = static_cast<int32_t>(number % 4001) - 2000;
  number /= 4001;
  x.scale.min = static_cast<int32_t>(number % 4001) - 2000;
  x.scale.easy_end = static_cast<int32_t>(number / 4001);
  return x;
}

}  // namespace kontor
