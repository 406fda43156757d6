// The blocks that the views of an account and of the portfolio are told in, and what these are made of.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kontor/view/v1/view.pb.h"
#include "tools/kontor/console.h"

namespace kontor {

// basis: what the reading rests on. months: how many of the last ones are told month by month.
std::string ValueText(const view::v1::ValueView& value, const view::v1::Basis& basis, int months,
                      const Console& console);
std::string GrowthText(const view::v1::GrowthView& growth, const view::v1::Basis& basis, int months,
                       const Console& console);
std::string SatisfactionText(const view::v1::SatisfactionView& view, const view::v1::Basis& basis, int months,
                             const Console& console);

inline constexpr const char* kLifetime = "Lifetime";
inline constexpr const char* kTtm = "Trailing 12 months";
inline constexpr int kBarWidth = 10;

// The title of a block, on a line of its own after an empty one.
std::string Heading(std::string_view title, const Console& console);

// A block after an empty line; nothing where it is empty.
inline std::string Apart(const std::string& block) { return block.empty() ? "" : "\n" + block; }

// "62.5 %  (n 8)": figures that rest on observations say on how many.
std::string WithN(std::string_view text, int64_t n);
std::string DaysWithN(const view::v1::Ratio& ratio);
std::string PercentWithN(const view::v1::Ratio& ratio);

// Names and values: a line each, or more where the terminal is narrow. What has no value is left out.
class Facts {
 public:
  void Add(std::string_view name, std::string_view value);
  std::string Text(const Console& console) const;

 private:
  std::vector<std::pair<std::string, std::string>> facts_;
};

// Where the last `months` rows of a table of months begin.
template <typename Months>
int FirstShown(const Months& all, int months) {
  return std::max(0, all.size() - months);
}

}  // namespace kontor
