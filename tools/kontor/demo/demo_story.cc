#include "tools/kontor/demo/demo_story.h"

#include <utility>

#include "engine/base/check.h"
#include "tools/kontor/demo/bad_emitter.h"
#include "tools/kontor/demo/cast.h"
#include "tools/kontor/demo/key_account_work.h"
#include "tools/kontor/demo/ledger.h"
#include "tools/kontor/demo/pen.h"
#include "tools/kontor/demo/population.h"
#include "tools/kontor/demo/reference_facts.h"
#include "tools/kontor/demo/relations.h"
#include "tools/kontor/demo/trade.h"

namespace kontor::demo {
namespace {

// Writes down all that an account goes through.
void Live(uint64_t seed, const Horizon& horizon, Journal* journal, Account* account) {
  Random random(seed, static_cast<uint64_t>(account->number));
  Pen pen(&horizon, journal, account, &random);
  Relations relations(&pen);
  Ledger ledger(&pen);
  Trade trade(&pen, &ledger);
  KeyAccountWork work(&pen, &trade);
  Cast cast(&pen, &relations, &ledger, &trade, &work);

  relations.Begin();
  cast.Begin();
  trade.Begin();
  for (Month month = horizon.first; month <= horizon.last; ++month) {
    if (FirstDay(month + 1) <= account->opened) continue;
    relations.LiveMonth(month);
    trade.LiveMonth(month);
    work.LiveMonth(month);
  }
  cast.Play();
  ledger.Finish();
  cast.Finish();
  relations.Finish();
}

DemoTally TallyOf(const std::vector<DemoRecord>& records, Instant now) {
  DemoTally tally;
  for (const DemoRecord& record : records) {
    if (record.timestamp_ms > now.value() / kMillisecond) break;
    switch (record.expected) {
      case log::v1::DISPOSITION_ACCEPTED:
        ++tally.accepted;
        if (record.topic == TopicRole::kReference) ++tally.reference;
        break;
      case log::v1::DISPOSITION_DUPLICATE:
        ++tally.duplicates;
        break;
      case log::v1::DISPOSITION_CONFLICT:
        ++tally.conflicts;
        break;
      case log::v1::DISPOSITION_REJECTED:
        ++tally.rejected;
        break;
      default:
        KONTOR_CHECK(false && "a record without a disposition");
    }
  }
  return tally;
}

}  // namespace

Result<DemoStory> DemoStory::Make(const DemoOptions& options) {
  if (options.accounts < 25 || options.accounts > 5000) {
    return InvalidArgument("accounts: {} is not from 25 to 5000", options.accounts);
  }
  if (options.years < 2 || options.years > 10) return InvalidArgument("years: {} is not from 2 to 10", options.years);
  const int32_t year = DateOf(UtcDay(options.now)).year;
  if (year < 1990 || year > 2200) {
    return InvalidArgument("now: {} is not in the years 1990 to 2200", InstantText(options.now));
  }
  return DemoStory(options, Horizon::Of(options.now, options.years));
}

DemoStory::DemoStory(const DemoOptions& options, const Horizon& horizon) {
  Journal journal(horizon);
  RatePublisher rates(options.seed, horizon);
  WriteReferences(horizon, &rates, &journal);
  std::vector<Account> accounts = Populate(options.seed, horizon, options.accounts);
  BadEmitter webshop(options.seed);
  for (Account& account : accounts) {
    Live(options.seed, horizon, &journal, &account);
    if (account.role == Role::kBadEmitter) webshop.WriteHistory(horizon, &account, &journal);
  }
  WriteMerges(horizon, accounts, &journal);
  written_ = journal.Take();
  tally_ = TallyOf(written_, horizon.now);
  stories_ = TellStories(horizon, accounts);
  trickle_ =
      std::make_unique<Trickle>(options.seed, horizon, std::move(accounts), std::move(rates), std::move(webshop));
  next_live_ = trickle_->Next();
}

DemoRecord DemoStory::Next() {
  if (given_ < written_.size() && (InHistory() || written_[given_].timestamp_ms <= next_live_.timestamp_ms)) {
    return std::move(written_[given_++]);
  }
  return std::exchange(next_live_, trickle_->Next());
}

}  // namespace kontor::demo
