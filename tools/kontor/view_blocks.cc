#include "tools/kontor/view_blocks.h"

#include <fmt/format.h>

#include "tools/kontor/text.h"

namespace kontor {
namespace {

constexpr int kGap = 2;
constexpr int kWordsMin = 20;  // columns that a value gets, however narrow the terminal

}  // namespace

std::string Heading(std::string_view title, const Console& console) {
  return "\n" + console.Styled(title, Style::kBold) + "\n";
}

std::string WithN(std::string_view text, int64_t n) { return fmt::format("{}  (n {})", text, CountText(n)); }

std::string DaysWithN(const view::v1::Ratio& ratio) { return WithN(RatioText(ratio, 1, "days"), ratio.n()); }

std::string PercentWithN(const view::v1::Ratio& ratio) { return WithN(PercentText(ratio), ratio.n()); }

void Facts::Add(std::string_view name, std::string_view value) {
  if (!value.empty()) facts_.emplace_back(Printable(name), Printable(value));
}

std::string Facts::Text(const Console& console) const {
  int names = 0;
  for (const auto& [name, value] : facts_) names = std::max(names, DisplayWidth(name));
  const int indent = names + kGap;
  const int room = console.width == 0 ? 0 : std::max(console.width, indent + kWordsMin);
  std::string text;
  for (const auto& [name, value] : facts_) {
    text += console.Styled(name, Style::kDim);
    text.append(static_cast<size_t>(indent - DisplayWidth(name)), ' ');
    text += Wrapped(value, room, indent, indent) + "\n";
  }
  return text;
}

}  // namespace kontor
