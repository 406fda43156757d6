#include "tools/kontor/demo/trade.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace kontor::demo {
namespace {

using event::v1::Event;

constexpr std::array<std::string_view, 4> kStages = {"qualified", "needs agreed", "offer sent", "negotiation"};

std::string_view KindName(event::v1::DealKind kind) {
  switch (kind) {
    case event::v1::DEAL_KIND_NEW:
      return "First installation";
    case event::v1::DEAL_KIND_RENEWAL:
      return "Renewal of the contract";
    case event::v1::DEAL_KIND_EXPANSION:
      return "More measuring points";
    case event::v1::DEAL_KIND_CROSS_SELL:
      return "Another line of instruments";
    case event::v1::DEAL_KIND_BETA:
      return "Pilot of a new instrument";
    default:
      return "Tailored offer";
  }
}

void AddLines(const Basket& basket, google::protobuf::RepeatedPtrField<type::v1::Line>* lines) {
  for (const type::v1::Line& line : basket.lines) *lines->Add() = line;
}

int64_t AmountOf(const DealPlan& plan) {
  int64_t cents = plan.contract ? plan.contract->month.net_cents * plan.contract->term_months : 0;
  for (const Basket& basket : plan.deliveries) cents += basket.net_cents;
  return cents;
}

}  // namespace

void Trade::Begin() {
  Account& account = pen_.account();
  Random* random = pen_.random();
  const Horizon& horizon = pen_.horizon();
  const bool old = account.opened < horizon.start() - 90;
  if (!old) {  // a new account costs before it brings anything
    const int64_t cents = account.character.monthly_cents * random->Between(200, 1100) / 1000;
    Spend(event::v1::COST_KIND_STAFF_TIME, pen_.WorkTime(account.opened + 9), cents, "usage");
  }
  if (account.character.contract_permille == 0) return;

  DealPlan plan;
  // An old account's running term began up to 22 months ago; a new account signs within its first months.
  const auto age = static_cast<int32_t>(random->Between(1, 22));
  Day first_day = old ? FirstDay(horizon.first - age) : FirstDay(MonthOf(account.opened + 75) + 1);
  if (first_day < account.opened + 75) first_day = FirstDay(MonthOf(account.opened + 75) + 1);
  const int64_t volume = account.character.monthly_cents * account.character.contract_permille / 1000;
  Contract contract = DrawContract(first_day, volume);
  while (first_day + 30 * contract.term_months < horizon.start() + 60) contract.term_months += 12;
  plan.closed = pen_.WorkTime(first_day - static_cast<int32_t>(random->Between(6, 20)));
  plan.opened = pen_.WorkTime(UtcDay(plan.closed) - static_cast<int32_t>(random->Between(20, 45)));
  plan.won = true;
  plan.contract = std::move(contract);
  Play(std::move(plan));
}

Contract Trade::DrawContract(Day first_day, int64_t month_cents) {
  Random* random = pen_.random();
  constexpr std::array<int32_t, 3> kTerms = {12, 24, 36};
  constexpr std::array<int64_t, 3> kWeights = {520, 330, 150};
  Contract contract;
  contract.month = DrawBasket(random, pen_.account(), ProductKind::kSubscription, first_day, month_cents);
  contract.first_day = first_day;
  contract.term_months = kTerms[random->Weighted(kWeights)];
  contract.auto_renewal = random->Chance(550);
  contract.months_per_invoice = pen_.account().segment == Segment::kSmallBusiness || random->Chance(300) ? 3 : 1;
  return contract;
}

void Trade::LiveMonth(Month month) {
  RunContracts(month);
  Order(month);
  Negotiate(month);
  Serve(month);
  ReportUsage(month);
}

