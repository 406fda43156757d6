#include "tools/kontor/charts.h"

#include <gtest/gtest.h>

namespace kontor {
namespace {

view::v1::Amount Euros(int64_t units) {
  view::v1::Amount amount;
  amount.mutable_reporting()->set_units(units);
  amount.mutable_reporting()->set_currency_code("EUR");
  return amount;
}

TEST(SparklineTest, LeastIsAtTheBottomAndGreatestAtTheTop) {
  EXPECT_EQ(Sparkline({0, 1, 50, 99, 100}), "▁▂▅██");
  EXPECT_EQ(Sparkline({70, 100}), "▆█");  // from zero, so that heights compare
  EXPECT_EQ(Sparkline({-100, 0, 100}), "▁▅█");
  EXPECT_EQ(Sparkline({0, 0}), "▁▁");
}

TEST(SparklineTest, UnknownIsNoZero) {
  EXPECT_EQ(Sparkline({std::nullopt, 1}), "·█");
  EXPECT_EQ(Sparkline({std::nullopt, std::nullopt}), "");
  EXPECT_EQ(Sparkline({}), "");
}

TEST(BarTest, ShareOfItsWidth) {
  EXPECT_EQ(Bar(0.6, 10), "██████░░░░");
  EXPECT_EQ(Bar(-1.0, 2), "░░");
  EXPECT_EQ(Bar(1.7, 2), "██");
  EXPECT_EQ(Bar(std::optional<double>(), 2), "");
  EXPECT_EQ(Bar(view::v1::Ratio(), 2), "");
}

TEST(UnitsTest, UnknownWithoutARateAndZeroWithoutAFact) {
  EXPECT_EQ(Units(Euros(7)), 7);
  EXPECT_EQ(Units(view::v1::Amount()), 0);
  view::v1::Amount yen;
  yen.add_by_currency()->set_currency_code("JPY");
  EXPECT_EQ(Units(yen), std::nullopt);
  EXPECT_EQ(ShareOf(Euros(1), Euros(4)), 0.25);
  EXPECT_EQ(ShareOf(Euros(1), Euros(0)), std::nullopt);
  EXPECT_EQ(ShareOf(yen, Euros(4)), std::nullopt);
}

TEST(MonthSeriesTest, MonthsWithoutAFactAreZeroAndOlderOnesLeftOut) {
  view::v1::ValueView value;
  for (const auto& [year, month] : {std::pair(2025, 11), {2026, 9}, {2026, 11}}) {
    auto* row = value.add_months();
    *row->mutable_month() = DateProto(*DayOf(CivilDate{year, month, 1}));
    *row->mutable_booked() = Euros(month);
  }
  view::v1::Basis basis;
  *basis.mutable_now() = TimestampOf(*ParseInstant("2026-11-30T23:30:00Z"));
  basis.set_reporting_zone("Europe/Berlin");  // where it is December
  EXPECT_EQ(MonthSeries(value.months(), MonthRead(basis), 4, [](const auto& m) { return Units(m.booked()); }),
            (Series{9, 0, 11, 0}));
}

}  // namespace
}  // namespace kontor
