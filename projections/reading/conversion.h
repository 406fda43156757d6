// Conversion into the reporting currency, for one answer: rounds once, half to even, to a nano; remembers the rates
// used and the ones that were missing.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "kontor/view/v1/view.pb.h"
#include "projections/reading/reference_state.h"

namespace kontor {

// Ownership: borrows the reference state. Threads: one at a time.
class Converter {
 public:
  // t: rates published later are not known yet. asked: the day that stocks and constant rates are converted at.
  Converter(const ReferenceState* reference, Currency reporting, Instant t, Day asked)
      : reference_(reference), reporting_(reporting), t_(t), asked_(asked) {}

  Currency reporting() const { return reporting_; }
  Day asked() const { return asked_; }

  // Nothing where the rate is missing. Zero needs no rate.
  std::optional<Nanos> Convert(Currency from, Day day, Nanos amount);

  // Counts a rate among those used: one that another answer, over the same days, was converted by.
  void Note(Currency from, Day day) { RateOn(from, day); }

  // The rates used so far, by day and currency, at most `most`.
  std::vector<view::v1::UsedRate> UsedRates(size_t most) const;
  size_t used_count() const;

 private:
  using Rates = std::map<std::pair<Day, Currency>, std::optional<Rate>>;
  const std::optional<Rate>& RateOn(Currency from, Day day);

  const ReferenceState* reference_;
  Currency reporting_;
  Instant t_;
  Day asked_;
  Rates rates_;
  Rates::const_iterator last_ = rates_.end();  // most amounts are of the day and currency of the one before
};

}  // namespace kontor
