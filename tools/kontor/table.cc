#include "tools/kontor/table.h"

#include <algorithm>
#include <numeric>

#include "engine/base/check.h"
#include "tools/kontor/text.h"

namespace kontor {
namespace {

constexpr int kGap = 2;
constexpr int kShrunkMin = 8;

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

std::vector<int> Table::Widths(int available, bool* fits) const {
  std::vector<int> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    int width = DisplayWidth(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[i].text));
    widths.push_back(width);
  }
  *fits = true;
  if (available == 0) return widths;
  const int gaps = kGap * static_cast<int>(columns_.size() - 1);
  int excess = std::accumulate(widths.begin(), widths.end(), gaps) - available;
  for (; excess > 0; --excess) {
    int* widest = nullptr;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].may_shrink && widths[i] > kShrunkMin && (widest == nullptr || widths[i] > *widest)) {
        widest = &widths[i];
      }
    }
    if (widest == nullptr) break;
    --*widest;
  }
  *fits = excess <= 0;
  return widths;
}

std::string Table::Text(const Console& console) const {
  if (rows_.empty()) return "";
  bool fits = true;
  const std::vector<int> widths = Widths(console.width, &fits);
  const bool has_head =
      std::any_of(columns_.begin(), columns_.end(), [](const Column& column) { return !column.title.empty(); });
  return fits || !has_head ? InColumns(widths, has_head, console) : LineByLine(console);
}

std::string Table::InColumns(const std::vector<int>& widths, bool has_head, const Console& console) const {
  std::string text;
  const auto print = [&](const auto& cell_of) {
    std::string line;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const Cell cell = cell_of(i);
      std::string padded = Padded(Truncated(cell.text, widths[i]), widths[i], columns_[i].align);
      if (i + 1 == columns_.size()) padded.erase(padded.find_last_not_of(' ') + 1);
      if (i > 0) line.append(kGap, ' ');
      line += console.Styled(padded, cell.style);
    }
    if (!console.colour) line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  if (has_head) {
    print([&](size_t i) { return Cell(columns_[i].title, Style::kBold); });
    print([&](size_t i) {
      std::string rule;
      for (int column = 0; column < widths[i]; ++column) rule += "─";
      return Cell(rule, Style::kDim);
    });
  }
  for (const auto& row : rows_) {
    print([&](size_t i) { return row[i]; });
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
