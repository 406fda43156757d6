#include "engine/base/civil.h"

#include <cctz/civil_time.h>
#include <cctz/time_zone.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "engine/base/check.h"

namespace kontor {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kSecondsPerDay = 86'400;

int64_t FloorDivide(int64_t x, int64_t by) { return x / by - (x % by < 0 ? 1 : 0); }

bool ParseNumber(std::string_view text, size_t digits, int32_t* out) {
  if (text.size() < digits) return false;
  *out = 0;
  for (size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    *out = *out * 10 + (text[i] - '0');
  }
  return true;
}

}  // namespace

CivilDate DateOf(Day day) {
  const std::chrono::year_month_day civil{std::chrono::sys_days(std::chrono::days(day.value()))};
  return {static_cast<int32_t>(civil.year()), static_cast<int32_t>(static_cast<unsigned>(civil.month())),
          static_cast<int32_t>(static_cast<unsigned>(civil.day()))};
}

std::optional<Day> DayOf(CivilDate date) {
  if (date.year < 1 || date.year > 9999 || date.month < 1 || date.month > 12 || date.day < 1) return std::nullopt;
  const cctz::civil_day civil(date.year, date.month, date.day);
  if (civil.month() != date.month || civil.day() != date.day) return std::nullopt;
  return Day(static_cast<int32_t>(civil - cctz::civil_day(1970, 1, 1)));
}

Month MonthOf(Day day) {
  const CivilDate date = DateOf(day);
  return Month((date.year - 1970) * 12 + date.month - 1);
}

Day FirstDay(Month month) {
  const auto first = std::chrono::year(1970) / std::chrono::January / 1 + std::chrono::months(month.value());
  return Day(static_cast<int32_t>(std::chrono::sys_days(first).time_since_epoch().count()));
}

Day AddMonths(Day day, int32_t months) {
  const CivilDate date = DateOf(day);
  const Month month = MonthOf(day) + months;
  const int32_t length = FirstDay(month + 1) - FirstDay(month);
  return FirstDay(month) + (std::min(date.day, length) - 1);
}

std::optional<Day> DayOf(const type::v1::Date& date) { return DayOf({date.year(), date.month(), date.day()}); }

type::v1::Date DateProto(Day day) {
  const CivilDate civil = DateOf(day);
  type::v1::Date date;
  date.set_year(civil.year);
  date.set_month(civil.month);
  date.set_day(civil.day);
  return date;
}

std::optional<Instant> InstantOf(const google::protobuf::Timestamp& timestamp) {
  if (timestamp.nanos() < 0 || timestamp.nanos() >= kNanosPerSecond) return std::nullopt;
  if (timestamp.seconds() < FloorDivide(kInstantMin.value(), kNanosPerSecond) ||
      timestamp.seconds() > FloorDivide(kInstantMax.value(), kNanosPerSecond)) {
    return std::nullopt;
  }
  return Instant(timestamp.seconds() * kNanosPerSecond + timestamp.nanos());
}

google::protobuf::Timestamp TimestampOf(Instant instant) {
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = FloorDivide(instant.value(), kNanosPerSecond);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(instant.value() - seconds * kNanosPerSecond));
  return timestamp;
}

std::string DayText(Day day) {
  const CivilDate date = DateOf(day);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::optional<Day> ParseDay(std::string_view text) {
  CivilDate date{};
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !ParseNumber(text, 4, &date.year) ||
      !ParseNumber(text.substr(5), 2, &date.month) || !ParseNumber(text.substr(8), 2, &date.day)) {
    return std::nullopt;
  }
  return DayOf(date);
}

std::string InstantText(Instant instant) {
  const int64_t seconds = FloorDivide(instant.value(), kNanosPerSecond);
  const int64_t nanos = instant.value() - seconds * kNanosPerSecond;
  const int64_t day = FloorDivide(seconds, kSecondsPerDay);
  const int64_t second = seconds - day * kSecondsPerDay;
  std::string text = fmt::format("{}T{:02}:{:02}:{:02}", DayText(Day(static_cast<int32_t>(day))), second / 3600,
                                 second / 60 % 60, second % 60);
  if (nanos != 0) {
    std::string fraction = fmt::format("{:09}", nanos);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += "." + fraction;
  }
  return text + "Z";
}

