// Exact money: sums of nano units in 128 bits, and currency codes packed into 32.
//
// No figure of money touches binary floating point. What one event adds to a sum is at most 2 x 10^15 units, and the
// sum of 8 x 10^13 of these fits 128 bits (projections/account/tally.h tells of each). As a message an amount has
// 64-bit units: a sum that goes beyond kMoneyUnitsMax is not shown as one, and who shows it says so.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/codec.h"
#include "kontor/type/v1/type.pb.h"

namespace kontor {

// 10^-9 of a unit of some currency, or of a plain number.
using Nanos = Int128;
inline constexpr int64_t kNanosPerUnit = 1'000'000'000;

// Three capital letters, or nothing ("no currency": a count). Orders as the code does.
class Currency {
 public:
  constexpr Currency() = default;
  // Requires: empty, or three bytes.
  explicit Currency(std::string_view code);
  static constexpr Currency FromPacked(uint32_t packed) { return Currency(packed); }
  constexpr uint32_t packed() const { return packed_; }
  constexpr bool none() const { return packed_ == 0; }
  std::string code() const;
  constexpr auto operator<=>(const Currency&) const = default;

 private:
  constexpr explicit Currency(uint32_t packed) : packed_(packed) {}
  uint32_t packed_ = 0;
};

// Whether the code is one of ISO 4217's active alphabetic codes.
bool IsIso4217(std::string_view code);

inline Nanos NanosOf(const type::v1::Money& money) {
  return static_cast<Nanos>(money.units()) * kNanosPerUnit + money.nanos();
}
inline Nanos NanosOf(const type::v1::Decimal& decimal) {
  return static_cast<Nanos>(decimal.units()) * kNanosPerUnit + decimal.nanos();
}
inline Currency CurrencyOf(const type::v1::Money& money) { return Currency(money.currency_code()); }

// The most whole units that an amount is shown with, of either sign: what two of these differ by fits 64 bits, too.
inline constexpr int64_t kMoneyUnitsMax = 1'000'000'000'000'000'000;
bool FitsMoney(Nanos amount);

// Requires: FitsMoney.
type::v1::Money MoneyOf(Currency currency, Nanos amount);
void SetMoney(Currency currency, Nanos amount, type::v1::Money* money);

// amount x factor (both in nanos), rounded half to even to a nano. Requires: amount x the factor's whole units, and
// amount x 10^9, fit 128 bits, as a price x a quantity does (10^24 x 10^9).
Nanos MultiplyRounded(Nanos amount, Nanos factor);

// numerator / denominator, rounded half to even. Requires: denominator > 0.
Nanos DivideRounded(Int128 numerator, Int128 denominator);

// amount x numerator / denominator, rounded half to even; exact whatever the size of the product. Nothing where the
// result is no 128 bits. Requires: denominator > 0.
std::optional<Int128> MultiplyDivideRounded(Int128 amount, Int128 numerator, Int128 denominator);

// All digits: "-170141183460469231731687303715884105728".
std::string IntegerText(Int128 x);

// "1234.5", "-0.000000001": exact, no trailing zeros, at least `decimals` of them.
std::string DecimalText(Nanos amount, int decimals = 0);

// Reads "1234.5" or "-7": an optional sign, digits, optionally a point and one to nine digits. Nothing on anything else
// or beyond 10^18 units.
std::optional<Nanos> ParseDecimal(std::string_view text);

}  // namespace kontor
