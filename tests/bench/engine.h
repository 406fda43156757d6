// A whole engine inside the benchmark's process: the parts of `kontor serve`, wired alike, without its HTTP server.
//
// Ownership: what the options point to must outlive it.
// Threads:   Open and Close by one owner; the rest by any.
// Errors:    a failed append or commit ends the process, as it does the engine.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/portfolio/account_reader.h"
#include "engine/query/queries.h"
#include "engine/shard/shard_set.h"
#include "engine/source/kafka_options.h"

namespace kontor::bench {

struct EngineOptions {
  std::string folder;
  std::string topic;
  std::string brokers{};            // empty: what the folder holds is read, and nothing more
  std::set<std::string> without{};  // of "value", "growth", "satisfaction", "portfolio"
  bool rebuild = false;
  // Told, on the shard's thread, that a slice was published. May be empty.
  std::function<void(const ShardId&, Position)> published{};
};

class Engine {
 public:
  static Result<std::unique_ptr<Engine>> Open(const EngineOptions& options);
  ~Engine();  // as Close

  // Commits what is folded, on every shard at once.
  Status Commit();
  void Close();

  const ShardSet& shards() const;
  const AccountReader& reader() const;
  const Queries& queries() const;
  const Clock& clock() const;

  // Sums over the events shards. OK as long as none of them failed.
  struct Progress {
    Status status;
    uint64_t logged = 0;
    uint64_t folded = 0;
    int64_t accepted = 0;
    int64_t duplicates = 0;
    int64_t refused = 0;
  };
  Progress progress() const;

 private:
  struct Parts;
  explicit Engine(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// Ends the process, having said why.
[[noreturn]] void Die(const Status& status);

}  // namespace kontor::bench
