// Appending, reading and scanning the event log: records of about 200 bytes, in batches of 10,000, each synced.
#include "engine/log/rocks_event_log.h"

#include <benchmark/benchmark.h>

#include <random>

#include "tests/conformance/log_records.h"
#include "tests/conformance/temp_folder.h"

namespace kontor {
namespace {

constexpr size_t kBatchRecords = 10'000;
constexpr size_t kValueBytes = 170;

// A mix of what repeats from record to record and what does not, as events have it.
std::vector<std::string> BatchFrom(int64_t offset) {
  std::mt19937_64 random(static_cast<uint64_t>(offset));
  std::vector<std::string> records;
  records.reserve(kBatchRecords);
  for (size_t i = 0; i < kBatchRecords; ++i) {
    std::string value = "account-" + std::to_string(random() % 100'000) + " kontor.event.v1.InvoiceIssued EUR ";
    while (value.size() < kValueBytes) {
      value +=
          value.size() < 110 ? std::to_string(random()) : std::string("{\"net\":{\"currency_code\":\"EUR\",\"units\":");
    }
    value.resize(kValueBytes);
    records.push_back(RecordAt(offset + static_cast<int64_t>(i), value));
  }
  return records;
}

void Append(EventLog& log, const std::vector<std::string>& records) {
  KONTOR_CHECK(AppendAll(log, records, log.NextOffset() + static_cast<int64_t>(records.size())).ok());
}

void Append(benchmark::State& state) {
  const TempFolder folder;
  const auto log = RocksEventLog::Open(folder / "log", EventsOwner()).value();
  int64_t bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const std::vector<std::string> records = BatchFrom(log->NextOffset().value());
    for (const std::string& record : records) bytes += static_cast<int64_t>(record.size());
    state.ResumeTiming();
    Append(*log, records);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBatchRecords));
  state.SetBytesProcessed(bytes);
  int64_t on_disk = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "log")) {
    if (entry.path().extension() == ".sst") on_disk += static_cast<int64_t>(entry.file_size());
  }
  state.counters["table_bytes_each"] =
      static_cast<double>(on_disk) / static_cast<double>(state.iterations() * static_cast<int64_t>(kBatchRecords));
}
BENCHMARK(Append)->Unit(benchmark::kMillisecond)->Iterations(300)->UseRealTime();

class FilledLog : public benchmark::Fixture {
 public:
  void SetUp(const benchmark::State&) override {
    folder_ = std::make_unique<TempFolder>();
    log_ = RocksEventLog::Open(*folder_ / "log", EventsOwner()).value();
    for (int batch = 0; batch < 200; ++batch) Append(*log_, BatchFrom(log_->NextOffset().value()));
  }
  void TearDown(const benchmark::State&) override {
    log_.reset();
    folder_.reset();
  }

 protected:
  std::unique_ptr<TempFolder> folder_;
  std::unique_ptr<RocksEventLog> log_;
};

BENCHMARK_DEFINE_F(FilledLog, Scan)(benchmark::State& state) {
  for (auto _ : state) {
    size_t bytes = 0;
    KONTOR_CHECK(log_->Scan(Position(0), log_->End(),
                            [&](Position, std::string_view record) {
                              bytes += record.size();
                              return true;
                            })
                     .ok());
    benchmark::DoNotOptimize(bytes);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(log_->End().value()));
}
BENCHMARK_REGISTER_F(FilledLog, Scan)->Unit(benchmark::kMillisecond)->Iterations(3)->UseRealTime();

BENCHMARK_DEFINE_F(FilledLog, ReadAnywhere)(benchmark::State& state) {
  std::mt19937_64 random(1);
  for (auto _ : state) KONTOR_CHECK(log_->Read(Position(random() % log_->End().value())).ok());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_REGISTER_F(FilledLog, ReadAnywhere)->Iterations(100'000)->UseRealTime();

BENCHMARK_DEFINE_F(FilledLog, OpenAfterAStop)(benchmark::State& state) {
  for (auto _ : state) {
    log_.reset();
    log_ = RocksEventLog::Open(*folder_ / "log", EventsOwner()).value();
  }
}
BENCHMARK_REGISTER_F(FilledLog, OpenAfterAStop)->Unit(benchmark::kMillisecond)->Iterations(3)->UseRealTime();

}  // namespace
}  // namespace kontor
