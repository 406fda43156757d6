#include "tools/kontor/demo/cast.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/check.h"
#include "tools/kontor/demo/facts.h"
#include "tools/kontor/demo/reference_facts.h"

namespace kontor::demo {
namespace {

using event::v1::Event;

const Account& InRole(const std::vector<Account>& accounts, Role role) {
  const auto found = std::find_if(accounts.begin(), accounts.end(), [&](const Account& a) { return a.role == role; });
  KONTOR_CHECK(found != accounts.end());
  return *found;
}

Instant MorningOf(Day day) { return StartOfUtcDay(OnWorkday(day)) + 10 * kHour; }

}  // namespace

void Cast::Begin() {
  if (pen_.account().role != Role::kLeaving) return;
  // A contract of two years that ends two months ago.
  const Day first_day = FirstDay(pen_.horizon().last - 26);
  DealPlan plan;
  plan.opened = pen_.WorkTime(first_day - 60);
  plan.closed = pen_.WorkTime(first_day - 12);
  plan.won = true;
  plan.contract = Contract{
      .deal = {},
      .month = DrawBasket(pen_.random(), pen_.account(), ProductKind::kSubscription, first_day, 400'000),
      .first_day = first_day,
      .term_months = 24,
      .auto_renewal = false,
      .months_per_invoice = 1,
  };
  trade_.Play(std::move(plan));
  // Known before the months are lived: who has left takes part in nothing.
  relations_.LoseContact(OnWorkday(pen_.horizon().today - 262));
  relations_.LoseContact(OnWorkday(pen_.horizon().today - 171));
}

void Cast::Play() {
  switch (pen_.account().role) {
    case Role::kLeaving:
      return Leave();
    case Role::kGrownByPromises:
      return GrowByPromises();
    case Role::kVoidedDeal:
      return WinWrongDeal();
    case Role::kUntidyBooks:
      return MuddleBooks();
    case Role::kInsolvent:
      // Bills that nobody pays, whatever else was ordered.
      for (const int32_t days : {395, 382, 366}) {
        const Day day = pen_.horizon().today - days;
        ledger_.Bill(DrawBasket(pen_.random(), pen_.account(), ProductKind::kConsumable, day, 260'000), day);
      }
      return;
    default:
      return;
  }
}

void Cast::Finish() {
  if (pen_.account().role == Role::kInsolvent) WriteOffAll();
}

void Cast::Leave() {
  const Day today = pen_.horizon().today;
  for (const int32_t days : {345, 338, 331}) relations_.AnswerNps(pen_.WorkTime(today - days), 78);
  relations_.MakePromise(pen_.WorkTime(today - 231), OnWorkday(today - 214), PromiseEnd::kBroken);
  relations_.RaiseIssue(pen_.WorkTime(today - 205), 37);
  for (const int32_t days : {128, 122}) relations_.AnswerNps(pen_.WorkTime(today - days), 5);
  work_.Offer({.day = today - 116, .kind = event::v1::OFFER_KIND_UNIQUE_OFFER, .cents = 2'400'000, .accepted = {}});
}

void Cast::GrowByPromises() {
  Account& account = pen_.account();
  Random* random = pen_.random();
  const Day designated = *account.key_account_from;
  // Before: deals of the usual size, one of three lost.
  for (const int32_t days : {330, 240, 150, 60}) {
    DealPlan plan;
    plan.kind = event::v1::DEAL_KIND_EXPANSION;
    plan.opened = pen_.WorkTime(designated - days - 50);
    plan.closed = pen_.WorkTime(designated - days);
    plan.won = days != 240;
    plan.deliveries =
        trade_.Deliveries(designated - days, account.character.monthly_cents * random->Between(60, 90) / 100);
    trade_.Play(std::move(plan));
  }
  // From then on: promises, and nearly each one kept; offers made ahead of being asked, each larger than the last.
  constexpr std::array<event::v1::OfferKind, 3> kKinds = {
      event::v1::OFFER_KIND_BETA_TEST, event::v1::OFFER_KIND_UNIQUE_OFFER, event::v1::OFFER_KIND_NEW_PRODUCT};
  size_t promises = 0;
  for (Day day = designated + 12; day <= pen_.horizon().today;
       day = day + static_cast<int32_t>(random->Between(15, 27))) {
    const Instant at = pen_.WorkTime(day);
    const Day due = OnWorkday(UtcDay(at) + static_cast<int32_t>(random->Between(6, 24)));
    relations_.MakePromise(at, due, ++promises % 16 != 0 ? PromiseEnd::kKeptInTime : PromiseEnd::kRedated);
  }
  size_t offers = 0;
  int64_t cents = account.character.monthly_cents;
  for (Day day = designated + 50; day <= pen_.horizon().today - 20; day = day + 61, ++offers) {
    work_.Offer({.day = day, .kind = kKinds[offers % kKinds.size()], .cents = cents, .accepted = offers % 7 != 4});
    cents = cents * 112 / 100;
  }
}

void Cast::WinWrongDeal() {
  Account& account = pen_.account();
  const Day today = pen_.horizon().today;
  const std::string deal = account.NewId(Document::kDeal);
  const std::string_view currency = account.market->currency;
  const Basket basket = DrawBasket(pen_.random(), account, ProductKind::kEquipment, today - 140, 12'600'000);
  Event opened = pen_.BeginInCrm(pen_.WorkTime(today - 190), true);
  Refer(opened.mutable_deal_opened()->mutable_deal(), deal);
  opened.mutable_deal_opened()->set_kind(event::v1::DEAL_KIND_EXPANSION);
  opened.mutable_deal_opened()->set_name("Instruments for the second plant");
  *opened.mutable_deal_opened()->mutable_amount() = Cents(currency, basket.net_cents);
  *opened.mutable_deal_opened()->mutable_expected_close() = DateProto(today - 130);
  pen_.Record(opened);

  // A nought too many; noticed three days later.
  const Instant won_at = pen_.WorkTime(today - 140);
  Event wrong = pen_.BeginInCrm(won_at, true);
  Refer(wrong.mutable_deal_won()->mutable_deal(), deal);
  *wrong.mutable_deal_won()->mutable_amount() = Cents(currency, basket.net_cents * 10);
  pen_.journal().RecordAfter(wrong, 20 * kMinute);

  const Instant noticed_at = pen_.WorkTime(UtcDay(won_at) + 3);
  Event voided = pen_.BeginInCrm(noticed_at, true);
  voided.mutable_event_voided()->set_target_event_id(wrong.event_id());
  voided.mutable_event_voided()->set_reason("a nought too many");
  pen_.journal().RecordAfter(voided, kMinute);

  Event right = pen_.BeginInCrm(won_at, true);
  Refer(right.mutable_deal_won()->mutable_deal(), deal);
  *right.mutable_deal_won()->mutable_amount() = Cents(currency, basket.net_cents);
  for (const type::v1::Line& line : basket.lines) *right.mutable_deal_won()->add_lines() = line;
  pen_.journal().RecordAfter(right, noticed_at + 2 * kMinute - won_at);
  ledger_.Bill(basket, UtcDay(noticed_at) + 14, deal);
}

void Cast::MuddleBooks() {
  Account& account = pen_.account();
  const Day today = pen_.horizon().today;
  const std::string_view currency = account.market->currency;

  const Basket basket = DrawBasket(pen_.random(), account, ProductKind::kEquipment, today - 90, 900'000);
  const std::string invoice = account.NewId(Document::kInvoice);
  ledger_.Issue(invoice, basket, pen_.WorkTime(today - 90), {}, {});
  const int64_t gross = basket.net_cents + TaxCents(account, basket.net_cents);
  // Allocated in full, and once more in part: over the invoice.
  ledger_.Pay(pen_.WorkTime(today - 62), gross, {{invoice, gross}});
  ledger_.Pay(pen_.WorkTime(today - 55), gross / 2, {{invoice, gross / 2}});
  // For an invoice that nobody knows yet, and for none at all.
  ledger_.Pay(pen_.WorkTime(today - 50), 184'000, {{"INV-OLD-7731", 184'000}});
  ledger_.Pay(pen_.WorkTime(today - 44), 52'500, {});
  // In another currency than the invoice's.
  const std::string open = account.NewId(Document::kInvoice);
  ledger_.Issue(open, basket, pen_.WorkTime(today - 70), {}, {});
  Event foreign = pen_.Begin(kBank, pen_.WorkTime(today - 38));
  event::v1::PaymentReceived* payment = foreign.mutable_payment_received();
  *payment = PaymentOf(account, account.NewId(Document::kPayment), gross, {{open, gross}});
  payment->mutable_amount()->set_currency_code("EUR");
  payment->mutable_allocations(0)->mutable_amount()->set_currency_code("EUR");
  pen_.Record(foreign);

  // A kept promise that nobody made; a deal opened twice and won twice, by two people.
  Event kept = pen_.BeginInCrm(pen_.WorkTime(today - 81), true);
  Refer(kept.mutable_commitment_kept()->mutable_commitment(), "P-BY-PHONE");
  pen_.Record(kept);
  const std::string deal = account.NewId(Document::kDeal);
  for (const int32_t days : {120, 117}) {
    Event opened = pen_.BeginInCrm(pen_.WorkTime(today - days), true);
    Refer(opened.mutable_deal_opened()->mutable_deal(), deal);
    opened.mutable_deal_opened()->set_kind(event::v1::DEAL_KIND_CROSS_SELL);
    *opened.mutable_deal_opened()->mutable_amount() = Cents(currency, 1'500'000);
    pen_.Record(opened);
  }
  for (const int32_t days : {95, 92}) {
    Event won = pen_.BeginInCrm(pen_.WorkTime(today - days), true);
    Refer(won.mutable_deal_won()->mutable_deal(), deal);
    *won.mutable_deal_won()->mutable_amount() = Cents(currency, days == 95 ? 1'480'000 : 1'520'000);
    pen_.Record(won);
  }
}

void Cast::WriteOffAll() {
  Account& account = pen_.account();
  const Day day = OnWorkday(*account.ending.closes_on + 30);
  const int64_t permille = account.market->tax_permille;
  const std::vector<OpenInvoice> open = std::exchange(account.open_invoices, {});
  for (const OpenInvoice& invoice : open) {
    const int64_t tax = Rounded(invoice.open_cents * permille, 1000 + permille);
    ledger_.WriteOff(invoice.id, pen_.WorkTime(day), invoice.open_cents - tax, tax, "insolvency");
  }
  if (open.empty()) return;
  // The liquidator pays a tenth of the first one after all.
  const int64_t cents = open.front().open_cents / 10;
  const int64_t tax = Rounded(cents * permille, 1000 + permille);
  ledger_.WriteOff(open.front().id, pen_.WorkTime(day + 80), tax - cents, -tax, "quota of the insolvency");
  ledger_.Pay(pen_.WorkTime(day + 80), cents, {{open.front().id, cents}});
}

void WriteMerges(const Horizon& horizon, const std::vector<Account>& accounts, Journal* journal) {
  Event merged = NewReference(kMasterData, "merge-1", MorningOf(horizon.today - 190));
  merged.mutable_accounts_merged()->set_survivor(InRole(accounts, Role::kSurvivor).id);
  merged.mutable_accounts_merged()->set_absorbed(InRole(accounts, Role::kAbsorbed).id);
  merged.mutable_accounts_merged()->set_reason("one firm under two customer numbers");
  journal->RecordReference(merged, "merge");

  Event mistaken = NewReference(kMasterData, "merge-2", MorningOf(horizon.today - 150));
  mistaken.mutable_accounts_merged()->set_survivor(InRole(accounts, Role::kMistakenSurvivor).id);
  mistaken.mutable_accounts_merged()->set_absorbed(InRole(accounts, Role::kMistakenAbsorbed).id);
  mistaken.mutable_accounts_merged()->set_reason("same name");
  journal->RecordReference(mistaken, "merge");

  Event reverted = NewReference(kMasterData, "merge-2-reverted", MorningOf(horizon.today - 129));
  reverted.mutable_merge_reverted()->set_merge_event_id(mistaken.event_id());
  reverted.mutable_merge_reverted()->set_reason("two firms of the same name");
  journal->RecordReference(reverted, "merge");
}

}  // namespace kontor::demo
