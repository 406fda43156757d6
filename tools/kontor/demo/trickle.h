// Goes on where the history ends: one event about each second, for ever.
//
// Its clock starts at now and is moved by draws alone; the caller decides when to send what it says. It keeps what
// stands open (invoices, deals, promises, issues) and closes it in time, so its memory is bounded.
//
// Ownership: takes the accounts and the rates over. Threads: one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tools/kontor/demo/account.h"
#include "tools/kontor/demo/bad_emitter.h"
#include "tools/kontor/demo/facts.h"
#include "tools/kontor/demo/journal.h"
#include "tools/kontor/demo/random.h"
#include "tools/kontor/demo/reference_facts.h"

namespace kontor::demo {

class Trickle {
 public:
  Trickle(uint64_t seed, const Horizon& horizon, std::vector<Account> accounts, RatePublisher rates,
          BadEmitter webshop);

  // The next record; timestamps never decrease.
  DemoRecord Next();

 private:
  DemoRecord Publish();
  event::v1::Event Happen(Account* account);
  event::v1::Event Talk(Account* account);
  event::v1::Event Answer(Account* account);
  event::v1::Event Invoice(Account* account);
  event::v1::Event Pay(Account* account);
  event::v1::Event Deal(Account* account);
  event::v1::Event Promise(Account* account);
  event::v1::Event Issue(Account* account);
  event::v1::Event Spend(Account* account);

  Day today() const { return UtcDay(clock_); }

  Random random_;
  Instant clock_;
  std::vector<Account> accounts_;
  std::vector<size_t> lively_;  // who takes part: as often as it talks
  std::vector<size_t> webshop_accounts_;
  RatePublisher rates_;
  std::vector<DemoRecord> published_;  // the day's rates not given out yet, last first
  BadEmitter webshop_;
  std::optional<DemoRecord> again_;  // to be sent once more
};

}  // namespace kontor::demo
