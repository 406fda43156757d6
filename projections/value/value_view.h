// The value view, rendered from components: one account's or the portfolio's.
#pragma once

#include "kontor/view/v1/view.pb.h"
#include "projections/reading/account_sums.h"

namespace kontor {

// Everything but the months. The view is empty before.
void RenderValue(const Components& components, Day asked, Currency reporting, view::v1::ValueView* view);
// Month by month, behind the figures of the whole.
void RenderMonths(const Components& components, Currency reporting, view::v1::ValueView* view);

// What does not add up over accounts: the day of break-even. Converts like everything else: each day's net value at
// that day's rate; a missing rate leaves it undefined.
void RenderBreakEven(const AccountSums& sums, view::v1::ValueView* view);
// Nor does the list of what waits for an invoice.
void RenderWaiting(const AccountSums& sums, view::v1::ValueView* view);

}  // namespace kontor
