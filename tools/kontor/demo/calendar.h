// The calendar that the demo's world lives by: whole UTC days, office hours at a fixed distance from UTC, no holidays
// but weekends.
#pragma once

#include <cstdint>

#include "engine/base/civil.h"
#include "tools/kontor/demo/catalogue.h"
#include "tools/kontor/demo/random.h"

namespace kontor::demo {

// Lengths of time in nanoseconds, as Instants count.
inline constexpr int64_t kMillisecond = 1'000'000;
inline constexpr int64_t kSecond = 1000 * kMillisecond;
inline constexpr int64_t kMinute = 60 * kSecond;
inline constexpr int64_t kHour = 60 * kMinute;
inline constexpr int64_t kDay = 24 * kHour;

// The days that the history fills.
struct Horizon {
  Instant now;      // whole milliseconds
  Day today;        // of now, in UTC
  Month first;      // the month in which the firm began to emit to Kafka, on its first day
  Month last;       // of today
  Instant go_live;  // what occurred before is recorded in the hours after it

  static Horizon Of(Instant now, int32_t years);
  Day start() const { return FirstDay(first); }
  size_t MonthCount() const { return static_cast<size_t>(last - first) + 1; }
};

Day UtcDay(Instant instant);
Instant StartOfUtcDay(Day day);
// 0 is January.
size_t MonthOfYear(Month month);
bool IsWorkday(Day day);
// The day itself, or the Monday after a weekend.
Day OnWorkday(Day day);
// A moment of that day's office hours in that market, to the second.
Instant OfficeHour(Random* random, Day day, const Market& market);

}  // namespace kontor::demo
