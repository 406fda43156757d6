#include "engine/event/body_rules.h"

#include <algorithm>
#include <utility>

#include "engine/base/civil.h"
#include "engine/base/money.h"
#include "engine/event/rule_tables.h"

namespace kontor {
namespace {

using type::v1::Date;
using type::v1::Line;
using type::v1::Money;
using Verdict = std::optional<Rejection>;

Rejection Missing(std::string field, std::string text) {
  return {log::v1::REJECT_REASON_MISSING_FIELD, std::move(field), std::move(text)};
}

Rejection Broken(std::string field, std::string text) {
  return {log::v1::REJECT_REASON_OUT_OF_BOUNDS, std::move(field), std::move(text)};
}

// Holds the amounts of one document to one currency: that of the first one it sees.
class OneCurrency {
 public:
  // True where the amount is absent or agrees.
  bool Agrees(bool present, const Money& money) {
    if (!present) return true;
    if (first_ == nullptr) first_ = &money;
    return money.currency_code() == first_->currency_code();
  }

  Verdict Check(std::string_view name, bool present, const Money& money) {
    if (Agrees(present, money)) return std::nullopt;
    return Differs(name);
  }

  // Moreover what the lines come to, at each of their prices, is within the bound of money.
  Verdict Check(const google::protobuf::RepeatedPtrField<Line>& lines) {
    const int64_t most = RuleTables::Get().money_units.max;
    Nanos listed = 0;
    Nanos charged = 0;
    Nanos cost = 0;
    for (int i = 0; i < lines.size(); ++i) {
      const Line& line = lines[i];
      const auto check = [&](std::string_view name, bool present, const Money& price, Nanos* sum) -> Verdict {
        if (!present) return std::nullopt;
        if (!Agrees(present, price)) return Differs(fmt::format("lines[{}].{}", i, name));
        const Nanos amount = MultiplyRounded(NanosOf(price), NanosOf(line.quantity()));
        *sum += amount < 0 ? -amount : amount;
        if (*sum / kNanosPerUnit <= most) return std::nullopt;
        return Broken(
            fmt::format("lines[{}].{}", i, name),
            fmt::format("times its quantity, and together with the lines before it, {}; at most {} is allowed",
                        DecimalText(*sum), most));
      };
      if (auto broken = check("list_price", line.has_list_price(), line.list_price(), &listed)) return broken;
      if (auto broken = check("charged_price", line.has_charged_price(), line.charged_price(), &charged)) return broken;
      if (auto broken = check("unit_cost", line.has_unit_cost(), line.unit_cost(), &cost)) return broken;
    }
    return std::nullopt;
  }

 private:
  Verdict Differs(std::string_view name) const {
    return Broken(fmt::format("{}.currency_code", name),
                  fmt::format("another currency than {} of the amount before it; one document has one currency",
                              first_->currency_code()));
  }

