#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "tools/kontor/amount_table.h"
#include "tools/kontor/charts.h"
#include "tools/kontor/table.h"
#include "tools/kontor/text.h"
#include "tools/kontor/view_blocks.h"

namespace kontor {
namespace {

using view::v1::Amount;
using view::v1::PeriodAmount;
using view::v1::PeriodCount;

std::string MissingRates(const Amount& amount) {
  std::vector<std::string> rates;
  for (const auto& rate : amount.missing_rates()) {
    rates.push_back(fmt::format("{} on {}", rate.currency_code(), DateText(rate.day())));
  }
  return rates.empty() ? "" : Printable(fmt::format("no exchange rate for {}", fmt::join(rates, ", ")));
}

// What is open, by days past due: the total, and beside it each currency where the total alone would hide something.
std::string AgeingText(const view::v1::ValueView& value, const std::string& currency, const Console& console) {
  const view::v1::Ageing& ageing = value.ageing();
  AmountColumns table("Open invoices", currency, "Of open");
  const auto add = [&](std::string_view name, const Amount& amount) {
    table.Add(name, amount, Style::kPlain, Bar(ShareOf(amount, value.open()), kBarWidth));
  };
  add("Not due", ageing.not_due());
  add("1–30 days past due", ageing.days_1_30());
  add("31–60 days", ageing.days_31_60());
  add("61–90 days", ageing.days_61_90());
  add("Over 90 days", ageing.days_over_90());
  add("No due date", ageing.no_due_date());
  table.Add("Open", value.open(), Style::kBold);
  table.Add("Unapplied", value.unapplied());
  if (value.waiting().by_currency_size() > 0) table.Add("  waiting for its invoice", value.waiting());
  table.Add("Outstanding", value.outstanding(), Style::kBold);
  const bool overdue = value.overdue().by_currency_size() > 0;
  table.Add("Overdue", value.overdue(), overdue ? Style::kBad : Style::kPlain);
  return table.Text(console);
}

// What waits for its invoice, one by one.
std::string WaitingText(const view::v1::ValueView& value, const Console& console) {
  Table table({Words("Waiting"), Words("For"), Right("Amount")});
  for (const view::v1::WaitingAllocation& waiting : value.waiting_allocations()) {
    table.Add({waiting.document(), waiting.invoice(), MoneyWithCode(waiting.amount())});
  }
  std::string text = table.Text(console);
  const int64_t others = value.waiting_allocations_total() - value.waiting_allocations_size();
  if (others > 0) text += fmt::format("and {} more\n", CountText(others));
  return Apart(text);
}

std::string PaymentText(const view::v1::ValueView& value, const Console& console) {
  Table table({Left("Payment, in days"), Right("Beyond terms"), Spare(Right("Late")), Right("DSO"),
               Spare(Right("Best possible")), Spare(Right("Delinquent")), Spare(Right("Last 90 days")), Right("Trend"),
               Right("n")});
  for (const view::v1::PaymentBehaviour& row : value.payment_behaviour()) {
    table.Add({row.currency_code(), RatioText(row.days_beyond_terms(), 1), RatioText(row.days_late(), 1),
               RatioText(row.dso_days(), 1), RatioText(row.best_possible_dso_days(), 1),
               RatioText(row.average_days_delinquent(), 1), RatioText(row.days_beyond_terms_90(), 1),
               RatioText(row.days_beyond_terms_trend(), 1), CountText(row.days_beyond_terms().n())});
  }
  return Apart(table.Text(console));
}

std::string ValueMonths(const view::v1::ValueView& value, const std::string& currency, int months,
                        const Console& console) {
  Table table({Left("Month, in " + currency), Spare(Right("Booked")), Right("Invoiced net"), Right("Collected"),
               Spare(Right("Cost of goods")), Spare(Right("Cost to serve")), Right("Net value")});
  for (int i = FirstShown(value.months(), months); i < value.months_size(); ++i) {
    const view::v1::ValueMonth& month = value.months(i);
    table.Add({MonthText(month.month()), ReportingText(month.booked()), ReportingText(month.invoiced_net()),
               ReportingText(month.collected()), ReportingText(month.cost_of_goods()),
               ReportingText(month.cost_to_serve()), ReportingText(month.net_value())});
  }
  return Apart(table.Text(console));
}

}  // namespace

std::string ValueText(const view::v1::ValueView& value, const view::v1::Basis& basis, int months,
                      const Console& console) {
  const std::string& currency = basis.reporting_currency();
  AmountTable table({"", kLifetime, kTtm}, currency, months > 1 ? fmt::format("Last {} months", months) : "");
  using Figure = const Amount& (view::v1::ValueMonth::*)() const;
  const auto add = [&](std::string_view name, const PeriodAmount& amount, Figure figure, Style style = Style::kPlain) {
    const Series series = MonthSeries(value.months(), MonthRead(basis), months,
                                      [&](const auto& month) { return Units((month.*figure)()); });
    table.Add(name, {&amount.lifetime(), &amount.ttm()}, style, Sparkline(series));
  };
  const auto count = [&](std::string_view name, const PeriodCount& counted) {
    table.AddText(name, {CountText(counted.lifetime()), CountText(counted.ttm())});
  };
  using Row = view::v1::ValueMonth;
  add("Booked", value.booked(), &Row::booked);
  add("Invoiced net", value.invoiced_net(), &Row::invoiced_net);
  add("Collected", value.collected(), &Row::collected);
  add("Written off", value.written_off(), &Row::written_off);
  add("Cost of goods", value.cost_of_goods(), &Row::cost_of_goods);
  add("Cost to serve", value.cost_to_serve(), &Row::cost_to_serve);
  add("Net value", value.net_value(), &Row::net_value, Style::kBold);
  add("Discounts given", value.discounts(), &Row::discounts);
  table.Add("Average deal", {&value.average_deal().lifetime(), &value.average_deal().ttm()});
  count("Deals won", value.deals_won());
  count("Invoices", value.invoices());
  count("Payments", value.payments());

  std::string text = Heading("Value", console) + table.Text(console) + "\n" + AgeingText(value, currency, console) +
                     WaitingText(value, console);
  Facts facts;
  facts.Add("Broke even", value.has_break_even() ? DateText(value.break_even()) : "");
  facts.Add("Not converted", MissingRates(value.net_value().lifetime()));
  return text + Apart(facts.Text(console)) + PaymentText(value, console) +
         ValueMonths(value, currency, months, console);
}

}  // namespace kontor
