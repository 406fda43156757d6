// The workload of the benchmarks: a stream of events as an account-tracking engine meets it, and what a correct reader
// of it must find.
//
// Over two years: interactions 40 %, surveys 6 %, commitments 12 %, deals 12 %, invoices and payments 23 %, costs 7 %.
// Accounts follow Zipf(0.86): 20 % of them make 75 % of the events. A seventh of them has three currencies, the others
// one. Deals, invoices and commitments are opened, and closed some weeks later by another event of their account. One
// record in a hundred is a duplicate, the same bytes again: most from near, a fifth from up to four million events
// before. Two in a hundred are late: they occurred up to 45 days before their neighbours.
//
// The same seed and numbers give the same records.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kontor/event/v1/event.pb.h"

namespace kontor::bench {

// SplitMix64.
class Draws {
 public:
  explicit Draws(uint64_t seed) : state_(seed) {}
  uint64_t Next();
  uint64_t Below(uint64_t bound) {
    return static_cast<uint64_t>((static_cast<unsigned __int128>(Next()) * bound) >> 64);
  }
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

 private:
  uint64_t state_;
};

// What a correct reader finds: sums by name ("booked.EUR" in cents, "nps.9", "interactions"…), and for each one of
// money a print: the sum, modulo 2^64, of every amount times the hash of its account, which changes where an amount
// lands on the wrong one.
using Sums = std::map<std::string, int64_t>;
using Prints = std::map<std::string, uint64_t>;
uint64_t AccountPrint(std::string_view account);
std::string SumsJson(const Sums& sums);
// As text in hexadecimal: they are beyond what JSON's readers take for exact.
std::string PrintsJson(const Prints& prints);

struct Totals {
  uint64_t records = 0;
  uint64_t accepted = 0;
  uint64_t duplicates = 0;
  uint64_t late = 0;
  uint64_t key_bytes = 0;
  uint64_t value_bytes = 0;
  Sums sums;
  Prints prints;
};

// "acct-00001234" of the account with this rank by busyness, from 0.
std::string AccountName(uint64_t rank, uint64_t accounts);

// Ranks by Zipf's law, by its continuous inverse.
class ZipfRanks {
 public:
  explicit ZipfRanks(uint64_t accounts);
  uint64_t Draw(Draws* draws) const;

 private:
  uint64_t accounts_;
  double top_;
};

class Workload {
 public:
  // Records that follow those of the two years span no longer than this, so that nothing lies in the future.
  static constexpr int64_t kSpanMoreNanos = int64_t{300} * 86'400 * 1'000'000'000;

  // `events`: records over the two years. More may be asked for: time then goes on at `step_nanos()` an event.
  Workload(uint64_t seed, uint64_t events, uint64_t accounts);

  struct Record {
    std::string key;
    std::string value;
  };
  // The next record; good until the next call.
  const Record& Next();
  // What the reference topic holds: for each currency its price in euros, a day a week, for as long as records may
  // span.
  static std::vector<Record> Rates();

  int64_t step_nanos() const { return step_nanos_; }
  // Lets time go on slower or faster from here.
  void set_step_nanos(int64_t nanos) { step_nanos_ = nanos; }
  Totals totals() const;

 private:
  // The open entities of an account, oldest first, in one pool for all accounts: 8 bytes an account and kind.
  struct Open {
    uint32_t next = 0;    // 0: none
    int64_t ripe_at = 0;  // nanoseconds since 1970
    uint64_t number = 0;
    int64_t cents = 0;
    uint8_t currency = 0;
  };
  struct Queue {
    uint32_t first = 0;
    uint32_t last = 0;
  };
  struct Account {
    Queue deals, invoices, commitments;
  };
  // The kinds of bodies; each has a message of its own, kept for its memory.
  enum Kind {
    kInteraction,
    kSurvey,
    kMade,
    kKept,
    kBroken,
    kOpened,
    kChanged,
    kWon,
    kLost,
    kIssued,
    kPaid,
    kCost,
    kKinds
  };
  enum MoneySum { kBooked, kInvoicedNet, kCollected, kCostToServe, kMoneySums };
  static constexpr size_t kCurrencies = 3;

  void MakeEvent();
  event::v1::Event& Begin(Kind kind, const char* source);
  const event::v1::Event& Interaction();
  const event::v1::Event& Survey();
  const event::v1::Event& Commitment(Account* account);
  const event::v1::Event& Deal(Account* account);
  const event::v1::Event& InvoiceOrPayment(Account* account);
  const event::v1::Event& Cost();

  // The oldest open entity, where its time to close has come; null otherwise.
  const Open* Ripe(const Queue& queue) const;
  // Opens one that may close after so many days.
  void Push(Queue* queue, uint64_t days, int64_t cents, uint8_t currency);
  void Pop(Queue* queue);
  void Add(MoneySum sum, uint8_t currency, int64_t cents);
  uint8_t DrawCurrency();
  int64_t DrawCents() { return 1'000 + static_cast<int64_t>(draws_.Below(20'000'000)); }

  Draws draws_;
  const uint64_t accounts_;
  const ZipfRanks ranks_;
  int64_t step_nanos_;
  int64_t now_;  // nanoseconds since 1970
  std::vector<Account> state_;
  std::vector<Open> pool_;
  uint32_t free_ = 0;
  std::array<event::v1::Event, kKinds> events_;
  std::vector<Record> near_, far_;  // what may be sent again
  Record record_;
  uint64_t accepted_ = 0;

  // Of the event that is being made.
  uint64_t rank_ = 0;
  std::string name_;
  uint64_t print_ = 0;  // of the account
  int64_t at_ = 0;

  Totals totals_;
  std::array<std::array<int64_t, kCurrencies>, kMoneySums> money_{};
  std::array<std::array<uint64_t, kCurrencies>, kMoneySums> prints_{};
  std::array<int64_t, kKinds> kinds_{};
  std::array<int64_t, 11> nps_{};
  int64_t sentiment_ = 0;
};

}  // namespace kontor::bench
