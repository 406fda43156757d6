// Figures, instants and words as people read them on a terminal.
//
// What is not known is an en dash, never 0. Amounts are exact in --json; here they are rounded, half to even, to the
// digits that their currency is counted in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "google/protobuf/timestamp.pb.h"
#include "kontor/type/v1/type.pb.h"
#include "kontor/view/v1/view.pb.h"

namespace kontor {

inline constexpr std::string_view kUnknown = "–";

// 1234567 as "1,234,567".
std::string CountText(int64_t count);

// "1,234.50", in the digits of the currency; with its code, "1,234.50 EUR".
std::string MoneyText(const type::v1::Money& money);
std::string MoneyWithCode(const type::v1::Money& money);
// The total in the reporting currency, or unknown.
std::string ReportingText(const view::v1::Amount& amount);
std::string ReportingWithCode(const view::v1::Amount& amount);

// 0.2534 as "25.3 %".
std::string PercentText(const view::v1::Ratio& ratio);
// A plain number with so many decimals, and a unit where one is given: "12.5 days".
std::string RatioText(const view::v1::Ratio& ratio, int decimals, std::string_view unit = "");
std::string NumberText(double number, int decimals);
// "12 s", "3 min", "2 h 5 min".
std::string DurationText(double seconds);

// "2026-11-24"
std::string DateText(const type::v1::Date& date);
// "2026-11"
std::string MonthText(const type::v1::Date& date);
// "2026-11-24 09:30:05 UTC"; unknown where there is none.
std::string TimeText(const google::protobuf::Timestamp& timestamp);

// An enumerator without its type: "REJECT_REASON_WRONG_KEY" as "wrong key".
std::string WordsOf(std::string_view enumerator, std::string_view prefix);

// Text from outside made safe to print: control characters, which could steer the terminal, and malformed bytes become
// "�"; line ends and tabs become spaces.
std::string Printable(std::string_view text);

// How many columns a terminal uses for it: wide characters two, combining ones none.
int DisplayWidth(std::string_view text);
// At most `width` columns of it, the last being "…" where something is cut off.
std::string Truncated(std::string_view text, int width);
// Broken at spaces into lines of at most `width` columns (0: one line); from the second on, indented. `column` is where
// the first one begins.
std::string Wrapped(std::string_view text, int width, int indent, int column = 0);

}  // namespace kontor
