#include "tools/kontor/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "engine/base/civil.h"
#include "engine/base/money.h"
#include "engine/base/utf8.h"

namespace kontor {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";
constexpr std::string_view kEllipsis = "…";

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode 15: what takes no column of its own (combining marks, joiners, variation selectors)…
constexpr Range kZeroWidth[] = {
    {0x0300, 0x036F},   {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x05BF, 0x05BF}, {0x05C1, 0x05C2}, {0x05C4, 0x05C5},
    {0x0610, 0x061A},   {0x064B, 0x065F}, {0x0670, 0x0670}, {0x06D6, 0x06DC}, {0x06DF, 0x06E4}, {0x06E7, 0x06E8},
    {0x06EA, 0x06ED},   {0x0711, 0x0711}, {0x0730, 0x074A}, {0x0900, 0x0902}, {0x093A, 0x093A}, {0x093C, 0x093C},
    {0x0941, 0x0948},   {0x094D, 0x094D}, {0x0951, 0x0957}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},
    {0x1AB0, 0x1AFF},   {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064}, {0x20D0, 0x20F0},
    {0x302A, 0x302D},   {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0001, 0xE007F},
    {0xE0100, 0xE01EF},
};
// … and what takes two (East Asian wide and full-width forms, emoji).
constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},   {0x23F0, 0x23F0},
    {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x267F, 0x267F},
    {0x2693, 0x2693},   {0x26A1, 0x26A1},   {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},
    {0x26CE, 0x26CE},   {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},   {0x2728, 0x2728},
    {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},
    {0x27B0, 0x27B0},   {0x27BF, 0x27BF},   {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},
    {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},
    {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},
    {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18CFF}, {0x1AFF0, 0x1B2FF}, {0x1F004, 0x1F004},
    {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F200, 0x1F320}, {0x1F32D, 0x1F335},
    {0x1F337, 0x1F37C}, {0x1F37E, 0x1F393}, {0x1F3A0, 0x1F3CA}, {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0},
    {0x1F3F4, 0x1F3F4}, {0x1F3F8, 0x1F43E}, {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D},
    {0x1F54B, 0x1F54E}, {0x1F550, 0x1F567}, {0x1F57A, 0x1F57A}, {0x1F595, 0x1F596}, {0x1F5A4, 0x1F5A4},
    {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5}, {0x1F6CC, 0x1F6CC}, {0x1F6D0, 0x1F6D2}, {0x1F6D5, 0x1F6D7},
    {0x1F6DC, 0x1F6DF}, {0x1F6EB, 0x1F6EC}, {0x1F6F4, 0x1F6FC}, {0x1F7E0, 0x1F7EB}, {0x1F7F0, 0x1F7F0},
    {0x1F90C, 0x1F93A}, {0x1F93C, 0x1F945}, {0x1F947, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD},
};

template <size_t N>
bool IsIn(const Range (&ranges)[N], char32_t code_point) {
  const Range* range = std::lower_bound(std::begin(ranges), std::end(ranges), code_point,
                                        [](const Range& r, char32_t c) { return r.last < c; });
  return range != std::end(ranges) && range->first <= code_point;
}

int WidthOf(char32_t code_point) {
  if (code_point < 0x300) return 1;
  if (IsIn(kZeroWidth, code_point)) return 0;
  return IsIn(kWide, code_point) ? 2 : 1;
}

// Control characters of ASCII and of Latin-1, and those that turn the direction of writing.
bool Steers(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

// How many decimals people count a currency in (ISO 4217's minor units, for the codes where they are not 2).
int DecimalsOf(std::string_view code) {
  constexpr std::array<std::string_view, 16> kNone = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
                                                      "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
  constexpr std::array<std::string_view, 7> kThree = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
  if (std::find(kNone.begin(), kNone.end(), code) != kNone.end()) return 0;
  return std::find(kThree.begin(), kThree.end(), code) != kThree.end() ? 3 : 2;
}

// Commas between the thousands of a decimal number.
std::string Grouped(std::string digits) {
  const size_t first = digits.front() == '-' ? 1 : 0;
  size_t end = std::min(digits.find('.'), digits.size());
  while (end > first + 3) {
    end -= 3;
    digits.insert(end, 1, ',');
  }
  return digits;
}

}  // namespace

std::string CountText(int64_t count) { return Grouped(std::to_string(count)); }

