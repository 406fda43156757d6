// The steps of kontor_bench. Each prints one JSON object, and ends the process where it fails.
#pragma once

#include <cstdint>
#include <set>
#include <string>

namespace kontor::bench {

struct StepOptions {
  std::string brokers;
  std::string topic;
  std::string folder;
  uint64_t records = 0;
  uint64_t accounts = 0;
  double seconds = 0;
  std::set<std::string> without;
};

// Reads the topic to its end: `what` is "raw" (bytes), "parse" (and decodes), "log" (and appends what is validated and
// told apart, synced).
void RunConsume(const StepOptions& options, const std::string& what);

// A whole engine on a fresh folder, until `records` are folded and committed.
void RunIngest(const StepOptions& options);

// Folds the views anew from the folder's log.
void RunRebuild(const StepOptions& options);

// Reads every account of the folder, and prints what the views say of all together.
void RunCheck(const StepOptions& options);

// A whole engine that is level with the topic. Says so, and waits for a line on its input; then accounts are read for
// `seconds`, while whoever started it sends records. A second line says how many records there are then.
void RunRead(const StepOptions& options);

}  // namespace kontor::bench
