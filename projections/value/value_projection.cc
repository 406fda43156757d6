#include "projections/value/value_projection.h"

#include <absl/container/inlined_vector.h>

#include <algorithm>

#include "engine/base/check.h"

namespace kontor {
namespace {

TallyRef Money(Measure measure, Currency currency, int64_t number = 0) {
  return {.measure = measure, .currency = currency, .number = number};
}

// What reduces an invoice, in one currency.
struct Reductions {
  Currency currency;
  Nanos paid = 0;      // payments - refunds
  Nanos credited = 0;  // credit notes
  Nanos sum() const { return paid + credited; }
};

// An invoice, walked through in the world's order.
//
// Open = gross - cancelled - credited - written off - payments + refunds, never below 0. What was paid or credited
// beyond it is unapplied; before the invoice is known it waits, and is unapplied as well.
class InvoiceWalk {
 public:
  InvoiceWalk(const EntityRef& key, const Zone& zone, ContributionSink* out)
      : key_(key), zone_(zone), out_(out), steps_(out) {}

  void Walk(std::span<const Statement> statements, size_t first) {
    for (size_t i = 0; i < statements.size(); ++i) {
      const Statement& s = statements[i];
      out_->Want(i >= first);
      steps_.At(s.at);
      at_ = s.at;
      Take(s);
      Render();
    }
  }

 private:
  void Take(const Statement& s) {
    switch (s.kind) {
      case StatementKind::kInvoiceIssued:
        issued_twice_ |= issued_ != nullptr;
        if (issued_ == nullptr) {
          issued_ = &s;
          for (const Statement* early : early_) {
            AddWaiting(*early, -1);
            if (early->kind == StatementKind::kPaid) Allocate(*early);
          }
        }
        break;
      case StatementKind::kInvoiceCancelled:
        cancelled_twice_ |= cancelled_;
        cancelled_ = true;
        break;
      case StatementKind::kInvoiceWrittenOff:
        written_off_.push_back(&s);
        out_->Add(s.at, Money(Measure::kWrittenOff, s.currency), s.net);
        break;
      case StatementKind::kCredited:
        InCurrency(s.currency).credited += *s.amount;
        if (issued_ == nullptr) Wait(s);
        break;
      case StatementKind::kPaid:
        InCurrency(s.currency).paid += *s.amount;
        if (issued_ == nullptr) {
          Wait(s);
        } else {
          Allocate(s);
        }
        break;
      case StatementKind::kRefunded:
        InCurrency(s.currency).paid -= *s.amount;
        if (issued_ == nullptr) Wait(s);
        break;
      default:
        break;
    }
  }

  void Wait(const Statement& s) {
    early_.push_back(&s);
    AddWaiting(s, 1);
  }

  void AddWaiting(const Statement& s, int sign) {
    if (!out_->wanted()) return;  // the text is worked out last
    const Nanos amount = s.kind == StatementKind::kRefunded ? -*s.amount : *s.amount;
    out_->Add(
        at_, {.measure = Measure::kWaiting, .currency = s.currency, .text = WaitingText(s.origin, key_, out_->arena())},
        sign * amount);
  }

  // Days beyond terms of one payment, dated by the later of payment and invoice.
  void Allocate(const Statement& payment) {
    if (!issued_->day || payment.currency != issued_->currency) return;
    const Int128 days = zone_.LocalDay(payment.at) - *issued_->day;
    out_->Add(at_, Money(Measure::kAllocated, payment.currency), *payment.amount);
    out_->Add(at_, Money(Measure::kAllocations, payment.currency), 1);
    out_->Add(at_, Money(Measure::kAllocatedDays, payment.currency), *payment.amount * days);
    out_->Add(at_, Money(Measure::kAllocatedLateDays, payment.currency), *payment.amount * std::max<Int128>(days, 0));
  }

  Reductions& InCurrency(Currency currency) {
    const auto known = std::find_if(reductions_.begin(), reductions_.end(),
                                    [currency](const Reductions& x) { return x.currency == currency; });
    if (known != reductions_.end()) return *known;
    reductions_.push_back({currency});
    return reductions_.back();
  }

  void Render() {
    bool over = false;
    bool foreign = false;
    for (const Reductions& x : reductions_) {
      if (issued_ == nullptr || x.currency != issued_->currency) {
        // Not applied: to an invoice of another currency, or to one not known yet, for which it waits.
        steps_.Set(Money(Measure::kUnapplied, x.currency), x.sum());
        foreign |= issued_ != nullptr && x.sum() != 0;
      }
    }
    if (issued_ != nullptr) {
      over = RenderIssued();
      foreign |=
          std::ranges::any_of(written_off_, [this](const Statement* x) { return x->currency != issued_->currency; });
    }
    steps_.Finding("payment_over_invoice", key_, over);
    steps_.Finding("amount_in_another_currency", key_, foreign);
    steps_.Finding("invoice_issued_twice", key_, issued_twice_);
    steps_.Finding("invoice_cancelled_twice", key_, cancelled_twice_);
    steps_.Finding("invoice_cancelled_never_issued", key_, cancelled_ && issued_ == nullptr);
  }

