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
  // The first title is that of the figures' names; the other columns hold amounts, and the last one a picture of them,
  // where `pictures` gives it a title.
  AmountTable(std::vector<std::string> titles, std::string reporting_currency, const std::string& pictures = "");

  // Requires: one amount a column.
  void Add(std::string_view name, const std::vector<const view::v1::Amount*>& amounts, Style style = Style::kPlain,
           std::string picture = "");
  // A row of other figures, for instance counts.
  void AddText(std::string_view name, const std::vector<std::string>& cells);

  std::string Text(const Console& console) const { return table_.Text(console); }

 private:
  void AddRow(std::vector<Cell> cells, std::string picture);

  Table table_;
  const std::string reporting_currency_;
  const bool has_pictures_;
};

// One amount a row; a currency is a column.
class AmountColumns {
 public:
  // pictures: the title of theirs.
  AmountColumns(std::string title, std::string reporting_currency, std::string pictures)
      : title_(std::move(title)), reporting_currency_(std::move(reporting_currency)), pictures_(std::move(pictures)) {}

  // The amount must outlive the table.
  void Add(std::string_view name, const view::v1::Amount& amount, Style style = Style::kPlain,
           std::string picture = "") {
    rows_.push_back({std::string(name), &amount, style, std::move(picture)});
  }

  std::string Text(const Console& console) const;

 private:
  struct Row {
    std::string name;
    const view::v1::Amount* amount;
    Style style;
    std::string picture;
  };

  const std::string title_;
  const std::string reporting_currency_;
  const std::string pictures_;
  std::vector<Row> rows_;
};

}  // namespace kontor
