// What the way from a polled record to the synced log costs an event, and the way back from the log to an event.
#include "engine/shard/intake.h"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/log/in_memory_event_log.h"
#include "engine/log/rocks_event_log.h"
#include "engine/shard/logged_event.h"
#include "engine/shard/row_cache.h"
#include "engine/views/in_memory_view_store.h"
#include "tests/bench/workload.h"
#include "tests/conformance/log_records.h"
#include "tests/conformance/temp_folder.h"

namespace kontor {
namespace {

constexpr size_t kBatchRecords = 10'000;
constexpr uint64_t kAccounts = 100'000;

// Records of one partition, and the bytes that they point into.
class Polled {
 public:
  // The next batch.
  const Batch& Next() {
    batch_.records.clear();
    texts_.clear();
    texts_.reserve(2 * kBatchRecords);
    for (size_t i = 0; i < kBatchRecords; ++i) {
      const auto& [key, value] = workload_.Next();
      RawRecord& raw = batch_.records.emplace_back();
      raw.offset = batch_.next_offset;
      raw.timestamp_ms = kBeginMs + raw.offset.value() * workload_.step_nanos() / 1'000'000;
      raw.timestamp_type = log::v1::TIMESTAMP_TYPE_CREATE;
      raw.key = texts_.emplace_back(key);
      raw.value = texts_.emplace_back(value);
      ++batch_.next_offset;
    }
    return batch_;
  }

 private:
  static constexpr int64_t kBeginMs = 1'704'067'200'000;  // 2024

  bench::Workload workload_{1, 5'000'000, kAccounts};
  std::vector<std::string> texts_;
  Batch batch_;
};

// Intake over a log; views are never committed, so what is claimed is forgotten at times.
class Taker {
 public:
  explicit Taker(EventLog* log)
      : log_(log),
        cache_(std::make_shared<InMemoryViewStore>(), 0),
        identities_(&cache_),
        intake_({}, log, &identities_) {
    KONTOR_CHECK(intake_.Open().ok());
  }

  const Admitted& Admit(const Batch& batch) {
    const Result<const Admitted*> admitted = intake_.Admit(batch);
    KONTOR_CHECK(admitted.ok() && (*admitted)->rejected == 0);
    return **admitted;
  }
  void Append(const Admitted& admitted) {
    KONTOR_CHECK(log_->Append(admitted.records, admitted.next_offset).ok());
    if (log_->End().value() % (20 * kBatchRecords) != 0) return;
    ViewCommit commit;
    identities_.Collect(&commit);
    identities_.Committed();
  }

 private:
  EventLog* log_;
  RowCache cache_;
  IdentityIndex identities_;
  Intake intake_;
};

void Admit(benchmark::State& state) {
  InMemoryEventLog log(EventsOwner());
  Polled polled;
  Taker taker(&log);
  for (auto _ : state) {
    state.PauseTiming();
    const Batch& batch = polled.Next();
    state.ResumeTiming();
    const Admitted& admitted = taker.Admit(batch);
    state.PauseTiming();
    taker.Append(admitted);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBatchRecords));
}
BENCHMARK(Admit)->Unit(benchmark::kMillisecond)->Iterations(40);

void Append(benchmark::State& state) {
  const TempFolder folder;
  const auto log = RocksEventLog::Open(folder / "log", EventsOwner()).value();
  Polled polled;
  Taker taker(log.get());
  for (auto _ : state) {
    state.PauseTiming();
    const Batch& batch = polled.Next();
    const Admitted& admitted = taker.Admit(batch);
    state.ResumeTiming();
    taker.Append(admitted);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBatchRecords));
}
BENCHMARK(Append)->Unit(benchmark::kMillisecond)->Iterations(100)->MeasureProcessCPUTime();

void ReadBack(benchmark::State& state) {
  const TempFolder folder;
  const auto log = RocksEventLog::Open(folder / "log", EventsOwner()).value();
  Polled polled;
  Taker taker(log.get());
  for (int i = 0; i < 50; ++i) taker.Append(taker.Admit(polled.Next()));
  EventArena arena;
  for (auto _ : state) {
    size_t events = 0;
    for (Position from(0); from < log->End(); from = from + kBatchRecords) {
      arena.Reset();
      KONTOR_CHECK(log->Scan(from, from + kBatchRecords,
                             [&](Position position, std::string_view bytes) {
                               events += ParseLogged(position, bytes, arena.get()).value() != nullptr ? 1 : 0;
                               return true;
                             })
                       .ok());
    }
    KONTOR_CHECK(events > 0);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(log->End().value()));
}
BENCHMARK(ReadBack)->Unit(benchmark::kMillisecond)->Iterations(4);

}  // namespace
}  // namespace kontor
