#include "projections/growth/growth_view.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>

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

view::v1::YearOnYear YearOnYearOf(const Amounts& amounts, const Components& components, Measure measure) {
  view::v1::YearOnYear out;
  *out.mutable_ttm() = amounts.Sum(components.in(Window::kTtm), {{measure}});
  *out.mutable_year_before() = amounts.Sum(components.in(Window::kYearBefore), {{measure}});
  const std::optional<Nanos> now = Amounts::Reporting(components.in(Window::kTtm), measure);
  const std::optional<Nanos> before = Amounts::Reporting(components.in(Window::kYearBefore), measure);
  if (now && before) {
    *out.mutable_year_on_year() = RatioOf(*now - *before, *before, 1);
  } else {
    *out.mutable_year_on_year() = UndefinedRatio(0);
  }
  *out.mutable_cagr_3_years() = Cagr(components, measure, Window::kThreeYearsAgo, 3);
  *out.mutable_cagr_5_years() = Cagr(components, measure, Window::kFiveYearsAgo, 5);
  return out;
}

class RetentionRenderer {
 public:
  RetentionRenderer(const Components& components, Measure measure, Currency reporting)
      : retention_(components.retention), measure_(measure), reporting_(reporting) {}

  view::v1::Retention Render() {
    view::v1::Retention out;
    std::map<int64_t, std::map<std::string, Nanos>> periods;
    ForEach(retention_, measure_, [&](const TallyEntry& entry) {
      if (entry.key.text == "missing") {
        view::v1::MissingRate* missing = out.add_missing_rates();
        missing->set_currency_code(entry.key.currency.code());
        *missing->mutable_day() = DateProto(Day(static_cast<int32_t>(entry.key.number)));
        return;
      }
      periods[entry.key.number][entry.key.text] = entry.amount;
    });
    // A part is never shown as the whole: without a rate nothing of it is known.
    if (out.missing_rates_size() > 0) return out;
    Fill(periods[kTtmPeriod], out.mutable_nrr(), out.mutable_grr());
    for (auto& period : periods) {
      const int64_t number = period.first;
      auto& parts = period.second;
      if (number == kTtmPeriod) continue;
      view::v1::Movement* movement = out.add_movements();
      *movement->mutable_month() = DateProto(FirstDay(Month(static_cast<int32_t>(number))));
      const auto money = [&](const char* part) { return MoneyOf(reporting_, parts[part]); };
      *movement->mutable_start() = money("start");
      *movement->mutable_new_amount() = money("new");
      *movement->mutable_reactivation() = money("reactivation");
      *movement->mutable_expansion() = money("expansion");
      *movement->mutable_contraction() = money("contraction");
      *movement->mutable_churn() = money("churn");
      *movement->mutable_end() = money("end");
      Fill(parts, movement->mutable_nrr(), movement->mutable_grr());
    }
    return out;
  }

 private:
  // NRR = sum e / sum s, GRR = sum max(0, min(e, s)) / sum s, over the cohort with s > 0.
  static void Fill(std::map<std::string, Nanos>& parts, view::v1::Ratio* nrr, view::v1::Ratio* grr) {
    const Nanos start = parts["cohort_start"];
    *nrr = RatioOf(parts["cohort_end"], start, start > 0 ? 1 : 0);
    *grr = RatioOf(parts["cohort_kept"], start, start > 0 ? 1 : 0);
  }

  const Tally& retention_;
  Measure measure_;
  Currency reporting_;
};

view::v1::Cycle CycleOf(const Sums& sums, Measure measure) {
  view::v1::Cycle out;
  const auto days = CountedSet(sums.own, measure);
  *out.mutable_mean_days() = MeanOf(days);
  *out.mutable_median_days() = MedianOf(days);
  return out;
}

// Open deals x TTM average won deal x TTM win rate by count / TTM mean cycle of won deals, a day. With B booked, W won,
// L lost and C days of won cycles it is open x (B / W) x (W / (W + L)) / (C / Wc), one exact fraction, rounded once.
std::optional<Nanos> Velocity(Int128 open, Nanos booked, Int128 won, Int128 lost, Int128 cycle_days, Int128 cycles) {
  if (won <= 0 || won + lost <= 0 || cycle_days <= 0 || cycles <= 0) return std::nullopt;
  return MultiplyDivideRounded(booked, open * cycles, (won + lost) * cycle_days);
}

