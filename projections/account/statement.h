// Statements: what events said of one entity (a deal, an invoice, a promise…), each kept with its instant and identity.
//
// An entity row is a sorted set of statements and nothing else; what holds at an instant t, and what the entity adds to
// the figures, is worked out from those up to t. So the row depends on which events there are, never on their order.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// Which entity, within its account.
struct EntityKey {
  EntityKind kind{};
  std::string name_space;
  std::string id;
  auto operator<=>(const EntityKey&) const = default;
  bool operator==(const EntityKey&) const = default;
};

// "invoice erp/1001"
std::string EntityName(const EntityKey& key);

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
  std::string ref;  // the invoice, as EntityRefText
  Nanos amount = 0;
  bool operator==(const StatedAllocation&) const = default;
  auto operator<=>(const StatedAllocation&) const = default;
};

struct StatedField {
  int32_t number = 0;  // of the field in its message
  std::string value;
  bool operator==(const StatedField&) const = default;
  auto operator<=>(const StatedField&) const = default;
};

// One event's word on one entity. Which members a kind uses stands beside the kind; the others are empty.
struct Statement {
  Instant at;          // when it happened; statements of derived kinds: the latest of the facts they rest on
  std::string source;  // identity of the event
  std::string event_id;
  StatementKind kind{};
  std::string origin;  // derived kinds: the entity it comes from (OriginOf); kinds of voids: an account
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
  std::string ref;  // another entity of the account (EntityRefText), or an account
  std::vector<StatedAllocation> allocations;
  std::vector<StatedField> fields;

  // The world's order: instant, then identity; the rest only makes the order total.
  auto operator<=>(const Statement&) const = default;
  bool operator==(const Statement&) const = default;
};

// "namespace\x1fid": how a statement names another entity.
std::string EntityRefText(std::string_view name_space, std::string_view id);
EntityKey EntityKeyOf(EntityKind kind, std::string_view ref_text);

// How a derived statement names the entity that it comes from, and back.
std::string OriginOf(const EntityKey& key);
EntityKey EntityOfOrigin(std::string_view origin);

void Encode(const Statement& statement, ByteWriter* writer);
bool Decode(ByteReader* reader, Statement* statement);

}  // namespace kontor
