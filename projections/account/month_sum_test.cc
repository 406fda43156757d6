#include "projections/account/month_sum.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kontor {
namespace {

const Day kFirst = FirstDay(Month(600));

struct Addition {
  Day day;
  TallyRef key;
  Int128 amount;
};

std::string Written(std::span<const Addition> additions) {
  std::string bytes;
  AdditionWriter writer(&bytes);
  for (const Addition& addition : additions) writer.Add(addition.day, addition.key, addition.amount);
  return bytes;
}

// The row of the one month that the additions are dated to; empty where they come to nothing.
std::string RowOf(std::span<const Addition> additions) {
  const std::string bytes = Written(additions);
  MonthSum sum;
  sum.Add(bytes);
  sum.Settle();
  std::string row;
  for (const MonthSum::Part& part : sum.Months()) sum.Encode(part, &row);
  return row;
}

std::vector<Addition> SomeAdditions(std::mt19937* random, size_t count) {
  const auto pick = [random](int most) { return static_cast<int>((*random)() % static_cast<unsigned>(most)); };
  std::vector<Addition> additions;
  for (size_t i = 0; i < count; ++i) {
    const Currency currency(pick(2) == 0 ? "" : pick(2) == 0 ? "EUR" : "USD");
    additions.push_back({kFirst + pick(4),
                         {.measure = static_cast<Measure>(1 + pick(300)),
                          .currency = currency,
                          .number = pick(3) - 1,
                          .text = pick(2) == 0 ? "" : "kim"},
                         pick(7) - 3});
    if (additions.back().amount == 0) additions.pop_back();
  }
  return additions;
}

TEST(MonthSumTest, ValuesAddUpToWhatAllAdditionsComeToHoweverTheyAreSplit) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    const std::vector<Addition> all = SomeAdditions(&random, 60);
    const size_t one = random() % (all.size() + 1);
    const size_t two = one + random() % (all.size() + 1 - one);
    const std::span<const Addition> whole(all);
    const std::string a = RowOf(whole.first(one));
    const std::string b = RowOf(whole.subspan(one, two - one));
    const std::string c = RowOf(whole.subspan(two));
    std::string sum = "left from before";
    ASSERT_TRUE(AddMonthValues(std::array<std::string_view, 3>{c, a, b}, &sum));
    EXPECT_EQ(sum, RowOf(whole)) << round;
    // And says what adding up entry by entry says.
    MonthRow row;
    for (const Addition& addition : all) row.Add(addition.day, addition.key.Key(), addition.amount);
    std::string expected;
    EncodeMonth(row, &expected);
    EXPECT_EQ(sum, expected) << round;
  }
}

TEST(MonthSumTest, WhatIsTakenBackLeavesNothing) {
  const TallyRef key{.measure = Measure::kInvoices};
  const std::string put = RowOf(std::array{Addition{kFirst, key, 2}});
  const std::string taken = RowOf(std::array{Addition{kFirst, key, -2}});
  std::string sum;
  ASSERT_TRUE(AddMonthValues(std::array<std::string_view, 3>{put, taken, ""}, &sum));
  EXPECT_EQ(sum, "");
}

TEST(MonthSumTest, WhatIsNoRowIsRefused) {
  const std::string row = RowOf(std::array{Addition{kFirst, {.measure = Measure::kEvents}, 1},
                                           Addition{kFirst + 1, {.measure = Measure::kInvoices}, 1}});
  const std::string next_month = RowOf(std::array{Addition{FirstDay(Month(601)), {.measure = Measure::kEvents}, 1}});
  std::string sum;
  ASSERT_TRUE(AddMonthValues(std::array<std::string_view, 1>{row}, &sum));
  for (size_t size = 1; size < row.size(); ++size) {
    EXPECT_FALSE(AddMonthValues(std::array{std::string_view(row).substr(0, size)}, &sum)) << size;
  }
  const std::string longer = row + '\0';
  EXPECT_FALSE(AddMonthValues(std::array<std::string_view, 1>{longer}, &sum));
  EXPECT_FALSE(AddMonthValues(std::array<std::string_view, 2>{row, next_month}, &sum));
  // Two days in the wrong order, the second one twice, and an entry of zero.
  const auto days = [](int64_t first, int64_t second, int64_t amount) {
    std::string bytes;
    ByteWriter writer(&bytes);
    writer.Varint(2);
    for (const int64_t day : {first, second}) {
      writer.Signed(day);
      writer.Varint(1);
      uint64_t previous = 0;
      EncodeTallyEntry({.measure = Measure::kEvents}, amount, &previous, &writer);
    }
    return bytes;
  };
  const int64_t day = kFirst.value();
  const std::string right = days(day, day + 1, 1);
  const std::string backwards = days(day + 1, day, 1);
  const std::string twice = days(day, day, 1);
  const std::string zero = days(day, day + 1, 0);
  EXPECT_TRUE(AddMonthValues(std::array<std::string_view, 1>{right}, &sum));
  EXPECT_FALSE(AddMonthValues(std::array<std::string_view, 1>{backwards}, &sum));
  EXPECT_FALSE(AddMonthValues(std::array<std::string_view, 1>{twice}, &sum));
  EXPECT_FALSE(AddMonthValues(std::array<std::string_view, 1>{zero}, &sum));
}

}  // namespace
}  // namespace kontor
