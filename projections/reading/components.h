// Components: what views are rendered from. They add up: the portfolio's are the sum of its accounts', and the same
// code renders both, so there is one implementation of each figure.
//
// From an account's days (account_sums.h) the windows that figures ask for are cut (lifetime, trailing twelve months,
// …), flows are converted at the rate of their day, stocks at that of the asked day, each rounded once per account,
// base figure, currency and day.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/civil.h"
#include "projections/account/tally.h"

namespace kontor {

// Trailing spans of local days, both ends included, d the asked day.
enum class Window {
  kLifetime,       // up to d
  kTtm,            // (d - 12 months, d]
  kYearBefore,     // (d - 24 months, d - 12 months]
  kThreeYearsAgo,  // (d - 48 months, d - 36 months]
  kFiveYearsAgo,   // (d - 72 months, d - 60 months]
  kDays90,         // (d - 90, d]
  kDays90Before1,  // (d - 180, d - 90]
  kDays90Before2,
  kDays90Before3,
  kDays90Before4,
};
inline constexpr size_t kWindows = 10;

struct Span {
  Day after;  // exclusive
  Day last;   // inclusive
  bool Holds(Day day) const { return after < day && day <= last; }
};
Span SpanOf(Window window, Day asked);

// Sums of one window or month.
struct Sums {
  Tally own;        // money in its own currency, counts, counted sets
  Tally reporting;  // base figures of money, converted; key: measure, and the ageing class of stocks as number
  Tally missing;    // how often a rate was missing; key: measure, currency, the day as number

  void Add(const Sums& other, int sign);
  bool empty() const { return own.empty() && reporting.empty() && missing.empty(); }
  bool operator==(const Sums&) const = default;
};

// Ageing classes, in the order of the view.
enum class Ageing : int64_t { kNotDue, kDays1To30, kDays31To60, kDays61To90, kDaysOver90, kNoDueDate };
Ageing AgeingOf(int64_t due_day, Day asked);

// Keys of Components::retention: measure (kInvoicedNet or kRecurring); number: the month, or kTtmPeriod; text: the part
// ("start", "new", "reactivation", "expansion", "contraction", "churn", "end", and of the cohort that had s > 0 a year
// before "cohort_start", "cohort_end", "cohort_kept", and how many accounts that are, "cohort_accounts"), or "missing"
// for a rate that was missing (currency, day as number).
inline constexpr int64_t kTtmPeriod = INT32_MIN;

struct Components {
  std::array<Sums, kWindows> windows;
  Sums stock;  // what stands at the asked instant; number: due day (own), ageing class (reporting), months (recurring)
  std::map<Month, Sums> months;
  Tally retention;
  Tally accounts;  // kEvents: accounts with an event; kFindings: standing findings

  const Sums& in(Window window) const { return windows[static_cast<size_t>(window)]; }
  Sums& in(Window window) { return windows[static_cast<size_t>(window)]; }
  void Add(const Components& other, int sign);
  bool operator==(const Components&) const = default;
};

// Bytes of components, for whoever keeps many of them; never stored from one start to the next.
void Encode(const Components& components, std::string* bytes);
// Requires: the bytes are Encode's.
Components DecodeComponents(std::string_view bytes);

}  // namespace kontor
