#include "engine/base/civil.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace kontor {
namespace {

Day DayAt(std::string_view text) { return ParseDay(text).value(); }
Instant At(std::string_view text) { return ParseInstant(text).value(); }
Zone ZoneAt(std::string_view name) {
  auto zone = Zone::Load(name);
  EXPECT_TRUE(zone.ok()) << name;
  return *std::move(zone);
}

// ---- Days and months ----

TEST(CivilTest, DaysAreCountedFrom1970) {
  EXPECT_EQ(DayAt("1970-01-01"), Day(0));
  EXPECT_EQ(DayAt("1969-12-31"), Day(-1));
  EXPECT_EQ(DayAt("2000-03-01") - DayAt("2000-02-28"), 2);
  EXPECT_EQ(DayAt("1900-03-01") - DayAt("1900-02-28"), 1);
  EXPECT_EQ(DayText(Day(0)), "1970-01-01");
  EXPECT_EQ(DayText(DayAt("0001-01-01")), "0001-01-01");
  EXPECT_EQ(DayText(DayAt("9999-12-31")), "9999-12-31");
}

TEST(CivilTest, DayThatTheCalendarHasNotIsNone) {
  for (const char* text :
       {"2025-02-29", "2026-04-31", "2026-13-01", "2026-00-01", "2026-01-00", "2026-01-32", "0000-01-01", "2026-1-1",
        "26-01-01", "2026/01/01", "2026-01-01 ", "", "2026-01", "-026-01-01", "2026-+1-01"}) {
    EXPECT_EQ(ParseDay(text), std::nullopt) << text;
  }
  EXPECT_EQ(DayOf(CivilDate{10'000, 1, 1}), std::nullopt);
  EXPECT_EQ(DayOf(CivilDate{2026, std::numeric_limits<int32_t>::max(), 1}), std::nullopt);
  EXPECT_EQ(DayOf(CivilDate{2026, 1, std::numeric_limits<int32_t>::max()}), std::nullopt);
  EXPECT_EQ(DayOf(CivilDate{2026, 1, std::numeric_limits<int32_t>::min()}), std::nullopt);
}

TEST(CivilTest, DateMessageComesBack) {
  const Day day = DayAt("2024-02-29");
  EXPECT_EQ(DayOf(DateProto(day)), day);
}

TEST(CivilTest, MonthsAreClampedToTheirEnd) {
  EXPECT_EQ(AddMonths(DayAt("2026-01-31"), 1), DayAt("2026-02-28"));
  EXPECT_EQ(AddMonths(DayAt("2024-01-31"), 1), DayAt("2024-02-29"));
  EXPECT_EQ(AddMonths(DayAt("2024-02-29"), 12), DayAt("2025-02-28"));
  EXPECT_EQ(AddMonths(DayAt("2024-02-29"), -12), DayAt("2023-02-28"));
  EXPECT_EQ(AddMonths(DayAt("2024-02-29"), 48), DayAt("2028-02-29"));
  EXPECT_EQ(AddMonths(DayAt("2026-03-31"), -1), DayAt("2026-02-28"));
  EXPECT_EQ(AddMonths(DayAt("2026-01-15"), -1), DayAt("2025-12-15"));
  EXPECT_EQ(AddMonths(DayAt("1970-01-31"), -1), DayAt("1969-12-31"));
  EXPECT_EQ(AddMonths(DayAt("2026-05-31"), 0), DayAt("2026-05-31"));
}

RC_GTEST_PROP(CivilProperty, DayComesBackFromItsDateTextAndMonth, ()) {
  const Day day(*rc::gen::inRange(DayAt("0001-01-01").value(), DayAt("9999-12-31").value()));
  RC_ASSERT(DayOf(DateOf(day)) == day);
  RC_ASSERT(ParseDay(DayText(day)) == day);
  RC_ASSERT(FirstDay(MonthOf(day)) <= day);
  RC_ASSERT(FirstDay(MonthOf(day) + 1) > day);
  RC_ASSERT(DateOf(FirstDay(MonthOf(day))).day == 1);
}

RC_GTEST_PROP(CivilProperty, AddedMonthsLandInTheirMonthAndNeverOvertake, ()) {
  const Day day(*rc::gen::inRange(DayAt("1700-01-01").value(), DayAt("2300-12-31").value()));
  const int32_t months = *rc::gen::inRange(-1000, 1000);
  const Day moved = AddMonths(day, months);
  RC_ASSERT(MonthOf(moved) == MonthOf(day) + months);
  RC_ASSERT(DateOf(moved).day <= DateOf(day).day);
  RC_ASSERT(AddMonths(day + 1, months) >= moved);
}

// ---- Instants ----

TEST(InstantTest, ReadsRfc3339) {
  EXPECT_EQ(At("1970-01-01T00:00:00Z"), Instant(0));
  EXPECT_EQ(At("1970-01-01T00:00:00.000000001Z"), Instant(1));
  EXPECT_EQ(At("1969-12-31T23:59:59.999999999Z"), Instant(-1));
  EXPECT_EQ(At("2026-11-24t01:02:03z"), At("2026-11-24 01:02:03Z"));
  EXPECT_EQ(At("2026-11-24T01:02:03.5+02:00"), At("2026-11-23T23:02:03.5Z"));
  EXPECT_EQ(At("2026-11-24T01:02:03-05:30"), At("2026-11-24T06:32:03Z"));
  EXPECT_EQ(At("2026-11-24"), At("2026-11-24T00:00:00Z"));
}

TEST(InstantTest, ReadsNothingElse) {
  for (const char* text :
       {"", "now", "2026-11-24T01:02Z", "2026-11-24T01:02:03", "2026-11-24T24:00:00Z", "2026-11-24T01:60:00Z",
        "2026-11-24T01:02:60Z", "2026-11-24T01:02:03.Z", "2026-11-24T01:02:03.1234567890Z", "2026-11-24T01:02:03+0200",
        "2026-11-24T01:02:03+24:00", "2026-11-24T01:02:03+02:60", "2026-11-24T01:02:03ZZ", "2026-02-30T00:00:00Z",
        "2026-11-24T", "2026-11-24Z", "2026-11-24T-1:02:03Z"}) {
    EXPECT_EQ(ParseInstant(text), std::nullopt) << text;
  }
}

TEST(InstantTest, ReachesFrom1678To2261) {
  EXPECT_EQ(At("1678-01-01T00:00:00Z"), kInstantMin);
  EXPECT_EQ(At("2261-12-31T23:59:59.999999999Z"), kInstantMax);
  EXPECT_EQ(ParseInstant("1677-12-31T23:59:59.999999999Z"), std::nullopt);
  EXPECT_EQ(ParseInstant("2262-01-01T00:00:00Z"), std::nullopt);
  EXPECT_EQ(ParseInstant("2262-01-01T01:00:00+02:00"), At("2261-12-31T23:00:00Z"));
  EXPECT_EQ(InstantText(kInstantMin), "1678-01-01T00:00:00Z");
  EXPECT_EQ(InstantText(kInstantMax), "2261-12-31T23:59:59.999999999Z");
}

TEST(InstantTest, MessageThatIsNoInstantIsNone) {
  google::protobuf::Timestamp timestamp;
  const auto of = [&](int64_t seconds, int32_t nanos) {
    timestamp.set_seconds(seconds);
    timestamp.set_nanos(nanos);
    return InstantOf(timestamp);
  };
  EXPECT_EQ(of(0, 0), Instant(0));
  EXPECT_EQ(of(-1, 999'999'999), Instant(-1));
  EXPECT_EQ(of(0, -1), std::nullopt);
  EXPECT_EQ(of(0, 1'000'000'000), std::nullopt);
  EXPECT_EQ(of(std::numeric_limits<int64_t>::max(), 0), std::nullopt);
  EXPECT_EQ(of(std::numeric_limits<int64_t>::min(), 0), std::nullopt);
  EXPECT_EQ(of(-9'214'560'000, 0), kInstantMin);
  EXPECT_EQ(of(-9'214'560'001, 999'999'999), std::nullopt);
  EXPECT_EQ(of(9'214'646'399, 999'999'999), kInstantMax);
  EXPECT_EQ(of(9'214'646'400, 0), std::nullopt);
}

RC_GTEST_PROP(InstantProperty, TextAndMessageComeBack, ()) {
  const Instant instant(*rc::gen::inRange(kInstantMin.value(), kInstantMax.value()));
  RC_ASSERT(ParseInstant(InstantText(instant)) == instant);
  RC_ASSERT(InstantOf(TimestampOf(instant)) == instant);
}

// ---- Zones ----

TEST(ZoneTest, UnknownNameSaysWhatToGive) {
  const auto zone = Zone::Load("Europe/Atlantis");
  EXPECT_EQ(zone.status().code(), StatusCode::kNotFound);
  EXPECT_NE(Text(zone.status()).find("Europe/Atlantis"), std::string_view::npos);
  EXPECT_FALSE(Zone::Load("").ok());
}

TEST(ZoneTest, DayTurnsAtLocalMidnight) {
  const Zone berlin = ZoneAt("Europe/Berlin");
  EXPECT_EQ(berlin.name(), "Europe/Berlin");
  EXPECT_EQ(berlin.LocalDay(At("2026-06-30T21:59:59.999999999Z")), DayAt("2026-06-30"));
  EXPECT_EQ(berlin.LocalDay(At("2026-06-30T22:00:00Z")), DayAt("2026-07-01"));
  EXPECT_EQ(berlin.LocalDay(At("2026-12-31T22:59:59Z")), DayAt("2026-12-31"));
  EXPECT_EQ(berlin.LocalDay(At("2026-12-31T23:00:00Z")), DayAt("2027-01-01"));
  EXPECT_EQ(berlin.StartOf(DayAt("2026-07-01")), At("2026-06-30T22:00:00Z"));
  EXPECT_EQ(berlin.EndOf(DayAt("2026-06-30")), At("2026-06-30T21:59:59.999999999Z"));
}

TEST(ZoneTest, DaysOfTheClockChangeAreShorterAndLonger) {
  const Zone berlin = ZoneAt("Europe/Berlin");
  constexpr int64_t kHour = 3'600'000'000'000;
  const auto length = [&](std::string_view day) { return berlin.StartOf(DayAt(day) + 1) - berlin.StartOf(DayAt(day)); };
  EXPECT_EQ(length("2026-03-29"), 23 * kHour);
  EXPECT_EQ(length("2026-10-25"), 25 * kHour);
  EXPECT_EQ(length("2026-06-01"), 24 * kHour);
}

TEST(ZoneTest, TimeOfDayIsTheFirstInstantAtWhichTheClocksShowIt) {
  const Zone berlin = ZoneAt("Europe/Berlin");
  constexpr int64_t kMinute = 60'000'000'000;
  EXPECT_EQ(berlin.InstantAt(DayAt("2026-07-01"), 510 * kMinute + 7), At("2026-07-01T06:30:00.000000007Z"));
  // Clocks go from 02:00 to 03:00: what they skip is the change itself.
  EXPECT_EQ(berlin.InstantAt(DayAt("2026-03-29"), 150 * kMinute), At("2026-03-29T01:00:00Z"));
  EXPECT_EQ(berlin.InstantAt(DayAt("2026-03-29"), 180 * kMinute), At("2026-03-29T01:00:00Z"));
  // Clocks go from 03:00 back to 02:00: what they show twice is the first.
  EXPECT_EQ(berlin.InstantAt(DayAt("2026-10-25"), 150 * kMinute), At("2026-10-25T00:30:00Z"));
  EXPECT_EQ(berlin.InstantAt(DayAt("2026-10-25"), 180 * kMinute), At("2026-10-25T02:00:00Z"));
  EXPECT_EQ(Zone::Utc().InstantAt(DayAt("2026-10-25"), 150 * kMinute), At("2026-10-25T02:30:00Z"));
}

TEST(ZoneTest, DayWhoseMidnightIsSkippedStartsAtTheChange) {
  // In Sao Paulo clocks went from 00:00 to 01:00 on 2018-11-04.
  const Zone sao_paulo = ZoneAt("America/Sao_Paulo");
  const Instant start = sao_paulo.StartOf(DayAt("2018-11-04"));
  EXPECT_EQ(start, At("2018-11-04T03:00:00Z"));
  EXPECT_EQ(sao_paulo.LocalDay(start), DayAt("2018-11-04"));
  EXPECT_EQ(sao_paulo.LocalDay(start - 1), DayAt("2018-11-03"));
}

TEST(ZoneTest, DayWhoseMidnightComesTwiceStartsAtTheFirst) {
  // In Havana clocks went from 01:00 back to 00:00 on 2018-11-04.
  const Zone havana = ZoneAt("America/Havana");
  const Instant start = havana.StartOf(DayAt("2018-11-04"));
  EXPECT_EQ(start, At("2018-11-04T04:00:00Z"));
  EXPECT_EQ(havana.LocalDay(start), DayAt("2018-11-04"));
  EXPECT_EQ(havana.LocalDay(start - 1), DayAt("2018-11-03"));
}

TEST(ZoneTest, DayThatWasLeftOutIsEmpty) {
  // Samoa crossed the date line: 2011-12-30 never was.
  const Zone apia = ZoneAt("Pacific/Apia");
  EXPECT_EQ(apia.StartOf(DayAt("2011-12-30")), apia.StartOf(DayAt("2011-12-31")));
  EXPECT_EQ(apia.LocalDay(apia.StartOf(DayAt("2011-12-31"))), DayAt("2011-12-31"));
  EXPECT_EQ(apia.LocalDay(apia.StartOf(DayAt("2011-12-31")) - 1), DayAt("2011-12-29"));
}

TEST(ZoneTest, UtcIsTheSameByNameAndByRules) {
  const Zone by_name = ZoneAt("UTC");
  const Zone by_rules = ZoneAt("Etc/UTC");
  for (const char* text : {"1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999999Z", "1678-01-01T00:00:00Z",
                           "2261-12-31T23:59:59.999999999Z"}) {
    EXPECT_EQ(by_name.LocalDay(At(text)), by_rules.LocalDay(At(text))) << text;
    EXPECT_EQ(Zone::Utc().LocalDay(At(text)), by_rules.LocalDay(At(text))) << text;
  }
  EXPECT_EQ(Zone::Utc().StartOf(Day(-1)), by_rules.StartOf(Day(-1)));
}

RC_GTEST_PROP(ZoneProperty, DayHoldsItsInstants, ()) {
  // Zones whose clocks never change across midnight in these years.
  static const Zone kZones[] = {Zone::Utc(), ZoneAt("Europe/Berlin"), ZoneAt("Asia/Kathmandu"),
                                ZoneAt("America/New_York")};
  const Zone& zone = kZones[*rc::gen::inRange<size_t>(0, std::size(kZones))];
  const Instant instant(*rc::gen::inRange(At("1990-01-01").value(), At("2040-01-01").value()));
  const Day day = zone.LocalDay(instant);
  RC_ASSERT(zone.StartOf(day) <= instant);
  RC_ASSERT(instant <= zone.EndOf(day));
  RC_ASSERT(zone.EndOf(day) + 1 == zone.StartOf(day + 1));
}

}  // namespace
}  // namespace kontor
