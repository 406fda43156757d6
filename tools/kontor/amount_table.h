// A table of amounts: a row a figure, with its total in the reporting currency, and below it one row for each currency,
// where the total alone would hide something.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kontor/view/v1/view.pb.h"
#include "tools/kontor/table.h"

namespace kontor {

class AmountTable {
 public:
  // The first title is that of the figures' names; the other columns hold amounts.
  AmountTable(std::vector<std::string> titles, std::string reporting_currency);

  // Requires: one amount a column.
  void Add(std::string_view name, const std::vector<const view::v1::Amount*>& amounts, Style style = Style::kPlain);
  // A row of other figures, for instance counts.
  void AddText(std::string_view name, const std::vector<std::string>& cells);

  std::string Text(const Console& console) const { return table_.Text(console); }

 private:
  Table table_;
  const std::string reporting_currency_;
};

}  // namespace kontor
