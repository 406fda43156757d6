#include "engine/base/money.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <limits>

#include "engine/base/check.h"

namespace kontor {
namespace {

// ISO 4217, active codes of list one (2024), funds and metals included, testing and "no currency" not.
constexpr std::string_view kCodes =
    "AEDAFNALLAMDANGAOAARSAUDAWGAZNBAMBBDBDTBGNBHDBIFBMDBNDBOBBOVBRLBSDBTNBWPBYNBZDCADCDFCHECHFCHWCLFCLPCNYCOPCOUCRC"
    "CUPCVECZKDJFDKKDOPDZDEGPERNETBEURFJDFKPGBPGELGHSGIPGMDGNFGTQGYDHKDHNLHTGHUFIDRILSINRIQDIRRISKJMDJODJPYKESKGSKHR"
    "KMFKPWKRWKWDKYDKZTLAKLBPLKRLRDLSLLYDMADMDLMGAMKDMMKMNTMOPMRUMURMVRMWKMXNMXVMYRMZNNADNGNNIONOKNPRNZDOMRPABPENPGK"
    "PHPPKRPLNPYGQARRONRSDRUBRWFSARSBDSCRSDGSEKSGDSHPSLESOSSRDSSPSTNSVCSYPSZLTHBTJSTMTTNDTOPTRYTTDTWDTZSUAHUGXUSDUSN"
    "UYIUYUUYWUZSVEDVESVNDVUVWSTXAFXAGXAUXBAXBBXBCXBDXCDXDRXOFXPDXPFXPTXSUXUAYERZARZMWZWG";

boost::multiprecision::cpp_int Big(Int128 x) {
  const bool negative = x < 0;
  const Uint128 magnitude = negative ? ~static_cast<Uint128>(x) + 1 : static_cast<Uint128>(x);
  boost::multiprecision::cpp_int big = static_cast<uint64_t>(magnitude >> 64);
  big <<= 64;
  big += static_cast<uint64_t>(magnitude);
  return negative ? -big : big;
}

constexpr size_t kLetters = 26;

// By the code read as a number of base 26: every amount of every event asks.
constexpr auto kIsCode = [] {
  static_assert(kCodes.size() % 3 == 0);
  std::array<bool, kLetters * kLetters * kLetters> is_code{};
  for (size_t i = 0; i < kCodes.size(); i += 3) {
    size_t number = 0;
    for (const char letter : kCodes.substr(i, 3)) number = number * kLetters + static_cast<size_t>(letter - 'A');
    is_code[number] = true;
  }
  return is_code;
}();

}  // namespace

Currency::Currency(std::string_view code) {
  KONTOR_CHECK(code.empty() || code.size() == 3);
  for (const char letter : code) packed_ = (packed_ << 8) | static_cast<uint8_t>(letter);
}

std::string Currency::code() const {
  if (none()) return "";
  return {static_cast<char>(packed_ >> 16), static_cast<char>(packed_ >> 8), static_cast<char>(packed_)};
}

bool IsIso4217(std::string_view code) {
  if (code.size() != 3) return false;
  size_t number = 0;
  for (const char letter : code) {
    if (letter < 'A' || letter > 'Z') return false;
    number = number * kLetters + static_cast<size_t>(letter - 'A');
  }
  return kIsCode[number];
}

bool FitsMoney(Nanos amount) {
  const Nanos units = amount / kNanosPerUnit;
  return units >= -kMoneyUnitsMax && units <= kMoneyUnitsMax;
}

void SetMoney(Currency currency, Nanos amount, type::v1::Money* money) {
  KONTOR_CHECK(FitsMoney(amount));
  money->set_currency_code(currency.code());
  money->set_units(static_cast<int64_t>(amount / kNanosPerUnit));
  money->set_nanos(static_cast<int32_t>(amount % kNanosPerUnit));
}

type::v1::Money MoneyOf(Currency currency, Nanos amount) {
  type::v1::Money money;
  SetMoney(currency, amount, &money);
  return money;
}

Nanos DivideRounded(Int128 numerator, Int128 denominator) {
  KONTOR_CHECK(denominator > 0);
  Int128 quotient = numerator / denominator;
  Int128 remainder = numerator % denominator;
  const bool negative = remainder < 0;
  if (negative) remainder = -remainder;
  const Int128 rest = denominator - remainder;
  if (remainder > rest || (remainder == rest && quotient % 2 != 0)) quotient += negative ? -1 : 1;
  return quotient;
}

std::optional<Int128> MultiplyDivideRounded(Int128 amount, Int128 numerator, Int128 denominator) {
  KONTOR_CHECK(denominator > 0);
  Int128 product = 0;
  if (!__builtin_mul_overflow(amount, numerator, &product)) return DivideRounded(product, denominator);
  using boost::multiprecision::cpp_int;
  cpp_int quotient;
  cpp_int remainder;
  const cpp_int divisor = Big(denominator);
  divide_qr(cpp_int(Big(amount) * Big(numerator)), divisor, quotient, remainder);
  const bool negative = remainder < 0;
  if (negative) remainder = -remainder;
  const cpp_int twice = remainder * 2;
  if (twice > divisor || (twice == divisor && (quotient & 1) != 0)) quotient += negative ? -1 : 1;
  const bool below_zero = quotient < 0;
  if (below_zero) quotient = -quotient;
  // By halves: strict C++ has no numeric_limits for 128 bits, and so no checked conversion.
  const cpp_int high = quotient >> 64;
  if (high > std::numeric_limits<int64_t>::max()) return std::nullopt;
  const cpp_int low = quotient & std::numeric_limits<uint64_t>::max();
  const Int128 magnitude = (static_cast<Int128>(static_cast<uint64_t>(high)) << 64) | static_cast<uint64_t>(low);
  return below_zero ? -magnitude : magnitude;
}

std::string IntegerText(Int128 x) { return fmt::to_string(x); }

Nanos MultiplyRounded(Nanos amount, Nanos factor) {
  // amount x factor may pass 128 bits, amount x 10^9 may not: the whole part of the factor is exact, the rest is
  // rounded.
  const Nanos whole = factor / kNanosPerUnit;
  const Nanos part = factor % kNanosPerUnit;
  return amount * whole + DivideRounded(amount * part, kNanosPerUnit);
}

std::string DecimalText(Nanos amount, int decimals) {
  const bool negative = amount < 0;
  Uint128 magnitude = negative ? ~static_cast<Uint128>(amount) + 1 : static_cast<Uint128>(amount);
  std::string digits;
  while (magnitude > 0 || digits.size() < 10) {
    digits.push_back(static_cast<char>('0' + static_cast<int>(magnitude % 10)));
    magnitude /= 10;
  }
  std::reverse(digits.begin(), digits.end());
  std::string fraction = digits.substr(digits.size() - 9);
  while (fraction.size() > static_cast<size_t>(std::max(decimals, 0)) && fraction.back() == '0') fraction.pop_back();
  std::string text = (negative ? "-" : "") + digits.substr(0, digits.size() - 9);
  return fraction.empty() ? text : text + "." + fraction;
}

std::optional<Nanos> ParseDecimal(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const size_t point = text.find('.');
  const std::string_view units = text.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (units.empty() || (point != std::string_view::npos && fraction.empty()) || fraction.size() > 9)
    return std::nullopt;
  Nanos amount = 0;
  size_t significant = 0;
  for (const char digit : units) {
    if (digit < '0' || digit > '9') return std::nullopt;
    if (significant > 0 || digit != '0') ++significant;
    if (significant > 18) return std::nullopt;
    amount = amount * 10 + (digit - '0');
  }
  for (size_t i = 0; i < 9; ++i) {
    const char digit = i < fraction.size() ? fraction[i] : '0';
    if (digit < '0' || digit > '9') return std::nullopt;
    amount = amount * 10 + (digit - '0');
  }
  return negative ? -amount : amount;
}

}  // namespace kontor
