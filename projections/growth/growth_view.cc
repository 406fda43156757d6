#include "projections/growth/growth_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/check.h"
#include "kontor/event/v1/key_account.pb.h"
#include "projections/account/month_reader.h"
#include "projections/reading/amounts.h"

namespace kontor {
namespace {

// (TTM / TTM of n years ago)^(1/n) - 1, both positive.
view::v1::Ratio Cagr(const Components& components, Measure measure, Window ago, int years) {
  const std::optional<Nanos> now = Amounts::Reporting(components.in(Window::kTtm), measure);
  const std::optional<Nanos> then = Amounts::Reporting(components.in(ago), measure);
  if (!now || !then || *now <= 0 || *then <= 0) return UndefinedRatio(0);
  return DefinedRatio(std::pow(ToDouble(*now) / ToDouble(*then), 1.0 / years) - 1.0, years);
}

void RenderYearOnYear(const Amounts& amounts, const Components& components, Measure measure,
                      view::v1::YearOnYear* out) {
  amounts.Sum(components.in(Window::kTtm), {{measure}}, out->mutable_ttm());
  amounts.Sum(components.in(Window::kYearBefore), {{measure}}, out->mutable_year_before());
  const std::optional<Nanos> now = Amounts::Reporting(components.in(Window::kTtm), measure);
  const std::optional<Nanos> before = Amounts::Reporting(components.in(Window::kYearBefore), measure);
  if (now && before) {
    *out->mutable_year_on_year() = RatioOf(*now - *before, *before, 1);
  } else {
    *out->mutable_year_on_year() = UndefinedRatio(0);
  }
  *out->mutable_cagr_3_years() = Cagr(components, measure, Window::kThreeYearsAgo, 3);
  *out->mutable_cagr_5_years() = Cagr(components, measure, Window::kFiveYearsAgo, 5);
}

// What a period's movements come to, by the parts of Components::retention.
struct RetentionPeriod {
  static constexpr std::array<std::string_view, 11> kParts = {
      "start", "new",          "reactivation", "expansion",   "contraction",    "churn",
      "end",   "cohort_start", "cohort_end",   "cohort_kept", "cohort_accounts"};
  std::array<Nanos, kParts.size()> amounts{};

