#include "tools/kontor/table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "engine/base/check.h"
#include "tools/kontor/text.h"

namespace kontor {
namespace {

constexpr int kGap = 2;
constexpr int kShrunkMin = 8;  // of words, once nothing spare is left

std::string Padded(const std::string& text, int width, Column::Align align) {
  const auto missing = static_cast<size_t>(std::max(0, width - DisplayWidth(text)));
  const std::string space(missing, ' ');
  return align == Column::Align::kLeft ? text + space : space + text;
}

}  // namespace

void Table::Add(std::vector<Cell> cells) {
  KONTOR_CHECK(cells.size() == columns_.size());
  for (Cell& cell : cells) cell.text = Printable(cell.text);
  rows_.push_back(std::move(cells));
}

bool Table::HasHead() const {
  return std::any_of(columns_.begin(), columns_.end(), [](const Column& column) { return !column.title.empty(); });
}

std::vector<Table::Shown> Table::Fit(int available) const {
  std::vector<Shown> shown;
  for (size_t i = 0; i < columns_.size(); ++i) {
    int width = DisplayWidth(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[i].text));
    shown.push_back({i, width});
  }
  if (available == 0) return shown;
  const auto excess = [&](const auto& width_of) {
    int sum = kGap * static_cast<int>(shown.size() - 1) - available;
    for (const Shown& column : shown) sum += width_of(column);
    return sum;
  };
  const auto readable = [&](const Shown& column) {
    const int readable_min = columns_[column.index].readable_min;
    return readable_min == 0 ? column.width : std::min(column.width, readable_min);
  };
  while (excess(readable) > 0) {
    const auto rank = [&](const Shown& column) { return columns_[column.index].spare; };
    const auto spare = std::max_element(shown.rbegin(), shown.rend(),
                                        [&](const Shown& a, const Shown& b) { return rank(a) < rank(b); });
    if (rank(*spare) == 0) break;
    shown.erase(std::next(spare).base());
  }
  const auto as_shown = [](const Shown& column) { return column.width; };
  const auto shrink = [&](const auto& width_min) {
    for (int left = excess(as_shown); left > 0; --left) {
      int* widest = nullptr;
      for (Shown& column : shown) {
        const int readable_min = columns_[column.index].readable_min;
        if (readable_min > 0 && column.width > width_min(readable_min) &&
            (widest == nullptr || column.width > *widest)) {
          widest = &column.width;
        }
      }
      if (widest == nullptr) return;
      --*widest;
    }
  };
  shrink([](int readable_min) { return readable_min; });
  shrink([](int) { return kShrunkMin; });
  if (excess(as_shown) > 0 && HasHead()) shown.clear();
  return shown;
}

std::string Table::Text(const Console& console) const {
  if (rows_.empty()) return "";
  const std::vector<Shown> shown = Fit(console.width);
  return shown.empty() ? LineByLine(console) : InColumns(shown, console);
}

std::string Table::InColumns(const std::vector<Shown>& shown, const Console& console) const {
  std::string text;
  const auto print = [&](const auto& cell_of) {
    std::string line;
    for (const auto& [index, width] : shown) {
      const Cell cell = cell_of(index, width);
      std::string padded = Padded(Truncated(cell.text, width), width, columns_[index].align);
      if (index == shown.back().index) padded.erase(padded.find_last_not_of(' ') + 1);
      if (index != shown.front().index) line.append(kGap, ' ');
      line += console.Styled(padded, cell.style);
    }
    if (!console.colour) line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  if (HasHead()) {
    print([&](size_t index, int) { return Cell(columns_[index].title, Style::kBold); });
    print([&](size_t, int width) {
      std::string rule;
      for (int i = 0; i < width; ++i) rule += "─";
      return Cell(rule, Style::kDim);
    });
  }
  for (const auto& row : rows_) {
    print([&](size_t index, int) { return row[index]; });
  }
  std::vector<std::string_view> left_out;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const auto is_it = [i](const Shown& column) { return column.index == i; };
    if (std::none_of(shown.begin(), shown.end(), is_it)) left_out.push_back(columns_[i].title);
  }
  if (!left_out.empty()) {
    const std::string note = fmt::format("Left out for want of room: {}.", fmt::join(left_out, ", "));
    text += console.Styled(Wrapped(note, console.width, 2), Style::kDim) + "\n";
  }
  return text;
}

std::string Table::LineByLine(const Console& console) const {
  int titles = 0;
  for (const Column& column : columns_) titles = std::max(titles, DisplayWidth(column.title));
  const int indent = titles + kGap;
  std::string text;
  for (const auto& row : rows_) {
    if (!text.empty()) text += "\n";
    for (size_t i = 0; i < row.size(); ++i) {
      if (row[i].text.empty()) continue;
      text += console.Styled(Padded(columns_[i].title, titles, Column::Align::kLeft), Style::kDim);
      text.append(kGap, ' ');
      text += console.Styled(Wrapped(row[i].text, std::max(console.width, indent + kShrunkMin), indent, indent),
                             row[i].style) +
              "\n";
    }
  }
  return text;
}

}  // namespace kontor
