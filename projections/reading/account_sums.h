// What an account's days add up to for one asked day: the components that views are rendered from, and the little that
// figures ask of single days.
//
// Sums are a group (tally.h): a day whose tally changed is taken out as it was and put in as it is, and all else stays.
// So what was added up once need not be added up again, and what brings it up to date is what made it: the first time
// every day is put in. What does not add up by day (conversion of stocks, what recurs, retention) is worked out from
// the sums each time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "projections/reading/account_state.h"
#include "projections/reading/components.h"
#include "projections/reading/conversion.h"

namespace kontor {

// A day on which the account has anything.
struct AccountDay {
  Day day;
  bool contact = false;  // somebody was in touch
  int64_t events = 0;
  Nanos net_value = 0;  // in the reporting currency, at the rate of the day; what lacks a rate is left out
  bool operator==(const AccountDay&) const = default;
};

struct AccountSums {
  Components components;
  std::vector<AccountDay> days;  // by day
  int64_t voided = 0;
  int64_t not_understood = 0;
  Tally flow_rates;                 // rates that flows were converted by; key: currency, the day as number
  std::set<Currency> asked_rates;   // those of the asked day that anything else was converted by
  std::map<Month, Sums> recurring;  // of the components' months, what recurs in them
  Tally waiting;                    // what the stock's kWaiting is made of, by text; in components it has none

  // Whether any event up to the asked instant ever named the account: a day may tell of none, but of what a void names.
  bool any_event() const {
    return voided > 0 || std::ranges::any_of(days, [](const AccountDay& day) { return day.events != 0; });
  }
  bool operator==(const AccountSums&) const = default;
};

// An account as one reading shows it.
struct SummedAccount {
  AccountState state;
  AccountSums sums;

  bool known() const { return sums.any_event(); }
};

// Puts the months of `after` into the account's sums in the place of those of `before`; months that stand in both
// alike, and days of them, cost a comparison. Nothing of a day behind the asked one is taken in. The rest of the
// account's state is as it is to be read. Where it fails the sums are worthless. Requires: both by month; the converter
// for the asked day, the reference state and the currency that the sums were made for so far. Errors: DataLoss where a
// month is no row.
Status ReplaceMonths(std::span<const StoredMonth> before, std::span<const StoredMonth> after, Converter* converter,
                     SummedAccount* account);

// All of a state, added up.
Result<SummedAccount> Sum(AccountState state, Converter* converter);

// How much memory it takes, nearly.
size_t BytesOf(const SummedAccount& account);

// Shows the rates that the sums and the converter's own answers rest on: the first of them by day and currency. Gives
// how many there are.
size_t RenderRates(const AccountSums& sums, Converter* converter, size_t most,
                   google::protobuf::RepeatedPtrField<view::v1::UsedRate>* rates);

}  // namespace kontor
