// The webshop: a source that was well behaved until its release 4.2, and since then sends half of its events wrong.
//
// What it sends wrong goes through every reason that a record can be rejected for by itself, and a conflict, in turn.
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "kontor/event/v1/event.pb.h"
#include "tools/kontor/demo/account.h"
#include "tools/kontor/demo/journal.h"
#include "tools/kontor/demo/random.h"

namespace kontor::demo {

class BadEmitter {
 public:
  explicit BadEmitter(uint64_t seed);

  // The day of its release 4.2.
  static Day ReleaseDay(const Horizon& horizon);
  // Writes its part of an account's history. Requires: an account that it serves.
  void WriteHistory(const Horizon& horizon, Account* account, Journal* journal);
  // The next record as it is sent today, good or bad. Requires: instants of one account never decrease.
  DemoRecord Send(Account* account, Instant at);

 private:
  DemoRecord SendRight(Account* account, Instant at);
  DemoRecord SendWrong(Account* account, Instant at);
  event::v1::Event Visit(Account* account, Instant at);

  Random random_;
  size_t next_mistake_ = 0;
  std::map<int64_t, event::v1::Event> last_right_;  // by account number
};

}  // namespace kontor::demo
