// What each body says of which entity: the map from the event catalogue to statements.
#include <algorithm>
#include <optional>
#include <string>

#include "engine/base/check.h"
#include "projections/account/fold.h"

namespace kontor {
namespace {

using event::v1::Event;
using type::v1::Line;

std::string_view NamespaceOf(const type::v1::EntityRef& ref, const Event& event) {
  return ref.has_namespace_() ? ref.namespace_() : event.source();
}

std::string_view RefText(const type::v1::EntityRef& ref, const Event& event, Arena* arena) {
  return EntityRefText(NamespaceOf(ref, event), ref.id(), arena);
}

EntityRef KeyOf(EntityKind kind, const type::v1::EntityRef& ref, const Event& event) {
  return {kind, NamespaceOf(ref, event), ref.id()};
}

// Sum over lines of (list - charged) x quantity; a line without both prices has no discount that we know.
Nanos DiscountOf(const google::protobuf::RepeatedPtrField<Line>& lines) {
  Nanos sum = 0;
  for (const Line& line : lines) {
    if (!line.has_list_price() || !line.has_charged_price()) continue;
    sum += MultiplyRounded(NanosOf(line.list_price()) - NanosOf(line.charged_price()), NanosOf(line.quantity()));
  }
  return sum;
}

Nanos CostOf(const google::protobuf::RepeatedPtrField<Line>& lines) {
  Nanos sum = 0;
  for (const Line& line : lines) {
    if (line.has_unit_cost()) sum += MultiplyRounded(NanosOf(line.unit_cost()), NanosOf(line.quantity()));
  }
  return sum;
}

template <typename Payment>
void TakeAllocations(const Payment& body, const Event& event, Arena* arena, Statement* s) {
  const auto allocations = arena->AllocateSpan<StatedAllocation>(static_cast<size_t>(body.allocations_size()));
  size_t i = 0;
  for (const type::v1::Allocation& allocation : body.allocations()) {
    allocations[i++] = {RefText(allocation.invoice(), event, arena), NanosOf(allocation.amount())};
  }
  s->allocations = allocations;
}

void TakeAmount(const type::v1::Money& money, Statement* s) {
  s->currency = CurrencyOf(money);
  s->amount = NanosOf(money);
}

// The fields that a body has, as a list on an arena.
class FieldList {
 public:
  FieldList(size_t most, Arena* arena) : fields_(arena->AllocateSpan<StatedField>(most)) {}
  void Take(bool present, int32_t number, std::string_view value) {
    if (present) fields_[count_++] = {number, value};
  }
  std::span<const StatedField> fields() const { return fields_.first(count_); }

