// Committing views, and looking identities and rows up in them.
#include "engine/views/rocks_view_store.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>
#include <vector>

#include "engine/base/check.h"
#include "engine/shard/identity_index.h"
#include "engine/shard/row_cache.h"
#include "tests/conformance/temp_folder.h"

namespace kontor {
namespace {

constexpr uint64_t kCommitEvents = 200'000;
constexpr uint64_t kCommits = 25;
constexpr uint64_t kAccounts = 50'000;
constexpr int64_t kBetweenEvents = 12'600'000'000;  // five million are two years

std::string RowKey(uint64_t account, uint64_t row) {
  std::string key(12, '\0');
  for (size_t i = 0; i < 8; ++i) key[i] = static_cast<char>(account * 0x9E3779B97F4A7C15 >> (56 - 8 * i));
  for (size_t i = 0; i < 4; ++i) key[8 + i] = static_cast<char>(row >> (24 - 8 * i));
  return key;
}

IdentityHash HashNumber(uint64_t number) { return HashOf({Source("bench"), EventId(std::to_string(number))}); }

const std::vector<std::string>& Accounts() {
  static const auto* accounts = [] {
    auto* ids = new std::vector<std::string>;
    for (uint64_t account = 0; account < kAccounts; ++account) ids->push_back("account-" + std::to_string(account));
    return ids;
  }();
  return *accounts;
}

// As a shard leaves them: an identity and an account index entry an event, a minute apart, and, where they are wanted,
// about as many rows as events.
ViewCommit CommitFrom(uint64_t position, bool with_rows) {
  ViewCommit commit;
  std::mt19937_64 random(position);
  std::set<std::string> rows;
  for (uint64_t at = position; at < position + kCommitEvents; ++at) {
    // A fifth of the accounts has three quarters of the events.
    const uint64_t account = random() % (random() % 16 < 11 ? kAccounts / 5 : kAccounts);
    commit.identities.push_back({HashNumber(at), Position(at)});
    commit.events.push_back({Accounts()[account], Instant(static_cast<int64_t>(at) * kBetweenEvents), Position(at)});
    if (with_rows) rows.insert(RowKey(account, random() % 24));
  }
  std::ranges::sort(commit.events);
  for (const std::string& key : rows) commit.Put(key, key + std::string(28, 'v'));
  commit.checkpoint = {
      .position = Position(position + kCommitEvents), .last_record = {}, .fold_version = 1, .zone = "UTC"};
  return commit;
}

// The time is the whole process's: merging in the background is part of what a commit costs.
void Commit(benchmark::State& state, bool with_rows) {
  const TempFolder folder;
  auto store = RocksViewStore::Open(folder / "views", nullptr).value();
  uint64_t position = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const ViewCommit commit = CommitFrom(position, with_rows);
    position += kCommitEvents;
    state.ResumeTiming();
    KONTOR_CHECK(store->Commit(commit).ok());
  }
  state.SetItemsProcessed(static_cast<int64_t>(position));
  store.reset();
  uint64_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder / "views")) bytes += file.file_size();
  state.counters["bytes_per_event"] = static_cast<double>(bytes) / static_cast<double>(position);
}
void CommitIndexes(benchmark::State& state) { Commit(state, /*with_rows=*/false); }
BENCHMARK(CommitIndexes)->Unit(benchmark::kMillisecond)->Iterations(kCommits)->MeasureProcessCPUTime();
void CommitAll(benchmark::State& state) { Commit(state, /*with_rows=*/true); }
BENCHMARK(CommitAll)->Unit(benchmark::kMillisecond)->Iterations(kCommits)->MeasureProcessCPUTime();

