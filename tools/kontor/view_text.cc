#include "tools/kontor/view_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "tools/kontor/amount_table.h"
#include "tools/kontor/table.h"
#include "tools/kontor/text.h"

namespace kontor {
namespace {

using view::v1::Amount;
using view::v1::PeriodAmount;
using view::v1::PeriodCount;
using view::v1::Ratio;

const std::string kLifetime = "Lifetime";
const std::string kTtm = "Trailing 12 months";

std::string Heading(std::string_view title, const Console& console) {
  return "\n" + console.Styled(title, Style::kBold) + "\n";
}

// Names and values: a line each, or more where the terminal is narrow. What has no value is left out.
class Facts {
 public:
  void Add(std::string_view name, std::string_view value) {
    if (!value.empty()) facts_.emplace_back(Printable(name), Printable(value));
  }
  std::string Text(const Console& console) const {
    int names = 0;
    for (const auto& [name, value] : facts_) names = std::max(names, DisplayWidth(name));
    const int indent = names + 2;
    std::string text;
    for (const auto& [name, value] : facts_) {
      const int room = console.width == 0 ? 0 : std::max(console.width, indent + kWordsMin);
      text += console.Styled(name, Style::kDim);
      text.append(static_cast<size_t>(indent - DisplayWidth(name)), ' ');
      text += Wrapped(value, room, indent, indent) + "\n";
    }
    return text;
  }

