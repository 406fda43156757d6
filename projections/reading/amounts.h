// From components to what views show: amounts per currency and in the reporting currency, ratios, counts.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <vector>

#include "kontor/view/v1/view.pb.h"
#include "projections/reading/components.h"

namespace kontor {

// A measure and the sign with which it enters a sum.
struct Term {
  Measure measure;
  int sign = 1;
};

// Net value = invoiced net - written off - cost of goods - cost to serve.
inline constexpr std::initializer_list<Term> kNetValueTerms = {
    {Measure::kInvoicedNet, 1}, {Measure::kWrittenOff, -1}, {Measure::kCostOfGoods, -1}, {Measure::kCostToServe, -1}};

// Shows sums of money in one reporting currency, in messages that are still empty: an answer has hundreds of amounts,
// so they are made where they belong, on its arena where it has one.
class Amounts {
 public:
  explicit Amounts(Currency reporting) : reporting_(reporting) {}

  Currency reporting() const { return reporting_; }

  // The sum of the terms in one window. The reporting total is left out where a rate was missing, and every sum that is
  // too large to be shown.
  void Sum(const Sums& sums, std::initializer_list<Term> terms, view::v1::Amount* out) const;
  // Only entries whose `number` (own: as stored; reporting: ageing class) the two filters let through.
  void Stock(const Sums& sums, Measure measure, const std::function<bool(int64_t)>& own,
             const std::function<bool(int64_t)>& reporting, view::v1::Amount* out) const;
  // Money divided by a count of the same window: per currency by that currency's count, in all by all.
  void Mean(const Sums& sums, Measure money, Measure count, view::v1::Amount* out) const;
  void Periods(const Components& components, std::initializer_list<Term> terms, view::v1::PeriodAmount* out) const;

  // The reporting total of a measure; nothing where a rate was missing.
  static std::optional<Nanos> Reporting(const Sums& sums, Measure measure);

 private:
  Currency reporting_;
};

// Shows a sum in its own currency, or as the total in the reporting one. One that goes beyond what money is shown with
// (nothing: beyond 128 bits) is named as too large.
void ShowOwn(Currency currency, std::optional<Nanos> amount, view::v1::Amount* out);
void ShowTotal(Currency reporting, std::optional<Nanos> amount, view::v1::Amount* out);

// The sum of a measure over currencies and numbers.
Int128 CountOf(const Sums& sums, Measure measure);
view::v1::PeriodCount CountsOf(const Components& components, Measure measure);

// numerator / denominator; undefined where that is not above zero.
view::v1::Ratio RatioOf(Int128 numerator, Int128 denominator, int64_t n);
view::v1::Ratio DefinedRatio(double value, int64_t n);
view::v1::Ratio UndefinedRatio(int64_t n);

// Calls visit with each entry of the measure, in key order.
template <typename Visit>
void ForEach(const Tally& tally, Measure measure, const Visit& visit) {
  const std::vector<TallyEntry>& entries = tally.entries();
  auto at = std::lower_bound(entries.begin(), entries.end(), measure,
                             [](const TallyEntry& entry, Measure wanted) { return entry.key.measure < wanted; });
  for (; at != entries.end() && at->key.measure == measure; ++at) visit(*at);
}

// A counted set (number -> how often) in rising order of number.
std::vector<std::pair<int64_t, int64_t>> CountedSet(const Tally& tally, Measure measure);
// Of the numbers of a counted set; the median is the mean of the middle two where n is even.
view::v1::Ratio MeanOf(const std::vector<std::pair<int64_t, int64_t>>& set);
view::v1::Ratio MedianOf(const std::vector<std::pair<int64_t, int64_t>>& set);

// Exact as far as a double goes: an integer of 128 bits as the nearest double.
double ToDouble(Int128 x);

}  // namespace kontor
