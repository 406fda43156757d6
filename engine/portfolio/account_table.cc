#include "engine/portfolio/account_table.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>

namespace kontor {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// Whether one of the codes, "EURUSD", is this one.
bool HoldsCode(const std::string& codes, const std::string& code) {
  size_t at = codes.find(code);
  while (at != std::string::npos && at % 3 != 0) at = codes.find(code, at + 1);
  return at != std::string::npos;
}

// Whether a place comes before another one. Both figures are of one column.
struct Before {
  bool descending;
  bool operator()(double a, const AccountId& a_id, double b, const AccountId& b_id) const {
    const bool a_known = !std::isnan(a);
    const bool b_known = !std::isnan(b);
    if (a_known != b_known) return a_known;
    if (a_known && a != b) return descending ? a > b : a < b;
    return a_id < b_id;
  }
};

}  // namespace

ListedAccount ListedAccountOf(const view::v1::AccountView& view, Currency reporting) {
  const view::v1::AccountProfile& profile = view.profile();
  const view::v1::ValueView& value = view.value();
  ListedAccount listed;
  listed.name = profile.name();
  listed.segment = profile.segment();
  listed.industry = profile.industry();
  listed.country = profile.country();
  listed.manager = profile.manager();
  std::set<std::string> currencies;
  for (const auto* amount : {&value.booked(), &value.invoiced_net(), &value.collected()}) {
    for (const auto& money : amount->lifetime().by_currency()) currencies.insert(money.currency_code());
  }
  for (const std::string& code : currencies) listed.currencies += code;
  listed.figures = FiguresOf(view, reporting);
  return listed;
}

uint32_t AccountTable::WordOf(const std::string& text) {
  return words_.try_emplace(text, static_cast<uint32_t>(words_.size())).first->second;
}

void AccountTable::Set(const AccountId& account, const ListedAccount& listed, PackedPart part) {
  const std::lock_guard lock(mutex_);
  const auto [row, made] = rows_.try_emplace(account, ids_.size());
  if (made) {
    ids_.Append(&row->first);
    names_.Append({});
    for (auto& column : attributes_) column.Append(0);
    parts_.Append({});
  }
  const size_t at = row->second;
  names_[at] = Lower(listed.name);
  const std::array<const std::string*, kAttributes> attributes = {&listed.segment, &listed.industry, &listed.country,
                                                                  &listed.manager, &listed.currencies};
  for (size_t i = 0; i < kAttributes; ++i) attributes_[i][at] = WordOf(*attributes[i]);
  for (size_t i = 0; i < kListedFigures.size(); ++i) figures_[i].Set(at, listed.figures[i].value_or(kUnknown));
  parts_[at] = std::move(part);
}

void AccountTable::Erase(const AccountId& account) {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(account);
  if (row == rows_.end()) return;
  const size_t at = row->second;
  rows_.erase(row);
  ids_.TakeOut(at);
  names_.TakeOut(at);
  for (auto& column : attributes_) column.TakeOut(at);
  for (auto& column : figures_) column.TakeOut(at);
  parts_.TakeOut(at);
  if (at < ids_.size()) rows_[*ids_[at]] = at;
}

const PackedPart* AccountTable::PartOf(const AccountId& account) const {
  const auto row = rows_.find(account);
  return row == rows_.end() ? nullptr : &parts_[row->second];
}

std::vector<AccountId> AccountTable::Accounts() const {
  std::vector<AccountId> accounts;
  accounts.reserve(ids_.size());
  for (size_t row = 0; row < ids_.size(); ++row) accounts.push_back(*ids_[row]);
  return accounts;
}

size_t AccountTable::size() const {
  const std::lock_guard lock(mutex_);
  return ids_.size();
}

std::vector<ListPlace> AccountTable::List(const ListWanted& wanted) const {
  const std::lock_guard lock(mutex_);
  // The words that pass, of each attribute that is asked for.
  std::array<std::optional<std::vector<bool>>, kAttributes> passing;
  const auto only = [&](size_t attribute, const std::optional<std::string>& asked, auto passes) {
    if (!asked) return;
    passing.at(attribute).emplace(words_.size());
    for (const auto& [text, word] : words_) (*passing.at(attribute))[word] = passes(text, *asked);
  };
  only(0, wanted.segment, std::equal_to<std::string>());
  only(1, wanted.industry, std::equal_to<std::string>());
  only(2, wanted.country, std::equal_to<std::string>());
  only(3, wanted.manager, std::equal_to<std::string>());
  only(4, wanted.currency, HoldsCode);
  const std::optional<std::string> text = wanted.text ? std::optional(Lower(*wanted.text)) : std::nullopt;
  const auto passes = [&](size_t row) {
    for (size_t i = 0; i < kAttributes; ++i) {
      if (passing[i] && !(*passing[i])[attributes_[i][row]]) return false;
    }
    return !text || names_[row].find(*text) != std::string::npos ||
           Lower(ids_[row]->value()).find(*text) != std::string::npos;
  };

  const FigureColumn* column = wanted.figure ? &figures_.at(*wanted.figure) : nullptr;
  const auto figure = [column](size_t row) { return column == nullptr ? kUnknown : (*column)[row]; };
  const Before before{wanted.descending};
  const auto rows_before = [&](size_t a, size_t b) { return before(figure(a), *ids_[a], figure(b), *ids_[b]); };
  std::vector<size_t> best;  // a heap, the last of them in front
  for (size_t row = 0; row < ids_.size() && wanted.count > 0; ++row) {
    if (best.size() == wanted.count && !rows_before(row, best.front())) continue;
    if (wanted.after &&
        !before(wanted.after->figure.value_or(kUnknown), wanted.after->account, figure(row), *ids_[row])) {
      continue;
    }
    if (!passes(row)) continue;
    if (best.size() == wanted.count) {
      std::pop_heap(best.begin(), best.end(), rows_before);
      best.pop_back();
    }
    best.push_back(row);
    std::push_heap(best.begin(), best.end(), rows_before);
  }
  std::sort_heap(best.begin(), best.end(), rows_before);
  std::vector<ListPlace> places;
  for (const size_t row : best) {
    const double of_row = figure(row);
    places.push_back({std::isnan(of_row) ? std::nullopt : std::optional(of_row), *ids_[row]});
  }
  return places;
}

}  // namespace kontor
