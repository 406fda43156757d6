// Tables of amounts. The total in the reporting currency comes first, and with it each currency, where the total alone
// would hide something.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kontor/view/v1/view.pb.h"
#include "tools/kontor/table.h"

namespace kontor {

// Several amounts a row; a currency is a row below it.
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

// One amount a row; a currency is a column.
class AmountColumns {
 public:
  AmountColumns(std::string title, std::string reporting_currency)
      : title_(std::move(title)), reporting_currency_(std::move(reporting_currency)) {}

  // The amount must outlive the table.
  void Add(std::string_view name, const view::v1::Amount& amount, Style style = Style::kPlain) {
    rows_.push_back({std::string(name), &amount, style});
  }

  std::string Text(const Console& console) const;

 private:
  struct Row {
    std::string name;
    const view::v1::Amount* amount;
    Style style;
  };

  const std::string title_;
  const std::string reporting_currency_;
  std::vector<Row> rows_;
};

}  // namespace kontor
