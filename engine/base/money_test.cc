#include "engine/base/money.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

namespace kontor {
namespace {

constexpr Int128 kInt128Max = static_cast<Int128>(~Uint128{0} >> 1);
constexpr Int128 kInt128Min = -kInt128Max - 1;

Int128 Absolute(Int128 x) { return x < 0 ? -x : x; }

TEST(MoneyTest, DivisionRoundsHalfToEven) {
  struct Case {
    int numerator, denominator, rounded;
  };
  for (const auto& [numerator, denominator, rounded] : {
           Case{0, 2, 0}, {1, 2, 0}, {3, 2, 2},   {5, 2, 2},   {7, 2, 4},   {-1, 2, 0},  {-3, 2, -2}, {-5, 2, -2},
           {-7, 2, -4},   {1, 3, 0}, {2, 3, 1},   {-1, 3, 0},  {-2, 3, -1}, {4, 3, 1},   {5, 3, 2},   {-5, 3, -2},
           {6, 3, 2},     {1, 1, 1}, {15, 10, 2}, {25, 10, 2}, {35, 10, 4}, {24, 10, 2}, {26, 10, 3},
       }) {
    EXPECT_TRUE(DivideRounded(numerator, denominator) == rounded) << numerator << "/" << denominator;
  }
}

TEST(MoneyTest, DivisionReachesTheEndsOf128Bits) {
  EXPECT_TRUE(DivideRounded(kInt128Max, 1) == kInt128Max);
  EXPECT_TRUE(DivideRounded(kInt128Min, 1) == kInt128Min);
  EXPECT_TRUE(DivideRounded(kInt128Max, kInt128Max) == 1);
  EXPECT_TRUE(DivideRounded(kInt128Max / 2, kInt128Max) == 0);      // just below a half
  EXPECT_TRUE(DivideRounded(kInt128Max / 2 + 1, kInt128Max) == 1);  // just above it
  EXPECT_TRUE(DivideRounded(kInt128Min, kInt128Max) == -1);
}

TEST(MoneyDeathTest, DivisionByZeroOrLessIsABug) {
  EXPECT_DEATH(DivideRounded(1, 0), "denominator > 0");
  EXPECT_DEATH(DivideRounded(1, -1), "denominator > 0");
}

RC_GTEST_PROP(MoneyProperty, DivisionIsTheNearestAndEvenOnATie, (int64_t numerator)) {
  const Int128 denominator = *rc::gen::positive<int64_t>();
  const Int128 rounded = DivideRounded(numerator, denominator);
  const Int128 twice_off = 2 * Absolute(static_cast<Int128>(numerator) - rounded * denominator);
  RC_ASSERT(twice_off <= denominator);
  RC_ASSERT(twice_off != denominator || rounded % 2 == 0);
}

RC_GTEST_PROP(MoneyProperty, DivisionOfATieIsEven, (int32_t quotient)) {
  const Int128 half = *rc::gen::positive<int32_t>();
  const Int128 rounded = DivideRounded((2 * static_cast<Int128>(quotient) + 1) * half, 2 * half);
  RC_ASSERT(rounded % 2 == 0);
  RC_ASSERT(rounded == quotient || rounded == static_cast<Int128>(quotient) + 1);
}

RC_GTEST_PROP(MoneyProperty, DivisionIsOddSymmetric, (int64_t numerator)) {
  const Int128 denominator = *rc::gen::positive<int64_t>();
  RC_ASSERT(DivideRounded(-static_cast<Int128>(numerator), denominator) == -DivideRounded(numerator, denominator));
}

// Any amount and quantity that an event may hold.
rc::Gen<Nanos> GenNanos(int64_t units_max) {
  return rc::gen::map(
      rc::gen::pair(rc::gen::inRange<int64_t>(-units_max, units_max + 1), rc::gen::inRange<int64_t>(0, kNanosPerUnit)),
      [](const std::pair<int64_t, int64_t>& parts) {
        const Nanos whole = static_cast<Nanos>(parts.first) * kNanosPerUnit;
        return parts.first < 0 ? whole - parts.second : whole + parts.second;
      });
}

RC_GTEST_PROP(MoneyProperty, ProductIsTheOneOfExactArithmeticRoundedOnce, ()) {
  // Small enough that the exact product fits 128 bits, so that the plain formula is an oracle.
  const Nanos amount = *GenNanos(1'000'000);
  const Nanos factor = *GenNanos(1'000'000);
  RC_ASSERT(MultiplyRounded(amount, factor) == DivideRounded(amount * factor, kNanosPerUnit));
}

RC_GTEST_PROP(MoneyProperty, ProductOfTheLargestAmountsIsWithinHalfANano, ()) {
  const Nanos amount = *GenNanos(1'000'000'000'000'000);
  const Nanos factor = *GenNanos(1'000'000'000);
  const Nanos product = MultiplyRounded(amount, factor);
  // amount x factor passes 128 bits; modulo 2^128 the difference to the rounded product is exact all the same.
  const auto difference = static_cast<Int128>(static_cast<Uint128>(amount) * static_cast<Uint128>(factor) -
                                              static_cast<Uint128>(product) * static_cast<Uint128>(kNanosPerUnit));
  RC_ASSERT(2 * Absolute(difference) <= kNanosPerUnit);
}

TEST(MoneyTest, ProductIsExactWhereItCanBe) {
  EXPECT_TRUE(MultiplyRounded(NanosOf([] {
                                type::v1::Money money;
                                money.set_units(19);
                                money.set_nanos(990'000'000);
                                return money;
                              }()),
                              3 * Nanos{kNanosPerUnit}) == Nanos{59'970'000'000});
  EXPECT_TRUE(MultiplyRounded(1, kNanosPerUnit / 2) == 0);  // half a nano, to even
  EXPECT_TRUE(MultiplyRounded(3, kNanosPerUnit / 2) == 2);  // one and a half
  EXPECT_TRUE(MultiplyRounded(-3, kNanosPerUnit / 2) == -2);
}

TEST(MoneyTest, MessagesComeBack) {
  for (const Nanos amount : {Nanos{0}, Nanos{1}, Nanos{-1}, Nanos{1'500'000'000}, Nanos{-1'500'000'000},
                             Nanos{999'999'999}, Nanos{1'000'000'000'000'000} * kNanosPerUnit}) {
    const type::v1::Money money = MoneyOf(Currency("EUR"), amount);
    EXPECT_TRUE(NanosOf(money) == amount);
    EXPECT_EQ(CurrencyOf(money), Currency("EUR"));
    EXPECT_TRUE(money.units() == 0 || money.nanos() == 0 || (money.units() > 0) == (money.nanos() > 0));
  }
}

TEST(MoneyTest, FitsAMessageUpToItsBound) {
  const Nanos most = static_cast<Nanos>(kMoneyUnitsMax) * kNanosPerUnit + (kNanosPerUnit - 1);
  EXPECT_TRUE(FitsMoney(most));
  EXPECT_TRUE(FitsMoney(-most));
  EXPECT_TRUE(NanosOf(MoneyOf(Currency("EUR"), most)) == most);
  EXPECT_FALSE(FitsMoney(most + 1));
  EXPECT_FALSE(FitsMoney(-most - 1));
  EXPECT_FALSE(FitsMoney(kInt128Max));
  EXPECT_FALSE(FitsMoney(kInt128Min));
}

TEST(MoneyDeathTest, AmountBeyondAMessageIsABug) {
  EXPECT_DEATH(MoneyOf(Currency("EUR"), static_cast<Nanos>(kMoneyUnitsMax + 1) * kNanosPerUnit), "FitsMoney");
}

TEST(MoneyTest, FractionOfAnAmountIsExactOrNothing) {
  const auto is = [](std::optional<Int128> result, Int128 wanted) { return result && *result == wanted; };
  EXPECT_TRUE(is(MultiplyDivideRounded(10, 1, 2), 5));
  EXPECT_TRUE(is(MultiplyDivideRounded(-5, 1, 2), -2));
  // The product needs 254 bits, the result 127.
  EXPECT_TRUE(is(MultiplyDivideRounded(kInt128Max, kInt128Max, kInt128Max), kInt128Max));
  EXPECT_TRUE(is(MultiplyDivideRounded(-kInt128Max, kInt128Max, kInt128Max), -kInt128Max));
  EXPECT_TRUE(is(MultiplyDivideRounded(kInt128Max, kInt128Max - 1, kInt128Max), kInt128Max - 1));
  EXPECT_FALSE(MultiplyDivideRounded(kInt128Max, 2, 1));
  EXPECT_FALSE(MultiplyDivideRounded(-kInt128Max, kInt128Max, 1));
  EXPECT_FALSE(MultiplyDivideRounded(kInt128Max, kInt128Max, kInt128Max - 1));
}

TEST(CurrencyTest, OrdersAndComesBackAsItsCode) {
  EXPECT_EQ(Currency("EUR").code(), "EUR");
  EXPECT_EQ(Currency().code(), "");
  EXPECT_TRUE(Currency().none());
  EXPECT_TRUE(Currency("").none());
  EXPECT_LT(Currency(), Currency("AED"));
  EXPECT_LT(Currency("EUR"), Currency("USD"));
  EXPECT_EQ(Currency::FromPacked(Currency("CHF").packed()), Currency("CHF"));
  EXPECT_DEATH(Currency("EURO"), "size");
}

TEST(CurrencyTest, KnowsTheActiveCodesAndNoOthers) {
  for (const char* code : {"AED", "EUR", "USD", "GBP", "JPY", "CHF", "ZWG", "XAU", "VES", "SLE", "UYW", "BTN"}) {
    EXPECT_TRUE(IsIso4217(code)) << code;
  }
  for (const char* code :
       {"", "E", "EU", "EURO", "eur", "Eur", "AAA", "ZZZ", "DEM", "FRF", "HRK", "XXX", "XTS", "AFN ", " EU", "NAL"}) {
    EXPECT_FALSE(IsIso4217(code)) << code;
  }
}

TEST(DecimalTest, TextIsExactWithoutTrailingZeros) {
  EXPECT_EQ(DecimalText(0), "0");
  EXPECT_EQ(DecimalText(0, 2), "0.00");
  EXPECT_EQ(DecimalText(-1), "-0.000000001");
  EXPECT_EQ(DecimalText(Nanos{1'234'500'000'000}), "1234.5");
  EXPECT_EQ(DecimalText(Nanos{1'234'500'000'000}, 2), "1234.50");
  EXPECT_EQ(DecimalText(Nanos{-1'000'000'000}), "-1");
  EXPECT_EQ(DecimalText(kInt128Min), "-170141183460469231731687303715.884105728");
}

TEST(DecimalTest, ReadsWhatPeopleWrite) {
  EXPECT_TRUE(ParseDecimal("1234.5") == Nanos{1'234'500'000'000});
  EXPECT_TRUE(ParseDecimal("-7") == Nanos{-7'000'000'000});
  EXPECT_TRUE(ParseDecimal("+0.000000001") == Nanos{1});
  EXPECT_TRUE(ParseDecimal("-0") == Nanos{0});
  EXPECT_TRUE(ParseDecimal("0000000000000000000000000007") == Nanos{7'000'000'000});
  EXPECT_TRUE(ParseDecimal("999999999999999999") == Nanos{999'999'999'999'999'999} * kNanosPerUnit);
}

TEST(DecimalTest, ReadsNothingElse) {
  for (const char* text : {"", "-", "+", ".", "1.", ".5", "1.2.3", "1,5", "1e3", " 1", "1 ", "--1", "0x1",
                           "1.1234567890", "1000000000000000000", "NaN", "1.-5", "1.+5", "\xd9\xa1"}) {
    EXPECT_EQ(ParseDecimal(text), std::nullopt) << text;
  }
}

RC_GTEST_PROP(DecimalProperty, TextComesBack, ()) {
  const Nanos amount = *GenNanos(999'999'999'999'999'999);
  const int decimals = *rc::gen::inRange(0, 10);
  RC_ASSERT(ParseDecimal(DecimalText(amount, decimals)) == amount);
}

}  // namespace
}  // namespace kontor
