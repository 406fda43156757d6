#include "projections/growth/growth_figures.h"

namespace kontor {

const std::vector<Figure>& GrowthFigures() {
  using M = Measure;
  static const auto* const kFigures = new std::vector<Figure>{
      {"growth", "booked", {M::kBooked}},
      {"growth", "invoiced_net", {M::kInvoicedNet}},
      {"growth", "collected", {M::kCollected}},
      {"growth", "recurring", {M::kRecurring}},
      {"growth", "invoiced_net_retention", {M::kInvoicedNet}},
      {"growth", "recurring_retention", {M::kRecurring}},
      {"growth", "deals_opened", {M::kDealsOpened}},
      {"growth", "deals_won", {M::kDealsWon}},
      {"growth", "deals_lost", {M::kDealsLost}},
      {"growth", "win_rate", {M::kDealsWon, M::kDealsLost}},
      {"growth", "win_rate_ttm", {M::kDealsWon, M::kDealsLost}},
      {"growth", "won_cycle", {M::kCycleWon}},
      {"growth", "lost_cycle", {M::kCycleLost}},
      {"growth", "won_cycle_ttm", {M::kCycleWon}},
      {"growth", "open_deals", {M::kOpenDeals}},
      {"growth", "open_pipeline", {M::kPipeline}},
      {"growth", "sales_velocity", {M::kOpenDeals, M::kBooked, M::kDealsWon, M::kDealsLost, M::kCycleWon}},
      {"growth", "coverage", {M::kPipeline, M::kBooked}},
      {"growth", "months", {M::kBooked, M::kInvoicedNet, M::kCollected, M::kDealsWon, M::kDealsLost, M::kRecurring}},
  };
  return *kFigures;
}

}  // namespace kontor
