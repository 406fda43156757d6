#include "tools/kontor/text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace kontor {
namespace {

type::v1::Money Money(const char* currency, int64_t units, int32_t nanos = 0) {
  type::v1::Money money;
  money.set_currency_code(currency);
  money.set_units(units);
  money.set_nanos(nanos);
  return money;
}

view::v1::Ratio Ratio(double value) {
  view::v1::Ratio ratio;
  ratio.set_value(value);
  return ratio;
}

TEST(TextTest, CountsHaveThousands) {
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(999), "999");
  EXPECT_EQ(CountText(1000), "1,000");
  EXPECT_EQ(CountText(-1234567), "-1,234,567");
  EXPECT_EQ(CountText(-100), "-100");
  EXPECT_EQ(CountText(std::numeric_limits<int64_t>::min()), "-9,223,372,036,854,775,808");
}

TEST(TextTest, MoneyHasTheDigitsOfItsCurrency) {
  EXPECT_EQ(MoneyText(Money("EUR", 1234567, 890000000)), "1,234,567.89");
  EXPECT_EQ(MoneyText(Money("EUR", 0, -10000000)), "-0.01");
  EXPECT_EQ(MoneyText(Money("JPY", 1234, 500000000)), "1,234");  // half to even
  EXPECT_EQ(MoneyText(Money("JPY", 1235, 500000000)), "1,236");
  EXPECT_EQ(MoneyText(Money("KWD", 1, 234500000)), "1.234");
  EXPECT_EQ(MoneyText(Money("EUR", 0, -1)), "0.00");
  EXPECT_EQ(MoneyWithCode(Money("USD", -5)), "-5.00 USD");
}

TEST(TextTest, UnknownIsNeverZero) {
  EXPECT_EQ(PercentText({}), "–");
  EXPECT_EQ(RatioText({}, 1, "days"), "–");
  EXPECT_EQ(ReportingText({}), "–");
  EXPECT_EQ(DateText({}), "–");
  EXPECT_EQ(NumberText(std::nan(""), 1), "–");
  google::protobuf::Timestamp never;
  never.set_nanos(-1);
  EXPECT_EQ(TimeText(never), "–");
}

TEST(TextTest, RatiosAreRounded) {
  EXPECT_EQ(PercentText(Ratio(0.2534)), "25.3 %");
  EXPECT_EQ(PercentText(Ratio(-0.0001)), "0.0 %");  // and no -0.0
  EXPECT_EQ(PercentText(Ratio(123.456)), "12,345.6 %");
  EXPECT_EQ(RatioText(Ratio(12.25), 0, "days"), "12 days");
}

TEST(TextTest, InstantsAreInUtcAndSayIt) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(1795512605);
  timestamp.set_nanos(999999999);
  EXPECT_EQ(TimeText(timestamp), "2026-11-24 09:30:05 UTC");
}

TEST(TextTest, EnumeratorsBecomeWords) {
  EXPECT_EQ(WordsOf("REJECT_REASON_WRONG_KEY", "REJECT_REASON_"), "wrong key");
  EXPECT_EQ(WordsOf("invoice_issued", ""), "invoice issued");
}

TEST(TextTest, WhatCouldSteerTheTerminalIsReplaced) {
  EXPECT_EQ(Printable("a\x1b[31mb"), "a\uFFFD[31mb");
  EXPECT_EQ(Printable("a\nb\tc"), "a b c");
  EXPECT_EQ(Printable("\xC2\x9B"), "\uFFFD");            // the one-byte control sequence introducer
  EXPECT_EQ(Printable("abc\u202Etxt"), "abc\uFFFDtxt");  // right to left override
  EXPECT_EQ(Printable("\xFF\xE2\x82"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(Printable("Zürich 株 😀"), "Zürich 株 😀");
}

TEST(TextTest, WidthIsWhatATerminalShows) {
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("Zürich"), 6);
  EXPECT_EQ(DisplayWidth("Zu\u0308rich"), 6);
  EXPECT_EQ(DisplayWidth("株式"), 4);
  EXPECT_EQ(DisplayWidth("😀"), 2);
  EXPECT_EQ(DisplayWidth("–…─█"), 4);
  EXPECT_EQ(DisplayWidth("ｱ"), 1);
  EXPECT_EQ(DisplayWidth("Ａ"), 2);
}

TEST(TextTest, CutTextEndsWithAnEllipsis) {
  EXPECT_EQ(Truncated("abcdef", 6), "abcdef");
  EXPECT_EQ(Truncated("abcdef", 5), "abcd…");
  EXPECT_EQ(Truncated("株式会社", 5), "株式…");
  EXPECT_EQ(Truncated("株式会社", 4), "株…");  // a half of a wide character does not fit
  EXPECT_EQ(Truncated("abc", 1), "…");
  EXPECT_EQ(Truncated("abc", 0), "");
}

TEST(TextTest, LinesBreakAtSpaces) {
  EXPECT_EQ(Wrapped("one two three four", 9, 2), "one two\n  three\n  four");
  EXPECT_EQ(Wrapped("one two", 0, 2), "one two");
  EXPECT_EQ(Wrapped("overlongword x", 5, 0), "overlongword\nx");
}

}  // namespace
}  // namespace kontor
