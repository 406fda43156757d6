#include "projections/reading/amounts.h"

#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <map>
#include <utility>

#include "engine/base/check.h"

namespace kontor {
namespace {

constexpr int kMissingRatesShown = 10;

template <typename Wanted>
void ShowMissing(const Sums& sums, const Wanted& wanted, view::v1::Amount* out) {
  if (sums.missing.empty()) return;
  std::map<std::pair<int64_t, Currency>, bool> missing;
  for (const TallyEntry& entry : sums.missing.entries()) {
    if (wanted(entry.key.measure)) missing[{entry.key.number, entry.key.currency}] = true;
  }
  for (const auto& [key, unused] : missing) {
    if (out->missing_rates_size() == kMissingRatesShown) break;
    view::v1::MissingRate* rate = out->add_missing_rates();
    rate->set_currency_code(key.second.code());
    *rate->mutable_day() = DateProto(Day(static_cast<int32_t>(key.first)));
  }
}

// Amounts by currency, which are few.
class ByCurrency {
 public:
  Nanos& operator[](Currency currency) {
    const auto at = std::lower_bound(amounts_.begin(), amounts_.end(), currency,
                                     [](const auto& amount, Currency wanted) { return amount.first < wanted; });
    if (at != amounts_.end() && at->first == currency) return at->second;
    return amounts_.insert(at, {currency, 0})->second;
  }
  bool Has(Currency currency) const {
    return std::any_of(amounts_.begin(), amounts_.end(),
                       [currency](const auto& amount) { return amount.first == currency && amount.second != 0; });
  }
  void Show(view::v1::Amount* out) const {
    for (const auto& [currency, amount] : amounts_) {
      if (amount != 0) ShowOwn(currency, amount, out);
    }
  }

