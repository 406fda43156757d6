#include "tools/kontor/charts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "engine/base/money.h"

namespace kontor {
namespace {

constexpr std::array<std::string_view, 8> kHeights = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::string_view kNotKnown = "·";

}  // namespace

std::string Sparkline(const Series& values) {
  if (values.size() < 2) return {};
  double low = 0;
  double high = 0;
  bool known = false;
  for (const std::optional<double>& value : values) {
    if (!value) continue;
    known = true;
    low = std::min(low, *value);
    high = std::max(high, *value);
  }
  if (!known) return "";
  std::string line;
  for (const std::optional<double>& value : values) {
    if (!value) {
      line += kNotKnown;
      continue;
    }
    // The least stands alone at the bottom, so that little is told from nothing.
    const double steps = static_cast<double>(kHeights.size() - 1);
    const double height = *value > low ? 1 + std::floor((*value - low) / (high - low) * steps) : 0;
    line += kHeights[static_cast<size_t>(std::min(height, steps))];
  }
  return line;
}

std::string Bar(std::optional<double> share, int width) {
  if (!share || !std::isfinite(*share)) return "";
  const auto full = std::lround(std::clamp(*share, 0.0, 1.0) * width);
  std::string bar;
  for (int i = 0; i < width; ++i) bar += i < full ? "█" : "░";
  return bar;
}

std::string Bar(const view::v1::Ratio& share, int width) {
  return Bar(share.has_value() ? std::optional(share.value()) : std::nullopt, width);
}

std::optional<double> Units(const view::v1::Amount& amount) {
  if (amount.has_reporting()) return static_cast<double>(NanosOf(amount.reporting())) / 1e9;
  if (amount.by_currency_size() == 0 && amount.missing_rates_size() == 0 && amount.too_large_size() == 0) return 0;
  return std::nullopt;
}

std::optional<double> ShareOf(const view::v1::Amount& a, const view::v1::Amount& b) {
  const std::optional<double> part = Units(a);
  const std::optional<double> whole = Units(b);
  if (!part || !whole || *whole == 0) return std::nullopt;
  return *part / *whole;
}

Month MonthRead(const view::v1::Basis& basis) {
  const std::optional<Instant> instant = InstantOf(basis.has_as_of() ? basis.as_of() : basis.now());
  const Result<Zone> zone = Zone::Load(basis.reporting_zone());  // not known here: a month's edge may be off by hours
  return MonthOf((zone.ok() ? *zone : Zone::Utc()).LocalDay(instant.value_or(Instant(0))));
}

}  // namespace kontor
