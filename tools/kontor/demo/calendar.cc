#include "tools/kontor/demo/calendar.h"

#include <array>

namespace kontor::demo {
namespace {

int64_t FloorDivide(int64_t numerator, int64_t denominator) {
  return numerator / denominator - (numerator % denominator < 0 ? 1 : 0);
}

// 0 is Monday.
int32_t Weekday(Day day) { return static_cast<int32_t>(((day.value() + 3) % 7 + 7) % 7); }

}  // namespace

Horizon Horizon::Of(Instant now, int32_t years) {
  Horizon horizon;
  horizon.now = Instant(FloorDivide(now.value(), kMillisecond) * kMillisecond);
  horizon.today = UtcDay(horizon.now);
  horizon.last = MonthOf(horizon.today);
  horizon.first = horizon.last - 12 * years;
  horizon.go_live = StartOfUtcDay(horizon.start()) + 5 * kHour;
  return horizon;
}

Day UtcDay(Instant instant) { return Day(static_cast<int32_t>(FloorDivide(instant.value(), kDay))); }

Instant StartOfUtcDay(Day day) { return Instant(day.value() * kDay); }

size_t MonthOfYear(Month month) { return static_cast<size_t>((month.value() % 12 + 12) % 12); }

bool IsWorkday(Day day) { return Weekday(day) < 5; }

Day OnWorkday(Day day) {
  const int32_t weekday = Weekday(day);
  return weekday < 5 ? day : day + (7 - weekday);
}

Instant OfficeHour(Random* random, Day day, const Market& market) {
  // From eight in the morning to seven in the evening, fewer at noon and late.
  constexpr std::array<int64_t, 11> kHourWeights = {60, 130, 150, 130, 60, 90, 140, 130, 90, 40, 15};
  const int64_t hour = 8 + static_cast<int64_t>(random->Weighted(kHourWeights)) - market.utc_offset_hours;
  return StartOfUtcDay(day) + hour * kHour + random->Between(0, 3599) * kSecond;
}

}  // namespace kontor::demo
