// The growth view, rendered from components: one account's or the portfolio's.
#pragma once

#include "kontor/view/v1/view.pb.h"
#include "projections/reading/account_sums.h"

namespace kontor {

// Everything but the months. The view is empty before.
void RenderGrowth(const Components& components, Day asked, Currency reporting, view::v1::GrowthView* view);
// Month by month, behind the figures of the whole.
void RenderMonths(const Components& components, Currency reporting, view::v1::GrowthView* view);

// What does not add up over accounts: how well the open pipeline covers what is left of the targets whose period holds
// the asked day. Of several statements of one target up to t the last counts.
void RenderCoverage(const SummedAccount& account, Instant t, Converter* converter, view::v1::GrowthView* view);

}  // namespace kontor
