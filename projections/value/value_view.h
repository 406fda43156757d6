// The value view, rendered from components: one account's or the portfolio's.
#pragma once

#include "kontor/view/v1/view.pb.h"
#include "projections/reading/account_sums.h"

namespace kontor {

view::v1::ValueView RenderValue(const Components& components, Day asked, Currency reporting);

// What does not add up over accounts: the day of break-even. Converts like everything else: each day's net value at
// that day's rate; a missing rate leaves it undefined.
void RenderBreakEven(const AccountSums& sums, view::v1::ValueView* view);

}  // namespace kontor
