#include "tools/kontor/demo/reference_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "tools/kontor/demo/key_account_work.h"

namespace kontor::demo {
namespace {

using event::v1::Event;

constexpr uint64_t kRatesStream = 2;

struct Pair {
  std::string_view quote;
  int64_t level;  // ten-thousandths for one euro
};
constexpr std::array<Pair, 3> kPairs = {{{"USD", 10'850}, {"GBP", 8'560}, {"CHF", 9'640}}};

type::v1::Decimal TenThousandths(int64_t count) {
  type::v1::Decimal decimal;
  decimal.set_units(count / 10'000);
  decimal.set_nanos(static_cast<int32_t>(count % 10'000 * 100'000));
  return decimal;
}

struct Weight {
  event::v1::Criterion criterion;
  int64_t ten_thousandths;
};

Event Criteria(std::string_view version, Instant at, std::initializer_list<Weight> weights, int64_t threshold) {
  Event event = NewReference(kOffice, version, at);
  event::v1::CriteriaAdopted* body = event.mutable_criteria_adopted();
  body->set_version(std::string(version));
  *body->mutable_threshold() = TenThousandths(threshold);
  for (const Weight& weight : weights) {
    event::v1::CriterionWeight* criterion = body->add_criteria();
    criterion->set_criterion(weight.criterion);
    *criterion->mutable_weight() = TenThousandths(weight.ten_thousandths);
    if (weight.criterion != event::v1::CRITERION_TENURE) continue;
    constexpr std::array<int64_t, 4> kYears = {0, 1, 3, 6};
    for (size_t step = 0; step < kYears.size(); ++step) {
      event::v1::ScaleStep* scale = criterion->add_scale();
      *scale->mutable_from() = TenThousandths(kYears[step] * 10'000);
      scale->set_score(static_cast<uint32_t>(1 + 3 * step));
    }
  }
  return event;
}

Event HealthModel(Instant at) {
  struct Component {
    event::v1::HealthComponent component;
    int64_t weight, at_zero, at_hundred;  // weight in tenths of a thousandth, the others whole
  };
  constexpr std::array<Component, 8> kComponents = {{
      {event::v1::HEALTH_COMPONENT_NPS, 1500, -50, 70},
      {event::v1::HEALTH_COMPONENT_CSAT, 1000, 0, 1},
      {event::v1::HEALTH_COMPONENT_SENTIMENT, 1000, -40, 80},
      {event::v1::HEALTH_COMPONENT_COMMITMENTS_KEPT, 2000, 0, 1},
      {event::v1::HEALTH_COMPONENT_ISSUES, 1000, 5, 0},
      {event::v1::HEALTH_COMPONENT_CADENCE, 1500, 5, 1},
      {event::v1::HEALTH_COMPONENT_BREADTH, 500, 0, 6},
      {event::v1::HEALTH_COMPONENT_PAYMENT, 1500, 45, 0},
  }};
  Event event = NewReference(kOffice, "health-1", at);
  event::v1::HealthModelAdopted* body = event.mutable_health_model_adopted();
  body->set_version("health-1");
  for (const Component& component : kComponents) {
    event::v1::HealthWeight* weight = body->add_components();
    weight->set_component(component.component);
    *weight->mutable_weight() = TenThousandths(component.weight);
    weight->mutable_at_zero()->set_units(component.at_zero);
    weight->mutable_at_hundred()->set_units(component.at_hundred);
  }
  return event;
}

Event SignalRules(Instant at) {
  struct Rule {
    event::v1::SignalKind kind;
    int64_t ten_thousandths;
  };
  constexpr std::array<Rule, 10> kRules = {{
      {event::v1::SIGNAL_KIND_SILENCE, 30'000},            // times the usual gap
      {event::v1::SIGNAL_KIND_OVERDUE, 150'000},           // days
      {event::v1::SIGNAL_KIND_PAYMENT_SLOWING, 100'000},   // days
      {event::v1::SIGNAL_KIND_COMMITMENT_MISSED, 10'000},  // days
      {event::v1::SIGNAL_KIND_SATISFACTION_DROP, 300'000},
      {event::v1::SIGNAL_KIND_CONTRACTION, -2'000},       // a fifth less
      {event::v1::SIGNAL_KIND_ISSUE_OPEN_LONG, 140'000},  // days
      {event::v1::SIGNAL_KIND_GOAL_OFF_TRACK, 1'500},
      {event::v1::SIGNAL_KIND_OFFER_UNANSWERED, 140'000},  // days
      {event::v1::SIGNAL_KIND_RENEWAL_DUE, 900'000},       // days
  }};
  Event event = NewReference(kOffice, "signals-1", at);
  event::v1::SignalRulesAdopted* body = event.mutable_signal_rules_adopted();
  body->set_version("signals-1");
  for (const Rule& rule : kRules) {
    event::v1::SignalRule* added = body->add_rules();
    added->set_kind(rule.kind);
    *added->mutable_threshold() = TenThousandths(rule.ten_thousandths);
  }
  return event;
}

// A rate that somebody typed with the point in the wrong place: voided, and stated right.
void WriteWrongRate(const Event& right, Journal* journal) {
  const Instant at = *InstantOf(right.occurred_at());
  Event wrong = NewReference(kTreasury, right.event_id() + "-manual", at + 2 * kHour);
  wrong.set_actor("treasurer");
  wrong.set_capture(event::v1::CAPTURE_TYPED);
  *wrong.mutable_exchange_rate_published() = right.exchange_rate_published();
  *wrong.mutable_exchange_rate_published()->mutable_rate() = TenThousandths(108'500);
  journal->RecordReference(wrong, "EUR/USD");

  Event voided = NewReference(kTreasury, right.event_id() + "-void", at + 5 * kHour);
  voided.set_actor("treasurer");
  voided.mutable_event_voided()->set_target_event_id(wrong.event_id());
  voided.mutable_event_voided()->set_reason("point in the wrong place");
  journal->RecordReference(voided, "EUR/USD");
}

}  // namespace

Event NewReference(std::string_view source, std::string_view id, Instant occurred_at) {
  Event event;
  event.set_event_id(std::string(id));
  event.set_source(std::string(source));
  *event.mutable_occurred_at() = TimestampOf(occurred_at);
  event.set_capture(event::v1::CAPTURE_SYSTEM);
  return event;
}

RatePublisher::RatePublisher(uint64_t seed, const Horizon& horizon)
    : random_(seed, kRatesStream), start_(horizon.start()), day_(AddMonths(horizon.start(), -25)) {
  for (const Pair& pair : kPairs) ten_thousandths_.push_back(pair.level);
  day_ = OnWorkday(day_);
  while (OnWorkday(day_ + 1) == day_ + 1) ++day_;  // to the Friday
}

Instant RatePublisher::next() const { return StartOfUtcDay(day_) + 15 * kHour; }

std::vector<RatePublisher::Rate> RatePublisher::Publish() {
  const Instant at = next();
  std::vector<Rate> rates;
  for (size_t index = 0; index < kPairs.size(); ++index) {
    const Pair& pair = kPairs[index];
    int64_t& rate = ten_thousandths_[index];
    rate += random_.Around(0, 90) + (pair.level - rate) / 120;

    Event event = NewReference(kTreasury, fmt::format("EUR-{}-{}", pair.quote, DayText(day_)), at);
    event::v1::ExchangeRatePublished* body = event.mutable_exchange_rate_published();
    body->set_base_currency("EUR");
    body->set_quote_currency(std::string(pair.quote));
    *body->mutable_rate() = TenThousandths(rate);
    *body->mutable_day() = DateProto(day_);
    rates.push_back({.event = std::move(event), .pair = fmt::format("EUR/{}", pair.quote)});
  }
  day_ = day_ + 7 < start_ ? day_ + 7 : OnWorkday(day_ + 1);
  return rates;
}

void WriteReferences(const Horizon& horizon, RatePublisher* rates, Journal* journal) {
  const Instant before = StartOfUtcDay(horizon.start() - 3) + 9 * kHour;
  const Instant half_way =
      StartOfUtcDay(OnWorkday(AddMonths(horizon.start(), (horizon.last - horizon.first) / 2))) + 10 * kHour;
  using event::v1::CRITERION_GROWTH_POTENTIAL;
  journal->RecordReference(Criteria(kFirstCriteria, before,
                                    {{event::v1::CRITERION_RELATIONS, 4000},
                                     {event::v1::CRITERION_PROFIT_POTENTIAL, 4000},
                                     {CRITERION_GROWTH_POTENTIAL, 2000}},
                                    65'000),
                           "criteria");
  journal->RecordReference(Criteria(kSecondCriteria, half_way,
                                    {{event::v1::CRITERION_RELATIONS, 3000},
                                     {event::v1::CRITERION_TENURE, 1500},
                                     {event::v1::CRITERION_PROFIT_POTENTIAL, 3000},
                                     {CRITERION_GROWTH_POTENTIAL, 2500}},
                                    65'000),
                           "criteria");
  journal->RecordReference(HealthModel(before), "health");
  journal->RecordReference(SignalRules(before), "signals");

  Event retention = NewReference(kTreasury, "retention-1", before);
  *retention.mutable_retention_assumed()->mutable_margin() = TenThousandths(3'800);
  *retention.mutable_retention_assumed()->mutable_retention() = TenThousandths(8'800);
  *retention.mutable_retention_assumed()->mutable_discount_rate() = TenThousandths(900);
  journal->RecordReference(retention, "retention");

  Event parameters = NewReference(kOffice, "parameters-1", before);
  parameters.mutable_parameters_adopted()->set_rate_age_days(7);
  parameters.mutable_parameters_adopted()->set_sentiment_half_life_days(90);
  journal->RecordReference(parameters, "parameters");

  const Day mistyped_on = OnWorkday(horizon.today - 200);
  while (rates->next() <= horizon.now) {
    const bool mistyped = UtcDay(rates->next()) == mistyped_on;
    const std::vector<RatePublisher::Rate> published = rates->Publish();
    for (const RatePublisher::Rate& rate : published) journal->RecordReference(rate.event, rate.pair);
    if (mistyped) WriteWrongRate(published.front().event, journal);
  }
}

}  // namespace kontor::demo