 private:
  std::span<StatedField> fields_;
  size_t count_ = 0;
};

void TakeFields(const event::v1::AccountFields& fields, Arena* arena, Statement* s) {
  FieldList list(7, arena);
  using Fields = event::v1::AccountFields;
  list.Take(fields.has_name(), Fields::kNameFieldNumber, fields.name());
  list.Take(fields.has_segment(), Fields::kSegmentFieldNumber, fields.segment());
  list.Take(fields.has_industry(), Fields::kIndustryFieldNumber, fields.industry());
  list.Take(fields.has_country(), Fields::kCountryFieldNumber, fields.country());
  list.Take(fields.has_parent(), Fields::kParentFieldNumber, fields.parent());
  list.Take(fields.has_manager(), Fields::kManagerFieldNumber, fields.manager());
  list.Take(fields.has_tier(), Fields::kTierFieldNumber, fields.tier());
  s->fields = list.fields();
}

void TakeParameters(const event::v1::ParametersAdopted& body, Arena* arena, Statement* s) {
  FieldList list(5, arena);
  const auto take = [&](bool present, int32_t number, Nanos value) {
    if (present) list.Take(true, number, arena->Copy(DecimalText(value)));
  };
  const auto whole = [](uint32_t x) { return static_cast<Nanos>(x) * kNanosPerUnit; };
  using Body = event::v1::ParametersAdopted;
  take(body.has_rate_age_days(), Body::kRateAgeDaysFieldNumber, whole(body.rate_age_days()));
  take(body.has_sentiment_half_life_days(), Body::kSentimentHalfLifeDaysFieldNumber,
       whole(body.sentiment_half_life_days()));
  take(body.has_prediction_horizon_years(), Body::kPredictionHorizonYearsFieldNumber,
       whole(body.prediction_horizon_years()));
  take(body.has_white_space_share(), Body::kWhiteSpaceShareFieldNumber, NanosOf(body.white_space_share()));
  take(body.has_white_space_accounts_min(), Body::kWhiteSpaceAccountsMinFieldNumber,
       whole(body.white_space_accounts_min()));
  s->fields = list.fields();
}

bool StateDeal(const Event& event, Arena* arena, StatedFact* fact) {
  Statement& s = fact->statement;
  switch (event.body_case()) {
    case Event::kDealOpened: {
      const auto& body = event.deal_opened();
      fact->entity = KeyOf(EntityKind::kDeal, body.deal(), event);
      s.kind = StatementKind::kDealOpened;
      if (body.has_amount()) TakeAmount(body.amount(), &s);
      if (body.has_expected_close()) s.day = DayOf(body.expected_close());
      if (body.has_renews()) s.ref = RefText(body.renews(), event, arena);
      return true;
    }
    case Event::kDealChanged: {
      const auto& body = event.deal_changed();
      fact->entity = KeyOf(EntityKind::kDeal, body.deal(), event);
      s.kind = StatementKind::kDealChanged;
      if (body.has_amount()) TakeAmount(body.amount(), &s);
      if (body.has_expected_close()) s.day = DayOf(body.expected_close());
      return true;
    }
    case Event::kDealWon: {
      const auto& body = event.deal_won();
      fact->entity = KeyOf(EntityKind::kDeal, body.deal(), event);
      s.kind = StatementKind::kDealWon;
      TakeAmount(body.amount(), &s);
      if (body.has_recurring_amount()) {
        s.recurring = NanosOf(body.recurring_amount());
        s.recurring_currency = CurrencyOf(body.recurring_amount());
      }
      if (body.has_first_day()) s.day = DayOf(body.first_day());
      s.number = body.term_months();
      s.flag = body.auto_renewal();
      if (body.has_renews()) s.ref = RefText(body.renews(), event, arena);
      return true;
    }
    case Event::kDealLost:
      fact->entity = KeyOf(EntityKind::kDeal, event.deal_lost().deal(), event);
      s.kind = StatementKind::kDealLost;
      return true;
    default:
      return false;
  }
}

bool StateInvoice(const Event& event, Arena* arena, StatedFact* fact) {
  Statement& s = fact->statement;
  switch (event.body_case()) {
    case Event::kInvoiceIssued: {
      const auto& body = event.invoice_issued();
      fact->entity = KeyOf(EntityKind::kInvoice, body.invoice(), event);
      s.kind = StatementKind::kInvoiceIssued;
      TakeAmount(body.gross(), &s);
      s.net = NanosOf(body.net());
      s.discount = DiscountOf(body.lines());
      s.cost = CostOf(body.lines());
      if (body.has_due()) s.day = DayOf(body.due());
      return true;
    }
    case Event::kInvoiceCancelled:
      fact->entity = KeyOf(EntityKind::kInvoice, event.invoice_cancelled().invoice(), event);
      s.kind = StatementKind::kInvoiceCancelled;
      return true;
    case Event::kInvoiceWrittenOff: {
      const auto& body = event.invoice_written_off();
      fact->entity = KeyOf(EntityKind::kInvoice, body.invoice(), event);
      s.kind = StatementKind::kInvoiceWrittenOff;
      TakeAmount(body.gross(), &s);
      s.net = NanosOf(body.net());
      return true;
    }
    case Event::kCreditNoteIssued: {
      const auto& body = event.credit_note_issued();
      fact->entity = KeyOf(EntityKind::kCreditNote, body.credit_note(), event);
      s.kind = StatementKind::kCreditNoteIssued;
      TakeAmount(body.gross(), &s);
      s.net = NanosOf(body.net());
      s.cost = CostOf(body.lines());
      if (body.has_invoice()) s.ref = RefText(body.invoice(), event, arena);
      return true;
    }
    case Event::kPaymentReceived: {
      const auto& body = event.payment_received();
      fact->entity = KeyOf(EntityKind::kPayment, body.payment(), event);
      s.kind = StatementKind::kPaymentReceived;
      TakeAmount(body.amount(), &s);
      TakeAllocations(body, event, arena, &s);
      return true;
    }
    case Event::kPaymentRefunded: {
      const auto& body = event.payment_refunded();
      fact->entity = KeyOf(EntityKind::kRefund, body.refund(), event);
      s.kind = StatementKind::kRefundMade;
      TakeAmount(body.amount(), &s);
      TakeAllocations(body, event, arena, &s);
      return true;
    }
    default:
      return false;
  }
}

bool StateService(const Event& event, StatedFact* fact) {
  Statement& s = fact->statement;
  const auto commitment = [&](const type::v1::EntityRef& ref, StatementKind kind) {
    fact->entity = KeyOf(EntityKind::kCommitment, ref, event);
    s.kind = kind;
  };
  switch (event.body_case()) {
    case Event::kCommitmentMade:
      commitment(event.commitment_made().commitment(), StatementKind::kMade);
      s.day = DayOf(event.commitment_made().due());
      return true;
    case Event::kCommitmentRedated:
      commitment(event.commitment_redated().commitment(), StatementKind::kRedated);
      s.day = DayOf(event.commitment_redated().due());
      return true;
    case Event::kCommitmentKept:
      commitment(event.commitment_kept().commitment(), StatementKind::kKept);
      return true;
    case Event::kCommitmentBroken:
      commitment(event.commitment_broken().commitment(), StatementKind::kBroken);
      return true;
    case Event::kCommitmentWithdrawn:
      commitment(event.commitment_withdrawn().commitment(), StatementKind::kWithdrawn);
      return true;
    case Event::kIssueRaised:
      fact->entity = KeyOf(EntityKind::kIssue, event.issue_raised().issue(), event);
      s.kind = StatementKind::kRaised;
      return true;
    case Event::kIssueResolved:
      fact->entity = KeyOf(EntityKind::kIssue, event.issue_resolved().issue(), event);
      s.kind = StatementKind::kResolved;
      return true;
    default:
      return false;
  }
}

bool StateAccount(const Event& event, Arena* arena, StatedFact* fact) {
  Statement& s = fact->statement;
  fact->head = true;
  switch (event.body_case()) {
    case Event::kAccountOpened:
      s.kind = StatementKind::kAccountOpened;
      TakeFields(event.account_opened().fields(), arena, &s);
      return true;
    case Event::kAccountChanged:
      s.kind = StatementKind::kAccountChanged;
      TakeFields(event.account_changed().fields(), arena, &s);
      return true;
    case Event::kAccountClosed:
      s.kind = StatementKind::kAccountClosed;
      return true;
    case Event::kKeyAccountDesignated:
      s.kind = StatementKind::kDesignated;
      return true;
    case Event::kKeyAccountReleased:
      s.kind = StatementKind::kReleased;
      return true;
    case Event::kTargetSet: {
      const auto& body = event.target_set();
      fact->head = false;
      s.kind = StatementKind::kTargetSet;
      s.day = DayOf(body.period_from());
      s.day_to = DayOf(body.period_to());
      s.number = body.measure();
      TakeAmount(body.amount(), &s);
      fact->entity = {
          EntityKind::kTarget, "",
          arena->Copy(fmt::format("{} {} {} {}", s.number, DayText(*s.day), DayText(*s.day_to), s.currency.code()))};
      return true;
    }
    default:
      fact->head = false;
      return false;
  }
}

bool StateReference(const Event& event, Arena* arena, StatedFact* fact) {
  Statement& s = fact->statement;
  switch (event.body_case()) {
    case Event::kAccountsMerged:
      fact->entity = {EntityKind::kMerge, "", event.accounts_merged().absorbed()};
      s.kind = StatementKind::kMerged;
      s.ref = event.accounts_merged().survivor();
      return true;
    case Event::kMergeReverted: {
      const auto& body = event.merge_reverted();
      fact->entity = {EntityKind::kRevert, body.has_merge_source() ? body.merge_source() : event.source(),
                      body.merge_event_id()};
      s.kind = StatementKind::kReverted;
      return true;
    }
    case Event::kExchangeRatePublished: {
      const auto& body = event.exchange_rate_published();
      s.kind = StatementKind::kRatePublished;
      s.amount = NanosOf(body.rate());
      s.day = DayOf(body.day());
      fact->entity = {
          EntityKind::kRate, "",
          arena->Copy(fmt::format("{}/{} {}", body.base_currency(), body.quote_currency(), DayText(*s.day)))};
      return true;
    }
    case Event::kParametersAdopted:
      fact->entity = {EntityKind::kParameters, "", ""};
      s.kind = StatementKind::kParametersAdopted;
      TakeParameters(event.parameters_adopted(), arena, &s);
      return true;
    default:
      return false;
  }
}

// The allocations of the earliest statement of a payment or refund, one link an invoice.
void LinkAllocations(const EntityRef& entity, const Statement& first, StatementKind kind, Arena* arena,
                     std::vector<LinkedStatement>* links) {
  const std::string_view origin = OriginOf(entity, arena);
  for (const StatedAllocation& allocation : first.allocations) {
    const EntityRef invoice = EntityOfRefText(EntityKind::kInvoice, allocation.ref);
    const auto known = std::find_if(links->begin(), links->end(),
                                    [&invoice](const LinkedStatement& link) { return link.entity == invoice; });
    if (known != links->end()) {
      *known->statement.amount += allocation.amount;
      continue;
    }
    LinkedStatement link{invoice, {}};
    link.statement.at = first.at;
    link.statement.source = first.source;
    link.statement.event_id = first.event_id;
    link.statement.kind = kind;
    link.statement.origin = origin;
    link.statement.currency = first.currency;
    link.statement.amount = allocation.amount;
    links->push_back(std::move(link));
  }
}

// The outcome of a deal, said of the deal that it renews.
void LinkRenewal(const EntityRef& entity, std::span<const Statement> statements, Arena* arena,
                 std::vector<LinkedStatement>* links) {
  const Statement* opened = nullptr;
  const Statement* closed = nullptr;
  for (const Statement& s : statements) {
    if (s.kind == StatementKind::kDealOpened && opened == nullptr) opened = &s;
    if ((s.kind == StatementKind::kDealWon || s.kind == StatementKind::kDealLost) && closed == nullptr) closed = &s;
  }
  if (closed == nullptr) return;
  const bool won = closed->kind == StatementKind::kDealWon;
  const bool by_close = !closed->ref.empty();
  const std::string_view renewed = by_close || opened == nullptr ? closed->ref : opened->ref;
  if (renewed.empty()) return;
  LinkedStatement link{EntityOfRefText(EntityKind::kDeal, renewed), {}};
  if (link.entity == entity) return;
  link.statement.at = by_close ? closed->at : std::max(closed->at, opened->at);
  link.statement.source = closed->source;
  link.statement.event_id = closed->event_id;
  link.statement.kind = won ? StatementKind::kRenewalWon : StatementKind::kRenewalLost;
  link.statement.origin = OriginOf(entity, arena);
  link.statement.day = closed->day;
  links->push_back(std::move(link));
}

}  // namespace

std::optional<EntityRef> EntityOf(const Event& event) {
  switch (event.body_case()) {
    case Event::kDealOpened:
      return KeyOf(EntityKind::kDeal, event.deal_opened().deal(), event);
    case Event::kDealChanged:
      return KeyOf(EntityKind::kDeal, event.deal_changed().deal(), event);
    case Event::kDealWon:
      return KeyOf(EntityKind::kDeal, event.deal_won().deal(), event);
    case Event::kDealLost:
      return KeyOf(EntityKind::kDeal, event.deal_lost().deal(), event);
    case Event::kInvoiceIssued:
      return KeyOf(EntityKind::kInvoice, event.invoice_issued().invoice(), event);
    case Event::kPaymentReceived: {
      // The payment itself is new mostly; what it is allocated to is not.
      const auto& body = event.payment_received();
      if (body.allocations().empty()) return KeyOf(EntityKind::kPayment, body.payment(), event);
      return KeyOf(EntityKind::kInvoice, body.allocations(0).invoice(), event);
    }
    case Event::kCommitmentMade:
      return KeyOf(EntityKind::kCommitment, event.commitment_made().commitment(), event);
    case Event::kCommitmentKept:
      return KeyOf(EntityKind::kCommitment, event.commitment_kept().commitment(), event);
    case Event::kCommitmentBroken:
      return KeyOf(EntityKind::kCommitment, event.commitment_broken().commitment(), event);
    default:
      return std::nullopt;
  }
}

std::optional<StatedFact> StatedFactOf(const Event& event, Arena* arena) {
  StatedFact fact;
  fact.statement.at = *InstantOf(event.occurred_at());
  fact.statement.source = event.source();
  fact.statement.event_id = event.event_id();
  if (StateDeal(event, arena, &fact) || StateInvoice(event, arena, &fact) || StateService(event, &fact) ||
      StateAccount(event, arena, &fact) || StateReference(event, arena, &fact)) {
    return fact;
  }
  return std::nullopt;
}

void LinksOf(const EntityRef& entity, std::span<const Statement> statements, Arena* arena,
             std::vector<LinkedStatement>* links) {
  links->clear();
  if (statements.empty()) return;
  switch (entity.kind) {
    case EntityKind::kPayment:
      LinkAllocations(entity, statements.front(), StatementKind::kPaid, arena, links);
      break;
    case EntityKind::kRefund:
      LinkAllocations(entity, statements.front(), StatementKind::kRefunded, arena, links);
      break;
    case EntityKind::kCreditNote: {
      const Statement& first = statements.front();
      if (first.ref.empty()) break;
      LinkedStatement link{EntityOfRefText(EntityKind::kInvoice, first.ref), {}};
      link.statement.at = first.at;
      link.statement.source = first.source;
      link.statement.event_id = first.event_id;
      link.statement.kind = StatementKind::kCredited;
      link.statement.origin = OriginOf(entity, arena);
      link.statement.currency = first.currency;
      link.statement.amount = first.amount;
      links->push_back(link);
      break;
    }
    case EntityKind::kDeal:
      LinkRenewal(entity, statements, arena, links);
      break;
    default:
      break;
  }
  std::sort(links->begin(), links->end());
}

}  // namespace kontor
