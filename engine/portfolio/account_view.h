// An account's view, rendered from a reading of it: what it shows is what lists are ordered by.
#pragma once

#include "engine/portfolio/account_reader.h"
#include "kontor/view/v1/view.pb.h"

namespace kontor {

// Everything but what whole views alone have: months, coverage of targets, rates, and the basis. The view is empty
// before. Requires: a reading of the reader, for the instant, of an account that is known.
void RenderAccount(const AccountReader& reader, const AccountReading& reading, Instant t, view::v1::AccountView* view);

}  // namespace kontor
