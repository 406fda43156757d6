#include "tools/kontor/amount_table.h"

#include <algorithm>
#include <set>
#include <utility>

#include "tools/kontor/text.h"

namespace kontor {
namespace {

std::vector<Column> ColumnsOf(std::vector<std::string> titles, const std::string& pictures) {
  std::vector<Column> columns;
  columns.reserve(titles.size());
  for (std::string& title : titles)
    columns.push_back(columns.empty() ? Left(std::move(title)) : Right(std::move(title)));
  if (!pictures.empty()) columns.push_back(Spare(Left(pictures)));
  return columns;
}

// The currencies that a total hides; none where all of it is in the reporting currency.
std::set<std::string> Hidden(const std::vector<const view::v1::Amount*>& amounts, const std::string& reporting) {
  std::set<std::string> currencies;
  for (const view::v1::Amount* amount : amounts) {
    for (const type::v1::Money& money : amount->by_currency()) currencies.insert(money.currency_code());
  }
  if (currencies.size() == 1 && *currencies.begin() == reporting) currencies.clear();
  return currencies;
}

std::string TextIn(const view::v1::Amount& amount, const std::string& currency) {
  for (const type::v1::Money& money : amount.by_currency()) {
    if (money.currency_code() == currency) return MoneyWithCode(money);
  }
  return "";
}

}  // namespace

AmountTable::AmountTable(std::vector<std::string> titles, std::string reporting_currency, const std::string& pictures)
    : table_(ColumnsOf(std::move(titles), pictures)),
      reporting_currency_(std::move(reporting_currency)),
      has_pictures_(!pictures.empty()) {}

void AmountTable::AddRow(std::vector<Cell> cells, std::string picture) {
  if (has_pictures_) cells.emplace_back(std::move(picture), Style::kGood);
  table_.Add(std::move(cells));
}

void AmountTable::Add(std::string_view name, const std::vector<const view::v1::Amount*>& amounts, Style style,
                      std::string picture) {
  std::vector<Cell> totals = {Cell(name, style)};
  for (const view::v1::Amount* amount : amounts) totals.emplace_back(ReportingWithCode(*amount), style);
  AddRow(std::move(totals), std::move(picture));
  for (const std::string& currency : Hidden(amounts, reporting_currency_)) {
    std::vector<Cell> cells = {Cell("  in " + currency, Style::kDim)};
    for (const view::v1::Amount* amount : amounts) cells.emplace_back(TextIn(*amount, currency), Style::kDim);
    AddRow(std::move(cells), "");
  }
}

void AmountTable::AddText(std::string_view name, const std::vector<std::string>& cells) {
  std::vector<Cell> row = {name};
  for (const std::string& cell : cells) row.emplace_back(cell);
  AddRow(std::move(row), "");
}

std::string AmountColumns::Text(const Console& console) const {
  std::vector<const view::v1::Amount*> amounts;
  for (const Row& row : rows_) amounts.push_back(row.amount);
  const std::set<std::string> currencies = Hidden(amounts, reporting_currency_);

  std::vector<Column> columns = {Left(title_), Right(currencies.empty() ? "Amount" : "Total")};
  for (const std::string& currency : currencies) columns.push_back(Spare(Right(currency)));
  columns.push_back(Spare(Left(pictures_)));
  Table table(std::move(columns));
  for (const Row& row : rows_) {
    std::vector<Cell> cells = {Cell(row.name, row.style), Cell(ReportingWithCode(*row.amount), row.style)};
    for (const std::string& currency : currencies) cells.emplace_back(TextIn(*row.amount, currency), Style::kDim);
    cells.emplace_back(row.picture, Style::kWarning);
    table.Add(std::move(cells));
  }
  return table.Text(console);
}

}  // namespace kontor
