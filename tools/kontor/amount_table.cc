#include "tools/kontor/amount_table.h"

#include <algorithm>
#include <set>
#include <utility>

#include "tools/kontor/text.h"

namespace kontor {
namespace {

std::vector<Column> ColumnsOf(std::vector<std::string> titles) {
  std::vector<Column> columns;
  for (std::string& title : titles)
    columns.push_back(columns.empty() ? Left(std::move(title)) : Right(std::move(title)));
  return columns;
}

std::string TextIn(const view::v1::Amount& amount, const std::string& currency) {
  for (const type::v1::Money& money : amount.by_currency()) {
    if (money.currency_code() == currency) return MoneyWithCode(money);
  }
  return "";
}

}  // namespace

AmountTable::AmountTable(std::vector<std::string> titles, std::string reporting_currency)
    : table_(ColumnsOf(std::move(titles))), reporting_currency_(std::move(reporting_currency)) {}

void AmountTable::Add(std::string_view name, const std::vector<const view::v1::Amount*>& amounts, Style style) {
  std::set<std::string> currencies;
  std::vector<Cell> totals = {Cell(name, style)};
  for (const view::v1::Amount* amount : amounts) {
    totals.emplace_back(ReportingWithCode(*amount), style);
    for (const type::v1::Money& money : amount->by_currency()) currencies.insert(money.currency_code());
  }
  table_.Add(std::move(totals));
  if (currencies.empty() || (currencies.size() == 1 && *currencies.begin() == reporting_currency_)) return;
  for (const std::string& currency : currencies) {
    std::vector<Cell> cells = {Cell("  in " + currency, Style::kDim)};
    for (const view::v1::Amount* amount : amounts) cells.emplace_back(TextIn(*amount, currency), Style::kDim);
    table_.Add(std::move(cells));
  }
}

void AmountTable::AddText(std::string_view name, const std::vector<std::string>& cells) {
  std::vector<Cell> row = {name};
  for (const std::string& cell : cells) row.emplace_back(cell);
  table_.Add(std::move(row));
}

}  // namespace kontor