std::string MoneyText(const type::v1::Money& money) {
  const int decimals = DecimalsOf(money.currency_code());
  int64_t step = kNanosPerUnit;  // of the last digit shown
  for (int i = 0; i < decimals; ++i) step /= 10;
  return Grouped(DecimalText(DivideRounded(NanosOf(money), step) * step, decimals));
}

std::string MoneyWithCode(const type::v1::Money& money) {
  return fmt::format("{} {}", MoneyText(money), Printable(money.currency_code()));
}

std::string ReportingText(const view::v1::Amount& amount) {
  return amount.has_reporting() ? MoneyText(amount.reporting()) : std::string(kUnknown);
}

std::string ReportingWithCode(const view::v1::Amount& amount) {
  return amount.has_reporting() ? MoneyWithCode(amount.reporting()) : std::string(kUnknown);
}

std::string PercentText(const view::v1::Ratio& ratio) {
  if (!ratio.has_value()) return std::string(kUnknown);
  return NumberText(ratio.value() * 100, 1) + " %";
}

std::string RatioText(const view::v1::Ratio& ratio, int decimals, std::string_view unit) {
  if (!ratio.has_value()) return std::string(kUnknown);
  const std::string number = NumberText(ratio.value(), decimals);
  return unit.empty() ? number : fmt::format("{} {}", number, unit);
}

std::string NumberText(double number, int decimals) {
  if (!std::isfinite(number)) return std::string(kUnknown);
  std::string digits = fmt::format("{:.{}f}", number, decimals);
  if (digits.find_first_not_of("-0.") == std::string::npos) digits.erase(0, digits.front() == '-' ? 1 : 0);
  return Grouped(std::move(digits));
}

std::string DurationText(double seconds) {
  const auto whole = std::llround(seconds);
  if (whole < 120) return fmt::format("{} s", whole);
  if (whole < 7200) return fmt::format("{} min", whole / 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

std::string DateText(const type::v1::Date& date) {
  const auto day = DayOf(date);
  return day ? DayText(*day) : std::string(kUnknown);
}

std::string MonthText(const type::v1::Date& date) {
  const auto day = DayOf(date);
  return day ? DayText(*day).substr(0, 7) : std::string(kUnknown);
}

std::string TimeText(const google::protobuf::Timestamp& timestamp) {
  const auto instant = InstantOf(timestamp);
  if (!instant) return std::string(kUnknown);
  const std::string text = InstantText(*instant);  // "2026-11-24T09:30:05.5Z"
  return text.substr(0, 10) + " " + text.substr(11, 8) + " UTC";
}

std::string WordsOf(std::string_view enumerator, std::string_view prefix) {
  if (enumerator.substr(0, prefix.size()) == prefix) enumerator.remove_prefix(prefix.size());
  std::string words(enumerator);
  for (char& c : words) c = c == '_' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return words;
}

std::string Printable(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const std::string_view before = text;
    const std::optional<char32_t> code_point = TakeCodePoint(&text);
    if (code_point && std::u32string_view(U"\n\t\r").find(*code_point) != std::u32string_view::npos) {
      safe += ' ';
    } else if (!code_point || Steers(*code_point)) {
      safe += kReplacement;
    } else {
      safe += before.substr(0, before.size() - text.size());
    }
  }
  return safe;
}

int DisplayWidth(std::string_view text) {
  int width = 0;
  while (!text.empty()) width += WidthOf(TakeCodePoint(&text).value_or(U'\uFFFD'));
  return width;
}

std::string Truncated(std::string_view text, int width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  std::string_view rest = text;
  int left = width - 1;  // a column is the ellipsis'
  size_t kept = 0;
  while (!rest.empty()) {
    left -= WidthOf(TakeCodePoint(&rest).value_or(U'\uFFFD'));
    if (left < 0) break;
    kept = text.size() - rest.size();
  }
  return std::string(text.substr(0, kept)) + std::string(width > 0 ? kEllipsis : "");
}

std::string Wrapped(std::string_view text, int width, int indent, int column) {
  if (width == 0) return std::string(text);
  std::string wrapped;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    const int word_width = DisplayWidth(word);
    if (column > indent && column + 1 + word_width > width) {
      wrapped += '\n';
      wrapped.append(static_cast<size_t>(indent), ' ');
      column = indent;
    } else if (!wrapped.empty()) {
      wrapped += ' ';
      ++column;
    }
    wrapped += word;
    column += word_width;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return wrapped;
}

}  // namespace kontor
