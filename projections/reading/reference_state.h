// What holds for all accounts: merges, exchange rates and parameters, as the reference topic states them.
//
// It acts when a view is read, never inside a fold, so shards stay independent of one another. Every question is for an
// instant t: statements that occurred later are not known yet.
//
// Threads: immutable once built; any.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/civil.h"
#include "engine/base/ids.h"
#include "engine/base/money.h"
#include "projections/account/rows.h"

namespace kontor {

// One unit of `from` is numerator / denominator units of `to`, exactly.
struct Rate {
  Int128 numerator = 1;
  Int128 denominator = 1;
  Day published;  // the older leg's, where the rate goes through a third currency
  Currency via;   // the third currency; none for a direct or an inverse rate
};

struct Parameters {
  int32_t rate_age_days = 7;
  int32_t sentiment_half_life_days = 90;
};

// A merge that does not count, and why.
struct MergeFinding {
  std::string code;  // "merge_superseded" or "merge_closes_a_ring"
  AccountId absorbed;
  AccountId survivor;
};

// Who is read as whom at an instant.
struct Merges {
  std::map<AccountId, AccountId> survivor_of;               // absorbed -> the account that it ends up in
  std::map<AccountId, std::vector<AccountId>> absorbed_by;  // survivor -> all that end up in it, by id
  std::vector<MergeFinding> findings;

  const AccountId& SurvivorOf(const AccountId& account) const;
  // All that are read as one with the account: the survivor first, then those that ended up in it by id.
  std::vector<AccountId> MembersOf(const AccountId& account) const;
};

class ReferenceState {
 public:
  // Adds a row of the reference shard; rows of other kinds say nothing here.
  void Add(const EntityRef& key, const EntityRow& row);

  Parameters ParametersAt(Instant t) const;
  // Of an account's merges not reverted the last counts; taken in the order of occurred_at, one that would close a ring
  // is skipped. The others are findings.
  Merges MergesAt(Instant t) const;
  // The latest rate published for the day or an earlier one within the adopted age: direct or inverse, else through one
  // common third currency (the one whose older leg is the youngest; then by code). Nothing where there is none.
  std::optional<Rate> RateOn(Currency from, Currency to, Day day, Instant t) const;
  // The first instant after t at which something known already begins to hold; nothing where there is none.
  std::optional<Instant> NextAfter(Instant t) const;

 private:
  struct Published {
    Day day;
    Nanos value = 0;
  };
  std::optional<Published> Latest(Currency base, Currency quote, Day day, Instant t, int32_t age) const;
  std::optional<Rate> Direct(Currency from, Currency to, Day day, Instant t, int32_t age) const;

  struct Merge {
    AccountId absorbed;
    Statement statement;
  };
  std::vector<Merge> merges_;                                        // in the world's order
  std::map<std::pair<std::string, std::string>, Instant> reverted_;  // identity of a merge -> the earliest revert
  std::map<std::pair<Currency, Currency>, std::map<Day, Statements>> rates_;
  Statements parameters_;
  std::set<Instant> instants_;                       // of every statement
  std::vector<std::shared_ptr<const void>> memory_;  // what the statements view
};

}  // namespace kontor
