// Tables for people: columns aligned by what a terminal shows, fitted to its width. Words are cut off first, as far as
// they stay readable; then columns that can be spared are left out, which is said below the table; then words are cut
// off further; where that is not enough, each row is told line by line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/kontor/console.h"

namespace kontor {

// One cell: its text (from outside: made printable by the table) and how it looks.
struct Cell {
  Cell(std::string cell_text, Style cell_style = Style::kPlain)  // NOLINT(google-explicit-constructor): cells are text
      : text(std::move(cell_text)), style(cell_style) {}
  Cell(std::string_view cell_text, Style cell_style = Style::kPlain)  // NOLINT(google-explicit-constructor)
      : Cell(std::string(cell_text), cell_style) {}
  Cell(const char* cell_text, Style cell_style = Style::kPlain)  // NOLINT(google-explicit-constructor)
      : Cell(std::string(cell_text), cell_style) {}

  std::string text;
  Style style;
};

struct Column {
  enum class Align { kLeft, kRight };

  std::string title;
  Align align = Align::kLeft;
  // Of words, cut off with "…" where the terminal is too narrow; the widest such column gives first. So many columns
  // stay readable as long as there is something spare. 0: never cut off.
  int readable_min = 0;
  // How far it can be spared: left out where the terminal is too narrow all the same, the highest first, and of equals
  // the last. 0: never.
  int spare = 0;
};

inline Column Left(std::string title) { return {std::move(title), Column::Align::kLeft}; }
inline Column Right(std::string title) { return {std::move(title), Column::Align::kRight}; }
inline Column Words(std::string title, int readable_min = 16) {
  return {std::move(title), Column::Align::kLeft, readable_min};
}
inline Column Spare(Column column, int rank = 1) {
  column.spare = rank;
  return column;
}

class Table {
 public:
  // Where every title is empty, no head is printed.
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // Requires: as many cells as columns.
  void Add(std::vector<Cell> cells);
  bool empty() const { return rows_.empty(); }

  // Whole lines, each ended. A table without rows prints nothing.
  std::string Text(const Console& console) const;

 private:
  // A column that is shown, and in how many columns of the terminal.
  struct Shown {
    size_t index;
    int width;
  };
  // All columns but those that had to be spared, as narrow as they must be. Empty: they do not fit even so.
  std::vector<Shown> Fit(int available) const;
  std::string InColumns(const std::vector<Shown>& shown, const Console& console) const;
  std::string LineByLine(const Console& console) const;
  bool HasHead() const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace kontor
