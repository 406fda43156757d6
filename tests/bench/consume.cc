// The ceilings, on our own records and through our own parts: bytes alone, bytes decoded, and the log without views.
#include <atomic>
#include <memory>
#include <thread>
#include <variant>
#include <vector>

#include "engine/base/thread_name.h"
#include "engine/event/decoder.h"
#include "engine/shard/folder.h"
#include "engine/shard/identity_index.h"
#include "engine/shard/intake.h"
#include "engine/shard/row_cache.h"
#include "engine/source/kafka_source.h"
#include "tests/bench/engine.h"
#include "tests/bench/measure.h"
#include "tests/bench/steps.h"
#include "tools/kontor/data_directory.h"

namespace kontor::bench {
namespace {

constexpr std::chrono::seconds kTimeout{30};
constexpr int kEventsAnArena = 512;

// What becomes of the batches of one partition.
class Consumer {
 public:
  virtual ~Consumer() = default;
  virtual void Take(const Batch& batch) = 0;
  virtual void End() {}
};

class CountBytes final : public Consumer {
 public:
  void Take(const Batch& batch) override {
    for (const RawRecord& record : batch.records) bytes_ += record.value->size();
  }

 private:
  uint64_t bytes_ = 0;
};

class Decode final : public Consumer {
 public:
  void Take(const Batch& batch) override {
    for (const RawRecord& record : batch.records) {
      if (++decoded_ % kEventsAnArena == 0) arena_.Reset();
      const auto event = DecodeEvent(record, &arena_);
      if (std::holds_alternative<Rejection>(event)) Die(Internal("{}", std::get<Rejection>(event).text));
    }
  }

 private:
  static google::protobuf::ArenaOptions Sized(std::vector<char>* block) {
    google::protobuf::ArenaOptions options;
    options.initial_block = block->data();
    options.initial_block_size = block->size();
    return options;
  }
  std::vector<char> block_ = std::vector<char>(1 << 20);
  google::protobuf::Arena arena_{Sized(&block_)};
  int decoded_ = 0;
};

// What a shard does with a batch, but folding: events are told apart for ever, so their identities are committed.
class AppendLog final : public Consumer {
 public:
  AppendLog(DataDirectory* stores, const ShardId& id, const TopicFacts& facts)
      : log_(*stores->OpenLog(id, LogOwner{.cluster_id = facts.cluster_id,
                                           .topic = id.topic,
                                           .partition = id.partition,
                                           .partition_count = facts.partition_count})),
        views_(*stores->OpenViews(id, /*anew=*/true)),
        fold_(Zone::Utc(), {}),
        rows_(views_, limits_.cache_bytes_max),
        identities_(&rows_),
        intake_({.role = TopicRole::kEvents,
                 .partition = id.partition,
                 .partition_count = facts.partition_count,
                 .partitioner = Partitioner::kMurmur2},
                log_.get(), &identities_),
        folder_({.fold = &fold_,
                 .log = log_.get(),
                 .store = views_.get(),
                 .rows = &rows_,
                 .identities = &identities_,
                 .slice = limits_.slice,
                 .changed = [](std::span<const std::string_view>, Position) {}}) {
    Must(intake_.Open());
  }

  void Take(const Batch& batch) override {
    const Result<const Admitted*> admitted = intake_.Admit(batch);
    Must(admitted.status());
    Must(log_->Append((*admitted)->records, (*admitted)->next_offset));
    Must(folder_.Fold({}, log_->End(), (*admitted)->records.back()));
    if (folder_.position() - folder_.committed() >= limits_.commit_records_max) Commit();
  }
  void End() override { Commit(); }

 private:
  void Commit() {
    Must(folder_.BeginCommit()());
    folder_.EndCommit();
  }
  static void Must(const Status& status) {
    if (!status.ok()) Die(status);
  }

  const ShardLimits limits_;
  const std::unique_ptr<EventLog> log_;
  const std::shared_ptr<ViewStore> views_;
  const AccountFold fold_;
  RowCache rows_;
  IdentityIndex identities_;
  Intake intake_;
  Folder folder_;
};

}  // namespace

void RunConsume(const StepOptions& options, const std::string& what) {
  KafkaOptions kafka;
  kafka.brokers = options.brokers;
  const Result<std::unique_ptr<KafkaSource>> source = KafkaSource::Open(kafka);
  if (!source.ok()) Die(source.status());
  const Result<TopicDescription> topic = (*source)->DescribeTopic(options.topic, kTimeout);
  if (!topic.ok()) Die(topic.status());
  Result<std::unique_ptr<DataDirectory>> stores = NotFound("none is needed");
  if (what == "log") {
    stores = DataDirectory::Open(options.folder);
    if (!stores.ok()) Die(stores.status());
  }

  const ShardLimits limits;
  std::atomic<int64_t> first = 0;  // when the first batch came
  std::atomic<uint64_t> records = 0;
  const auto read = [&](Partition partition) {
    NameThread(fmt::format("shard-{}", partition.value()));
    std::unique_ptr<Consumer> consumer;
    if (what == "raw") consumer = std::make_unique<CountBytes>();
    if (what == "parse") consumer = std::make_unique<Decode>();
    if (what == "log") {
      consumer = std::make_unique<AppendLog>(stores->get(), ShardId{options.topic, partition}, topic->facts);
    }
    const auto reader = (*source)->OpenPartition(options.topic, partition, Offset(0), kTimeout);
    if (!reader.ok()) Die(reader.status());
    for (bool at_end = false; !at_end;) {
      const Result<Batch> batch = (*reader)->Poll(limits.poll_records_max, limits.poll_bytes_max, limits.poll_timeout);
      if (!batch.ok()) Die(batch.status());
      at_end = batch->at_end;
      if (batch->records.empty()) continue;
      int64_t unset = 0;
      first.compare_exchange_strong(unset, SteadyClock::now().time_since_epoch().count());
      consumer->Take(*batch);
      records += batch->records.size();
    }
    consumer->End();
    return SteadyClock::now();
  };
  std::vector<SteadyClock::time_point> ends(static_cast<size_t>(topic->facts.partition_count));
  std::vector<std::thread> threads;
  for (size_t i = 0; i < ends.size(); ++i) {
    threads.emplace_back([&, i] { ends[i] = read(Partition(static_cast<int32_t>(i))); });
  }
  for (std::thread& thread : threads) thread.join();
  const SteadyClock::time_point begin{SteadyClock::duration(first.load())};
  const double seconds = Seconds(*std::max_element(ends.begin(), ends.end()) - begin);
  Line()
      .Add("records", records.load())
      .Add("rate", static_cast<double>(records) / seconds)
      .Add("cpu_s", CpuSeconds())
      .Add("rss_mib", PeakRssMib())
      .Print();
}

}  // namespace kontor::bench
