// The account as a customer: deals, contracts and their renewals, orders, invoices, what goods and service cost us.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/kontor/demo/facts.h"
#include "tools/kontor/demo/ledger.h"
#include "tools/kontor/demo/pen.h"

namespace kontor::demo {

// What runs month by month.
struct Contract {
  std::string deal;
  Basket month;  // what a month brings
  Day first_day;
  int32_t term_months = 12;
  bool auto_renewal = false;
  int32_t months_per_invoice = 1;
};

// A deal from its opening to its close.
struct DealPlan {
  event::v1::DealKind kind = event::v1::DEAL_KIND_NEW;
  std::string name;
  Instant opened;
  Instant closed;
  bool won = false;
  std::vector<Basket> deliveries;    // each an invoice of its own
  std::optional<Contract> contract;  // deal is filled in
  std::string renews;                // the id of the deal, or empty
};

// Ownership: borrows pen and ledger. Call Begin once, then LiveMonth for each month in order.
class Trade {
 public:
  Trade(Pen* pen, Ledger* ledger) : pen_(*pen), ledger_(*ledger) {}

  // The contract that the account starts with, where it has one.
  void Begin();
  void LiveMonth(Month month);

  // Plays a deal through, with its invoices. Returns its id.
  std::string Play(DealPlan plan);
  // What a deal of equipment worth so much delivers: one to three baskets.
  std::vector<Basket> Deliveries(Day day, int64_t cents);
  void Spend(event::v1::CostKind kind, Instant at, int64_t cents, std::string_view department);

 private:
  struct Running {
    Contract contract;
    Day ends;                  // of the running term
    std::optional<Day> stops;  // set once its end has been negotiated, whichever way
  };

  Contract DrawContract(Day first_day, int64_t month_cents);
  void Order(Month month);
  void Negotiate(Month month);
  void RunContracts(Month month);
  void RunContract(size_t index, Month month);
  // Plays the renewal, or lets the term run on.
  void Renew(Running* running);
  // The end of its term, or of the account.
  Day LastDayOf(const Running& running) const;
  void Serve(Month month);
  void ReportUsage(Month month);
  void RecordWon(const std::string& deal, const DealPlan& plan, int64_t cents);

  Pen& pen_;
  Ledger& ledger_;
  std::vector<Running> contracts_;
};

}  // namespace kontor::demo
