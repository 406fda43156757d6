// The text of /metrics: every figure of an engine under its Prometheus name. engine/server/README.md has the table.
//
// Threads: any. Nothing here is kept: each reading asks the parts anew, and costs them nothing in between.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/metrics/process_figures.h"
#include "engine/portfolio/account_cache.h"
#include "engine/query/change_feed.h"
#include "engine/server/http_traffic.h"
#include "engine/shard/shard.h"
#include "engine/source/event_source.h"
#include "kontor/api/v1/api.pb.h"

namespace kontor {

// What is told, read at one moment.
struct EngineFigures {
  api::v1::VersionInfo version;
  bool ready = false;
  Instant now;  // by the system's clock: what records' timestamps are compared with
  std::vector<ShardFigures> shards;
  int64_t dead_letters_waiting = 0;
  SourceFigures source;
  ChangeFeed::Figures streams;
  AccountCache::Figures accounts;
  ProcessFigures process;
};

// `routes` names the routes that the traffic counts.
std::string MetricsText(const EngineFigures& figures, const HttpTraffic& traffic,
                        const std::vector<std::string_view>& routes);

}  // namespace kontor