  // Returns whether more was paid or credited than there is to pay.
  bool RenderIssued() {
    const Currency currency = issued_->currency;
    const int sign = cancelled_ ? 0 : 1;
    Nanos claim = sign * *issued_->amount;
    for (const Statement* x : written_off_) {
      if (x->currency == currency) claim -= *x->amount;
    }
    const Nanos reduced = InCurrency(currency).sum();
    const Nanos open = std::max<Nanos>(0, claim - reduced);
    const Nanos unapplied = std::max<Nanos>(0, reduced - std::max<Nanos>(claim, 0));
    steps_.Set(Money(Measure::kOpen, currency, issued_->day ? issued_->day->value() : kNoDueDay), open);
    steps_.Set(Money(Measure::kUnapplied, currency), unapplied);
    steps_.Set({.measure = Measure::kInvoices}, sign);
    steps_.Set(Money(Measure::kInvoicedNet, currency), sign * issued_->net);
    steps_.Set(Money(Measure::kDiscounts, currency), sign * issued_->discount);
    steps_.Set(Money(Measure::kCostOfGoods, currency), sign * issued_->cost);
    const bool on_credit = issued_->day && *issued_->day > zone_.LocalDay(issued_->at);
    steps_.Set(Money(Measure::kCreditSales, currency), on_credit ? sign * *issued_->amount : 0);
    steps_.Set(Money(Measure::kCreditInvoices, currency), on_credit ? sign : 0);
    return unapplied > 0;
  }

  const EntityRef& key_;
  const Zone& zone_;
  ContributionSink* out_;
  Steps steps_;
  Instant at_;
  const Statement* issued_ = nullptr;
  bool issued_twice_ = false;
  bool cancelled_ = false;
  bool cancelled_twice_ = false;
  absl::InlinedVector<const Statement*, 2> written_off_;
  absl::InlinedVector<const Statement*, 4> early_;  // said of the invoice before it was issued
  absl::InlinedVector<Reductions, 2> reductions_;
};

Nanos Allocated(const Statement& s) {
  Nanos sum = 0;
  for (const StatedAllocation& allocation : s.allocations) sum += allocation.amount;
  return sum;
}

// Documents of which the earliest counts: what it adds, and a finding while there are others.
void FoldDocument(const EntityRef& entity, std::span<const Statement> statements, size_t first, ContributionSink* out) {
  out->Want(first == 0);
  const Statement& s = statements.front();
  switch (s.kind) {
    case StatementKind::kCreditNoteIssued:
      out->Add(s.at, Money(Measure::kInvoicedNet, s.currency), -s.net);
      out->Add(s.at, Money(Measure::kCostOfGoods, s.currency), -s.cost);
      if (s.ref.empty()) out->Add(s.at, Money(Measure::kUnapplied, s.currency), *s.amount);
      break;
    case StatementKind::kPaymentReceived:
      out->Add(s.at, Money(Measure::kCollected, s.currency), *s.amount);
      out->Add(s.at, {.measure = Measure::kPayments}, 1);
      out->Add(s.at, Money(Measure::kUnapplied, s.currency), *s.amount - Allocated(s));
      break;
    case StatementKind::kRefundMade:
      out->Add(s.at, Money(Measure::kCollected, s.currency), -*s.amount);
      out->Add(s.at, Money(Measure::kUnapplied, s.currency), Allocated(s) - *s.amount);
      break;
    default:
      return;
  }
  if (statements.size() < 2) return;
  out->Want(first <= 1);
  out->Add(statements[1].at, FindingKey("stated_twice", EntityName(entity), out->arena()), 1);
}

// Booked: the earliest close of the deal, where it is a win.
void FoldDeal(std::span<const Statement> statements, size_t first, ContributionSink* out) {
  for (size_t i = 0; i < statements.size(); ++i) {
    const Statement& s = statements[i];
    out->Want(i >= first);
    if (s.kind == StatementKind::kDealLost) return;
    if (s.kind != StatementKind::kDealWon) continue;
    out->Add(s.at, Money(Measure::kBooked, s.currency), *s.amount);
    out->Add(s.at, Money(Measure::kDealsWon, s.currency), 1);
    return;
  }
}

}  // namespace

std::string_view WaitingText(std::string_view document, const EntityRef& invoice, Arena* arena) {
  return EntityRefText(document, EntityRefText(invoice.name_space, invoice.id, arena), arena);
}

Waiting WaitingOf(std::string_view text) {
  const size_t end = text.find(kRefSeparator, text.find(kRefSeparator) + 1);
  return {EntityOfOrigin(text.substr(0, end)), EntityOfRefText(EntityKind::kInvoice, text.substr(end + 1))};
}

void ValueProjection::FoldFact(const event::v1::Event& event, Instant at, ContributionSink* out) const {
  if (event.body_case() != event::v1::Event::kCostIncurred) return;
  const event::v1::CostIncurred& cost = event.cost_incurred();
  out->Add(at, Money(Measure::kCostToServe, CurrencyOf(cost.amount()), cost.kind()), NanosOf(cost.amount()));
}

void ValueProjection::FoldEntity(const EntityRef& entity, std::span<const Statement> statements, size_t first,
                                 const Zone& zone, ContributionSink* out) const {
  if (statements.empty()) return;
  switch (entity.kind) {
    case EntityKind::kInvoice:
      InvoiceWalk(entity, zone, out).Walk(statements, first);
      break;
    case EntityKind::kCreditNote:
    case EntityKind::kPayment:
    case EntityKind::kRefund:
      FoldDocument(entity, statements, first, out);
      break;
    case EntityKind::kDeal:
      FoldDeal(statements, first, out);
      break;
    default:
      break;
  }
}

}  // namespace kontor
