// The figures that a list of accounts can be in the order of: one table of their names, and of where an account's view
// shows each. What a list orders by, what a row shows and what is told of names all come from here.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/money.h"
#include "kontor/api/v1/api.pb.h"
#include "kontor/view/v1/view.pb.h"

namespace kontor {

enum class FigureUnit {
  kMoney = api::v1::FIGURE_UNIT_MONEY,
  kMoneyADay = api::v1::FIGURE_UNIT_MONEY_A_DAY,
  kShare = api::v1::FIGURE_UNIT_SHARE,
  kCount = api::v1::FIGURE_UNIT_COUNT,
  kDays = api::v1::FIGURE_UNIT_DAYS,
  kHours = api::v1::FIGURE_UNIT_HOURS,
  kPoints = api::v1::FIGURE_UNIT_POINTS,
  kTimes = api::v1::FIGURE_UNIT_TIMES,
  kDate = api::v1::FIGURE_UNIT_DATE,
  kInstant = api::v1::FIGURE_UNIT_INSTANT,
};

struct ListedFigure {
  std::string_view name;
  // Path in kontor.view.v1.AccountView. On it a list stands for one of its items: of how the account pays, that in the
  // reporting currency, or in its only one; of movements, the asked month's; of answers for satisfaction, those of the
  // only scale, and of those for effort, of the scale 1 to 7 with 7 easy. At its end a list stands for its size.
  std::string_view field;
  FigureUnit unit;
};

// Names are those of the views' fields. Without a span they are over the whole history, or of what stands now; before
// others stands ttm_ (the trailing twelve months), year_before_ (the twelve before these) or month_ (the asked one).
inline constexpr auto kListedFigures = std::to_array<ListedFigure>({
    // Who it is.
    {"opened_at", "profile.opened_at", FigureUnit::kInstant},
    {"closed_at", "profile.closed_at", FigureUnit::kInstant},
    {"first_day", "profile.first_day", FigureUnit::kDate},
    {"last_day", "profile.last_day", FigureUnit::kDate},
    {"events", "profile.events", FigureUnit::kCount},
    {"voided", "profile.voided", FigureUnit::kCount},
    {"not_understood", "profile.not_understood", FigureUnit::kCount},
    {"findings", "findings", FigureUnit::kCount},
    // Value.
    {"net_value", "value.net_value.lifetime", FigureUnit::kMoney},
    {"ttm_net_value", "value.net_value.ttm", FigureUnit::kMoney},
    {"invoiced_net", "value.invoiced_net.lifetime", FigureUnit::kMoney},
    {"ttm_invoiced_net", "value.invoiced_net.ttm", FigureUnit::kMoney},
    {"booked", "value.booked.lifetime", FigureUnit::kMoney},
    {"ttm_booked", "value.booked.ttm", FigureUnit::kMoney},
    {"collected", "value.collected.lifetime", FigureUnit::kMoney},
    {"ttm_collected", "value.collected.ttm", FigureUnit::kMoney},
    {"written_off", "value.written_off.lifetime", FigureUnit::kMoney},
    {"ttm_written_off", "value.written_off.ttm", FigureUnit::kMoney},
    {"cost_of_goods", "value.cost_of_goods.lifetime", FigureUnit::kMoney},
    {"ttm_cost_of_goods", "value.cost_of_goods.ttm", FigureUnit::kMoney},
    {"cost_to_serve", "value.cost_to_serve.lifetime", FigureUnit::kMoney},
    {"ttm_cost_to_serve", "value.cost_to_serve.ttm", FigureUnit::kMoney},
    {"discounts", "value.discounts.lifetime", FigureUnit::kMoney},
    {"ttm_discounts", "value.discounts.ttm", FigureUnit::kMoney},
    {"outstanding", "value.outstanding", FigureUnit::kMoney},
    {"open", "value.open", FigureUnit::kMoney},
    {"unapplied", "value.unapplied", FigureUnit::kMoney},
    {"waiting", "value.waiting", FigureUnit::kMoney},
    {"overdue", "value.overdue", FigureUnit::kMoney},
    {"ageing_not_due", "value.ageing.not_due", FigureUnit::kMoney},
    {"ageing_days_1_30", "value.ageing.days_1_30", FigureUnit::kMoney},
    {"ageing_days_31_60", "value.ageing.days_31_60", FigureUnit::kMoney},
    {"ageing_days_61_90", "value.ageing.days_61_90", FigureUnit::kMoney},
    {"ageing_days_over_90", "value.ageing.days_over_90", FigureUnit::kMoney},
    {"ageing_no_due_date", "value.ageing.no_due_date", FigureUnit::kMoney},
    {"deals_won", "value.deals_won.lifetime", FigureUnit::kCount},
    {"ttm_deals_won", "value.deals_won.ttm", FigureUnit::kCount},
    {"average_deal", "value.average_deal.lifetime", FigureUnit::kMoney},
    {"ttm_average_deal", "value.average_deal.ttm", FigureUnit::kMoney},
    {"break_even", "value.break_even", FigureUnit::kDate},
    {"days_beyond_terms", "value.payment_behaviour.days_beyond_terms", FigureUnit::kDays},
    {"days_late", "value.payment_behaviour.days_late", FigureUnit::kDays},
    {"dso_days", "value.payment_behaviour.dso_days", FigureUnit::kDays},
    {"best_possible_dso_days", "value.payment_behaviour.best_possible_dso_days", FigureUnit::kDays},
    {"average_days_delinquent", "value.payment_behaviour.average_days_delinquent", FigureUnit::kDays},
    {"days_beyond_terms_90", "value.payment_behaviour.days_beyond_terms_90", FigureUnit::kDays},
    {"days_beyond_terms_trend", "value.payment_behaviour.days_beyond_terms_trend", FigureUnit::kDays},
    {"invoices", "value.invoices.lifetime", FigureUnit::kCount},
    {"ttm_invoices", "value.invoices.ttm", FigureUnit::kCount},
    {"payments", "value.payments.lifetime", FigureUnit::kCount},
    {"ttm_payments", "value.payments.ttm", FigureUnit::kCount},
    {"waiting_allocations", "value.waiting_allocations_total", FigureUnit::kCount},
    // Growth. What names no measure is of invoiced net.
    {"year_before_invoiced_net", "growth.invoiced_net.year_before", FigureUnit::kMoney},
    {"year_on_year", "growth.invoiced_net.year_on_year", FigureUnit::kShare},
    {"cagr_3_years", "growth.invoiced_net.cagr_3_years", FigureUnit::kShare},
    {"cagr_5_years", "growth.invoiced_net.cagr_5_years", FigureUnit::kShare},
    {"year_before_booked", "growth.booked.year_before", FigureUnit::kMoney},
    {"booked_year_on_year", "growth.booked.year_on_year", FigureUnit::kShare},
    {"booked_cagr_3_years", "growth.booked.cagr_3_years", FigureUnit::kShare},
    {"booked_cagr_5_years", "growth.booked.cagr_5_years", FigureUnit::kShare},
    {"year_before_collected", "growth.collected.year_before", FigureUnit::kMoney},
    {"collected_year_on_year", "growth.collected.year_on_year", FigureUnit::kShare},
    {"collected_cagr_3_years", "growth.collected.cagr_3_years", FigureUnit::kShare},
    {"collected_cagr_5_years", "growth.collected.cagr_5_years", FigureUnit::kShare},
    {"recurring", "growth.recurring", FigureUnit::kMoney},
    {"nrr", "growth.invoiced_net_retention.nrr", FigureUnit::kShare},
    {"grr", "growth.invoiced_net_retention.grr", FigureUnit::kShare},
    {"month_start", "growth.invoiced_net_retention.movements.start", FigureUnit::kMoney},
    {"month_new", "growth.invoiced_net_retention.movements.new_amount", FigureUnit::kMoney},
    {"month_reactivation", "growth.invoiced_net_retention.movements.reactivation", FigureUnit::kMoney},
    {"month_expansion", "growth.invoiced_net_retention.movements.expansion", FigureUnit::kMoney},
    {"month_contraction", "growth.invoiced_net_retention.movements.contraction", FigureUnit::kMoney},
    {"month_churn", "growth.invoiced_net_retention.movements.churn", FigureUnit::kMoney},
    {"month_end", "growth.invoiced_net_retention.movements.end", FigureUnit::kMoney},
    {"month_nrr", "growth.invoiced_net_retention.movements.nrr", FigureUnit::kShare},
    {"month_grr", "growth.invoiced_net_retention.movements.grr", FigureUnit::kShare},
    {"recurring_nrr", "growth.recurring_retention.nrr", FigureUnit::kShare},
    {"recurring_grr", "growth.recurring_retention.grr", FigureUnit::kShare},
    {"month_recurring_start", "growth.recurring_retention.movements.start", FigureUnit::kMoney},
    {"month_recurring_new", "growth.recurring_retention.movements.new_amount", FigureUnit::kMoney},
    {"month_recurring_reactivation", "growth.recurring_retention.movements.reactivation", FigureUnit::kMoney},
    {"month_recurring_expansion", "growth.recurring_retention.movements.expansion", FigureUnit::kMoney},
    {"month_recurring_contraction", "growth.recurring_retention.movements.contraction", FigureUnit::kMoney},
    {"month_recurring_churn", "growth.recurring_retention.movements.churn", FigureUnit::kMoney},
    {"month_recurring_end", "growth.recurring_retention.movements.end", FigureUnit::kMoney},
    {"month_recurring_nrr", "growth.recurring_retention.movements.nrr", FigureUnit::kShare},
    {"month_recurring_grr", "growth.recurring_retention.movements.grr", FigureUnit::kShare},
    {"deals_opened", "growth.deals_opened.lifetime", FigureUnit::kCount},
    {"ttm_deals_opened", "growth.deals_opened.ttm", FigureUnit::kCount},
    {"deals_lost", "growth.deals_lost.lifetime", FigureUnit::kCount},
    {"ttm_deals_lost", "growth.deals_lost.ttm", FigureUnit::kCount},
    {"win_rate", "growth.win_rate", FigureUnit::kShare},
    {"ttm_win_rate", "growth.win_rate_ttm", FigureUnit::kShare},
    {"won_cycle_mean_days", "growth.won_cycle.mean_days", FigureUnit::kDays},
    {"won_cycle_median_days", "growth.won_cycle.median_days", FigureUnit::kDays},
    {"lost_cycle_mean_days", "growth.lost_cycle.mean_days", FigureUnit::kDays},
    {"lost_cycle_median_days", "growth.lost_cycle.median_days", FigureUnit::kDays},
    {"ttm_won_cycle_mean_days", "growth.won_cycle_ttm.mean_days", FigureUnit::kDays},
    {"ttm_won_cycle_median_days", "growth.won_cycle_ttm.median_days", FigureUnit::kDays},
    {"open_deals", "growth.open_deals", FigureUnit::kCount},
    {"open_pipeline", "growth.open_pipeline", FigureUnit::kMoney},
    {"sales_velocity", "growth.sales_velocity", FigureUnit::kMoneyADay},
    // Satisfaction.
    {"nps", "satisfaction.nps.value", FigureUnit::kPoints},
    {"nps_standard_error", "satisfaction.nps.standard_error", FigureUnit::kPoints},
    {"nps_promoters", "satisfaction.nps.promoters", FigureUnit::kCount},
    {"nps_passives", "satisfaction.nps.passives", FigureUnit::kCount},
    {"nps_detractors", "satisfaction.nps.detractors", FigureUnit::kCount},
    {"nps_answers", "satisfaction.nps.n", FigureUnit::kCount},
    {"ttm_nps", "satisfaction.nps_ttm.value", FigureUnit::kPoints},
    {"ttm_nps_standard_error", "satisfaction.nps_ttm.standard_error", FigureUnit::kPoints},
    {"ttm_nps_promoters", "satisfaction.nps_ttm.promoters", FigureUnit::kCount},
    {"ttm_nps_passives", "satisfaction.nps_ttm.passives", FigureUnit::kCount},
    {"ttm_nps_detractors", "satisfaction.nps_ttm.detractors", FigureUnit::kCount},
    {"ttm_nps_answers", "satisfaction.nps_ttm.n", FigureUnit::kCount},
    {"csat", "satisfaction.csat.share", FigureUnit::kShare},
    {"ttm_csat", "satisfaction.csat_ttm.share", FigureUnit::kShare},
    {"ces", "satisfaction.ces.mean", FigureUnit::kPoints},
    {"ttm_ces", "satisfaction.ces_ttm.mean", FigureUnit::kPoints},
    {"sentiment", "satisfaction.sentiment", FigureUnit::kPoints},
    {"commitments_made", "satisfaction.commitments.made", FigureUnit::kCount},
    {"commitments_due", "satisfaction.commitments.due", FigureUnit::kCount},
    {"commitments_kept_in_time", "satisfaction.commitments.kept_in_time", FigureUnit::kCount},
    {"commitments_kept", "satisfaction.commitments.kept_rate", FigureUnit::kShare},
    {"commitments_kept_at_all", "satisfaction.commitments.kept", FigureUnit::kCount},
    {"commitments_kept_in_time_of_kept", "satisfaction.commitments.kept_in_time_of_kept", FigureUnit::kShare},
    {"commitments_redated_due", "satisfaction.commitments.redated_due", FigureUnit::kCount},
    {"commitments_redated_kept_in_time", "satisfaction.commitments.redated_kept_in_time", FigureUnit::kCount},
    {"commitments_redated_kept", "satisfaction.commitments.redated_kept_rate", FigureUnit::kShare},
    {"commitments_broken", "satisfaction.commitments.broken", FigureUnit::kCount},
    {"commitments_withdrawn", "satisfaction.commitments.withdrawn", FigureUnit::kCount},
    {"open_commitments", "satisfaction.commitments.open", FigureUnit::kCount},
    {"issues_raised", "satisfaction.issues.raised", FigureUnit::kCount},
    {"issues_resolved", "satisfaction.issues.resolved", FigureUnit::kCount},
    {"open_issues", "satisfaction.issues.open", FigureUnit::kCount},
    {"open_issues_mean_age_days", "satisfaction.issues.open_mean_age_days", FigureUnit::kDays},
    {"oldest_open_issue_days", "satisfaction.issues.oldest_open_days", FigureUnit::kDays},
    {"resolution_mean_hours", "satisfaction.issues.resolution_mean_hours", FigureUnit::kHours},
    {"resolution_median_hours", "satisfaction.issues.resolution_median_hours", FigureUnit::kHours},
    {"days_since_contact", "satisfaction.days_since_contact", FigureUnit::kDays},
    {"median_contact_gap_days", "satisfaction.median_contact_gap_days", FigureUnit::kDays},
    {"cadence", "satisfaction.cadence", FigureUnit::kTimes},
    {"contacts_90_days", "satisfaction.contacts_90_days", FigureUnit::kCount},
    {"departments_90_days", "satisfaction.departments_90_days", FigureUnit::kCount},
    {"interactions", "satisfaction.interactions.lifetime", FigureUnit::kCount},
    {"ttm_interactions", "satisfaction.interactions.ttm", FigureUnit::kCount},
});

// An index of kListedFigures; its size where there is no such figure.
constexpr size_t ListedFigureOf(std::string_view name) {
  size_t figure = 0;
  while (figure < kListedFigures.size() && kListedFigures[figure].name != name) ++figure;
  return figure;
}

inline std::vector<std::string> ListedFigureNames() {
  std::vector<std::string> names;
  names.reserve(kListedFigures.size());
  for (const ListedFigure& figure : kListedFigures) names.emplace_back(figure.name);
  return names;
}

using ListedFigures = std::array<std::optional<double>, kListedFigures.size()>;  // not there: unknown

// Each figure as a number that orders as it does: money in nanos of the reporting currency, dates in days and instants
// in seconds since 1970.
ListedFigures FiguresOf(const view::v1::AccountView& view, Currency reporting);

// One of them as the view shows it. Requires: an index of kListedFigures.
void ShowFigure(const view::v1::AccountView& view, size_t figure, Currency reporting, api::v1::OrderedFigure* out);

}  // namespace kontor
