// Instants and the civil time of the reporting zone.
//
// An Instant is a count of nanoseconds since 1970-01-01T00:00:00Z; it reaches from 1678 to 2261, and what lies outside
// is no instant to Kontor. Days and months are those of a calendar, without zone; a Zone turns instants into days.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/base/strong.h"
#include "google/protobuf/timestamp.pb.h"
#include "kontor/type/v1/type.pb.h"

namespace kontor {

using Instant = StrongNumber<struct InstantTag, int64_t>;  // nanoseconds since 1970
using Day = StrongNumber<struct DayTag, int32_t>;          // days since 1970-01-01
using Month = StrongNumber<struct MonthTag, int32_t>;      // months since 1970-01

inline constexpr Instant kInstantMin = Instant(-9'214'560'000'000'000'000);  // 1678-01-01T00:00:00Z
inline constexpr Instant kInstantMax = Instant(9'214'646'399'999'999'999);   // 2261-12-31T23:59:59.999999999Z

struct CivilDate {
  int32_t year;
  int32_t month;  // 1–12
  int32_t day;    // 1–31
};

CivilDate DateOf(Day day);
// Nothing where the calendar has no such day, or its year is not 1 to 9999.
std::optional<Day> DayOf(CivilDate date);
Month MonthOf(Day day);
Day FirstDay(Month month);
// The same day of the month, so many months away; clamped to the month's end.
Day AddMonths(Day day, int32_t months);

std::optional<Day> DayOf(const type::v1::Date& date);
type::v1::Date DateProto(Day day);
// Nothing where the message is no instant.
std::optional<Instant> InstantOf(const google::protobuf::Timestamp& timestamp);
google::protobuf::Timestamp TimestampOf(Instant instant);

// "2026-11-24" and back.
std::string DayText(Day day);
std::optional<Day> ParseDay(std::string_view text);
// RFC 3339 in UTC: "2026-11-24T01:02:03.5Z". Parse takes any offset, and a plain day as its first instant in UTC.
std::string InstantText(Instant instant);
std::optional<Instant> ParseInstant(std::string_view text);

// A time zone by its IANA name. Threads: any. Copies share the rules.
class Zone {
 public:
  static Zone Utc();
  // NotFound where this machine's zone database has no such name.
  static Result<Zone> Load(std::string_view name);

  const std::string& name() const { return name_; }
  Day LocalDay(Instant instant) const;
  // The first instant at which the zone's clocks show this time of this day; where they skip it, the instant at which
  // they do. Requires: 0 <= nanos_of_day < a day.
  Instant InstantAt(Day day, int64_t nanos_of_day) const;
  // The first instant of the local day.
  Instant StartOf(Day day) const { return InstantAt(day, 0); }
  // The last nanosecond of the local day.
  Instant EndOf(Day day) const { return StartOf(day + 1) - 1; }

 private:
  struct Rules;
  Zone(std::string name, std::shared_ptr<const Rules> rules);
  std::string name_;
  std::shared_ptr<const Rules> rules_;  // null: UTC
};

}  // namespace kontor
