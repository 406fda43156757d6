// The satisfaction view, rendered from components: one account's or the portfolio's.
#pragma once

#include "kontor/view/v1/view.pb.h"
#include "projections/reading/account_sums.h"

namespace kontor {

// Everything but the months. The view is empty before.
void RenderSatisfaction(const Components& components, Day asked, int32_t half_life_days,
                        view::v1::SatisfactionView* view);
// Month by month, behind the figures of the whole.
void RenderMonths(const Components& components, view::v1::SatisfactionView* view);

// What does not add up over accounts: silence and its rhythm, and who was in touch.
void RenderContacts(const AccountSums& sums, Day asked, view::v1::SatisfactionView* view);

}  // namespace kontor
