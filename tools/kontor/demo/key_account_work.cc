#include "tools/kontor/demo/key_account_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tools/kontor/demo/facts.h"

namespace kontor::demo {
namespace {

using event::v1::Event;

struct GoalIdea {
  std::string_view why;
  std::string_view measure;
  int64_t start;
  int64_t target;
};
constexpr std::array<GoalIdea, 4> kGoals = {{
    {"Orders by mail cost both sides time", "orders by portal, %", 20, 70},
    {"Stops for calibration cost them output", "hours of stop a quarter", 46, 20},
    {"They measure by hand at every second point", "measuring points online", 120, 260},
    {"Night shifts call the service for small things", "calls at night a quarter", 30, 10},
}};

}  // namespace

void KeyAccountWork::LiveMonth(Month month) {
  const Account& account = pen_.account();
  if (!account.key_account_from) return;
  const Day from = OnWorkday(*account.key_account_from);
  const Day first = FirstDay(month);
  if (MonthOf(from) == month) Choose(from);
  if (account.released_on && MonthOf(*account.released_on) == month) Release(*account.released_on);
  if (first <= from || (account.released_on && first > *account.released_on)) return;

  Random* random = pen_.random();
  const size_t of_year = MonthOfYear(month);
  if (of_year == 0) {
    SetTargets(first);
    Rate(first + static_cast<int32_t>(random->Between(8, 24)));
  }
  if (of_year % 3 == 2) {
    MeasureGoal(first + 19);
    const std::optional<Instant> at = pen_.SomeTime(month);
    const int64_t cents = pen_.VolumeIn(month) * random->Between(10, 45) / 1000;
    if (at) trade_.Spend(event::v1::COST_KIND_PROGRAMME, *at, cents, "sales");
  }
  if (!goal_ && random->Chance(250)) SetGoal(first + static_cast<int32_t>(random->Between(2, 26)));
  if (account.role == Role::kOrdinary && random->Chance(160) && !account.FadesAt(first)) {
    OfferPlan plan;
    plan.day = first + static_cast<int32_t>(random->Between(1, 27));
    plan.kind = static_cast<event::v1::OfferKind>(random->Between(1, 3));
    plan.cents = pen_.VolumeIn(month) * random->Between(300, 1600) / 1000;
    constexpr std::array<int64_t, 3> kAnswers = {450, 330, 220};
    const size_t answer = random->Weighted(kAnswers);
    if (answer < 2) plan.accepted = answer == 0;
    Offer(plan);
  }
}

void KeyAccountWork::Choose(Day day) {
  Account& account = pen_.account();
  Random* random = pen_.random();
  const bool later = day >= AddMonths(pen_.horizon().start(), (pen_.horizon().last - pen_.horizon().first) / 2);
  Score(day - 6, 7);
  Rate(day - 5);
  for (const auto kind : {event::v1::POTENTIAL_KIND_GROWTH, event::v1::POTENTIAL_KIND_PROFIT}) {
    Event event = pen_.BeginInCrm(pen_.WorkTime(day - 4), true);
    event::v1::PotentialEstimated* body = event.mutable_potential_estimated();
    body->set_kind(kind);
    const int64_t year_cents = account.character.monthly_cents * 12 * random->Between(150, 600) / 1000;
    const int64_t cents = kind == event::v1::POTENTIAL_KIND_GROWTH ? year_cents : year_cents / 4;
    *body->mutable_amount_per_year() = Cents(account.market->currency, cents / 100'000 * 100'000);
    body->set_evidence("plants that measure by hand today");
    pen_.Record(event);
  }
  Event event = pen_.Begin(kCrm, pen_.WorkTime(day));
  event.mutable_key_account_designated()->set_reason("score above the threshold");
  event.mutable_key_account_designated()->set_criteria_version(std::string(later ? kSecondCriteria : kFirstCriteria));
  pen_.Record(event);

  event = pen_.BeginInCrm(pen_.WorkTime(day + 3), true);
  event::v1::RelationshipDeclared* relation = event.mutable_relationship_declared();
  Refer(relation->mutable_relationship(), account.NewId(Document::kRelation));
  relation->set_kind(random->Chance(500) ? event::v1::RELATIONSHIP_KIND_PARTNER : event::v1::RELATIONSHIP_KIND_ADVISER);
  relation->set_organisation(std::string(random->Pick(Partners())));
  pen_.Record(event);
  if (random->Chance(300)) {
    const std::string relation_id = relation->relationship().id();
    event = pen_.BeginInCrm(pen_.WorkTime(day + static_cast<int32_t>(random->Between(200, 500))), true);
    Refer(event.mutable_relationship_ended()->mutable_relationship(), relation_id);
    pen_.Record(event);
  }
  SetTargets(day);
  SetGoal(day + 10);
}

void KeyAccountWork::Release(Day day) {
  Event event = pen_.Begin(kCrm, pen_.WorkTime(day));
  event.mutable_key_account_released()->set_reason("below the threshold two years running");
  pen_.Record(event);
}

void KeyAccountWork::Score(Day day, int64_t about) {
  for (int criterion = event::v1::CRITERION_RELATIONS; criterion <= event::v1::CRITERION_GROWTH_POTENTIAL;
       ++criterion) {
    const auto score = static_cast<uint32_t>(std::clamp<int64_t>(pen_.random()->Around(about, 4), 1, 10));
    // Some are left to the automatic scales.
    if (criterion == event::v1::CRITERION_TENURE || criterion == event::v1::CRITERION_AVERAGE_BILL) continue;
    Event event = pen_.BeginInCrm(pen_.WorkTime(day), true);
    event.mutable_criterion_scored()->set_criterion(static_cast<event::v1::Criterion>(criterion));
    event.mutable_criterion_scored()->set_score(score);
    pen_.Record(event);
  }
}

void KeyAccountWork::Rate(Day day) {
  Event event = pen_.Begin(pen_.account().market->erp, pen_.WorkTime(day));
  event::v1::CreditAssessed* body = event.mutable_credit_assessed();
  body->set_rating(static_cast<uint32_t>(std::clamp<int64_t>(pen_.random()->Around(8, 3), 1, 10)));
  const int64_t limit = pen_.account().character.monthly_cents * 4 / 100'000 * 100'000;
  *body->mutable_limit() = Cents(pen_.account().market->currency, std::max<int64_t>(limit, 100'000));
  body->set_agency("Bureau Credita");
  pen_.Record(event);
}

void KeyAccountWork::SetTargets(Day first_day) {
  // To the end of that year.
  const Month january = MonthOf(first_day) - static_cast<int32_t>(MonthOfYear(MonthOf(first_day)));
  const Day last_day = FirstDay(january + 12) - 1;
  const int64_t months = january + 12 - MonthOf(first_day);
  const int64_t volume = pen_.VolumeIn(MonthOf(first_day));
  for (const auto measure : {event::v1::TARGET_MEASURE_BOOKED, event::v1::TARGET_MEASURE_INVOICED_NET}) {
    Event event = pen_.BeginInCrm(pen_.WorkTime(first_day + 4), true);
    event::v1::TargetSet* body = event.mutable_target_set();
    body->set_measure(measure);
    *body->mutable_period_from() = DateProto(first_day);
    *body->mutable_period_to() = DateProto(last_day);
    const int64_t cents = volume * months * 112 / 100;
    *body->mutable_amount() =
        Cents(pen_.account().market->currency, std::max<int64_t>(cents / 100'000 * 100'000, 100'000));
    pen_.Record(event);
  }
}

void KeyAccountWork::SetGoal(Day day) {
  Random* random = pen_.random();
  const GoalIdea& idea = random->Pick(kGoals);
  Goal goal;
  goal.id = pen_.account().NewId(Document::kGoal);
  goal.set = OnWorkday(day);
  goal.due = OnWorkday(day + static_cast<int32_t>(random->Between(240, 420)));
  goal.start = idea.start;
  goal.target = idea.target;

  Event event = pen_.BeginInCrm(pen_.WorkTime(goal.set), true);
  event::v1::GoalSet* body = event.mutable_goal_set();
  Refer(body->mutable_goal(), goal.id);
  body->set_why(std::string(idea.why));
  body->set_what_for("a quieter operation, and more of their points with us");
  body->set_how("joint plan of sales, service and usage, reviewed each quarter");
  body->set_measure(std::string(idea.measure));
  *body->mutable_start() = Whole(goal.start);
  *body->mutable_target() = Whole(goal.target);
  *body->mutable_due() = DateProto(goal.due);
  if (pen_.Record(event)) goal_ = goal;
}

void KeyAccountWork::MeasureGoal(Day day) {
  if (!goal_ || day <= goal_->set) return;
  Random* random = pen_.random();
  const int64_t passed = std::min(day, goal_->due) - goal_->set;
  const int64_t whole = goal_->due - goal_->set;
  const int64_t zeal = pen_.account().role == Role::kGrownByPromises ? 1080 : random->Between(550, 1150);
  const int64_t value = goal_->start + (goal_->target - goal_->start) * passed * zeal / (whole * 1000);
  const Instant at = pen_.WorkTime(day);
  Event event = pen_.BeginInCrm(at, true);
  Refer(event.mutable_goal_measured()->mutable_goal(), goal_->id);
  *event.mutable_goal_measured()->mutable_value() = Whole(value);
  if (!pen_.Record(event) || day < goal_->due) return;

  const bool rising = goal_->target > goal_->start;
  const bool reached = rising ? value >= goal_->target : value <= goal_->target;
  event = pen_.BeginInCrm(at + 2 * kHour, true);
  Refer(event.mutable_goal_closed()->mutable_goal(), goal_->id);
  event.mutable_goal_closed()->set_outcome(reached ? event::v1::GOAL_OUTCOME_REACHED : event::v1::GOAL_OUTCOME_MISSED);
  if (pen_.Record(event)) goal_.reset();
}

void KeyAccountWork::Offer(const OfferPlan& plan) {
  Account& account = pen_.account();
  Random* random = pen_.random();
  const std::string need = account.NewId(Document::kNeed);
  const std::string product(random->Pick(Products(ProductKind::kEquipment)).id);
  Event event = pen_.BeginInCrm(pen_.WorkTime(plan.day - 20), true);
  event::v1::NeedIdentified* identified = event.mutable_need_identified();
  Refer(identified->mutable_need(), need);
  identified->set_subject(std::string(random->Pick(NeedSubjects())));
  identified->set_product(product);
  const std::optional<std::string> contact = SomeContact(random, account, plan.day - 20);
  if (contact) Refer(identified->mutable_contact(), *contact);
  pen_.Record(event);

  const std::string offer = account.NewId(Document::kOffer);
  const Instant made_at = pen_.WorkTime(plan.day);
  const Day answer_due = OnWorkday(UtcDay(made_at) + 30);
  event = pen_.BeginInCrm(made_at, true);
  event::v1::OfferMade* made = event.mutable_offer_made();
  Refer(made->mutable_offer(), offer);
  made->set_kind(plan.kind);
  Refer(made->mutable_need(), need);
  made->set_product(product);
  *made->mutable_amount() = Cents(account.market->currency, plan.cents);
  *made->mutable_answer_due() = DateProto(answer_due);
  if (!pen_.Record(event) || !plan.accepted) return;

  const Instant answered_at = pen_.WorkTime(UtcDay(made_at) + static_cast<int32_t>(random->Between(4, 28)));
  if (!pen_.HasCome(answered_at)) return;
  event = pen_.BeginInCrm(answered_at, true);
  event::v1::OfferAnswered* answered = event.mutable_offer_answered();
  Refer(answered->mutable_offer(), offer);
  answered->set_response(*plan.accepted ? event::v1::OFFER_RESPONSE_ACCEPTED : event::v1::OFFER_RESPONSE_DECLINED);
  if (*plan.accepted) {
    DealPlan deal;
    deal.kind = plan.kind == event::v1::OFFER_KIND_BETA_TEST      ? event::v1::DEAL_KIND_BETA
                : plan.kind == event::v1::OFFER_KIND_UNIQUE_OFFER ? event::v1::DEAL_KIND_UNIQUE_OFFER
                                                                  : event::v1::DEAL_KIND_CROSS_SELL;
    deal.opened = made_at + kHour;
    deal.closed = answered_at + kHour;
    deal.won = true;
    deal.deliveries = trade_.Deliveries(UtcDay(made_at), plan.cents);
    Refer(answered->mutable_deal(), trade_.Play(std::move(deal)));
  } else {
    answered->set_reason(std::string(random->Pick(LossReasons())));
  }
  pen_.Record(event);
}

}  // namespace kontor::demo
