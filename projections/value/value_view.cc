#include "projections/value/value_view.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "projections/reading/amounts.h"
#include "projections/value/value_projection.h"

namespace kontor {
namespace {

constexpr int32_t kDsoDays = 90;
constexpr int kWaitingShown = 100;

bool Any(int64_t) { return true; }

std::function<bool(int64_t)> Is(Ageing ageing) {
  return [ageing](int64_t number) { return number == static_cast<int64_t>(ageing); };
}

// Stocks are kept by due day in their own currency and by ageing class in the reporting one: both filters say the same.
void ShowOpen(const Amounts& amounts, const Sums& stock, Ageing ageing, Day asked, view::v1::Amount* out) {
  amounts.Stock(
      stock, Measure::kOpen, [ageing, asked](int64_t due) { return AgeingOf(due, asked) == ageing; }, Is(ageing), out);
}

// a - b, per currency and in all; what either leaves out is left out, and what either has too large is too large.
void ShowDifference(const view::v1::Amount& a, const view::v1::Amount& b, Currency reporting, view::v1::Amount* out) {
  std::map<Currency, Nanos> own;
  for (const auto& money : a.by_currency()) own[CurrencyOf(money)] += NanosOf(money);
  for (const auto& money : b.by_currency()) own[CurrencyOf(money)] -= NanosOf(money);
  std::set<std::string> too_large;
  for (const view::v1::Amount* operand : {&a, &b}) {
    for (const std::string& code : operand->too_large()) {
      // It may be the total alone that is, and the own sum in its currency is shown.
      const bool has_own =
          std::ranges::any_of(operand->by_currency(), [&](const auto& money) { return money.currency_code() == code; });
      if (!has_own) own.erase(Currency(code));
      if (too_large.insert(code).second) out->add_too_large(code);
    }
  }
  for (const auto& [currency, amount] : own) {
    if (amount != 0) ShowOwn(currency, amount, out);
  }
  if (a.has_reporting() && b.has_reporting()) {
    ShowTotal(reporting, NanosOf(a.reporting()) - NanosOf(b.reporting()), out);
  }
  *out->mutable_missing_rates() = a.has_reporting() ? b.missing_rates() : a.missing_rates();
}

Nanos Own(const Sums& sums, Measure measure, Currency currency) {
  Nanos sum = 0;
  ForEach(sums.own, measure, [&](const TallyEntry& entry) {
    if (entry.key.currency == currency) sum += entry.amount;
  });
  return sum;
}

view::v1::Ratio DaysBeyondTerms(const Sums& sums, Measure weighted, Currency currency) {
  // Instants are 584 years apart at most, and a due day 100 from its invoice. Money x days is the one sum that might
  // pass 128 bits first; what was allocated tells when.
  constexpr Int128 kDaysMax = 684 * 366;
  constexpr auto kMost = static_cast<Int128>(~Uint128{0} >> 1);
  const Nanos allocated = Own(sums, Measure::kAllocated, currency);
  const auto n = static_cast<int64_t>(Own(sums, Measure::kAllocations, currency));
  if (allocated > kMost / kDaysMax) return UndefinedRatio(n);
  return RatioOf(Own(sums, weighted, currency), allocated, n);
}

// The last 90 days less the median of those of the four windows before that are defined.
view::v1::Ratio Trend(const Components& components, Currency currency) {
  const auto of = [&](Window window) {
    return DaysBeyondTerms(components.in(window), Measure::kAllocatedDays, currency);
  };
  std::vector<double> before;
  for (const Window window :
       {Window::kDays90Before1, Window::kDays90Before2, Window::kDays90Before3, Window::kDays90Before4}) {
    const view::v1::Ratio ratio = of(window);
    if (ratio.has_value()) before.push_back(ratio.value());
  }
  const view::v1::Ratio now = of(Window::kDays90);
  const auto n = static_cast<int64_t>(before.size());
  if (!now.has_value() || before.empty()) return UndefinedRatio(n);
  std::sort(before.begin(), before.end());
  const double median = (before[(before.size() - 1) / 2] + before[before.size() / 2]) / 2.0;
  return DefinedRatio(now.value() - median, n);
}

void RenderBehaviour(const Components& components, Currency currency, Day asked, view::v1::PaymentBehaviour* out) {
  out->set_currency_code(currency.code());
  const Sums& ttm = components.in(Window::kTtm);
  *out->mutable_days_beyond_terms() = DaysBeyondTerms(ttm, Measure::kAllocatedDays, currency);
  *out->mutable_days_late() = DaysBeyondTerms(ttm, Measure::kAllocatedLateDays, currency);
  *out->mutable_days_beyond_terms_90() =
      DaysBeyondTerms(components.in(Window::kDays90), Measure::kAllocatedDays, currency);
  *out->mutable_days_beyond_terms_trend() = Trend(components, currency);

  const Nanos sales = Own(components.in(Window::kDays90), Measure::kCreditSales, currency);
  const auto n = static_cast<int64_t>(Own(components.in(Window::kDays90), Measure::kCreditInvoices, currency));
  Nanos outstanding = -Own(components.stock, Measure::kUnapplied, currency);
  Nanos not_due = 0;
  ForEach(components.stock.own, Measure::kOpen, [&](const TallyEntry& entry) {
    if (entry.key.currency != currency) return;
    outstanding += entry.amount;
    if (AgeingOf(entry.key.number, asked) == Ageing::kNotDue) not_due += entry.amount;
  });
  *out->mutable_dso_days() = RatioOf(outstanding * kDsoDays, sales, n);
  *out->mutable_best_possible_dso_days() = RatioOf(not_due * kDsoDays, sales, n);
  *out->mutable_average_days_delinquent() = RatioOf((outstanding - not_due) * kDsoDays, sales, n);
}

}  // namespace

void RenderValue(const Components& components, Day asked, Currency reporting, view::v1::ValueView* view) {
  const Amounts amounts(reporting);
  amounts.Periods(components, {{Measure::kBooked}}, view->mutable_booked());
  amounts.Periods(components, {{Measure::kInvoicedNet}}, view->mutable_invoiced_net());
  amounts.Periods(components, {{Measure::kCollected}}, view->mutable_collected());
  amounts.Periods(components, {{Measure::kWrittenOff}}, view->mutable_written_off());
  amounts.Periods(components, {{Measure::kCostOfGoods}}, view->mutable_cost_of_goods());
  amounts.Periods(components, {{Measure::kCostToServe}}, view->mutable_cost_to_serve());
  amounts.Periods(components, {{Measure::kDiscounts}}, view->mutable_discounts());
  amounts.Periods(components, kNetValueTerms, view->mutable_net_value());

  const Sums& stock = components.stock;
  amounts.Stock(stock, Measure::kOpen, Any, Any, view->mutable_open());
  amounts.Stock(stock, Measure::kUnapplied, Any, Any, view->mutable_unapplied());
  amounts.Stock(stock, Measure::kWaiting, Any, Any, view->mutable_waiting());
  ShowDifference(view->open(), view->unapplied(), reporting, view->mutable_outstanding());
  const auto overdue = [](Ageing ageing) { return ageing != Ageing::kNotDue && ageing != Ageing::kNoDueDate; };
  amounts.Stock(
      stock, Measure::kOpen, [&](int64_t due) { return overdue(AgeingOf(due, asked)); },
      [&](int64_t number) { return overdue(static_cast<Ageing>(number)); }, view->mutable_overdue());
  view::v1::Ageing* ageing = view->mutable_ageing();
  ShowOpen(amounts, stock, Ageing::kNotDue, asked, ageing->mutable_not_due());
  ShowOpen(amounts, stock, Ageing::kDays1To30, asked, ageing->mutable_days_1_30());
  ShowOpen(amounts, stock, Ageing::kDays31To60, asked, ageing->mutable_days_31_60());
  ShowOpen(amounts, stock, Ageing::kDays61To90, asked, ageing->mutable_days_61_90());
  ShowOpen(amounts, stock, Ageing::kDaysOver90, asked, ageing->mutable_days_over_90());
  ShowOpen(amounts, stock, Ageing::kNoDueDate, asked, ageing->mutable_no_due_date());

  *view->mutable_deals_won() = CountsOf(components, Measure::kDealsWon);
  *view->mutable_invoices() = CountsOf(components, Measure::kInvoices);
  *view->mutable_payments() = CountsOf(components, Measure::kPayments);
  view::v1::PeriodAmount* average_deal = view->mutable_average_deal();
  amounts.Mean(components.in(Window::kLifetime), Measure::kBooked, Measure::kDealsWon,
               average_deal->mutable_lifetime());
  amounts.Mean(components.in(Window::kTtm), Measure::kBooked, Measure::kDealsWon, average_deal->mutable_ttm());

  std::set<Currency> currencies;
  for (const Measure measure : {Measure::kInvoicedNet, Measure::kCreditSales, Measure::kAllocated}) {
    ForEach(components.in(Window::kLifetime).own, measure,
            [&currencies](const TallyEntry& entry) { currencies.insert(entry.key.currency); });
  }
  for (const Currency currency : currencies) {
    RenderBehaviour(components, currency, asked, view->add_payment_behaviour());
  }
}

void RenderMonths(const Components& components, Currency reporting, view::v1::ValueView* view) {
  const Amounts amounts(reporting);
  for (const auto& [month, sums] : components.months) {
    view::v1::ValueMonth* out = view->add_months();
    *out->mutable_month() = DateProto(FirstDay(month));
    amounts.Sum(sums, {{Measure::kBooked}}, out->mutable_booked());
    amounts.Sum(sums, {{Measure::kInvoicedNet}}, out->mutable_invoiced_net());
    amounts.Sum(sums, {{Measure::kCollected}}, out->mutable_collected());
    amounts.Sum(sums, {{Measure::kWrittenOff}}, out->mutable_written_off());
    amounts.Sum(sums, {{Measure::kCostOfGoods}}, out->mutable_cost_of_goods());
    amounts.Sum(sums, {{Measure::kCostToServe}}, out->mutable_cost_to_serve());
    amounts.Sum(sums, {{Measure::kDiscounts}}, out->mutable_discounts());
    amounts.Sum(sums, kNetValueTerms, out->mutable_net_value());
  }
}

void RenderBreakEven(const AccountSums& sums, view::v1::ValueView* view) {
  const Sums& lifetime = sums.components.in(Window::kLifetime);
  for (const Term& term : kNetValueTerms) {
    if (!Amounts::Reporting(lifetime, term.measure)) return;  // a rate was missing
  }
  Nanos cumulated = 0;
  bool was_negative = false;
  std::optional<Day> since;
  for (const AccountDay& day : sums.days) {
    cumulated += day.net_value;
    if (cumulated < 0) {
      was_negative = true;
      since.reset();
    } else if (was_negative && !since) {
      since = day.day;
    }
  }
  if (since) *view->mutable_break_even() = DateProto(*since);
}

void RenderWaiting(const AccountSums& sums, view::v1::ValueView* view) {
  const std::vector<TallyEntry>& entries = sums.waiting.entries();
  for (const TallyEntry& entry : entries) {
    if (view->waiting_allocations_size() == kWaitingShown) break;
    const Waiting waiting = WaitingOf(entry.key.text);
    view::v1::WaitingAllocation* shown = view->add_waiting_allocations();
    shown->set_document(EntityName(waiting.document));
    shown->set_invoice(EntityName(waiting.invoice));
    SetMoney(entry.key.currency, entry.amount, shown->mutable_amount());
  }
  view->set_waiting_allocations_total(static_cast<int64_t>(entries.size()));
}

}  // namespace kontor
