#include "projections/value/value_figures.h"

namespace kontor {

const std::vector<Figure>& ValueFigures() {
  using M = Measure;
  static const auto* const kFigures = new std::vector<Figure>{
      {"value", "booked", {M::kBooked}},
      {"value", "invoiced_net", {M::kInvoicedNet}},
      {"value", "collected", {M::kCollected}},
      {"value", "written_off", {M::kWrittenOff}},
      {"value", "cost_of_goods", {M::kCostOfGoods}},
      {"value", "cost_to_serve", {M::kCostToServe}},
      {"value", "discounts", {M::kDiscounts}},
      {"value", "net_value", {M::kInvoicedNet, M::kWrittenOff, M::kCostOfGoods, M::kCostToServe}},
      {"value", "outstanding", {M::kOpen, M::kUnapplied}},
      {"value", "open", {M::kOpen}},
      {"value", "unapplied", {M::kUnapplied}},
      {"value", "waiting", {M::kWaiting}},
      {"value", "overdue", {M::kOpen}},
      {"value", "ageing", {M::kOpen}},
      {"value", "deals_won", {M::kDealsWon}},
      {"value", "average_deal", {M::kBooked, M::kDealsWon}},
      {"value", "break_even", {M::kInvoicedNet, M::kWrittenOff, M::kCostOfGoods, M::kCostToServe}},
      {"value",
       "payment_behaviour",
       {M::kAllocated, M::kAllocatedDays, M::kAllocatedLateDays, M::kAllocations, M::kCreditSales, M::kCreditInvoices,
        M::kOpen, M::kUnapplied}},
      {"value",
       "months",
       {M::kBooked, M::kInvoicedNet, M::kCollected, M::kWrittenOff, M::kCostOfGoods, M::kCostToServe, M::kDiscounts}},
      {"value", "invoices", {M::kInvoices}},
      {"value", "payments", {M::kPayments}},
      {"value", "waiting_allocations", {M::kWaiting}},
      {"value", "waiting_allocations_total", {M::kWaiting}},
  };
  return *kFigures;
}

}  // namespace kontor
