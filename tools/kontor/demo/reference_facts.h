// The reference topic: exchange rates, models and parameters, merges.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kontor/event/v1/event.pb.h"
#include "tools/kontor/demo/calendar.h"
#include "tools/kontor/demo/journal.h"
#include "tools/kontor/demo/random.h"

namespace kontor::demo {

inline constexpr std::string_view kTreasury = "treasury";
inline constexpr std::string_view kOffice = "key-account-office";
inline constexpr std::string_view kMasterData = "master-data";

// A reference event. The id says what it is, and must be unique in its source.
event::v1::Event NewReference(std::string_view source, std::string_view id, Instant occurred_at);

// Publishes what a euro costs: each Friday of the two years before the history, then each weekday at 15:00 UTC.
//
// Rates walk about fixed levels in steps of a ten-thousandth: integers only. Threads: one at a time.
class RatePublisher {
 public:
  RatePublisher(uint64_t seed, const Horizon& horizon);

  // The instant of the next publication.
  Instant next() const;
  // The three rates of that instant's day, and on to the next.
  struct Rate {
    event::v1::Event event;
    std::string pair;  // "EUR/USD"
  };
  std::vector<Rate> Publish();

 private:
  Random random_;
  Day start_;
  Day day_;
  std::vector<int64_t> ten_thousandths_;
};

// All reference facts up to now, save merges. Leaves `rates` at the first publication after now.
void WriteReferences(const Horizon& horizon, RatePublisher* rates, Journal* journal);

}  // namespace kontor::demo