std::optional<Instant> ParseInstant(std::string_view text) {
  const std::optional<Day> day = ParseDay(text.substr(0, 10));
  if (!day) return std::nullopt;
  int64_t seconds = static_cast<int64_t>(day->value()) * kSecondsPerDay;
  int64_t nanos = 0;
  text.remove_prefix(10);
  if (!text.empty()) {
    std::array<int32_t, 3> clock{};
    if (text.size() < 9 || (text[0] != 'T' && text[0] != 't' && text[0] != ' ') || text[3] != ':' || text[6] != ':' ||
        !ParseNumber(text.substr(1), 2, &clock[0]) || !ParseNumber(text.substr(4), 2, &clock[1]) ||
        !ParseNumber(text.substr(7), 2, &clock[2]) || clock[0] > 23 || clock[1] > 59 || clock[2] > 59) {
      return std::nullopt;
    }
    seconds += clock[0] * 3600 + clock[1] * 60 + clock[2];
    text.remove_prefix(9);
    if (!text.empty() && text[0] == '.') {
      size_t digits = 0;
      int64_t scale = kNanosPerSecond;
      for (text.remove_prefix(1); !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1)) {
        if (++digits > 9) return std::nullopt;
        scale /= 10;
        nanos += (text[0] - '0') * scale;
      }
      if (digits == 0) return std::nullopt;
    }
    if (text == "Z" || text == "z") {
      // UTC.
    } else {
      int32_t hours = 0;
      int32_t minutes = 0;
      if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' ||
          !ParseNumber(text.substr(1), 2, &hours) || !ParseNumber(text.substr(4), 2, &minutes) || hours > 23 ||
          minutes > 59) {
        return std::nullopt;
      }
      seconds -= (text[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    }
  }
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(nanos));
  return InstantOf(timestamp);
}

struct Zone::Rules {
  cctz::time_zone zone;
};

Zone::Zone(std::string name, std::shared_ptr<const Rules> rules) : name_(std::move(name)), rules_(std::move(rules)) {}

Zone Zone::Utc() { return Zone("UTC", nullptr); }

Result<Zone> Zone::Load(std::string_view name) {
  if (name == "UTC") return Utc();
  auto rules = std::make_shared<Rules>();
  if (!cctz::load_time_zone(std::string(name), &rules->zone)) {
    return NotFound("time zone '{}' is not in this machine's zone database; give an IANA name such as Europe/Berlin",
                    name);
  }
  return Zone(std::string(name), std::move(rules));
}

Day Zone::LocalDay(Instant instant) const {
  const int64_t seconds = FloorDivide(instant.value(), kNanosPerSecond);
  if (rules_ == nullptr) return Day(static_cast<int32_t>(FloorDivide(seconds, kSecondsPerDay)));
  const auto point = std::chrono::time_point<std::chrono::system_clock, cctz::seconds>(cctz::seconds(seconds));
  const cctz::civil_day civil(rules_->zone.lookup(point).cs);
  return Day(static_cast<int32_t>(civil - cctz::civil_day(1970, 1, 1)));
}

Instant Zone::InstantAt(Day day, int64_t nanos_of_day) const {
  KONTOR_CHECK(nanos_of_day >= 0 && nanos_of_day < kSecondsPerDay * kNanosPerSecond);
  const int64_t seconds = nanos_of_day / kNanosPerSecond;
  const int64_t nanos = nanos_of_day % kNanosPerSecond;
  if (rules_ == nullptr) return Instant((day.value() * kSecondsPerDay + seconds) * kNanosPerSecond + nanos);
  const cctz::civil_second local = cctz::civil_second(cctz::civil_day(1970, 1, 1) + day.value()) + seconds;
  const auto lookup = rules_->zone.lookup(local);
  if (lookup.kind == cctz::time_zone::civil_lookup::SKIPPED) {
    return Instant(lookup.trans.time_since_epoch().count() * kNanosPerSecond);
  }
  return Instant(lookup.pre.time_since_epoch().count() * kNanosPerSecond + nanos);
}

}  // namespace kontor