class FilledViews : public benchmark::Fixture {
 public:
  void SetUp(const benchmark::State&) override {
    folder_ = std::make_unique<TempFolder>();
    RocksOptions options;
    options.block_cache = NewBlockCache(size_t{128} << 20);
    store_ = RocksViewStore::Open(*folder_ / "views", nullptr, options).value();
    for (uint64_t commit = 0; commit < kCommits; ++commit) {
      KONTOR_CHECK(store_->Commit(CommitFrom(commit * kCommitEvents, /*with_rows=*/true)).ok());
    }
    cache_ = std::make_unique<RowCache>(store_, 0);
  }
  void TearDown(const benchmark::State&) override {
    cache_.reset();
    store_.reset();
    folder_.reset();
  }

 protected:
  std::unique_ptr<TempFolder> folder_;
  std::shared_ptr<RocksViewStore> store_;
  std::unique_ptr<RowCache> cache_;
};

BENCHMARK_DEFINE_F(FilledViews, OpenIdentities)(benchmark::State& state) {
  for (auto _ : state) KONTOR_CHECK(IdentityIndex(cache_.get()).status().ok());
}
BENCHMARK_REGISTER_F(FilledViews, OpenIdentities)->Unit(benchmark::kMillisecond)->Iterations(5);

// As intake does: hashed, prefetched a little ahead, looked for, claimed.
BENCHMARK_DEFINE_F(FilledViews, NewIdentity)(benchmark::State& state) {
  constexpr size_t kAhead = 16;
  IdentityIndex index(cache_.get());
  std::vector<IdentityHash> ahead(kAhead);
  uint64_t number = uint64_t{1} << 40;
  const auto next = [&] {
    const IdentityHash hash = HashNumber(++number);
    index.Prefetch(hash);
    return hash;
  };
  for (IdentityHash& hash : ahead) hash = next();
  const auto is_it = [](Position) -> Result<bool> { return false; };
  Position position(kCommits * kCommitEvents);
  size_t at = 0;
  for (auto _ : state) {
    const IdentityHash hash = std::exchange(ahead[at++ % kAhead], next());
    if (!index.Find(hash, is_it)->has_value()) index.Claim(hash, position);
    ++position;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_REGISTER_F(FilledViews, NewIdentity)->Iterations(400'000);

BENCHMARK_DEFINE_F(FilledViews, KnownIdentity)(benchmark::State& state) {
  const IdentityIndex index(cache_.get());
  std::mt19937_64 random(1);
  for (auto _ : state) {
    const Position position(random() % (kCommits * kCommitEvents));
    const auto is_it = [position](Position candidate) -> Result<bool> { return candidate == position; };
    KONTOR_CHECK(*index.Find(HashNumber(position.value()), is_it) == position);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_REGISTER_F(FilledViews, KnownIdentity)->Iterations(50'000);

BENCHMARK_DEFINE_F(FilledViews, EventsOfAnAccount)(benchmark::State& state) {
  const auto snapshot = store_->Snapshot();
  std::mt19937_64 random(1);
  int64_t events = 0;
  for (auto _ : state) {
    const AccountId account(Accounts()[random() % kAccounts]);
    KONTOR_CHECK(
        snapshot->ScanEvents(account, Instant(0), Position(0), [&](Instant, Position) { return ++events > 0; }).ok());
  }
  state.SetItemsProcessed(events);
}
BENCHMARK_REGISTER_F(FilledViews, EventsOfAnAccount)->Iterations(20'000);

BENCHMARK_DEFINE_F(FilledViews, Row)(benchmark::State& state) {
  const auto snapshot = store_->Snapshot();
  std::mt19937_64 random(1);
  for (auto _ : state) benchmark::DoNotOptimize(snapshot->Row(RowKey(random() % kAccounts, random() % 24)).value());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_REGISTER_F(FilledViews, Row)->Iterations(50'000);

void Hash(benchmark::State& state) {
  uint64_t number = 0;
  for (auto _ : state) benchmark::DoNotOptimize(HashNumber(++number));
}
BENCHMARK(Hash);

}  // namespace
}  // namespace kontor
