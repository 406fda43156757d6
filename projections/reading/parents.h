// Which parent an account has at an instant, and whether that link closes a ring.
//
// Of what was stated of an account's parent the last counts, and merged accounts have one parent as they have one name.
// As with merges, the links that count are taken in the world's order, and one that would close a ring does not count:
// its account then has no parent. An account has one link at most, so it lies on one ring at most, and the latest link
// of a ring is the one that closes it, whatever else is linked. So whoever asks for one account need only follow the
// chain of parents up from it, and no further than to a link that is later than its own.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/civil.h"
#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "projections/account/rows.h"
#include "projections/reading/account_state.h"
#include "projections/reading/reference_state.h"

namespace kontor {

// What an account says of its parent, in the world's order: instant, then the identity of the event. That is unique
// within a partition only; then by account.
struct ParentLink {
  Instant at;
  std::string source;
  std::string event_id;
  AccountId account;  // of merged ones the survivor
  AccountId parent;   // as stated: it may have been merged into another one since
  auto operator<=>(const ParentLink&) const = default;
};

// The link that holds at t; nothing where none was stated, or it was cleared. Merged accounts, the survivor first, have
// the first that there is.
std::optional<ParentLink> ParentLinkOf(const AccountId& account, const std::vector<EntityRow>& heads, Instant t);

// A link that does not count, and why.
struct ParentRing {
  ParentLink link;
  std::vector<AccountId> accounts;  // from the link's own one on, each followed by its parent; merged ones as survivor
};

// What was said of an account and of those merged into it, the survivor first; empty rows where nothing is known.
using HeadsOf = std::function<Result<std::vector<EntityRow>>(const AccountId& account)>;
// The ring that the account's link closes at t; nothing where it counts, or there is none. Asks for the heads of the
// accounts above it only. Errors: those of `heads_of`.
Result<std::optional<ParentRing>> RingClosedBy(const AccountState& account, const Merges& merges, Instant t,
                                               const HeadsOf& heads_of);

}  // namespace kontor