  const Money* first_ = nullptr;
};

// Where both days are present, the last is not before the first.
Verdict CheckPeriod(bool present, const Date& first, std::string_view last_name, const Date& last) {
  if (!present || *DayOf(last) >= *DayOf(first)) return std::nullopt;
  return Broken(std::string(last_name),
                fmt::format("{} lies before the first day, {}", DayText(*DayOf(last)), DayText(*DayOf(first))));
}

// net, tax and gross of an invoice, a credit note or a write-off.
template <typename Document>
Verdict CheckTotals(const Document& document, OneCurrency* currency) {
  if (auto broken = currency->Check("net", document.has_net(), document.net())) return broken;
  if (auto broken = currency->Check("tax", document.has_tax(), document.tax())) return broken;
  return currency->Check("gross", document.has_gross(), document.gross());
}

template <typename Payment>
Verdict CheckAllocations(const Payment& payment) {
  Nanos allocated = 0;
  for (int i = 0; i < payment.allocations_size(); ++i) {
    const Money& part = payment.allocations(i).amount();
    if (part.currency_code() != payment.amount().currency_code()) {
      return Broken(fmt::format("allocations[{}].amount.currency_code", i),
                    fmt::format("another currency than {} of the amount", payment.amount().currency_code()));
    }
    allocated += NanosOf(part);
  }
  if (allocated <= NanosOf(payment.amount())) return std::nullopt;
  return Broken("allocations", fmt::format("they add up to {}, more than the amount of {}", DecimalText(allocated),
                                           DecimalText(NanosOf(payment.amount()))));
}

Verdict CheckDealWon(const event::v1::DealWon& won) {
  OneCurrency currency;
  if (auto broken = currency.Check("amount", won.has_amount(), won.amount())) return broken;
  if (auto broken = currency.Check("recurring_amount", won.has_recurring_amount(), won.recurring_amount())) {
    return broken;
  }
  if (won.has_recurring_amount()) {
    if (!won.has_first_day()) return Missing("first_day", "missing; a recurring_amount requires it");
    if (!won.has_term_months()) return Missing("term_months", "missing; a recurring_amount requires it");
  }
  return currency.Check(won.lines());
}

Verdict CheckSurvey(const event::v1::SurveyAnswered& survey) {
  using event::v1::SURVEY_KIND_CES;
  using event::v1::SURVEY_KIND_CSAT;
  using event::v1::SURVEY_KIND_NPS;
  constexpr int32_t kNpsMin = 0;
  constexpr int32_t kNpsMax = 10;
  constexpr int32_t kCesMin = 1;
  constexpr int32_t kCesMax = 7;

  bool scale_known = survey.has_scale_min() && survey.has_scale_max();
  int32_t min = survey.scale_min();
  int32_t max = survey.scale_max();
  switch (survey.kind()) {
    case SURVEY_KIND_NPS:
      if (survey.has_scale_min() && min != kNpsMin) return Broken("scale_min", "an NPS answer is given from 0 to 10");
      if (survey.has_scale_max() && max != kNpsMax) return Broken("scale_max", "an NPS answer is given from 0 to 10");
      min = kNpsMin;
      max = kNpsMax;
      scale_known = true;
      break;
    case SURVEY_KIND_CSAT:
      if (!survey.has_scale_min()) return Missing("scale_min", "missing; a CSAT answer requires its scale");
      if (!survey.has_scale_max()) return Missing("scale_max", "missing; a CSAT answer requires its scale");
      break;
    case SURVEY_KIND_CES:
      if (!survey.has_scale_min()) min = kCesMin;
      if (!survey.has_scale_max()) max = kCesMax;
      scale_known = true;
      break;
    default:
      break;  // a kind that this version does not know: its scale is told only where both ends are
  }
  if (!scale_known) return std::nullopt;
  if (max <= min) return Broken("scale_max", fmt::format("{} is not above the lowest point, {}", max, min));
  if (survey.answer() < min || survey.answer() > max) {
    return Broken("answer", fmt::format("{} is no point of the scale from {} to {}", survey.answer(), min, max));
  }
  return std::nullopt;
}

Verdict CheckCriteria(const event::v1::CriteriaAdopted& adopted) {
  for (int i = 0; i < adopted.criteria_size(); ++i) {
    const auto& scale = adopted.criteria(i).scale();
    for (int step = 1; step < scale.size(); ++step) {
      if (NanosOf(scale[step].from()) <= NanosOf(scale[step - 1].from())) {
        return Broken(fmt::format("criteria[{}].scale[{}].from", i, step), "not above the step before it");
      }
    }
  }
  return std::nullopt;
}

Verdict CheckOf(const event::v1::Event& event) {
  using event::v1::Event;
  OneCurrency currency;
  switch (event.body_case()) {
    case Event::kSurveyAnswered:
      return CheckSurvey(event.survey_answered());
    case Event::kDealOpened:
      if (auto broken = currency.Check("amount", event.deal_opened().has_amount(), event.deal_opened().amount())) {
        return broken;
      }
      return currency.Check(event.deal_opened().lines());
    case Event::kDealWon:
      return CheckDealWon(event.deal_won());
    case Event::kInvoiceIssued: {
      const auto& invoice = event.invoice_issued();
      if (auto broken = CheckTotals(invoice, &currency)) return broken;
      if (auto broken = CheckPeriod(invoice.has_service_from() && invoice.has_service_to(), invoice.service_from(),
                                    "service_to", invoice.service_to())) {
        return broken;
      }
      return currency.Check(invoice.lines());
    }
    case Event::kCreditNoteIssued:
      if (auto broken = CheckTotals(event.credit_note_issued(), &currency)) return broken;
      return currency.Check(event.credit_note_issued().lines());
    case Event::kPaymentReceived:
      return CheckAllocations(event.payment_received());
    case Event::kPaymentRefunded:
      return CheckAllocations(event.payment_refunded());
    case Event::kInvoiceWrittenOff:
      return CheckTotals(event.invoice_written_off(), &currency);
    case Event::kTargetSet:
      return CheckPeriod(true, event.target_set().period_from(), "period_to", event.target_set().period_to());
    case Event::kProductUsageReported:
      return CheckPeriod(true, event.product_usage_reported().period_from(), "period_to",
                         event.product_usage_reported().period_to());
    case Event::kAccountsMerged:
      if (event.accounts_merged().absorbed() != event.accounts_merged().survivor()) return std::nullopt;
      return Broken("absorbed", "the survivor itself; an account cannot be merged into itself");
    case Event::kCriteriaAdopted:
      return CheckCriteria(event.criteria_adopted());
    case Event::kExchangeRatePublished:
      if (event.exchange_rate_published().quote_currency() == event.exchange_rate_published().base_currency()) {
        return Broken("quote_currency", "the base currency itself; a rate is between two currencies");
      }
      if (NanosOf(event.exchange_rate_published().rate()) <= 0) return Broken("rate", "0; a rate is above zero");
      return std::nullopt;
    case Event::kParametersAdopted:
      if (NanosOf(event.parameters_adopted().white_space_share()) <= kNanosPerUnit) return std::nullopt;
      return Broken("white_space_share", "above 1; it is a share, from 0 to 1");
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Rejection> CheckBody(const event::v1::Event& event) {
  Verdict verdict = CheckOf(event);
  if (verdict) verdict->field = fmt::format("{}.{}", BodyName(event), verdict->field);
  return verdict;
}

}  // namespace kontor
