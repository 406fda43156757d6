// A whole engine from the topic's beginning to its end, and a rebuild from the log that it leaves.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <utility>
#include <vector>

#include "tests/bench/engine.h"
#include "tests/bench/measure.h"
#include "tests/bench/steps.h"

namespace kontor::bench {
namespace {

constexpr std::chrono::milliseconds kLook{1};

// When how many records were folded.
using Samples = std::vector<std::pair<SteadyClock::time_point, uint64_t>>;

// The rate between two shares of all records.
double RateBetween(const Samples& samples, double from, double to) {
  const auto at = [&samples](double share) {
    const auto wanted = share * static_cast<double>(samples.back().second);
    return *std::find_if(samples.begin(), samples.end(),
                         [wanted](const auto& sample) { return static_cast<double>(sample.second) >= wanted; });
  };
  const auto [begin, first] = at(from);
  const auto [end, last] = at(to);
  return static_cast<double>(last - first) / Seconds(end - begin);
}

}  // namespace

void RunIngest(const StepOptions& options) {
  Result<std::unique_ptr<Engine>> engine = Engine::Open(
      {.folder = options.folder, .topic = options.topic, .brokers = options.brokers, .without = options.without});
  if (!engine.ok()) Die(engine.status());
  Samples samples;
  Engine::Progress progress;
  while (progress.folded < options.records) {
    std::this_thread::sleep_for(kLook);
    progress = (*engine)->progress();
    if (!progress.status.ok()) Die(progress.status);
    if (progress.logged > 0) samples.emplace_back(SteadyClock::now(), progress.folded);
  }
  if (const Status committed = (*engine)->Commit(); !committed.ok()) Die(committed);
  const double seconds = Seconds(SteadyClock::now() - samples.front().first);
  const double cpu_seconds = CpuSeconds();
  const double rss = PeakRssMib();
  (*engine)->Close();
  Line line;
  line.Add("records", progress.folded)
      .Add("rate", static_cast<double>(progress.folded - samples.front().second) / seconds)
      .Add("cpu_s", cpu_seconds)
      .Add("rss_mib", rss)
      .Add("written_bytes", BytesWritten())
      .Add("accepted", static_cast<uint64_t>(progress.accepted))
      .Add("duplicates", static_cast<uint64_t>(progress.duplicates))
      .Add("refused", static_cast<uint64_t>(progress.refused));
  // A run that is over within a few looks at it has no tenths to compare.
  std::vector<double> rates;
  rates.reserve(10);
  for (int tenth = 0; tenth < 10; ++tenth) rates.push_back(RateBetween(samples, tenth / 10.0, (tenth + 1) / 10.0));
  if (std::ranges::all_of(rates, [](double rate) { return std::isfinite(rate); })) {
    line.Add("flat_ratio", rates[9] / rates[1]);
    line.AddJson("rate_by_tenth", fmt::format("[{:.0f}]", fmt::join(rates, ", ")));
  }
  line.Print();
}

void RunRebuild(const StepOptions& options) {
  std::set<std::string> without = options.without;
  without.insert("portfolio");
  const auto begin = SteadyClock::now();
  Result<std::unique_ptr<Engine>> engine =
      Engine::Open({.folder = options.folder, .topic = options.topic, .without = without, .rebuild = true});
  if (!engine.ok()) Die(engine.status());
  if (const Status status = (*engine)->shards().WaitUntilCaughtUp(); !status.ok()) Die(status);
  if (const Status committed = (*engine)->Commit(); !committed.ok()) Die(committed);
  const double seconds = Seconds(SteadyClock::now() - begin);
  const uint64_t records = (*engine)->progress().folded;
  const double cpu_seconds = CpuSeconds();
  const double rss = PeakRssMib();
  Line()
      .Add("records", records)
      .Add("rate", static_cast<double>(records) / seconds)
      .Add("cpu_s", cpu_seconds)
      .Add("rss_mib", rss)
      .Print();
}

}  // namespace kontor::bench
