// One account of the demo's world: what it is, how it behaves, and what stands open with it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/civil.h"
#include "kontor/event/v1/event.pb.h"
#include "tools/kontor/demo/calendar.h"
#include "tools/kontor/demo/catalogue.h"

namespace kontor::demo {

// The part that an account plays. Every part but kOrdinary is told as a story.
enum class Role {
  kOrdinary,
  kLeaving,
  kLatePayer,
  kGrownByPromises,
  kBadEmitter,
  kVoidedDeal,
  kSurvivor,
  kAbsorbed,
  kMistakenSurvivor,
  kMistakenAbsorbed,
  kUntidyBooks,
  kInsolvent,
  kGroupParent,
  kGroupMember,
};

// How it behaves. "Permille" of happenings: how many of them in a thousand months.
struct Character {
  int64_t monthly_cents = 0;      // what it buys in a usual month of the first year, net, in its currency
  int64_t growth_permille = 0;    // of that, a year
  int64_t contract_permille = 0;  // the share of it that is under contract
  int64_t touches_permille = 0;   // conversations
  int64_t orders_permille = 0;    // orders of consumables
  int64_t deals_permille = 0;     // deals that come into sight
  int64_t wins_permille = 0;      // of a thousand deals
  int64_t promises_permille = 0;
  int64_t keeps_permille = 0;  // of a thousand promises, by their first day
  int64_t issues_permille = 0;
  int64_t mood = 0;                 // -100 to 100, about which its mood moves
  int64_t mood_drift = 0;           // a year
  int64_t terms_days = 30;          // of payment
  int64_t pays_after_due_days = 0;  // negative: before
  int64_t pays_spread_days = 0;
  bool pays_in_runs = false;  // all that is due, on the 10th and the 25th
  int64_t discount_permille = 0;
};

// How it draws to an end, day by day; what is not set does not happen.
struct Ending {
  std::optional<Day> fades_from;   // buys and talks less from here on; renewals are lost
  std::optional<Day> silent_from;  // no contact from here on
  std::optional<Day> unpaid_from;  // no payment from here on
  std::optional<Day> closes_on;    // the account is closed
};

struct Contact {
  std::string id;
  std::string name;
  Day since;
  std::optional<Day> left;
};

struct OpenInvoice {
  std::string id;
  int64_t open_cents = 0;
};
struct OpenDeal {
  std::string id;
  int64_t cents = 0;
};

// What an id of a document begins with.
enum class Document {
  kContact,
  kDeal,
  kInvoice,
  kCreditNote,
  kPayment,
  kRefund,
  kPromise,
  kIssue,
  kGoal,
  kNeed,
  kOffer,
  kRelation,
  kCount,
};

struct Account {
  int64_t number = 0;  // from 1001
  std::string id;      // "A1001"
  Role role = Role::kOrdinary;
  std::string stem;  // first part of the name, shared in a group
  std::string name;
  Segment segment = Segment::kSmallBusiness;
  const Industry* industry = nullptr;
  const Market* market = nullptr;
  std::string parent;  // account id, or empty
  std::string manager;
  std::string tier;
  Day opened;
  std::optional<Day> key_account_from;
  std::optional<Day> released_on;  // as a key account

  Character character;
  Ending ending;
  // By month of the history.
  std::vector<int64_t> volume_cents;
  std::vector<int64_t> mood;

  std::vector<Contact> contacts;
  // What stands open at the end of the history; the live trickle goes on from it.
  std::vector<OpenInvoice> open_invoices;
  std::vector<OpenDeal> open_deals;
  std::vector<std::string> open_promises;
  std::vector<std::string> open_issues;

  int32_t prices_of_year = 0;  // in which the catalogue's prices hold
  uint64_t id_salt = 0;        // of the seed
  uint32_t next_event = 0;
  std::array<uint32_t, static_cast<size_t>(Document::kCount)> next_document = {};

  // "INV-1001-0042".
  std::string NewId(Document document);
  // An event of its own identity. Identities never repeat: an id is a bijection of account and running number.
  event::v1::Event NewEvent(std::string_view source, Instant occurred_at);
  std::vector<const Contact*> ContactsAt(Day day) const;
  // Whether facts of that day are still to be expected.
  bool LivesAt(Day day) const { return day >= opened && (!ending.closes_on || day < *ending.closes_on); }
  bool FadesAt(Day day) const { return ending.fades_from && day >= *ending.fades_from; }
  bool SilentAt(Day day) const { return ending.silent_from && day >= *ending.silent_from; }
};

}  // namespace kontor::demo