 private:
  static constexpr int kWordsMin = 20;
  std::vector<std::pair<std::string, std::string>> facts_;
};

std::string WithN(std::string text, int64_t n) { return fmt::format("{}  (n {})", std::move(text), CountText(n)); }

std::string Days(const Ratio& ratio) { return WithN(RatioText(ratio, 1, "days"), ratio.n()); }
std::string Percent(const Ratio& ratio) { return WithN(PercentText(ratio), ratio.n()); }

template <typename Months>
int FirstShown(const Months& all, int months) {
  return std::max(0, all.size() - months);
}

std::string MissingRates(const Amount& amount) {
  std::vector<std::string> rates;
  for (const auto& rate : amount.missing_rates()) {
    rates.push_back(fmt::format("{} on {}", rate.currency_code(), DateText(rate.day())));
  }
  return rates.empty() ? "" : Printable(fmt::format("no exchange rate for {}", fmt::join(rates, ", ")));
}

// Value.

std::string AgeingText(const view::v1::ValueView& value, const std::string& currency, const Console& console) {
  const view::v1::Ageing& ageing = value.ageing();
  AmountTable table({"Open invoices", "Amount"}, currency);
  table.Add("Not due", {&ageing.not_due()});
  table.Add("1–30 days past due", {&ageing.days_1_30()});
  table.Add("31–60 days", {&ageing.days_31_60()});
  table.Add("61–90 days", {&ageing.days_61_90()});
  table.Add("Over 90 days", {&ageing.days_over_90()});
  table.Add("No due date", {&ageing.no_due_date()});
  table.Add("Open", {&value.open()}, Style::kBold);
  table.Add("Unapplied", {&value.unapplied()});
  if (value.waiting().by_currency_size() > 0) table.Add("  waiting for its invoice", {&value.waiting()});
  table.Add("Outstanding", {&value.outstanding()}, Style::kBold);
  const bool overdue = value.overdue().by_currency_size() > 0;
  table.Add("Overdue", {&value.overdue()}, overdue ? Style::kBad : Style::kPlain);
  return table.Text(console);
}

std::string PaymentText(const view::v1::ValueView& value, const Console& console) {
  Table table({Left("Payment, in days"), Right("Beyond terms"), Right("Late"), Right("DSO"), Right("Best possible"),
               Right("Delinquent"), Right("Last 90 days"), Right("Trend"), Right("n")});
  for (const view::v1::PaymentBehaviour& row : value.payment_behaviour()) {
    table.Add({row.currency_code(), RatioText(row.days_beyond_terms(), 1), RatioText(row.days_late(), 1),
               RatioText(row.dso_days(), 1), RatioText(row.best_possible_dso_days(), 1),
               RatioText(row.average_days_delinquent(), 1), RatioText(row.days_beyond_terms_90(), 1),
               RatioText(row.days_beyond_terms_trend(), 1), CountText(row.days_beyond_terms().n())});
  }
  const std::string text = table.Text(console);
  return text.empty() ? "" : "\n" + text;
}

std::string ValueMonths(const view::v1::ValueView& value, int months, const Console& console) {
  Table table({Left("Month"), Right("Booked"), Right("Invoiced net"), Right("Collected"), Right("Cost of goods"),
               Right("Cost to serve"), Right("Net value")});
  for (int i = FirstShown(value.months(), months); i < value.months_size(); ++i) {
    const view::v1::ValueMonth& month = value.months(i);
    table.Add({MonthText(month.month()), ReportingText(month.booked()), ReportingText(month.invoiced_net()),
               ReportingText(month.collected()), ReportingText(month.cost_of_goods()),
               ReportingText(month.cost_to_serve()), ReportingText(month.net_value())});
  }
  const std::string text = table.Text(console);
  return text.empty() ? "" : "\n" + text;
}

std::string ValueText(const view::v1::ValueView& value, const std::string& currency, int months,
                      const Console& console) {
  AmountTable table({"", kLifetime, kTtm}, currency);
  const auto add = [&](std::string_view name, const PeriodAmount& amount, Style style = Style::kPlain) {
    table.Add(name, {&amount.lifetime(), &amount.ttm()}, style);
  };
  const auto count = [&](std::string_view name, const PeriodCount& counted) {
    table.AddText(name, {CountText(counted.lifetime()), CountText(counted.ttm())});
  };
  add("Booked", value.booked());
  add("Invoiced net", value.invoiced_net());
  add("Collected", value.collected());
  add("Written off", value.written_off());
  add("Cost of goods", value.cost_of_goods());
  add("Cost to serve", value.cost_to_serve());
  add("Net value", value.net_value(), Style::kBold);
  add("Discounts given", value.discounts());
  add("Average deal", value.average_deal());
  count("Deals won", value.deals_won());
  count("Invoices", value.invoices());
  count("Payments", value.payments());

  std::string text = Heading("Value", console) + table.Text(console) + "\n" + AgeingText(value, currency, console);
  Facts facts;
  facts.Add("Broke even", value.has_break_even() ? DateText(value.break_even()) : "");
  facts.Add("Not converted", MissingRates(value.net_value().lifetime()));
  const std::string more = facts.Text(console);
  return text + (more.empty() ? "" : "\n" + more) + PaymentText(value, console) + ValueMonths(value, months, console);
}

// Growth.

std::string GrowthMonths(const view::v1::GrowthView& growth, int months, const Console& console) {
  Table table({Left("Month"), Right("Booked"), Right("Invoiced net"), Right("Collected"), Right("Won"), Right("Lost"),
               Right("Average deal"), Right("Recurring")});
  for (int i = FirstShown(growth.months(), months); i < growth.months_size(); ++i) {
    const view::v1::GrowthMonth& month = growth.months(i);
    table.Add({MonthText(month.month()), ReportingText(month.booked()), ReportingText(month.invoiced_net()),
               ReportingText(month.collected()), CountText(month.deals_won()), CountText(month.deals_lost()),
               ReportingText(month.average_deal()), ReportingText(month.recurring())});
  }
  const std::string text = table.Text(console);
  return text.empty() ? "" : "\n" + text;
}

std::string MovementsText(std::string_view title, const view::v1::Retention& retention, int months,
                          const Console& console) {
  Table table({Left(std::string(title)), Right("Start"), Right("New"), Right("Back"), Right("More"), Right("Less"),
               Right("Gone"), Right("End"), Right("NRR"), Right("GRR")});
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
  const std::string text = table.Text(console);
  return text.empty() ? "" : "\n" + text;
}

std::string GrowthText(const view::v1::GrowthView& growth, const std::string& currency, int months,
                       const Console& console) {
  Table years({Left(""), Right(kTtm), Right("Year before"), Right("Year on year"), Right("3 years a year"),
               Right("5 years a year")});
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
  deals.Add({"Win rate", Percent(growth.win_rate()), Percent(growth.win_rate_ttm())});
  deals.Add({"Days to win, mean", Days(growth.won_cycle().mean_days()), Days(growth.won_cycle_ttm().mean_days())});
  deals.Add(
      {"Days to win, median", Days(growth.won_cycle().median_days()), Days(growth.won_cycle_ttm().median_days())});
  deals.Add({"Days to lose, mean", Days(growth.lost_cycle().mean_days()), ""});

  AmountTable amounts({"Ahead", "Amount"}, currency);
  amounts.AddText("Open deals", {CountText(growth.open_deals())});
  amounts.Add("Open pipeline", {&growth.open_pipeline()});
  amounts.Add("Sales velocity, a day", {&growth.sales_velocity()});
  amounts.Add("Recurring, this month", {&growth.recurring()});

  Facts facts;
  facts.Add("Net retention", Percent(growth.invoiced_net_retention().nrr()));
  facts.Add("Gross retention", Percent(growth.invoiced_net_retention().grr()));
  facts.Add("Net retention, recurring", Percent(growth.recurring_retention().nrr()));
  facts.Add("Gross retention, recurring", Percent(growth.recurring_retention().grr()));
  for (const view::v1::Coverage& coverage : growth.coverage()) {
    facts.Add(fmt::format("Target {} to {}", DateText(coverage.period_from()), DateText(coverage.period_to())),
              fmt::format("{}: booked {}, expected {}, coverage {}", MoneyWithCode(coverage.target()),
                          ReportingWithCode(coverage.booked()), ReportingWithCode(coverage.open_expected()),
                          PercentText(coverage.coverage())));
  }
  return Heading("Growth", console) + years.Text(console) + "\n" + deals.Text(console) + "\n" + amounts.Text(console) +
         "\n" + facts.Text(console) + GrowthMonths(growth, months, console) +
         MovementsText("Invoiced net", growth.invoiced_net_retention(), months, console) +
         MovementsText("Recurring", growth.recurring_retention(), months, console);
}

// Satisfaction.

std::string NpsText(const view::v1::Nps& nps) {
  std::string text(kUnknown);
  if (nps.has_value()) text = NumberText(nps.value(), 0);
  if (nps.has_standard_error()) text += " ± " + NumberText(nps.standard_error(), 0);
  return WithN(std::move(text), nps.n());
}

std::string SatisfactionText(const view::v1::SatisfactionView& view, const Console& console) {
  Table table({Left(""), Right(kLifetime), Right(kTtm)});
  table.Add({"NPS", NpsText(view.nps()), NpsText(view.nps_ttm())});
  table.Add({"  promoters / passives / detractors",
             fmt::format("{} / {} / {}", view.nps().promoters(), view.nps().passives(), view.nps().detractors()),
             fmt::format("{} / {} / {}", view.nps_ttm().promoters(), view.nps_ttm().passives(),
                         view.nps_ttm().detractors())});
  // Answers on different scales are never mixed: a row a scale.
  std::map<std::string, std::pair<std::string, std::string>> scales;
  const auto scale = [](std::string_view name, int32_t min, int32_t max) {
    return fmt::format("{} on {}–{}", name, min, max);
  };
  for (const auto& csat : view.csat()) {
    scales[scale("CSAT", csat.scale_min(), csat.scale_max())].first = Percent(csat.share());
  }
  for (const auto& csat : view.csat_ttm()) {
    scales[scale("CSAT", csat.scale_min(), csat.scale_max())].second = Percent(csat.share());
  }
  const auto ces_scale = [&](const view::v1::Ces& ces) {
    const bool low = ces.easy_end() == event::v1::EASY_END_LOW;
    return scale("CES", ces.scale_min(), ces.scale_max()) + (low ? ", low is easy" : ", high is easy");
  };
  const auto ces_mean = [](const view::v1::Ces& ces) { return WithN(RatioText(ces.mean(), 1), ces.mean().n()); };
  for (const auto& ces : view.ces()) scales[ces_scale(ces)].first = ces_mean(ces);
  for (const auto& ces : view.ces_ttm()) scales[ces_scale(ces)].second = ces_mean(ces);
  for (const auto& [name, values] : scales) {
    const auto known = [](const std::string& text) { return text.empty() ? std::string(kUnknown) : text; };
    table.Add({name, known(values.first), known(values.second)});
  }
  table.Add({"Interactions", CountText(view.interactions().lifetime()), CountText(view.interactions().ttm())});

  const view::v1::Commitments& promises = view.commitments();
  const view::v1::Issues& issues = view.issues();
  Facts facts;
  facts.Add("Sentiment", WithN(RatioText(view.sentiment(), 0), view.sentiment().n()) + ", from -100 to 100");
  facts.Add("Promises kept in time", fmt::format("{} of {} due: {}", CountText(promises.kept_in_time()),
                                                 CountText(promises.due()), PercentText(promises.kept_rate())));
  facts.Add("  by the last date given",
            fmt::format("{} of {} due: {}", CountText(promises.redated_kept_in_time()),
                        CountText(promises.redated_due()), PercentText(promises.redated_kept_rate())));
  facts.Add("  made", fmt::format("{}: kept {}, broken {}, withdrawn {}, open {}", CountText(promises.made()),
                                  CountText(promises.kept()), CountText(promises.broken()),
                                  CountText(promises.withdrawn()), CountText(promises.open())));
  facts.Add("Issues", fmt::format("{} raised, {} resolved, {} open{}", CountText(issues.raised()),
                                  CountText(issues.resolved()), CountText(issues.open()),
                                  issues.has_oldest_open_days()
                                      ? fmt::format(", the oldest for {} days", CountText(issues.oldest_open_days()))
                                      : ""));
  facts.Add("  hours to resolve", fmt::format("{} mean, {} median", RatioText(issues.resolution_mean_hours(), 1),
                                              RatioText(issues.resolution_median_hours(), 1)));
  const std::string since =
      view.has_days_since_contact() ? CountText(view.days_since_contact()) : std::string(kUnknown);
  facts.Add("Last contact",
            fmt::format("{} days ago; usual gap {}; {} times the usual", since,
                        RatioText(view.median_contact_gap_days(), 1, "days"), RatioText(view.cadence(), 1)));
  facts.Add("In touch, 90 days", fmt::format("{} contacts, {} departments", CountText(view.contacts_90_days()),
                                             CountText(view.departments_90_days())));
  return Heading("Satisfaction", console) + table.Text(console) + "\n" + facts.Text(console);
}

std::string SatisfactionMonths(const view::v1::SatisfactionView& view, int months, const Console& console) {
  Table table({Left("Month"), Right("Interactions"), Right("NPS"), Right("Sentiment"), Right("Promises kept"),
               Right("Issues raised"), Right("resolved")});
  for (int i = FirstShown(view.months(), months); i < view.months_size(); ++i) {
    const view::v1::SatisfactionMonth& month = view.months(i);
    table.Add({MonthText(month.month()), CountText(month.interactions()), NpsText(month.nps()),
               RatioText(month.sentiment(), 0), CountText(month.commitments_kept()), CountText(month.issues_raised()),
               CountText(month.issues_resolved())});
  }
  const std::string text = table.Text(console);
  return text.empty() ? "" : "\n" + text;
}

// The account itself.

std::string ProfileText(const view::v1::AccountProfile& profile, const Console& console) {
  std::string text = console.Styled(Printable(profile.account_id()), Style::kBold);
  if (profile.has_name()) text += "  " + Printable(profile.name());
  if (profile.key_account()) text += "  " + console.Styled("key account", Style::kGood);
  text += "\n";
  Facts facts;
  if (profile.has_merged_into()) facts.Add("Merged into", profile.merged_into());
  facts.Add("Segment", profile.segment());
  facts.Add("Industry", profile.industry());
  facts.Add("Country", profile.country());
  facts.Add("Tier", profile.tier());
  facts.Add("Manager", profile.manager());
  facts.Add("Parent", profile.parent());
  facts.Add("Absorbed", fmt::format("{}", fmt::join(profile.absorbed(), ", ")));
  facts.Add("Opened", profile.has_opened_at() ? TimeText(profile.opened_at()) : "");
  facts.Add("Closed", profile.has_closed_at() ? TimeText(profile.closed_at()) : "");
  std::string events = CountText(profile.events());
  if (profile.has_first_day() && profile.has_last_day()) {
    events += fmt::format(", from {} to {}", DateText(profile.first_day()), DateText(profile.last_day()));
  }
  if (profile.voided() > 0) events += fmt::format("; {} voided", CountText(profile.voided()));
  if (profile.not_understood() > 0) {
    events += fmt::format("; {} not understood by this version", CountText(profile.not_understood()));
  }
  facts.Add("Events", std::move(events));
  return text + facts.Text(console);
}

std::string FindingsText(const view::v1::AccountView& account, const Console& console) {
  if (account.findings_size() == 0) return "";
  Table table({Words("Finding"), Words("About"), Words("What contradicts")});
  for (const view::v1::Finding& finding : account.findings()) {
    table.Add({Cell(WordsOf(finding.code(), ""), Style::kWarning), finding.entity(), finding.text()});
  }
  return Heading("Findings", console) + table.Text(console);
}

std::string PositionText(const view::v1::ShardPosition& position) {
  return fmt::format("{}/{}@{}", position.topic(), position.partition(), position.position());
}

}  // namespace

std::string AccountText(const view::v1::AccountView& account, int months, const Console& console) {
  const std::string& currency = account.basis().reporting_currency();
  return ProfileText(account.profile(), console) + ValueText(account.value(), currency, months, console) +
         GrowthText(account.growth(), currency, months, console) + SatisfactionText(account.satisfaction(), console) +
         SatisfactionMonths(account.satisfaction(), months, console) + FindingsText(account, console) +
         BasisText(account.basis(), console);
}

std::string PortfolioText(const view::v1::PortfolioView& portfolio, int months, const Console& console) {
  const std::string& currency = portfolio.basis().reporting_currency();
  std::string text =
      console.Styled("Portfolio", Style::kBold) +
      fmt::format("  {} accounts, {} of them key accounts; {} findings\n", CountText(portfolio.accounts()),
                  CountText(portfolio.key_accounts()), CountText(portfolio.findings()));
  if (!portfolio.settled()) {
    text +=
        console.Styled("Totals are being renewed; they are not up to date with every change yet.", Style::kWarning) +
        "\n";
  }
  return text + CoveringsText(portfolio.covers(), console) + ValueText(portfolio.value(), currency, months, console) +
         GrowthText(portfolio.growth(), currency, months, console) +
         SatisfactionText(portfolio.satisfaction(), console) + BasisText(portfolio.basis(), console);
}

std::string BasisText(const view::v1::Basis& basis, const Console& console) {
  std::string when = basis.has_as_of() ? "As of " + TimeText(basis.as_of()) : "At " + TimeText(basis.now());
  std::vector<std::string> positions;
  for (const view::v1::ShardPosition& position : basis.positions()) positions.push_back(PositionText(position));
  if (basis.has_reference_position()) positions.push_back(PositionText(basis.reference_position()));
  const std::string text =
      fmt::format("{}; days in {}; totals in {}; read up to {}; folds of version {}.", when, basis.reporting_zone(),
                  basis.reporting_currency(), fmt::join(positions, ", "), basis.fold_version());
  return "\n" + console.Styled(Wrapped(Printable(text), console.width, 2), Style::kDim) + "\n";
}

std::string CoveringsText(const view::v1::Coverings& covers, const Console& console) {
  if (covers.missing_partitions_size() == 0) return "";
  const std::string text = fmt::format("A part only: of {} partitions these are missing: {}.", covers.partition_count(),
                                       fmt::join(covers.missing_partitions(), ", "));
  return console.Styled(text, Style::kWarning) + "\n";
}

}  // namespace kontor
