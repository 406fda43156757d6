// Figures as pictures that fit into a line of text: beside the figures, never instead of them, and never in --json.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/civil.h"
#include "kontor/view/v1/view.pb.h"

namespace kontor {

// What a picture is drawn of. Not known: nothing.
using Series = std::vector<std::optional<double>>;

// A column a value, as high as it stands between the least (or 0) and the greatest: "▁▂▃▅█". "·" is not known. Empty
// where nothing is known, and of a single value.
std::string Sparkline(const Series& values);

// A share, 0 to 1, of so many columns: "██████░░░░". Empty where it is not known.
std::string Bar(std::optional<double> share, int width);
std::string Bar(const view::v1::Ratio& share, int width);

// A text and the picture of it behind it, if there is one.
inline std::string WithPicture(const std::string& text, const std::string& picture) {
  return picture.empty() ? text : text + "  " + picture;
}

// Of an amount in the reporting currency, near enough for a picture.
std::optional<double> Units(const view::v1::Amount& amount);
// a / b; nothing where b is 0 or either is not known.
std::optional<double> ShareOf(const view::v1::Amount& a, const view::v1::Amount& b);

// The month that an answer is read in.
Month MonthRead(const view::v1::Basis& basis);

// A figure of the last `count` months up to `last`, from months of which those without a fact are left out.
template <typename Months, typename Figure>
Series MonthSeries(const Months& months, Month last, int count, const Figure& figure) {
  Series series(static_cast<size_t>(count), 0.0);
  for (const auto& month : months) {
    const std::optional<Day> day = DayOf(month.month());
    if (!day) continue;
    const int32_t at = count - 1 - (last.value() - MonthOf(*day).value());
    if (at >= 0 && at < count) series[static_cast<size_t>(at)] = figure(month);
  }
  return series;
}

}  // namespace kontor