view::v1::Amount VelocityOf(const Amounts& amounts, const Components& components) {
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
  view::v1::Amount out;
  const view::v1::Amount booked = amounts.Sum(ttm, {{Measure::kBooked}});
  for (const auto& money : booked.by_currency()) {
    const auto velocity = Velocity(open, NanosOf(money), won, lost, days, cycles);
    if (velocity && *velocity != 0) *out.add_by_currency() = MoneyOf(CurrencyOf(money), *velocity);
  }
  if (booked.has_reporting()) {
    const auto velocity = Velocity(open, NanosOf(booked.reporting()), won, lost, days, cycles);
    if (velocity) *out.mutable_reporting() = MoneyOf(amounts.reporting(), *velocity);
  }
  *out.mutable_missing_rates() = booked.missing_rates();
  return out;
}

view::v1::Ratio WinRate(const Sums& sums) {
  const Int128 won = CountOf(sums, Measure::kDealsWon);
  const Int128 closed = won + CountOf(sums, Measure::kDealsLost);
  return RatioOf(won, closed, static_cast<int64_t>(closed));
}

void RenderMonths(const Components& components, const Amounts& amounts, view::v1::GrowthView* view) {
  for (const auto& [month, sums] : components.months) {
    view::v1::GrowthMonth* out = view->add_months();
    *out->mutable_month() = DateProto(FirstDay(month));
    *out->mutable_booked() = amounts.Sum(sums, {{Measure::kBooked}});
    *out->mutable_invoiced_net() = amounts.Sum(sums, {{Measure::kInvoicedNet}});
    *out->mutable_collected() = amounts.Sum(sums, {{Measure::kCollected}});
    out->set_deals_won(static_cast<int64_t>(CountOf(sums, Measure::kDealsWon)));
    out->set_deals_lost(static_cast<int64_t>(CountOf(sums, Measure::kDealsLost)));
    *out->mutable_average_deal() = amounts.Mean(sums, Measure::kBooked, Measure::kDealsWon);
    *out->mutable_recurring() = amounts.Sum(sums, {{Measure::kRecurring}});
  }
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

view::v1::GrowthView RenderGrowth(const Components& components, Day asked, Currency reporting) {
  const Amounts amounts(reporting);
  view::v1::GrowthView view;
  *view.mutable_booked() = YearOnYearOf(amounts, components, Measure::kBooked);
  *view.mutable_invoiced_net() = YearOnYearOf(amounts, components, Measure::kInvoicedNet);
  *view.mutable_collected() = YearOnYearOf(amounts, components, Measure::kCollected);
  const auto month = components.months.find(MonthOf(asked));
  *view.mutable_recurring() =
      amounts.Sum(month == components.months.end() ? Sums() : month->second, {{Measure::kRecurring}});
  *view.mutable_invoiced_net_retention() = RetentionRenderer(components, Measure::kInvoicedNet, reporting).Render();
  *view.mutable_recurring_retention() = RetentionRenderer(components, Measure::kRecurring, reporting).Render();
  *view.mutable_deals_opened() = CountsOf(components, Measure::kDealsOpened);
  *view.mutable_deals_won() = CountsOf(components, Measure::kDealsWon);
  *view.mutable_deals_lost() = CountsOf(components, Measure::kDealsLost);
  *view.mutable_win_rate() = WinRate(components.in(Window::kLifetime));
  *view.mutable_win_rate_ttm() = WinRate(components.in(Window::kTtm));
  *view.mutable_won_cycle() = CycleOf(components.in(Window::kLifetime), Measure::kCycleWon);
  *view.mutable_lost_cycle() = CycleOf(components.in(Window::kLifetime), Measure::kCycleLost);
  *view.mutable_won_cycle_ttm() = CycleOf(components.in(Window::kTtm), Measure::kCycleWon);
  view.set_open_deals(static_cast<int64_t>(CountOf(components.stock, Measure::kOpenDeals)));
  const auto any = [](int64_t) { return true; };
  *view.mutable_open_pipeline() = amounts.Stock(components.stock, Measure::kPipeline, any, any);
  *view.mutable_sales_velocity() = VelocityOf(amounts, components);
  RenderMonths(components, amounts, &view);
  return view;
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
    *out->mutable_target() = MoneyOf(target->currency, *target->amount);
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
      if (amount != 0) *out->mutable_open_expected()->add_by_currency() = MoneyOf(currency, amount);
      const std::optional<Nanos> converted = converter->Convert(currency, asked, amount);
      open_known &= converted.has_value();
      open += converted.value_or(0);
    }
    if (booked) *out->mutable_booked()->mutable_reporting() = MoneyOf(converter->reporting(), *booked);
    if (open_known) *out->mutable_open_expected()->mutable_reporting() = MoneyOf(converter->reporting(), open);
    const bool known = booked && open_known && goal && target->number == event::v1::TARGET_MEASURE_BOOKED;
    *out->mutable_coverage() = known ? RatioOf(open, *goal - *booked, 1) : UndefinedRatio(0);
  }
}

}  // namespace kontor
