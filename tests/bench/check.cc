// What the views say of all accounts together, summed as the workload sums what it sends.
#include <optional>
#include <thread>
#include <vector>

#include "projections/reading/components.h"
#include "tests/bench/engine.h"
#include "tests/bench/measure.h"
#include "tests/bench/steps.h"
#include "tests/bench/workload.h"

namespace kontor::bench {
namespace {

constexpr size_t kListedAtOnce = 10'000;
constexpr int64_t kNanosPerCent = 10'000'000;

// The name of a sum of money; nothing for a measure that is none, or that the workload does not know.
std::optional<std::string> MoneyName(Measure measure) {
  switch (measure) {
    case Measure::kBooked:
      return "booked";
    case Measure::kInvoicedNet:
      return "invoiced_net";
    case Measure::kCollected:
      return "collected";
    case Measure::kCostToServe:
      return "cost_to_serve";
    default:
      return std::nullopt;
  }
}

std::optional<std::string> CountName(const TallyKey& key) {
  switch (key.measure) {
    case Measure::kNps:
      return fmt::format("nps.{}", key.number);
    case Measure::kInteractions:
      return "interactions";
    case Measure::kSentimentSum:
      return "sentiment";
    case Measure::kMade:
      return "commitments_made";
    case Measure::kKept:
      return "commitments_kept";
    case Measure::kBroken:
      return "commitments_broken";
    case Measure::kDealsOpened:
      return "deals_opened";
    case Measure::kDealsWon:
      return "deals_won";
    case Measure::kDealsLost:
      return "deals_lost";
    case Measure::kInvoices:
      return "invoices";
    case Measure::kPayments:
      return "payments";
    default:
      return std::nullopt;
  }
}

void AddAll(const Tally& tally, uint64_t print, Totals* totals) {
  for (const TallyEntry& entry : tally.entries()) {
    if (const std::optional<std::string> money = MoneyName(entry.key.measure)) {
      const std::string name = fmt::format("{}.{}", *money, entry.key.currency.code());
      const auto cents = static_cast<int64_t>(entry.amount / kNanosPerCent);
      totals->sums[name] += cents;
      totals->prints[name] += print * static_cast<uint64_t>(cents);
    } else if (const std::optional<std::string> name = CountName(entry.key)) {
      totals->sums[*name] += static_cast<int64_t>(entry.amount);
    }
  }
}

Totals TotalsOf(const Engine& engine, const Shard& shard) {
  Totals totals;
  const Instant now = engine.clock().Now();
  for (AccountId from;;) {
    const Result<std::vector<AccountId>> accounts = shard.AccountsFrom(from, kListedAtOnce);
    if (!accounts.ok()) Die(accounts.status());
    for (const AccountId& account : *accounts) {
      if (account.empty()) continue;  // rows under no account
      const Result<AccountReading> reading = engine.reader().Read(account, now);
      if (!reading.ok()) Die(reading.status());
      const Components& components = reading->account->sums.components;
      const uint64_t print = AccountPrint(account.value());
      AddAll(components.in(Window::kLifetime).own, print, &totals);
      AddAll(components.stock.own, print, &totals);
    }
    if (accounts->size() < kListedAtOnce) return totals;
    from = AccountId(accounts->back().value() + '\1');
  }
}

}  // namespace

void RunCheck(const StepOptions& options) {
  const Result<std::unique_ptr<Engine>> engine =
      Engine::Open({.folder = options.folder, .topic = options.topic, .without = {"portfolio"}});
  if (!engine.ok()) Die(engine.status());
  if (const Status status = (*engine)->shards().WaitUntilCaughtUp(); !status.ok()) Die(status);
  const std::vector<std::shared_ptr<Shard>> shards = (*engine)->shards().events();
  std::vector<Totals> parts(shards.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < shards.size(); ++i) {
    threads.emplace_back([&, i] { parts[i] = TotalsOf(**engine, *shards[i]); });
  }
  for (std::thread& thread : threads) thread.join();
  Totals all;
  for (const Totals& part : parts) {
    for (const auto& [name, sum] : part.sums) all.sums[name] += sum;
    for (const auto& [name, print] : part.prints) all.prints[name] += print;
  }
  Line().AddJson("sums", SumsJson(all.sums)).AddJson("prints", PrintsJson(all.prints)).Print();
}

}  // namespace kontor::bench
