// Statements: what events said of one entity (a deal, an invoice, a promise…), each kept with its instant and identity.
//
// An entity row is a sorted set of statements and nothing else; what holds at an instant t, and what the entity adds to
// the figures, is worked out from those up to t. So the row depends on which events there are, never on their order.
//
// Ownership: statements and references are views: of an event, of a row's bytes, of an arena. Whoever keeps one keeps
//            that alive too.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/arena.h"
#include "engine/base/civil.h"
#include "engine/base/codec.h"
#include "engine/base/money.h"

namespace kontor {

// Stored: never renumber.
enum class EntityKind : uint8_t {
  kDeal = 1,
  kInvoice = 2,
  kCreditNote = 3,
  kPayment = 4,
  kRefund = 5,
  kCommitment = 6,
  kIssue = 7,
  kTarget = 8,  // namespace: empty; id: measure and period
  kVoid = 9,    // namespace and id: the identity that is voided; its row stands under no account
  // Of the reference topic.
  kMerge = 40,       // id: the absorbed account
  kRevert = 41,      // namespace and id: identity of the merge
  kRate = 42,        // id: "EUR/USD 2026-11-24"
  kParameters = 43,  // id: empty
};

// Which entity, within its account; a view of its names.
struct EntityRef {
  EntityKind kind{};
  std::string_view name_space;
  std::string_view id;
  auto operator<=>(const EntityRef&) const = default;
  bool operator==(const EntityRef&) const = default;
};

// The same, with names of its own.
struct EntityKey {
  EntityKind kind{};
  std::string name_space;
  std::string id;

  EntityKey() = default;
  EntityKey(EntityKind of, std::string in, std::string called)
      : kind(of), name_space(std::move(in)), id(std::move(called)) {}
  explicit EntityKey(const EntityRef& ref) : kind(ref.kind), name_space(ref.name_space), id(ref.id) {}
  // The view of itself, as std::string gives one of its own.
  operator EntityRef() const { return {kind, name_space, id}; }  // NOLINT(google-explicit-constructor)
  auto operator<=>(const EntityKey&) const = default;
  bool operator==(const EntityKey&) const = default;
};

// "invoice erp/1001"
std::string EntityName(const EntityRef& entity);

// Stored: never renumber.
enum class StatementKind : uint8_t {
  // Deals.
  kDealOpened = 1,   // amount?, day? (expected close), ref? (the deal renewed)
  kDealChanged = 2,  // amount?, day?
  kDealWon = 3,      // amount, recurring?, day? (first day), number (term in months), flag (auto-renewal), ref?
  kDealLost = 4,
  kRenewalWon = 5,   // from the renewing deal: day (first day of the renewal)
  kRenewalLost = 6,  // from the renewing deal
  // Invoices.
  kInvoiceIssued = 10,  // amount (gross), net, discount, cost, day? (due)
  kInvoiceCancelled = 11,
  kInvoiceWrittenOff = 12,  // amount (gross), net
  kCredited = 13,           // from a credit note: amount (gross)
  kPaid = 14,               // from a payment: amount
  kRefunded = 15,           // from a refund: amount
  // Credit notes, payments, refunds.
  kCreditNoteIssued = 20,  // amount (gross), net, cost, ref? (invoice)
  kPaymentReceived = 21,   // amount, allocations
  kRefundMade = 22,        // amount, allocations
  // Commitments and issues.
  kMade = 30,     // day (due)
  kRedated = 31,  // day (due)
  kKept = 32,
  kBroken = 33,
  kWithdrawn = 34,
  kRaised = 35,
  kResolved = 36,
  // The account itself.
  kAccountOpened = 50,   // fields
  kAccountChanged = 51,  // fields
  kAccountClosed = 52,
  kDesignated = 53,
  kReleased = 54,
  // Targets.
  kTargetSet = 60,  // amount; day and day_to (period); number (TargetMeasure)
  // Voids.
  kVoid = 70,        // the event that voids; origin: the account that it came for
  kVoidTarget = 71,  // the event that is named, once seen; origin: its account; flag: it is itself a void
  // Reference.
  kMerged = 80,  // ref: the survivor
  kReverted = 81,
  kRatePublished = 82,      // amount (rate), day
  kParametersAdopted = 83,  // fields: field number and decimal text
};

struct StatedAllocation {
  std::string_view ref;  // the invoice, as EntityRefText
  Nanos amount = 0;
  bool operator==(const StatedAllocation&) const = default;
  auto operator<=>(const StatedAllocation&) const = default;
};

struct StatedField {
  int32_t number = 0;  // of the field in its message
  std::string_view value;
  bool operator==(const StatedField&) const = default;
  auto operator<=>(const StatedField&) const = default;
};

// One event's word on one entity. Which members a kind uses stands beside the kind; the others are empty.
struct Statement {
  Instant at;               // when it happened; statements of derived kinds: the latest of the facts they rest on
  std::string_view source;  // identity of the event
  std::string_view event_id;
  StatementKind kind{};
  std::string_view origin;  // derived kinds: the entity it comes from (OriginOf); kinds of voids: an account
  Currency currency;
  std::optional<Nanos> amount;
  Nanos net = 0;
  Nanos discount = 0;
  Nanos cost = 0;
  std::optional<Nanos> recurring;
  Currency recurring_currency;
  std::optional<Day> day;
  std::optional<Day> day_to;
  int64_t number = 0;
  bool flag = false;
  std::string_view ref;  // another entity of the account (EntityRefText), or an account
  std::span<const StatedAllocation> allocations;
  std::span<const StatedField> fields;

  // The world's order: instant, then identity; the rest only makes the order total.
  std::strong_ordering operator<=>(const Statement& other) const;
  bool operator==(const Statement& other) const { return (*this <=> other) == 0; }
};
using Statements = std::vector<Statement>;

// What one entity's statements say of another.
struct LinkedStatement {
  EntityRef entity;
  Statement statement;
  bool operator==(const LinkedStatement&) const = default;
  auto operator<=>(const LinkedStatement&) const = default;
};

// Between the parts of a text that names entities; no name holds it. Stored: never changes.
inline constexpr char kRefSeparator = '\x1f';
// "namespace\x1fid": how a statement names another entity.
std::string_view EntityRefText(std::string_view name_space, std::string_view id, Arena* arena);
EntityRef EntityOfRefText(EntityKind kind, std::string_view ref_text);

// How a derived statement names the entity that it comes from, and back.
std::string_view OriginOf(const EntityRef& entity, Arena* arena);
EntityRef EntityOfOrigin(std::string_view origin);

// The bytes of an entity row: how many statements, and each. Nothing for none.
void EncodeStatements(std::span<const Statement> statements, std::string* bytes);
// What the bytes say, behind what is in `statements` already: views of the bytes, lists of them on the arena. False
// where the bytes are no row, or their statements not in order.
bool DecodeStatements(std::string_view bytes, Arena* arena, Statements* statements);

}  // namespace kontor
