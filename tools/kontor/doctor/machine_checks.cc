#include "tools/kontor/doctor/machine_checks.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/timex.h>

#include <algorithm>

#include "engine/server/http_server.h"
#include "tools/kontor/auth_token.h"
#include "tools/kontor/text.h"

namespace kontor {
namespace {

// Every table of every shard's two databases is kept open, and a connection of a reader each.
constexpr uint64_t kOpenFilesGood = 16'384;
constexpr uint64_t kOpenFilesMin = 1'024;

}  // namespace

ClockState ReadClockState() {
  timex clock = {};  // asks, and sets nothing
  const int state = adjtimex(&clock);
  return {state >= 0, state >= 0 && state != TIME_ERROR, clock.maxerror};
}

Check JudgeClock(const ClockState& state) {
  const std::string about = "clock";
  if (!state.is_known) return Well(about, "whether it is kept by NTP is not told here");
  if (state.is_synchronized) {
    return Well(about, fmt::format("kept in time, at most {} ms off", (state.error_micros_max + 999) / 1'000));
  }
  return Doubtful(about, "nobody keeps it in time; ages, due dates and the turn of the day follow it",
                  "run chrony or systemd-timesyncd");
}

Check JudgeOpenFiles(uint64_t soft, uint64_t hard) {
  const std::string about = "open files";
  const std::string what = fmt::format("{} may be open", CountText(static_cast<int64_t>(std::min(soft, hard))));
  const std::string remedy = hard >= kOpenFilesGood
                                 ? "ulimit -n 65536, or LimitNOFILE=65536 in the service's unit"
                                 : "LimitNOFILE=65536 in the service's unit, or nofile in /etc/security/limits.conf";
  if (soft < kOpenFilesMin) return Ill(about, what + ": too few for an engine", remedy);
  if (soft < kOpenFilesGood) return Doubtful(about, what + ": many partitions, or a long log, need more", remedy);
  return Well(about, what);
}

Check CheckOpenFiles() {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);  // fails on a wrong name or address alone
  const auto bounded = [](rlim_t value) { return value == RLIM_INFINITY ? uint64_t{1} << 40 : uint64_t{value}; };
  return JudgeOpenFiles(bounded(limit.rlim_cur), bounded(limit.rlim_max));
}

Check CheckToken(const std::string& file) {
  const Status status = ReadAuthToken(file).status();
  if (!status.ok()) return Ill("token", Text(status));
  return Well("token", fmt::format("{} is its owner's alone", file));
}

Check CheckListen(const std::string& listen, bool asks_token, bool engine_runs) {
  const std::string about = "listen";
  HttpServerOptions options;
  options.listen = listen;
  if (asks_token) options.auth_token = "token";  // which one is nothing to the address
  const Status status = HttpServer::CheckListen(options);
  if (status.ok()) return Well(about, fmt::format("{} is free", listen));
  if (engine_runs && status.code() == StatusCode::kUnavailable) {
    return Well(about, fmt::format("{} is in use, as it would be by the engine that runs", listen));
  }
  return Ill(about, Text(status));
}

}  // namespace kontor
