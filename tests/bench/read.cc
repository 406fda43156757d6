// Reading accounts, and how fresh they are, while records come at a given rate.
#include <fmt/format.h>
#include <google/protobuf/arena.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "kontor/log/v1/record.pb.h"
#include "tests/bench/engine.h"
#include "tests/bench/measure.h"
#include "tests/bench/steps.h"
#include "tests/bench/workload.h"

namespace kontor::bench {
namespace {

constexpr double kReadsASecond = 2'000;
constexpr std::chrono::milliseconds kLook{1};
// What is sent in the first tenth of the time warms the way up, and is not looked at.
constexpr int kWarmParts = 10;
constexpr std::chrono::seconds kTotalsMax{60};

// When a shard was published up to which position, by the wall clock.
class Published {
 public:
  void Note(const ShardId& shard, Position position) {
    const Instant now = clock_.Now();
    const std::lock_guard lock(mutex_);
    notes_[shard].emplace_back(position, now);
  }
  std::map<ShardId, std::vector<std::pair<Position, Instant>>> notes() const {
    const std::lock_guard lock(mutex_);
    return notes_;
  }

 private:
  SystemClock clock_;
  mutable std::mutex mutex_;
  std::map<ShardId, std::vector<std::pair<Position, Instant>>> notes_;
};

// Milliseconds from a record's append time at the broker, which it tells in whole ones, to the publication that showed
// it: of the records appended before reading began, and of those after.
struct Ages {
  std::vector<double> alone_ms;
  std::vector<double> beside_reads_ms;
};
Ages AgesOf(const Engine& engine, const Published& published, Instant since, Instant reads_began) {
  Ages ages;
  for (const auto& shard_notes : published.notes()) {
    const ShardId& id = shard_notes.first;
    const auto& notes = shard_notes.second;
    const Result<std::shared_ptr<Shard>> shard = engine.shards().Find(id);
    if (!shard.ok() || id.topic.ends_with(".reference")) continue;
    const EventLog* const log = *(*shard)->log();
    auto note = notes.begin();
    log::v1::LogRecord record;
    const Status scanned = log->Scan(Position(0), log->End(), [&](Position position, std::string_view bytes) {
      while (note != notes.end() && note->first <= position) ++note;
      if (note == notes.end()) return false;
      record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
      const Instant appended(record.timestamp_ms() * 1'000'000);
      std::vector<double>& those = appended < reads_began ? ages.alone_ms : ages.beside_reads_ms;
      if (appended >= since) those.push_back(static_cast<double>(note->second - appended) / 1e6);
      return true;
    });
    if (!scanned.ok()) Die(scanned);
  }
  return ages;
}

// Reads accounts, now one drawn uniformly and now one by its busyness, until the end. A read counts from the moment at
// which it was due: one that follows a slow one has waited for it. Waking late is the machine's affair and not counted.
struct Reads {
  std::vector<double> uniform_ms;
  std::vector<double> skewed_ms;
  double seconds = 0;
};
Reads ReadFor(const Engine& engine, uint64_t accounts, SteadyClock::duration duration) {
  const auto interval =
      std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(1 / kReadsASecond));
  Draws draws(7);
  const ZipfRanks ranks(accounts);
  Reads reads;
  const auto begin = SteadyClock::now();
  auto due = begin;
  for (uint64_t i = 0; due < begin + duration && SteadyClock::now() < begin + duration; ++i, due += interval) {
    if (SteadyClock::now() < due) {
      std::this_thread::sleep_until(due);
      due = SteadyClock::now();
    }
    const bool skewed = i % 2 == 1;
    const AccountId account(AccountName(skewed ? ranks.Draw(&draws) : draws.Below(accounts), accounts));
    google::protobuf::Arena arena;
    auto* view = google::protobuf::Arena::CreateMessage<view::v1::AccountView>(&arena);
    const Status status = engine.queries().Account(account, {}, view);
    if (!status.ok() && status.code() != StatusCode::kNotFound) Die(status);
    (skewed ? reads.skewed_ms : reads.uniform_ms).push_back(Seconds(SteadyClock::now() - due) * 1e3);
  }
  reads.seconds = Seconds(SteadyClock::now() - begin);
  return reads;
}

// The reference topic is made and opened last; no account is read before. And the totals over all accounts stand, as
// they do soon after a start, or a minute has passed.
void WaitUntilReady(const Engine& engine, bool with_portfolio) {
  while (!engine.queries().Ready().ready()) std::this_thread::sleep_for(kLook);
  const auto until = SteadyClock::now() + kTotalsMax;
  while (with_portfolio && SteadyClock::now() < until) {
    const Result<view::v1::PortfolioView> portfolio = engine.queries().Portfolio();
    if (!portfolio.ok()) Die(portfolio.status());
    if (portfolio->settled()) return;
    std::this_thread::sleep_for(kLook);
  }
}

void WaitUntilFolded(const Engine& engine, uint64_t records) {
  while (true) {
    const Engine::Progress progress = engine.progress();
    if (!progress.status.ok()) Die(progress.status);
    if (progress.folded >= records) return;
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace

void RunRead(const StepOptions& options) {
  Published published;
  const Result<std::unique_ptr<Engine>> engine = Engine::Open(
      {.folder = options.folder,
       .topic = options.topic,
       .brokers = options.brokers,
       .without = options.without,
       .published = [&published](const ShardId& shard, Position position) { published.Note(shard, position); }});
  if (!engine.ok()) Die(engine.status());
  WaitUntilFolded(**engine, options.records);
  WaitUntilReady(**engine, !options.without.contains("portfolio"));
  Line().AddText("state", "level").Print();

  std::getchar();
  const auto seconds =
      std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(options.seconds));
  const Instant since = (*engine)->clock().Now() + std::chrono::nanoseconds(seconds / kWarmParts).count();
  std::this_thread::sleep_for(seconds / 2);
  const Instant reads_began = (*engine)->clock().Now();
  const Reads reads = ReadFor(**engine, options.accounts, seconds / 2);
  unsigned long long records = 0;
  if (std::scanf("%llu", &records) != 1) Die(InvalidArgument("give the number of records on standard input"));
  WaitUntilFolded(**engine, records);
  const Ages ages = AgesOf(**engine, published, since, reads_began);
  Line()
      .Add("reads_a_second", static_cast<double>(reads.uniform_ms.size() + reads.skewed_ms.size()) / reads.seconds)
      .Add("read_p50_ms", Quantile(reads.uniform_ms, 0.5))
      .Add("read_p99_ms", Quantile(reads.uniform_ms, 0.99))
      .Add("read_skewed_p50_ms", Quantile(reads.skewed_ms, 0.5))
      .Add("read_skewed_p99_ms", Quantile(reads.skewed_ms, 0.99))
      .Add("fresh_records", static_cast<uint64_t>(ages.alone_ms.size()))
      .Add("fresh_p50_ms", Quantile(ages.alone_ms, 0.5))
      .Add("fresh_p99_ms", Quantile(ages.alone_ms, 0.99))
      .Add("fresh_beside_reads_p50_ms", Quantile(ages.beside_reads_ms, 0.5))
      .Add("fresh_beside_reads_p99_ms", Quantile(ages.beside_reads_ms, 0.99))
      .Print();
}

}  // namespace kontor::bench
