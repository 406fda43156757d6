// Tallies: exact, additive sums keyed by what was measured. The one shape in which states hold figures.
//
// A tally is a commutative group: adding, merging and taking out in any order gives the same tally, and entries that
// come to zero are gone. So a month is the sum of its days, a portfolio that of its accounts, and a correction takes
// back exactly what was put in (law 4). Integers and strings only (law 5).
//
// Sums are not checked for what passes 128 bits, 1.7 x 10^29 units of money: none can. Intake lets no event name more
// than 10^15 units, nor lines that come to more at one price, so it adds at most 2 x 10^15 to any measure of money:
// that takes 8 x 10^13 events. What is converted is at most 10^18 units, once an account, day, currency and measure:
// that takes 10^11 of these. A sum over twelve months, or times 90 days, is nearer by that factor only. Money x days is
// the exception, at 2.5 x 10^20 a payment: figures from it are undefined where the money alone says that it might not
// fit.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/codec.h"
#include "engine/base/money.h"

namespace kontor {

// What is measured. Stored: never renumber. Unit, `number` and `text` of its keys stand beside it; amounts of money are
// nanos of the key's currency, counts are plain numbers.
enum class Measure : uint16_t {
  kEvents = 1,         // accepted events that count
  kNotUnderstood = 2,  // of these, the ones with a body or enum value that this version does not know
  kVoided = 3,         // events taken back, at the instant at which they had occurred
  kFindings = 4,       // text: "code\x1f" and the entity's name; 1 while the contradiction stands

  // Value.
  kBooked = 20,             // money: won deals
  kDealsWon = 21,           // count; currency: of the amount
  kInvoicedNet = 22,        // money: invoices - cancellations - credit notes, net of tax
  kCollected = 23,          // money: payments - refunds
  kWrittenOff = 24,         // money: net of tax
  kCostOfGoods = 25,        // money
  kCostToServe = 26,        // money; number: CostKind
  kDiscounts = 27,          // money
  kOpen = 28,               // money, a stock; number: due day, or kNoDueDay
  kUnapplied = 29,          // money, a stock
  kWaiting = 30,            // money, a stock: part of unapplied; text: what waits and for which invoice (WaitingText)
  kCreditSales = 31,        // money: gross of invoices due after their issue day
  kAllocated = 32,          // money allocated to invoices with a due day, dated by the later of payment and invoice
  kAllocatedDays = 33,      // money x days from due day to paid day, signed; at most 250,344 days a kAllocated
  kAllocatedLateDays = 34,  // the same, floored at zero per payment
  kInvoices = 35,           // count, cancelled ones taken back
  kPayments = 36,           // count
  kAllocations = 37,        // count of what kAllocated sums; currency as there
  kCreditInvoices = 38,     // count of what kCreditSales sums; currency as there

  // Growth.
  kDealsOpened = 50,  // count
  kDealsLost = 51,    // count
  kOpenDeals = 52,    // count, a stock; number: expected day of close, or kNoDueDay
  kPipeline = 53,     // money, a stock; number: expected day of close, or kNoDueDay
  kCycleWon = 54,     // count; number: days from open to close
  kCycleLost = 55,    // count; number: days from open to close
  kRecurring = 56,    // money a month; number: the month from which it counts (a negative amount: no longer counts)

  // Satisfaction.
  kInteractions = 80,        // count
  kContactTouches = 81,      // count; text: the contact
  kDepartmentTouches = 82,   // count; text: the department
  kSentimentSum = 83,        // points; text: who typed it, empty for a system
  kSentimentCount = 84,      // count; text as kSentimentSum
  kNps = 85,                 // count; number: the answer; text as kSentimentSum
  kCsat = 86,                // count; number: scale and answer (survey_scale.h); text as kSentimentSum
  kCes = 87,                 // count; number: scale and answer (survey_scale.h); text as kSentimentSum
  kMade = 88,                // commitments; number: original due day
  kWithdrawnEarly = 89,      // commitments withdrawn by their original due day; number: that day
  kKeptInTime = 90,          // commitments kept by their original due day; number: that day
  kRedatedDue = 91,          // commitments not withdrawn by the day last promised; number: that day
  kRedatedKept = 92,         // of these, kept by it; number: that day
  kKept = 93,                // commitments kept at all, before they were broken or withdrawn
  kBroken = 94,              // commitments broken, before they were kept or withdrawn
  kWithdrawn = 95,           // commitments withdrawn, before they were kept or broken
  kOpenCommitments = 96,     // commitments, a stock: neither kept, broken nor withdrawn
  kIssuesRaised = 97,        // count
  kIssuesResolved = 98,      // count
  kOpenIssues = 99,          // count, a stock; number: the day raised
  kResolutionSeconds = 100,  // seconds from raised to resolved
  kResolutionHours = 101,    // count; number: whole hours from raised to resolved
};

// `number` of a stock without a day. Orders after every day.
inline constexpr int64_t kNoDueDay = INT32_MAX;

struct TallyKey {
  Measure measure{};
  Currency currency{};
  int64_t number = 0;
  std::string text{};
  auto operator<=>(const TallyKey&) const = default;
  bool operator==(const TallyKey&) const = default;
};

// A tally's key, as a view.
struct TallyRef {
  Measure measure{};
  Currency currency{};
  int64_t number = 0;
  std::string_view text{};
  auto operator<=>(const TallyRef&) const = default;
  bool operator==(const TallyRef&) const = default;
  TallyKey Key() const { return {measure, currency, number, std::string(text)}; }
};

struct TallyEntry {
  TallyKey key;
  Int128 amount = 0;
  bool operator==(const TallyEntry&) const = default;
};

// The bytes of one entry. `previous` is the measure of the entry before, 0 of the first, and becomes this one's.
void EncodeTallyEntry(const TallyRef& key, Int128 amount, uint64_t* previous, ByteWriter* writer);

class Tally {
 public:
  void Add(const TallyKey& key, Int128 amount);
  void Add(const Tally& other, int sign = 1);
  Int128 Get(const TallyKey& key) const;

  const std::vector<TallyEntry>& entries() const { return entries_; }
  bool empty() const { return entries_.empty(); }
  bool operator==(const Tally&) const = default;

  // Entries in key order: count, then measure (as a step from the one before), currency, number, text, amount of each.
  void Encode(ByteWriter* writer) const;
  // False where the bytes are no tally.
  bool Decode(ByteReader* reader);

 private:
  std::vector<TallyEntry> entries_;  // by key, none zero
};

}  // namespace kontor
