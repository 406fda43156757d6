// How the program logs: one line an event on standard error, as text for people or as JSON for machines.
//
//   2026-11-28T09:30:00.123Z info kontor.events/3: the views are folded anew
//   {"time":"2026-11-28T09:30:00.123Z","level":"info","shard":"kontor.events/3","what":"the views are folded anew"}
//
// A message that begins with a shard's name and a colon is about that shard. Messages name topics, partitions,
// positions, offsets, folders and hosts; never an account, a payload or a secret.
//
// Threads: SetUpLog before any other thread starts.
#pragma once

#include <spdlog/formatter.h>

#include <memory>
#include <string>

#include "engine/base/status.h"

namespace kontor {

struct LogOptions {
  std::string format = "text";  // or "json"
  std::string level = "info";   // debug, info, warn, error
};

// InvalidArgument where one is none of those.
Status CheckLogOptions(const LogOptions& options);

// Requires: checked.
void SetUpLog(const LogOptions& options);

std::unique_ptr<spdlog::formatter> NewTextFormatter();
std::unique_ptr<spdlog::formatter> NewJsonFormatter();

}  // namespace kontor
