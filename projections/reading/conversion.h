// Conversion into the reporting currency, for one answer: rounds once, half to even, to a nano; remembers the rates
// used and the ones that were missing.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "kontor/view/v1/view.pb.h"
#include "projections/reading/reference_state.h"

namespace kontor {

// Ownership: borrows the reference state. Threads: one at a time.
class Converter {
 public:
  // t: rates published later are not known yet. asked: the day that stocks and constant rates are converted at.
  Converter(const ReferenceState* reference, Currency reporting, Instant t, Day asked)
      : reference_(reference), reporting_(reporting), t_(t), asked_(asked) {}
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  Currency reporting() const { return reporting_; }
  Day asked() const { return asked_; }

  // Nothing where the rate is missing, or takes the amount beyond what money is shown with (so 10^11 of what it gives
  // add up in 128 bits). Zero needs no rate, and an amount in the reporting currency stays what it is.
  std::optional<Nanos> Convert(Currency from, Day day, Nanos amount);

  // The rates used so far.
  std::set<std::pair<Day, Currency>> Used() const;
  // Shows one. Requires: there is one.
  void Render(Currency from, Day day, view::v1::UsedRate* shown) const;

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
