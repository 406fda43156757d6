// Committing views, and looking identities and rows up in them.
#include "engine/views/rocks_view_store.h"

#include <benchmark/benchmark.h>

#include <random>
#include <set>

#include "engine/base/check.h"
#include "tests/conformance/temp_folder.h"

namespace kontor {
namespace {

constexpr uint64_t kCommitEvents = 100'000;
constexpr uint64_t kAccounts = 100'000;

std::string RowKey(uint64_t account, uint64_t row) {
  std::string key(12, '\0');
  for (size_t i = 0; i < 8; ++i) key[i] = static_cast<char>(account * 0x9E3779B97F4A7C15 >> (56 - 8 * i));
  for (size_t i = 0; i < 4; ++i) key[8 + i] = static_cast<char>(row >> (24 - 8 * i));
  return key;
}

IdentityHash HashNumber(uint64_t number) { return HashOf({Source("bench"), EventId(std::to_string(number))}); }

// As a shard leaves them: an identity and an account index entry an event, and about as many rows as events.
ViewCommit CommitFrom(uint64_t position) {
  ViewCommit commit;
  std::mt19937_64 random(position);
  std::set<std::string> rows;
  for (uint64_t at = position; at < position + kCommitEvents; ++at) {
    const uint64_t account = random() % kAccounts;
    commit.identities.push_back({HashNumber(at), Position(at)});
    commit.events.push_back(
        {AccountId("account-" + std::to_string(account)), Instant(static_cast<int64_t>(at) << 30), Position(at)});
    rows.insert(RowKey(account, random() % 24));
  }
  for (const std::string& key : rows) commit.Put(key, key + std::string(28, 'v'));
  commit.checkpoint = {
      .position = Position(position + kCommitEvents), .last_record = {}, .fold_version = 1, .zone = "UTC"};
  return commit;
}

void BM_Commit(benchmark::State& state) {
  const TempFolder folder;
  const auto store = RocksViewStore::Open(folder / "views", nullptr).value();
  uint64_t position = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const ViewCommit commit = CommitFrom(position);
    position += kCommitEvents;
    state.ResumeTiming();
    KONTOR_CHECK(store->Commit(commit).ok());
  }
  state.SetItemsProcessed(static_cast<int64_t>(position));
}
BENCHMARK(BM_Commit)->Unit(benchmark::kMillisecond)->Iterations(40)->UseRealTime();

class FilledViews : public benchmark::Fixture {
 public:
  void SetUp(const benchmark::State&) override {
    folder_ = std::make_unique<TempFolder>();
    RocksOptions options;
    options.block_cache = NewBlockCache(size_t{128} << 20);
    store_ = RocksViewStore::Open(*folder_ / "views", nullptr, options).value();
    for (uint64_t commit = 0; commit < 40; ++commit) {
      KONTOR_CHECK(store_->Commit(CommitFrom(commit * kCommitEvents)).ok());
    }
  }
  void TearDown(const benchmark::State&) override {
    store_.reset();
    folder_.reset();
  }

 protected:
  std::unique_ptr<TempFolder> folder_;
  std::unique_ptr<RocksViewStore> store_;
};

BENCHMARK_DEFINE_F(FilledViews, NewIdentity)(benchmark::State& state) {
  const auto snapshot = store_->Snapshot();
  uint64_t number = uint64_t{1} << 40;
  for (auto _ : state) KONTOR_CHECK(snapshot->Positions(HashNumber(++number)).value().empty());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_REGISTER_F(FilledViews, NewIdentity)->Iterations(200'000)->UseRealTime();

BENCHMARK_DEFINE_F(FilledViews, KnownIdentity)(benchmark::State& state) {
  const auto snapshot = store_->Snapshot();
  std::mt19937_64 random(1);
  for (auto _ : state) KONTOR_CHECK(snapshot->Positions(HashNumber(random() % 4'000'000)).value().size() == 1);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_REGISTER_F(FilledViews, KnownIdentity)->Iterations(50'000)->UseRealTime();

BENCHMARK_DEFINE_F(FilledViews, Row)(benchmark::State& state) {
  const auto snapshot = store_->Snapshot();
  std::mt19937_64 random(1);
  for (auto _ : state) benchmark::DoNotOptimize(snapshot->Row(RowKey(random() % kAccounts, random() % 24)).value());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_REGISTER_F(FilledViews, Row)->Iterations(50'000)->UseRealTime();

void BM_Hash(benchmark::State& state) {
  uint64_t number = 0;
  for (auto _ : state) benchmark::DoNotOptimize(HashNumber(++number));
}
BENCHMARK(BM_Hash);

}  // namespace
}  // namespace kontor
