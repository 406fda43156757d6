// Writes the history of one account: what every author of its life needs.
//
// Ownership: borrows horizon, journal, account and random, which must outlive it. Threads: one at a time.
#pragma once

#include <optional>
#include <string_view>

#include "kontor/event/v1/event.pb.h"
#include "tools/kontor/demo/account.h"
#include "tools/kontor/demo/calendar.h"
#include "tools/kontor/demo/journal.h"
#include "tools/kontor/demo/random.h"

namespace kontor::demo {

class Pen {
 public:
  Pen(const Horizon* horizon, Journal* journal, Account* account, Random* random)
      : horizon_(horizon), journal_(journal), account_(account), random_(random) {}

  const Horizon& horizon() const { return *horizon_; }
  Account& account() { return *account_; }
  Random* random() { return random_; }
  Journal& journal() { return *journal_; }

  event::v1::Event Begin(std::string_view source, Instant occurred_at) {
    return account_->NewEvent(source, occurred_at);
  }
  // One that the account's manager typed into the CRM, or that the CRM took from mail and telephone by itself.
  event::v1::Event BeginInCrm(Instant occurred_at, bool typed);
  // Whether it has occurred; what has not is left out.
  bool Record(const event::v1::Event& event) { return journal_->Record(event, random_); }

  bool HasCome(Instant instant) const { return instant <= horizon_->now; }
  // Office hours of the day, or of the Monday after.
  Instant WorkTime(Day day) { return OfficeHour(random_, OnWorkday(day), *account_->market); }
  // A moment of the month in which the account lives; nothing where the draw falls outside its life.
  std::optional<Instant> SomeTime(Month month);

  int64_t MoodIn(Month month) const { return account_->mood[MonthIndex(month)]; }
  int64_t VolumeIn(Month month) const { return account_->volume_cents[MonthIndex(month)]; }

 private:
  size_t MonthIndex(Month month) const;

  const Horizon* horizon_;
  Journal* journal_;
  Account* account_;
  Random* random_;
};

}  // namespace kontor::demo
