// Voiding: a wrong event contributes nothing, as if it never was, whether its void comes before or after it.
//
// One row a voided identity, under no account, since a void may come before anybody knows whose event it names: it
// holds every EventVoided that names the identity (origin: the account it came for) and, once seen, the event itself. A
// void reaches accepted events of its own account only; one that names another account's event, or a void, is a
// finding.
#pragma once

#include <functional>

#include "engine/base/ids.h"
#include "projections/account/fold.h"

namespace kontor {

// Finds the event of an identity among those accepted before; null where there is none. The event must live until the
// fold that asked returns.
using FindEvent = std::function<const event::v1::Event*(const Identity&)>;

// Folds an accepted event with what voids say of it: the one entry of live folding, catch-up and rebuild.
// Requires: accepted events are given once each, in log order; `understood` as IsUnderstood(event), and a function of
// the event alone.
void FoldAccepted(const AccountFold& fold, const event::v1::Event& event, const FindEvent& find, RowStore* rows);

// Whether the account's accepted event of this identity is void.
bool IsVoided(const Identity& identity, const AccountId& account, RowStore* rows);

}  // namespace kontor
