#include "engine/portfolio/account_view.h"

#include "projections/growth/growth_view.h"
#include "projections/reading/profile.h"
#include "projections/satisfaction/satisfaction_view.h"
#include "projections/value/value_view.h"

namespace kontor {

void RenderAccount(const AccountReader& reader, const AccountReading& reading, Instant t, view::v1::AccountView* view) {
  const SummedAccount& account = *reading.account;
  const AccountSums& sums = account.sums;
  const Day asked = reader.fold().zone().LocalDay(t);
  RenderProfile(account, t, view->mutable_profile());
  RenderValue(sums.components, asked, reader.reporting(), view->mutable_value());
  RenderBreakEven(sums, view->mutable_value());
  RenderWaiting(sums, view->mutable_value());
  RenderGrowth(sums.components, asked, reader.reporting(), view->mutable_growth());
  RenderSatisfaction(sums.components, asked, reading.moment->parameters.sentiment_half_life_days,
                     view->mutable_satisfaction());
  RenderContacts(sums, asked, view->mutable_satisfaction());
  RenderFindings(account, reading.moment->merges, view->mutable_findings());
  if (reading.parent_ring) {
    RenderParentRing(*reading.parent_ring, view->mutable_profile(), view->mutable_findings());
  }
}

}  // namespace kontor
