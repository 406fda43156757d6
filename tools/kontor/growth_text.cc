#include <fmt/format.h>

#include <string>
#include <vector>

#include "tools/kontor/amount_table.h"
#include "tools/kontor/charts.h"
#include "tools/kontor/table.h"
#include "tools/kontor/text.h"
#include "tools/kontor/view_blocks.h"

namespace kontor {
namespace {

using view::v1::PeriodCount;

std::string GrowthMonths(const view::v1::GrowthView& growth, const std::string& currency, int months,
                         const Console& console) {
  Table table({Left("Month, in " + currency), Spare(Right("Booked")), Spare(Right("Invoiced net")),
               Spare(Right("Collected")), Right("Won"), Right("Lost"), Right("Average deal"), Right("Recurring")});
  for (int i = FirstShown(growth.months(), months); i < growth.months_size(); ++i) {
    const view::v1::GrowthMonth& month = growth.months(i);
    table.Add({MonthText(month.month()), ReportingText(month.booked()), ReportingText(month.invoiced_net()),
               ReportingText(month.collected()), CountText(month.deals_won()), CountText(month.deals_lost()),
               ReportingText(month.average_deal()), ReportingText(month.recurring())});
  }
  return Apart(table.Text(console));
}

// What a target is of, behind the word; nothing for a measure that this version does not know.
std::string_view MeasureText(event::v1::TargetMeasure measure) {
  switch (measure) {
    case event::v1::TARGET_MEASURE_BOOKED:
      return ", booked";
    case event::v1::TARGET_MEASURE_INVOICED_NET:
      return ", invoiced net";
    case event::v1::TARGET_MEASURE_NET_VALUE:
      return ", net value";
    default:
      return "";
  }
}

std::string MovementsText(const std::string& title, const view::v1::Retention& retention, int months,
                          const Console& console) {
  // Which money stayed, grew and shrank tells more than which came: an account is new once.
  Table table({Left(title), Right("Start"), Spare(Right("New"), 3), Spare(Right("Back"), 4), Spare(Right("More")),
               Spare(Right("Less")), Right("Gone"), Right("End"), Spare(Right("NRR"), 2), Spare(Right("GRR"), 5)});
  for (int i = FirstShown(retention.movements(), months); i < retention.movements_size(); ++i) {
    const view::v1::Movement& move = retention.movements(i);
    const auto money = [](bool known, const type::v1::Money& amount) {
      return known ? MoneyText(amount) : std::string(kUnknown);
    };
    table.Add({MonthText(move.month()), money(move.has_start(), move.start()),
               money(move.has_new_amount(), move.new_amount()), money(move.has_reactivation(), move.reactivation()),
               money(move.has_expansion(), move.expansion()), money(move.has_contraction(), move.contraction()),
               money(move.has_churn(), move.churn()), money(move.has_end(), move.end()), PercentText(move.nrr()),
               PercentText(move.grr())});
  }
  return Apart(table.Text(console));
}

}  // namespace

std::string GrowthText(const view::v1::GrowthView& growth, const view::v1::Basis& basis, int months,
                       const Console& console) {
  const std::string& currency = basis.reporting_currency();
  Table years({Left(""), Right(kTtm), Spare(Right("Year before")), Right("Year on year"),
               Spare(Right("3 years a year")), Spare(Right("5 years a year"))});
  const auto add = [&](const char* name, const view::v1::YearOnYear& row) {
    years.Add({name, ReportingWithCode(row.ttm()), ReportingWithCode(row.year_before()),
               PercentText(row.year_on_year()), PercentText(row.cagr_3_years()), PercentText(row.cagr_5_years())});
  };
  add("Booked", growth.booked());
  add("Invoiced net", growth.invoiced_net());
  add("Collected", growth.collected());

  Table deals({Left("Deals"), Right(kLifetime), Right(kTtm)});
  const auto count = [&](const char* name, const PeriodCount& counted) {
    deals.Add({name, CountText(counted.lifetime()), CountText(counted.ttm())});
  };
  count("Opened", growth.deals_opened());
  count("Won", growth.deals_won());
  count("Lost", growth.deals_lost());
  deals.Add({"Win rate", PercentWithN(growth.win_rate()), PercentWithN(growth.win_rate_ttm())});
  deals.Add(
      {"Days to win, mean", DaysWithN(growth.won_cycle().mean_days()), DaysWithN(growth.won_cycle_ttm().mean_days())});
  deals.Add({"Days to win, median", DaysWithN(growth.won_cycle().median_days()),
             DaysWithN(growth.won_cycle_ttm().median_days())});
  deals.Add({"Days to lose, mean", DaysWithN(growth.lost_cycle().mean_days()), ""});

  AmountTable amounts({"Ahead", "Amount"}, currency);
  amounts.AddText("Open deals", {CountText(growth.open_deals())});
  amounts.Add("Open pipeline", {&growth.open_pipeline()});
  amounts.Add("Sales velocity, a day", {&growth.sales_velocity()});
  amounts.Add("Recurring, this month", {&growth.recurring()});

  const auto by_month = [&](const auto& figure) {
    return Sparkline(MonthSeries(growth.months(), MonthRead(basis), months, figure));
  };
  Facts facts;
  facts.Add("Deals won, by month",
            by_month([](const auto& month) { return std::optional<double>(month.deals_won()); }));
  facts.Add("Recurring, by month", by_month([](const auto& month) { return Units(month.recurring()); }));
  facts.Add("Net retention", PercentWithN(growth.invoiced_net_retention().nrr()));
  facts.Add("Gross retention", PercentWithN(growth.invoiced_net_retention().grr()));
  facts.Add("Net retention, recurring", PercentWithN(growth.recurring_retention().nrr()));
  facts.Add("Gross retention, recurring", PercentWithN(growth.recurring_retention().grr()));
  for (const view::v1::Coverage& coverage : growth.coverage()) {
    const std::string target = fmt::format("Target{}, {} to {}", MeasureText(coverage.measure()),
                                           DateText(coverage.period_from()), DateText(coverage.period_to()));
    if (!coverage.has_coverage()) {
      facts.Add(target, MoneyWithCode(coverage.target()));
      continue;
    }
    facts.Add(target,
              WithPicture(fmt::format("{}: booked {}, expected {}, coverage {}", MoneyWithCode(coverage.target()),
                                      ReportingWithCode(coverage.booked()), ReportingWithCode(coverage.open_expected()),
                                      PercentText(coverage.coverage())),
                          Bar(coverage.coverage(), kBarWidth)));
  }
  return Heading("Growth", console) + years.Text(console) + "\n" + deals.Text(console) + "\n" + amounts.Text(console) +
         "\n" + facts.Text(console) + GrowthMonths(growth, currency, months, console) +
         MovementsText("Invoiced, in " + currency, growth.invoiced_net_retention(), months, console) +
         MovementsText("Recurring, in " + currency, growth.recurring_retention(), months, console);
}

}  // namespace kontor