std::string Trade::Play(DealPlan plan) {
  Account& account = pen_.account();
  Random* random = pen_.random();
  std::string deal = account.NewId(Document::kDeal);
  const int64_t cents = AmountOf(plan);
  const Day opened = UtcDay(plan.opened);
  const Day closed = UtcDay(plan.closed);
  // First guesses are round, and off.
  const int64_t guess = std::max<int64_t>(cents * random->Around(1050, 350) / 1'000'000 * 1000, 10'000);

  Event event = pen_.BeginInCrm(plan.opened, true);
  event::v1::DealOpened* body = event.mutable_deal_opened();
  Refer(body->mutable_deal(), deal);
  body->set_kind(plan.kind);
  body->set_name(plan.name.empty() ? std::string(KindName(plan.kind)) : plan.name);
  *body->mutable_amount() = Cents(account.market->currency, guess);
  *body->mutable_expected_close() = DateProto(closed + static_cast<int32_t>(random->Around(0, 30)));
  body->set_stage(std::string(kStages[0]));
  if (!plan.renews.empty()) Refer(body->mutable_renews(), plan.renews);
  const std::optional<std::string> contact = SomeContact(random, account, opened);
  if (contact) Refer(body->mutable_contact(), *contact);
  if (!pen_.Record(event)) return deal;

  const int64_t changes = std::min<int64_t>(random->Between(0, 3), (closed - opened) / 8);
  for (int64_t change = 1; change <= changes; ++change) {
    const Day day = opened + static_cast<int32_t>((closed - opened) * change / (changes + 1));
    event = pen_.BeginInCrm(pen_.WorkTime(day), true);
    event::v1::DealChanged* changed = event.mutable_deal_changed();
    Refer(changed->mutable_deal(), deal);
    changed->set_stage(std::string(kStages[static_cast<size_t>(change)]));
    if (random->Chance(600)) {
      *changed->mutable_amount() = Cents(account.market->currency, change == changes ? cents : (guess + cents) / 2);
    }
    if (random->Chance(400))
      *changed->mutable_expected_close() = DateProto(closed + static_cast<int32_t>(random->Around(0, 12)));
    pen_.Record(event);
  }

  if (!pen_.HasCome(plan.closed)) {
    if (plan.kind != event::v1::DEAL_KIND_RENEWAL) account.open_deals.push_back({deal, cents});
    return deal;
  }
  if (!plan.won) {
    event = pen_.BeginInCrm(plan.closed, true);
    Refer(event.mutable_deal_lost()->mutable_deal(), deal);
    event.mutable_deal_lost()->set_reason(std::string(random->Pick(LossReasons())));
    if (random->Chance(600)) event.mutable_deal_lost()->set_competitor(std::string(random->Pick(Competitors())));
    pen_.Record(event);
    return deal;
  }
  RecordWon(deal, plan, cents);
  if (plan.contract) {
    Contract contract = *std::move(plan.contract);
    contract.deal = deal;
    const Day ends = AddMonths(contract.first_day, contract.term_months);
    contracts_.push_back({.contract = std::move(contract), .ends = ends, .stops = {}});
  }
  Day delivered = closed;
  for (const Basket& basket : plan.deliveries) {
    delivered = OnWorkday(delivered + static_cast<int32_t>(random->Between(9, 32)));
    // What the old systems had invoiced stayed there.
    if (delivered < pen_.horizon().start()) continue;
    ledger_.Bill(basket, delivered, deal);
    if (random->Chance(350)) {
      Spend(event::v1::COST_KIND_LOGISTICS, pen_.WorkTime(delivered - 2),
            basket.net_cents * random->Between(10, 30) / 1000, "logistics");
    }
  }
  return deal;
}

void Trade::RecordWon(const std::string& deal, const DealPlan& plan, int64_t cents) {
  const std::string_view currency = pen_.account().market->currency;
  Event event = pen_.BeginInCrm(plan.closed, true);
  event::v1::DealWon* body = event.mutable_deal_won();
  Refer(body->mutable_deal(), deal);
  *body->mutable_amount() = Cents(currency, cents);
  for (const Basket& basket : plan.deliveries) AddLines(basket, body->mutable_lines());
  if (plan.contract) {
    const Contract& contract = *plan.contract;
    *body->mutable_recurring_amount() = Cents(currency, contract.month.net_cents);
    *body->mutable_first_day() = DateProto(contract.first_day);
    body->set_term_months(static_cast<uint32_t>(contract.term_months));
    body->set_auto_renewal(contract.auto_renewal);
    AddLines(Times(contract.month, contract.term_months), body->mutable_lines());
  }
  if (!plan.renews.empty()) Refer(body->mutable_renews(), plan.renews);
  pen_.Record(event);
}

std::vector<Basket> Trade::Deliveries(Day day, int64_t cents) {
  Random* random = pen_.random();
  const int64_t parts = cents < 2'000'000 ? 1 : random->Between(1, 3);
  std::vector<Basket> baskets;
  for (int64_t part = 0; part < parts; ++part) {
    baskets.push_back(DrawBasket(random, pen_.account(), ProductKind::kEquipment, day, cents / parts));
  }
  return baskets;
}

void Trade::Order(Month month) {
  Account& account = pen_.account();
  Random* random = pen_.random();
  const Character& character = account.character;
  const int64_t count = random->Count(character.orders_permille);
  for (int64_t index = 0; index < count; ++index) {
    const std::optional<Instant> at = pen_.SomeTime(month);
    // A quarter of what the account buys, in so many orders.
    const int64_t usual = pen_.VolumeIn(month) * 250 / character.orders_permille;
    const int64_t cents = usual * random->Around(1000, 600) / 1000;
    if (!at || cents < 2500) continue;
    const Day day = UtcDay(*at);
    ledger_.Bill(DrawBasket(random, account, ProductKind::kConsumable, day, cents), day);
    if (random->Chance(250))
      Spend(event::v1::COST_KIND_LOGISTICS, *at, cents * random->Between(15, 45) / 1000, "logistics");
  }
}

void Trade::Negotiate(Month month) {
  Account& account = pen_.account();
  Random* random = pen_.random();
  const Character& character = account.character;
  const int64_t count = random->Count(character.deals_permille);
  for (int64_t index = 0; index < count; ++index) {
    const std::optional<Instant> at = pen_.SomeTime(month);
    constexpr std::array<event::v1::DealKind, 3> kKinds = {
        event::v1::DEAL_KIND_EXPANSION, event::v1::DEAL_KIND_CROSS_SELL, event::v1::DEAL_KIND_UNIQUE_OFFER};
    constexpr std::array<int64_t, 3> kWeights = {540, 400, 60};
    const event::v1::DealKind kind = kKinds[random->Weighted(kWeights)];
    const auto days = static_cast<int32_t>(random->Around(60, 75));
    const bool won = random->Chance(character.wins_permille + 2 * (pen_.MoodIn(month) - 50));
    const bool recurring = kind == event::v1::DEAL_KIND_EXPANSION && random->Chance(350);
    // Something over a third of what the account buys comes by these deals, of which about half are won.
    const int64_t usual = pen_.VolumeIn(month) * 650 / std::max<int64_t>(character.deals_permille, 1);
    const int64_t cents = std::max<int64_t>(usual * random->Around(1000, 900) / 1000, 15'000);
    if (!at || account.FadesAt(UtcDay(*at))) continue;

    DealPlan plan;
    const bool first = account.next_document[static_cast<size_t>(Document::kDeal)] == 0;
    plan.kind = first ? event::v1::DEAL_KIND_NEW : kind;
    plan.opened = *at;
    plan.closed = pen_.WorkTime(UtcDay(*at) + std::max(days, 9));
    plan.won = won;
    plan.deliveries = Deliveries(UtcDay(*at), cents);
    if (recurring && character.contract_permille > 0) {
      plan.contract = DrawContract(FirstDay(MonthOf(UtcDay(plan.closed)) + 1), pen_.VolumeIn(month) / 20);
    }
    Play(std::move(plan));
  }
}

void Trade::RunContracts(Month month) {
  for (size_t index = 0; index < contracts_.size(); ++index) RunContract(index, month);
}

// By index: a renewal adds to the vector.
void Trade::RunContract(size_t index, Month month) {
  const Day first = FirstDay(month);
  if (!contracts_[index].stops && first >= AddMonths(LastDayOf(contracts_[index]), -3)) {
    Running running = contracts_[index];
    Renew(&running);
    contracts_[index] = std::move(running);
  }
  const Running& running = contracts_[index];
  const Contract& contract = running.contract;
  const bool runs = contract.first_day <= first && (!running.stops || first < *running.stops);
  if (!runs || (month - MonthOf(contract.first_day)) % contract.months_per_invoice != 0) return;
  const Ledger::Service service = {.from = first, .to = AddMonths(first, contract.months_per_invoice) - 1};
  const Day day = first + static_cast<int32_t>(pen_.random()->Between(0, 3));
  ledger_.Bill(Times(contract.month, contract.months_per_invoice), day, contract.deal, service);
}

void Trade::Renew(Running* running) {
  const Account& account = pen_.account();
  Random* random = pen_.random();
  const Contract& contract = running->contract;
  const Day until = LastDayOf(*running);
  const bool fading = account.FadesAt(until - 30);
  if (contract.auto_renewal && !fading && random->Chance(600)) {  // nobody says anything: it goes on
    running->ends = AddMonths(running->ends, contract.term_months);
    return;
  }
  DealPlan plan;
  plan.kind = event::v1::DEAL_KIND_RENEWAL;
  plan.renews = contract.deal;
  plan.opened = pen_.WorkTime(until - static_cast<int32_t>(random->Between(60, 78)));
  plan.closed = pen_.WorkTime(until - static_cast<int32_t>(random->Between(4, 30)));
  plan.won = !fading && random->Chance(900);
  // With what the account grew by meanwhile, or shrank.
  const int64_t uplift =
      std::clamp<int64_t>(1000 + account.character.growth_permille + random->Around(0, 120), 600, 1700);
  plan.contract = DrawContract(running->ends, contract.month.net_cents * uplift / 1000);
  plan.contract->months_per_invoice = contract.months_per_invoice;
  running->stops = running->ends;
  Play(std::move(plan));
}

Day Trade::LastDayOf(const Running& running) const {
  const std::optional<Day>& closes_on = pen_.account().ending.closes_on;
  return closes_on ? std::min(*closes_on, running.ends) : running.ends;
}

void Trade::Serve(Month month) {
  Account& account = pen_.account();
  Random* random = pen_.random();
  const int64_t permille = account.segment == Segment::kEnterprise  ? 900
                           : account.segment == Segment::kMidMarket ? 380
                                                                    : 90;
  const bool serves = random->Chance(permille);
  const int64_t cents = pen_.VolumeIn(month) * random->Between(8, 30) / permille;
  const std::optional<Instant> at = pen_.SomeTime(month);
  if (serves && at && cents > 0) Spend(event::v1::COST_KIND_STAFF_TIME, *at, cents, "service");
}

void Trade::ReportUsage(Month month) {
  const size_t of_year = MonthOfYear(month);
  if (contracts_.empty() || (pen_.account().segment == Segment::kSmallBusiness && of_year % 3 != 2)) return;
  int64_t points = 0;
  for (const Running& running : contracts_) {
    if (running.contract.first_day > FirstDay(month) || (running.stops && *running.stops <= FirstDay(month))) continue;
    for (const type::v1::Line& line : running.contract.month.lines) points += line.quantity().units();
  }
  const Day last = FirstDay(month + 1) - 1;
  const int64_t share = std::clamp<int64_t>(pen_.random()->Around(60 + pen_.MoodIn(month) / 4, 25), 2, 100);
  if (points == 0) return;
  Event event = pen_.Begin(kMetering, StartOfUtcDay(last) + 22 * kHour + pen_.random()->Between(0, 3000) * kSecond);
  event::v1::ProductUsageReported* body = event.mutable_product_usage_reported();
  body->set_product("CLOUD-MON");
  *body->mutable_quantity() = Whole(points * 30 * share / 100);
  body->set_unit("readings, thousand");
  *body->mutable_period_from() = DateProto(FirstDay(month));
  *body->mutable_period_to() = DateProto(last);
  pen_.Record(event);
}

void Trade::Spend(event::v1::CostKind kind, Instant at, int64_t cents, std::string_view department) {
  Event event = pen_.Begin(pen_.account().market->erp, at);
  event.set_actor("controlling");
  event::v1::CostIncurred* body = event.mutable_cost_incurred();
  body->set_kind(kind);
  *body->mutable_amount() = Cents(pen_.account().market->currency, cents);
  body->set_department(std::string(department));
  pen_.Record(event);
}

}  // namespace kontor::demo
