#include "tools/kontor/demo/trickle.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/check.h"

namespace kontor::demo {
namespace {

using event::v1::Event;

constexpr uint64_t kTrickleStream = 4;
// What stands open is closed before more of it is opened.
constexpr size_t kOpenMax = 4;

// Takes one of them out.
template <typename T>
T TakeSome(Random* random, std::vector<T>* open) {
  const auto place = open->begin() + static_cast<std::ptrdiff_t>(random->Below(open->size()));
  T taken = std::move(*place);
  open->erase(place);
  return taken;
}

// Whether a story, the silence of one account above all, must stay as it was told.
bool StandsStill(const Account& account) {
  switch (account.role) {
    case Role::kLeaving:
    case Role::kAbsorbed:
    case Role::kUntidyBooks:
    case Role::kInsolvent:
      return true;
    default:
      return false;
  }
}

}  // namespace

Trickle::Trickle(uint64_t seed, const Horizon& horizon, std::vector<Account> accounts, RatePublisher rates,
                 BadEmitter webshop)
    : random_(seed, kTrickleStream),
      clock_(horizon.now),
      accounts_(std::move(accounts)),
      rates_(std::move(rates)),
      webshop_(std::move(webshop)) {
  for (size_t index = 0; index < accounts_.size(); ++index) {
    const Account& account = accounts_[index];
    if (account.role == Role::kBadEmitter) webshop_accounts_.push_back(index);
    if (StandsStill(account) || account.FadesAt(horizon.today) || !account.LivesAt(horizon.today)) continue;
    const size_t share = 1 + static_cast<size_t>(account.character.touches_permille / 700);
    lively_.insert(lively_.end(), share, index);
  }
  KONTOR_CHECK(!lively_.empty() && !webshop_accounts_.empty());
}

DemoRecord Trickle::Next() {
  if (!published_.empty()) return Publish();
  const Instant due = clock_ + random_.Between(150, 1850) * kMillisecond;
  if (rates_.next() <= due) {
    clock_ = std::max(clock_, rates_.next());
    for (RatePublisher::Rate& rate : rates_.Publish()) {
      DemoRecord record;
      record.topic = TopicRole::kReference;
      record.key = std::move(rate.pair);
      KONTOR_CHECK(rate.event.SerializeToString(&record.value));
      published_.insert(published_.begin(), std::move(record));
    }
    return Publish();
  }
  clock_ = due;

  DemoRecord record;
  if (again_ && random_.Chance(300)) {  // the acknowledgement was lost: sent again
    record = *std::exchange(again_, std::nullopt);
    record.expected = log::v1::DISPOSITION_DUPLICATE;
  } else if (random_.Chance(12)) {
    Account* account = &accounts_[webshop_accounts_[random_.Below(webshop_accounts_.size())]];
    record = webshop_.Send(account, clock_ - kSecond);
  } else {
    Account* account = &accounts_[lively_[random_.Below(lively_.size())]];
    const Event event = Happen(account);
    record.key = account->id;
    KONTOR_CHECK(event.SerializeToString(&record.value));
    if (random_.Chance(8)) again_ = record;
  }
  record.timestamp_ms = clock_.value() / kMillisecond;
  return record;
}

DemoRecord Trickle::Publish() {
  DemoRecord record = std::move(published_.back());
  published_.pop_back();
  record.timestamp_ms = clock_.value() / kMillisecond;
  return record;
}

Event Trickle::Happen(Account* account) {
  constexpr std::array<int64_t, 8> kWeights = {430, 60, 120, 130, 100, 70, 50, 40};
  switch (random_.Weighted(kWeights)) {
    case 0:
      return Talk(account);
    case 1:
      return Answer(account);
    case 2:
      return Invoice(account);
    case 3:
      return Pay(account);
    case 4:
      return Deal(account);
    case 5:
      return Promise(account);
    case 6:
      return Issue(account);
    default:
      return Spend(account);
  }
}

Event Trickle::Talk(Account* account) {
  Event event = account->NewEvent(kCrm, clock_ - random_.Between(200, 90'000) * kMillisecond);
  const bool typed = random_.Chance(550);
  event.set_capture(typed ? event::v1::CAPTURE_TYPED : event::v1::CAPTURE_SYSTEM);
  event.set_actor(typed ? account->manager : "crm-sync");
  *event.mutable_interaction_recorded() = Conversation(&random_, *account, today(), account->mood.back());
  return event;
}

Event Trickle::Answer(Account* account) {
  Event event = account->NewEvent(kSurveys, clock_ - random_.Between(200, 5'000) * kMillisecond);
  const int64_t mood = account->mood.back();
  switch (random_.Below(3)) {
    case 0:
      *event.mutable_survey_answered() = NpsAnswer(&random_, mood);
      break;
    case 1:
      *event.mutable_survey_answered() = CsatAnswer(&random_, mood, true);
      break;
    default:
      *event.mutable_survey_answered() = CesAnswer(&random_, mood, false);
      break;
  }
  const std::optional<std::string> contact = SomeContact(&random_, *account, today());
  if (contact) Refer(event.mutable_survey_answered()->mutable_contact(), *contact, kCrm);
  return event;
}

Event Trickle::Invoice(Account* account) {
  if (account->open_invoices.size() >= kOpenMax) return Pay(account);
  const int64_t cents = std::max<int64_t>(account->volume_cents.back() * random_.Between(30, 250) / 1000, 2'500);
  const Basket basket = DrawBasket(&random_, *account, ProductKind::kConsumable, today(), cents);
  const std::string invoice = account->NewId(Document::kInvoice);
  account->open_invoices.push_back({invoice, basket.net_cents + TaxCents(*account, basket.net_cents)});
  Event event = account->NewEvent(account->market->erp, clock_ - random_.Between(100, 3'000) * kMillisecond);
  event.set_actor("billing");
  *event.mutable_invoice_issued() = InvoiceOf(*account, invoice, basket, today());
  return event;
}

Event Trickle::Pay(Account* account) {
  if (account->open_invoices.empty()) return Invoice(account);
  const OpenInvoice invoice = TakeSome(&random_, &account->open_invoices);
  Event event = account->NewEvent(kBank, clock_ - random_.Between(100, 3'000) * kMillisecond);
  *event.mutable_payment_received() =
      PaymentOf(*account, account->NewId(Document::kPayment), invoice.open_cents, {{invoice.id, invoice.open_cents}});
  return event;
}

Event Trickle::Deal(Account* account) {
  const std::string_view currency = account->market->currency;
  Event event = account->NewEvent(kCrm, clock_ - random_.Between(500, 20'000) * kMillisecond);
  event.set_capture(event::v1::CAPTURE_TYPED);
  event.set_actor(account->manager);
  const bool full = account->open_deals.size() >= kOpenMax;
  if (account->open_deals.empty() || (!full && random_.Chance(400))) {
    const int64_t cents =
        std::max<int64_t>(account->volume_cents.back() * random_.Between(3, 25) / 10 / 1000 * 1000, 50'000);
    const std::string deal = account->NewId(Document::kDeal);
    account->open_deals.push_back({deal, cents});
    event::v1::DealOpened* body = event.mutable_deal_opened();
    Refer(body->mutable_deal(), deal);
    body->set_kind(event::v1::DEAL_KIND_EXPANSION);
    body->set_name("More measuring points");
    *body->mutable_amount() = Cents(currency, cents);
    *body->mutable_expected_close() = DateProto(today() + static_cast<int32_t>(random_.Between(20, 90)));
    body->set_stage("qualified");
  } else if (!full && random_.Chance(350)) {
    OpenDeal& deal = account->open_deals[random_.Below(account->open_deals.size())];
    deal.cents = Rounded(deal.cents * random_.Between(900, 1120), 1000);
    Refer(event.mutable_deal_changed()->mutable_deal(), deal.id);
    event.mutable_deal_changed()->set_stage("offer sent");
    *event.mutable_deal_changed()->mutable_amount() = Cents(currency, deal.cents);
  } else {
    const OpenDeal deal = TakeSome(&random_, &account->open_deals);
    if (random_.Chance(account->character.wins_permille)) {
      Refer(event.mutable_deal_won()->mutable_deal(), deal.id);
      *event.mutable_deal_won()->mutable_amount() = Cents(currency, deal.cents);
    } else {
      Refer(event.mutable_deal_lost()->mutable_deal(), deal.id);
      event.mutable_deal_lost()->set_reason(std::string(random_.Pick(LossReasons())));
    }
  }
  return event;
}

Event Trickle::Promise(Account* account) {
  Event event = account->NewEvent(kCrm, clock_ - random_.Between(500, 20'000) * kMillisecond);
  event.set_capture(event::v1::CAPTURE_TYPED);
  event.set_actor(account->manager);
  if (account->open_promises.empty() || (account->open_promises.size() < kOpenMax && random_.Chance(500))) {
    const std::string promise = account->NewId(Document::kPromise);
    account->open_promises.push_back(promise);
    const Day due = OnWorkday(today() + static_cast<int32_t>(random_.Between(3, 30)));
    *event.mutable_commitment_made() = demo::Promise(&random_, promise, due);
  } else {
    Refer(event.mutable_commitment_kept()->mutable_commitment(), TakeSome(&random_, &account->open_promises));
  }
  return event;
}

Event Trickle::Issue(Account* account) {
  Event event = account->NewEvent(kHelpdesk, clock_ - random_.Between(200, 4'000) * kMillisecond);
  if (account->open_issues.empty() || (account->open_issues.size() < kOpenMax && random_.Chance(400))) {
    const std::string issue = account->NewId(Document::kIssue);
    account->open_issues.push_back(issue);
    *event.mutable_issue_raised() = demo::Issue(&random_, issue);
  } else {
    Refer(event.mutable_issue_resolved()->mutable_issue(), TakeSome(&random_, &account->open_issues));
  }
  return event;
}

Event Trickle::Spend(Account* account) {
  Event event = account->NewEvent(account->market->erp, clock_ - random_.Between(200, 9'000) * kMillisecond);
  event.set_actor("controlling");
  event::v1::CostIncurred* body = event.mutable_cost_incurred();
  body->set_kind(event::v1::COST_KIND_STAFF_TIME);
  const int64_t cents = std::max<int64_t>(account->volume_cents.back() * random_.Between(3, 20) / 1000, 1'000);
  *body->mutable_amount() = Cents(account->market->currency, cents);
  body->set_department("service");
  return event;
}

}  // namespace kontor::demo
