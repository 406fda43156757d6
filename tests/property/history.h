// Random histories of one account: valid events over few entities, so that facts meet, contradict and correct each
// other.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "kontor/event/v1/event.pb.h"

namespace kontor {

struct HistoryOptions {
  int events = 40;
  int entities = 3;  // of each kind
  int days = 1'200;  // that the history spans
  bool voids =
      true;  // EventVoided among the events, before and after their targets, some naming what they cannot reach
};

// The same seed gives the same history. Identities are unique; every event is valid by the schema's bounds.
std::vector<event::v1::Event> RandomHistory(uint64_t seed, const HistoryOptions& options);

// The same events in another order. std::shuffle is not the same everywhere; this is.
std::vector<event::v1::Event> Shuffled(std::vector<event::v1::Event> events, uint64_t seed);

}  // namespace kontor
