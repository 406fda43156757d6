// The account's books: invoices and what becomes of each, from payment in time to write-off.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/kontor/demo/facts.h"
#include "tools/kontor/demo/pen.h"

namespace kontor::demo {

// Ownership: borrows the pen. Call Finish once, after the last Bill.
class Ledger {
 public:
  explicit Ledger(Pen* pen) : pen_(*pen) {}

  struct Service {
    Day from;
    Day to;
  };
  // Issues an invoice on that day and lives its life. `deal` may be empty.
  void Bill(const Basket& basket, Day day, const std::string& deal = {}, std::optional<Service> service = {});
  // Sends the payment runs.
  void Finish();

  // The steps, for those who tell a story with them. Instants that have not come are left out; each returns whether its
  // fact has come.
  bool Issue(const std::string& invoice, const Basket& basket, Instant at, const std::string& deal,
             std::optional<Service> service);
  bool Pay(Instant at, int64_t cents, const std::vector<Share>& shares);
  // gross may be negative: what was written off came after all.
  bool WriteOff(const std::string& invoice, Instant at, int64_t net_cents, int64_t tax_cents, std::string_view reason);

 private:
  // Takes part of the goods back. Returns the gross credited.
  int64_t Credit(const std::string& invoice, const Basket& basket, Day day);
  // Pays an invoice some day, in one way or another.
  void Settle(const std::string& invoice, Day issued, Day due, int64_t gross_cents);
  // In a payment run or by itself; what comes too late stays open.
  void PayOn(const std::string& invoice, Day day, int64_t cents);
  bool PaysNoMoreOn(Day day) const;

  Pen& pen_;
  std::map<Day, std::vector<Share>> runs_;
};

}  // namespace kontor::demo
