// What the demo's portfolio tells, and where to see it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/kontor/demo/account.h"
#include "tools/kontor/demo/calendar.h"

namespace kontor::demo {

struct Story {
  struct Look {
    std::string command;  // of kontor, without the program and --server: "account A1001"
    std::string expect;   // what is to be seen there
  };
  std::string title;
  std::vector<std::string> accounts;  // ids, the most telling one first
  std::string tale;
  std::vector<Look> looks;
};

std::vector<Story> TellStories(const Horizon& horizon, const std::vector<Account>& accounts);

// What `kontor demo` prints once the history is in: the stories, and what to try next on a running engine.
// `server_url` without a slash at its end: "http://127.0.0.1:8080"; `brokers` as HOST:PORT. `now` is the demo's.
std::string GuideText(const std::vector<Story>& stories, std::string_view server_url, std::string_view brokers,
                      Instant now);

}  // namespace kontor::demo