 private:
  absl::InlinedVector<std::pair<Currency, Nanos>, 4> amounts_;  // by currency
};

}  // namespace

void ShowOwn(Currency currency, std::optional<Nanos> amount, view::v1::Amount* out) {
  if (amount && FitsMoney(*amount)) {
    SetMoney(currency, *amount, out->add_by_currency());
  } else {
    out->add_too_large(currency.code());
  }
}

void ShowTotal(Currency reporting, std::optional<Nanos> amount, view::v1::Amount* out) {
  if (amount && FitsMoney(*amount)) {
    SetMoney(reporting, *amount, out->mutable_reporting());
  } else {
    out->add_too_large(reporting.code());
  }
}

double ToDouble(Int128 x) { return static_cast<double>(x); }

std::optional<Nanos> Amounts::Reporting(const Sums& sums, Measure measure) {
  bool missing = false;
  ForEach(sums.missing, measure, [&missing](const TallyEntry&) { missing = true; });
  if (missing) return std::nullopt;
  Nanos total = 0;
  ForEach(sums.reporting, measure, [&total](const TallyEntry& entry) { total += entry.amount; });
  return total;
}

void Amounts::Sum(const Sums& sums, std::initializer_list<Term> terms, view::v1::Amount* out) const {
  ByCurrency own;
  Nanos reporting = 0;
  bool known = true;
  for (const Term& term : terms) {
    ForEach(sums.own, term.measure,
            [&](const TallyEntry& entry) { own[entry.key.currency] += term.sign * entry.amount; });
    const std::optional<Nanos> part = Reporting(sums, term.measure);
    known &= part.has_value();
    reporting += term.sign * part.value_or(0);
  }
  own.Show(out);
  if (known) ShowTotal(reporting_, reporting, out);
  ShowMissing(
      sums,
      [terms](Measure measure) {
        return std::any_of(terms.begin(), terms.end(), [measure](const Term& term) { return term.measure == measure; });
      },
      out);
}

void Amounts::Stock(const Sums& sums, Measure measure, const std::function<bool(int64_t)>& own_filter,
                    const std::function<bool(int64_t)>& reporting_filter, view::v1::Amount* out) const {
  ByCurrency own;
  ForEach(sums.own, measure, [&](const TallyEntry& entry) {
    if (own_filter(entry.key.number)) own[entry.key.currency] += entry.amount;
  });
  own.Show(out);
  bool missing = false;
  ForEach(sums.missing, measure, [&](const TallyEntry& entry) { missing |= own.Has(entry.key.currency); });
  if (missing) {
    ShowMissing(
        sums, [measure](Measure x) { return x == measure; }, out);
    return;
  }
  Nanos total = 0;
  ForEach(sums.reporting, measure, [&](const TallyEntry& entry) {
    if (reporting_filter(entry.key.number)) total += entry.amount;
  });
  ShowTotal(reporting_, total, out);
}

void Amounts::Mean(const Sums& sums, Measure money, Measure count, view::v1::Amount* out) const {
  std::map<Currency, std::pair<Nanos, Int128>> own;
  ForEach(sums.own, money, [&own](const TallyEntry& entry) { own[entry.key.currency].first += entry.amount; });
  ForEach(sums.own, count, [&own](const TallyEntry& entry) { own[entry.key.currency].second += entry.amount; });
  Int128 all = 0;
  for (const auto& [currency, parts] : own) {
    all += parts.second;
    if (parts.second > 0) ShowOwn(currency, DivideRounded(parts.first, parts.second), out);
  }
  const std::optional<Nanos> total = Reporting(sums, money);
  if (total && all > 0) ShowTotal(reporting_, DivideRounded(*total, all), out);
  ShowMissing(
      sums, [money](Measure x) { return x == money; }, out);
}

void Amounts::Periods(const Components& components, std::initializer_list<Term> terms,
                      view::v1::PeriodAmount* out) const {
  Sum(components.in(Window::kLifetime), terms, out->mutable_lifetime());
  Sum(components.in(Window::kTtm), terms, out->mutable_ttm());
}

Int128 CountOf(const Sums& sums, Measure measure) {
  Int128 count = 0;
  ForEach(sums.own, measure, [&count](const TallyEntry& entry) { count += entry.amount; });
  return count;
}

view::v1::PeriodCount CountsOf(const Components& components, Measure measure) {
  view::v1::PeriodCount out;
  out.set_lifetime(static_cast<int64_t>(CountOf(components.in(Window::kLifetime), measure)));
  out.set_ttm(static_cast<int64_t>(CountOf(components.in(Window::kTtm), measure)));
  return out;
}

view::v1::Ratio RatioOf(Int128 numerator, Int128 denominator, int64_t n) {
  if (denominator <= 0) return UndefinedRatio(n);
  return DefinedRatio(ToDouble(numerator) / ToDouble(denominator), n);
}

view::v1::Ratio DefinedRatio(double value, int64_t n) {
  view::v1::Ratio out;
  out.set_value(value);
  out.set_n(n);
  return out;
}

view::v1::Ratio UndefinedRatio(int64_t n) {
  view::v1::Ratio out;
  out.set_n(n);
  return out;
}

std::vector<std::pair<int64_t, int64_t>> CountedSet(const Tally& tally, Measure measure) {
  std::vector<std::pair<int64_t, int64_t>> set;
  ForEach(tally, measure,
          [&set](const TallyEntry& entry) { set.emplace_back(entry.key.number, static_cast<int64_t>(entry.amount)); });
  // Numbers rise within a currency; of several currencies the same ones come together.
  std::sort(set.begin(), set.end());
  size_t kept = 0;
  for (size_t i = 1; i < set.size(); ++i) {
    if (set[i].first == set[kept].first) {
      set[kept].second += set[i].second;
    } else {
      set[++kept] = set[i];
    }
  }
  if (!set.empty()) set.resize(kept + 1);
  return set;
}

view::v1::Ratio MeanOf(const std::vector<std::pair<int64_t, int64_t>>& set) {
  Int128 sum = 0;
  int64_t n = 0;
  for (const auto& [number, count] : set) {
    sum += static_cast<Int128>(number) * count;
    n += count;
  }
  return RatioOf(sum, n, n);
}

view::v1::Ratio MedianOf(const std::vector<std::pair<int64_t, int64_t>>& set) {
  int64_t n = 0;
  for (const auto& [number, count] : set) n += count;
  if (n <= 0) return UndefinedRatio(0);
  const auto at = [&set](int64_t index) {
    for (const auto& [number, count] : set) {
      if (index < count) return number;
      index -= count;
    }
    return set.back().first;
  };
  return DefinedRatio(static_cast<double>(at((n - 1) / 2) + at(n / 2)) / 2.0, n);
}

}  // namespace kontor
