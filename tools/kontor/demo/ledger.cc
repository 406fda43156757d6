#include "tools/kontor/demo/ledger.h"

#include <algorithm>
#include <array>
#include <utility>

namespace kontor::demo {
namespace {

using event::v1::Event;

// The next 10th or 25th.
Day NextRun(Day day) {
  const CivilDate date = DateOf(day);
  if (date.day <= 10) return day + (10 - date.day);
  if (date.day <= 25) return day + (25 - date.day);
  return FirstDay(MonthOf(day) + 1) + 9;
}

int64_t SumOf(const std::vector<Share>& shares) {
  int64_t cents = 0;
  for (const Share& share : shares) cents += share.cents;
  return cents;
}

}  // namespace

void Ledger::Bill(const Basket& basket, Day day, const std::string& deal, std::optional<Service> service) {
  Account& account = pen_.account();
  Random* random = pen_.random();
  const Instant at = pen_.WorkTime(day);
  const Day issued = UtcDay(at);
  if (!account.LivesAt(issued) || !pen_.HasCome(at)) return;
  const std::string invoice = account.NewId(Document::kInvoice);
  Issue(invoice, basket, at, deal, service);

  if (random->Chance(8)) {  // a wrong order number: taken back and issued again
    const Instant cancelled_at = at + random->Between(1, 5) * kDay;
    Event cancelled = pen_.Begin(account.market->erp, cancelled_at);
    Refer(cancelled.mutable_invoice_cancelled()->mutable_invoice(), invoice);
    cancelled.mutable_invoice_cancelled()->set_reason("wrong order number");
    if (pen_.Record(cancelled)) {
      Bill(basket, UtcDay(cancelled_at), deal, service);
      return;
    }
  }
  int64_t gross = basket.net_cents + TaxCents(account, basket.net_cents);
  if (!service && random->Chance(35)) {
    gross -= Credit(invoice, basket, issued + static_cast<int32_t>(random->Between(4, 12)));
  }
  if (gross > 0) Settle(invoice, issued, issued + static_cast<int32_t>(account.character.terms_days), gross);
}

bool Ledger::Issue(const std::string& invoice, const Basket& basket, Instant at, const std::string& deal,
                   std::optional<Service> service) {
  const Account& account = pen_.account();
  Event event = pen_.Begin(account.market->erp, at);
  event.set_actor("billing");
  event::v1::InvoiceIssued* body = event.mutable_invoice_issued();
  *body = InvoiceOf(account, invoice, basket, UtcDay(at));
  if (!deal.empty()) Refer(body->mutable_deal(), deal, kCrm);
  if (service) {
    *body->mutable_service_from() = DateProto(service->from);
    *body->mutable_service_to() = DateProto(service->to);
  }
  return pen_.Record(event);
}

int64_t Ledger::Credit(const std::string& invoice, const Basket& basket, Day day) {
  Account& account = pen_.account();
  Random* random = pen_.random();
  type::v1::Line line = basket.lines[random->Below(basket.lines.size())];
  const int64_t returned = random->Between(1, std::max<int64_t>(1, line.quantity().units() / 2));
  line.mutable_quantity()->set_units(returned);
  const int64_t charged = line.charged_price().units() * 100 + line.charged_price().nanos() / 10'000'000;
  const int64_t net = charged * returned;
  // Tax of the whole less tax of what is left: rounding never credits more than was charged.
  const int64_t tax = TaxCents(account, basket.net_cents) - TaxCents(account, basket.net_cents - net);

  Event event = pen_.Begin(account.market->erp, pen_.WorkTime(day));
  event::v1::CreditNoteIssued* body = event.mutable_credit_note_issued();
  Refer(body->mutable_credit_note(), account.NewId(Document::kCreditNote));
  Refer(body->mutable_invoice(), invoice);
  *body->mutable_net() = Cents(account.market->currency, net);
  *body->mutable_tax() = Cents(account.market->currency, tax);
  *body->mutable_gross() = Cents(account.market->currency, net + tax);
  *body->add_lines() = std::move(line);
  body->set_reason("returned");
  return pen_.Record(event) ? net + tax : 0;
}

void Ledger::Settle(const std::string& invoice, Day issued, Day due, int64_t gross_cents) {
  const Character& character = pen_.account().character;
  Random* random = pen_.random();
  const int64_t beyond = random->Around(character.pays_after_due_days, character.pays_spread_days);
  const Day usual = std::max(issued + 1, due + static_cast<int32_t>(beyond));

  constexpr std::array<int64_t, 7> kWeights = {890, 52, 14, 4, 12, 18, 10};
  switch (random->Weighted(kWeights)) {
    case 0:
      PayOn(invoice, usual, gross_cents);
      return;
    case 1: {  // in two parts
      const int64_t first = gross_cents * random->Between(3, 7) / 10;
      PayOn(invoice, usual, first);
      PayOn(invoice, usual + static_cast<int32_t>(random->Between(12, 45)), gross_cents - first);
      return;
    }
    case 2: {  // before the invoice was written
      const Instant at = pen_.WorkTime(issued - 6);
      if (!PaysNoMoreOn(UtcDay(at))) Pay(at, gross_cents, {{invoice, gross_cents}});
      return;
    }
    case 3: {  // twice; the second time goes back
      PayOn(invoice, usual, gross_cents);
      const Instant again = pen_.WorkTime(usual + 8);
      if (PaysNoMoreOn(UtcDay(again)) || !Pay(again, gross_cents, {{invoice, gross_cents}})) return;
      Event event = pen_.Begin(kBank, pen_.WorkTime(usual + 23));
      event::v1::PaymentRefunded* body = event.mutable_payment_refunded();
      Refer(body->mutable_refund(), pen_.account().NewId(Document::kRefund));
      *body->mutable_amount() = Cents(pen_.account().market->currency, gross_cents);
      type::v1::Allocation* allocation = body->add_allocations();
      Refer(allocation->mutable_invoice(), invoice, pen_.account().market->erp);
      *allocation->mutable_amount() = body->amount();
      body->set_reason("paid twice");
      pen_.Record(event);
      return;
    }
    case 4: {  // rounded up; the rest is nobody's yet
      const Instant at = pen_.WorkTime(usual);
      if (PaysNoMoreOn(UtcDay(at)) || !Pay(at, (gross_cents / 1000 + 1) * 1000, {{invoice, gross_cents}})) {
        pen_.account().open_invoices.push_back({invoice, gross_cents});
      }
      return;
    }
    case 5: {  // without saying what for; most are put right when somebody has asked
      const Instant at = pen_.WorkTime(usual);
      if (PaysNoMoreOn(UtcDay(at)) || !pen_.HasCome(at)) {
        pen_.account().open_invoices.push_back({invoice, gross_cents});
        return;
      }
      Event blank = pen_.Begin(kBank, at);
      *blank.mutable_payment_received() =
          PaymentOf(pen_.account(), pen_.account().NewId(Document::kPayment), gross_cents, {});
      pen_.Record(blank);
      const Instant cleared_at = pen_.WorkTime(usual + static_cast<int32_t>(random->Between(6, 30)));
      if (random->Chance(250) || !pen_.HasCome(cleared_at)) return;
      Event voided = pen_.Begin(kBank, cleared_at);
      voided.set_actor("accounts-receivable");
      voided.mutable_event_voided()->set_target_event_id(blank.event_id());
      voided.mutable_event_voided()->set_reason("cleared: the payer named the invoice");
      pen_.Record(voided);
      Event right = pen_.Begin(kBank, at);
      right.set_actor("accounts-receivable");
      *right.mutable_payment_received() =
          PaymentOf(pen_.account(), blank.payment_received().payment().id(), gross_cents, {{invoice, gross_cents}});
      pen_.journal().RecordAfter(right, cleared_at + kMinute - at);
      return;
    }
    default: {  // never; given up after half a year
      const Instant at = pen_.WorkTime(due + static_cast<int32_t>(random->Between(150, 220)));
      const int64_t permille = pen_.account().market->tax_permille;
      const int64_t tax = Rounded(gross_cents * permille, 1000 + permille);  // what TaxCents put on
      WriteOff(invoice, at, gross_cents - tax, tax, "not worth a lawsuit");
      return;
    }
  }
}

bool Ledger::WriteOff(const std::string& invoice, Instant at, int64_t net_cents, int64_t tax_cents,
                      std::string_view reason) {
  const Market& market = *pen_.account().market;
  Event event = pen_.Begin(market.erp, at);
  event::v1::InvoiceWrittenOff* body = event.mutable_invoice_written_off();
  Refer(body->mutable_invoice(), invoice);
  *body->mutable_net() = Cents(market.currency, net_cents);
  *body->mutable_tax() = Cents(market.currency, tax_cents);
  *body->mutable_gross() = Cents(market.currency, net_cents + tax_cents);
  body->set_reason(std::string(reason));
  return pen_.Record(event);
}

void Ledger::PayOn(const std::string& invoice, Day day, int64_t cents) {
  const bool in_run = pen_.account().character.pays_in_runs;
  const Day pays_on = OnWorkday(in_run ? NextRun(day) : day);
  if (!PaysNoMoreOn(pays_on)) {
    if (in_run) return runs_[pays_on].push_back({invoice, cents});
    if (Pay(pen_.WorkTime(pays_on), cents, {{invoice, cents}})) return;
  }
  pen_.account().open_invoices.push_back({invoice, cents});
}

void Ledger::Finish() {
  for (const auto& [day, shares] : runs_) {
    if (Pay(pen_.WorkTime(day), SumOf(shares), shares)) continue;
    for (const Share& share : shares) pen_.account().open_invoices.push_back({share.invoice, share.cents});
  }
  runs_.clear();
}

bool Ledger::Pay(Instant at, int64_t cents, const std::vector<Share>& shares) {
  Account& account = pen_.account();
  Event event = pen_.Begin(kBank, at);
  *event.mutable_payment_received() = PaymentOf(account, account.NewId(Document::kPayment), cents, shares);
  return pen_.Record(event);
}

bool Ledger::PaysNoMoreOn(Day day) const {
  const std::optional<Day>& unpaid_from = pen_.account().ending.unpaid_from;
  return unpaid_from && day >= *unpaid_from;
}

}  // namespace kontor::demo