  Nanos& Of(std::string_view part) {
    const auto at = std::find(kParts.begin(), kParts.end(), part);
    KONTOR_CHECK(at != kParts.end());
    return amounts.at(static_cast<size_t>(at - kParts.begin()));
  }
};

// NRR = sum e / sum s, GRR = sum max(0, min(e, s)) / sum s, over the cohort with s > 0.
void RenderRates(RetentionPeriod& period, view::v1::Ratio* nrr, view::v1::Ratio* grr) {
  const Nanos start = period.Of("cohort_start");
  const auto accounts = static_cast<int64_t>(period.Of("cohort_accounts"));
  *nrr = RatioOf(period.Of("cohort_end"), start, accounts);
  *grr = RatioOf(period.Of("cohort_kept"), start, accounts);
}

void RenderRetention(const Tally& retention, Measure measure, Currency reporting, view::v1::Retention* out) {
  std::vector<std::pair<int64_t, RetentionPeriod>> periods;  // entries come by period
  ForEach(retention, measure, [&](const TallyEntry& entry) {
    if (entry.key.text == "missing") {
      view::v1::MissingRate* missing = out->add_missing_rates();
      missing->set_currency_code(entry.key.currency.code());
      *missing->mutable_day() = DateProto(Day(static_cast<int32_t>(entry.key.number)));
      return;
    }
    if (periods.empty() || periods.back().first != entry.key.number) periods.emplace_back().first = entry.key.number;
    periods.back().second.Of(entry.key.text) = entry.amount;
  });
  // A part is never shown as the whole: without a rate nothing of it is known.
  if (out->missing_rates_size() > 0) return;
  // The trailing twelve months come before every month.
  if (periods.empty() || periods.front().first != kTtmPeriod) periods.insert(periods.begin(), {kTtmPeriod, {}});
  RenderRates(periods.front().second, out->mutable_nrr(), out->mutable_grr());
  for (auto& [month, period] : std::span(periods).subspan(1)) {
    view::v1::Movement* movement = out->add_movements();
    *movement->mutable_month() = DateProto(FirstDay(Month(static_cast<int32_t>(month))));
    const auto show = [&, &amounts = period](std::string_view part, type::v1::Money* (view::v1::Movement::*field)()) {
      const Nanos amount = amounts.Of(part);
      if (FitsMoney(amount)) SetMoney(reporting, amount, (movement->*field)());
    };
    show("start", &view::v1::Movement::mutable_start);
    show("new", &view::v1::Movement::mutable_new_amount);
    show("reactivation", &view::v1::Movement::mutable_reactivation);
    show("expansion", &view::v1::Movement::mutable_expansion);
    show("contraction", &view::v1::Movement::mutable_contraction);
    show("churn", &view::v1::Movement::mutable_churn);
    show("end", &view::v1::Movement::mutable_end);
    RenderRates(period, movement->mutable_nrr(), movement->mutable_grr());
  }
}

void RenderCycle(const Sums& sums, Measure measure, view::v1::Cycle* out) {
  const auto days = CountedSet(sums.own, measure);
  *out->mutable_mean_days() = MeanOf(days);
  *out->mutable_median_days() = MedianOf(days);
}

// Open deals x TTM average won deal x TTM win rate by count / TTM mean cycle of won deals, a day. With B booked, W won,
// L lost and C days of won cycles it is open x (B / W) x (W / (W + L)) / (C / Wc), one exact fraction, rounded once.
void RenderVelocity(const Amounts& amounts, const Components& components, view::v1::Amount* out) {
  const Sums& ttm = components.in(Window::kTtm);
  const Int128 open = CountOf(components.stock, Measure::kOpenDeals);
  const Int128 won = CountOf(ttm, Measure::kDealsWon);
  const Int128 lost = CountOf(ttm, Measure::kDealsLost);
  Int128 days = 0;
  Int128 cycles = 0;
  for (const auto& [number, count] : CountedSet(ttm.own, Measure::kCycleWon)) {
    days += static_cast<Int128>(number) * count;
    cycles += count;
  }
  view::v1::Amount booked;
  amounts.Sum(ttm, {{Measure::kBooked}}, &booked);
  *out->mutable_missing_rates() = booked.missing_rates();
  if (won <= 0 || won + lost <= 0 || days <= 0 || cycles <= 0) return;
  const auto velocity = [&](const type::v1::Money& money) {
    return MultiplyDivideRounded(NanosOf(money), open * cycles, (won + lost) * days);
  };
  *out->mutable_too_large() = booked.too_large();
  for (const auto& money : booked.by_currency()) {
    const std::optional<Nanos> own = velocity(money);
    if (own != Nanos{0}) ShowOwn(CurrencyOf(money), own, out);
  }
  if (booked.has_reporting()) ShowTotal(amounts.reporting(), velocity(booked.reporting()), out);
}

view::v1::Ratio WinRate(const Sums& sums) {
  const Int128 won = CountOf(sums, Measure::kDealsWon);
  const Int128 closed = won + CountOf(sums, Measure::kDealsLost);
  return RatioOf(won, closed, static_cast<int64_t>(closed));
}

// What was booked from one day to another, at the rates of its days.
std::optional<Nanos> BookedIn(const AccountState& state, Day from, Day to, Converter* converter) {
  Nanos sum = 0;
  for (const StoredMonth& month : state.months) {
    if (month.month < MonthOf(from) || MonthOf(to) < month.month) continue;
    for (MonthReader days(month.bytes); days.Next();) {
      if (days.day() < from || days.day() > to) continue;
      for (const TallyView& entry : days.entries()) {
        if (entry.key.measure != Measure::kBooked) continue;
        const std::optional<Nanos> converted = converter->Convert(entry.key.currency, days.day(), entry.amount);
        if (!converted) return std::nullopt;
        sum += *converted;
      }
    }
  }
  return sum;
}

}  // namespace

void RenderGrowth(const Components& components, Day asked, Currency reporting, view::v1::GrowthView* view) {
  const Amounts amounts(reporting);
  RenderYearOnYear(amounts, components, Measure::kBooked, view->mutable_booked());
  RenderYearOnYear(amounts, components, Measure::kInvoicedNet, view->mutable_invoiced_net());
  RenderYearOnYear(amounts, components, Measure::kCollected, view->mutable_collected());
  const auto month = components.months.find(MonthOf(asked));
  amounts.Sum(month == components.months.end() ? Sums() : month->second, {{Measure::kRecurring}},
              view->mutable_recurring());
  RenderRetention(components.retention, Measure::kInvoicedNet, reporting, view->mutable_invoiced_net_retention());
  RenderRetention(components.retention, Measure::kRecurring, reporting, view->mutable_recurring_retention());
  *view->mutable_deals_opened() = CountsOf(components, Measure::kDealsOpened);
  *view->mutable_deals_won() = CountsOf(components, Measure::kDealsWon);
  *view->mutable_deals_lost() = CountsOf(components, Measure::kDealsLost);
  *view->mutable_win_rate() = WinRate(components.in(Window::kLifetime));
  *view->mutable_win_rate_ttm() = WinRate(components.in(Window::kTtm));
  RenderCycle(components.in(Window::kLifetime), Measure::kCycleWon, view->mutable_won_cycle());
  RenderCycle(components.in(Window::kLifetime), Measure::kCycleLost, view->mutable_lost_cycle());
  RenderCycle(components.in(Window::kTtm), Measure::kCycleWon, view->mutable_won_cycle_ttm());
  view->set_open_deals(static_cast<int64_t>(CountOf(components.stock, Measure::kOpenDeals)));
  const auto any = [](int64_t) { return true; };
  amounts.Stock(components.stock, Measure::kPipeline, any, any, view->mutable_open_pipeline());
  RenderVelocity(amounts, components, view->mutable_sales_velocity());
}

void RenderMonths(const Components& components, Currency reporting, view::v1::GrowthView* view) {
  const Amounts amounts(reporting);
  for (const auto& [month, sums] : components.months) {
    view::v1::GrowthMonth* out = view->add_months();
    *out->mutable_month() = DateProto(FirstDay(month));
    amounts.Sum(sums, {{Measure::kBooked}}, out->mutable_booked());
    amounts.Sum(sums, {{Measure::kInvoicedNet}}, out->mutable_invoiced_net());
    amounts.Sum(sums, {{Measure::kCollected}}, out->mutable_collected());
    out->set_deals_won(static_cast<int64_t>(CountOf(sums, Measure::kDealsWon)));
    out->set_deals_lost(static_cast<int64_t>(CountOf(sums, Measure::kDealsLost)));
    amounts.Mean(sums, Measure::kBooked, Measure::kDealsWon, out->mutable_average_deal());
    amounts.Sum(sums, {{Measure::kRecurring}}, out->mutable_recurring());
  }
}

void RenderCoverage(const SummedAccount& account, Instant t, Converter* converter, view::v1::GrowthView* view) {
  const Day asked = converter->asked();
  for (const EntityRow& row : account.state.targets) {
    const Statement* target = nullptr;
    for (const Statement& s : row.statements) {
      if (s.at <= t) target = &s;
    }
    if (target == nullptr || asked < *target->day || asked > *target->day_to) continue;
    view::v1::Coverage* out = view->add_coverage();
    *out->mutable_period_from() = DateProto(*target->day);
    *out->mutable_period_to() = DateProto(*target->day_to);
    SetMoney(target->currency, *target->amount, out->mutable_target());
    out->set_measure(static_cast<event::v1::TargetMeasure>(target->number));
    if (out->measure() != event::v1::TARGET_MEASURE_BOOKED) continue;
    // Target, booked and open are compared in the reporting currency; flows at the rate of their day.
    const std::optional<Nanos> booked = BookedIn(account.state, *target->day, asked, converter);
    const std::optional<Nanos> goal = converter->Convert(target->currency, asked, *target->amount);
    Nanos open = 0;
    bool open_known = true;
    std::map<Currency, Nanos> pipeline;
    ForEach(account.sums.components.stock.own, Measure::kPipeline, [&](const TallyEntry& entry) {
      if (entry.key.number >= target->day->value() && entry.key.number <= target->day_to->value()) {
        pipeline[entry.key.currency] += entry.amount;
      }
    });
    for (const auto& [currency, amount] : pipeline) {
      if (amount != 0) ShowOwn(currency, amount, out->mutable_open_expected());
      const std::optional<Nanos> converted = converter->Convert(currency, asked, amount);
      open_known &= converted.has_value();
      open += converted.value_or(0);
    }
    if (booked) ShowTotal(converter->reporting(), *booked, out->mutable_booked());
    if (open_known) ShowTotal(converter->reporting(), open, out->mutable_open_expected());
    const bool known = booked && open_known && goal;
    *out->mutable_coverage() = known ? RatioOf(open, *goal - *booked, 1) : UndefinedRatio(0);
  }
}

}  // namespace kontor
