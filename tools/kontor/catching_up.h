// What `kontor serve` says in its log while it reads what has gathered: how much is left, how fast it goes, how long
// that takes, and once, that it is level.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/shard/shard_status.h"

namespace kontor {

// Threads: one.
class CatchingUp {
 public:
  static constexpr std::chrono::seconds kInterval{5};

  // What is to be said now, if anything: at most once an interval.
  std::optional<std::string> Look(std::chrono::steady_clock::time_point now, const std::vector<ShardStatus>& shards);

 private:
  struct Reading {
    std::chrono::steady_clock::time_point at;
    uint64_t folded;
  };
  std::optional<Reading> last_;
  bool told_ = false;  // that it is behind
};

}  // namespace kontor
