#include "engine/shard/shard.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/thread_name.h"
#include "engine/shard/continuity.h"
#include "engine/shard/folder.h"
#include "engine/shard/identity_index.h"
#include "engine/shard/intake.h"
#include "engine/shard/row_cache.h"

namespace kontor {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// One step of catching up: after each the mailbox is answered and progress told.
constexpr size_t kCatchUpRecordsMax = 10'000;
constexpr size_t kCatchUpBytesMax = 16 << 20;

// A transaction that is open for longer than this is told of.
constexpr milliseconds kHeldBackTold{60'000};

// How long a shard without anything to do sleeps; whoever has something for it wakes it.
constexpr milliseconds kIdle{60'000};

}  // namespace

struct Shard::Derived {
  Derived(std::shared_ptr<ViewStore> store, const EventLog* log, const ShardConfig& config,
          std::function<void(std::span<const std::string_view>, Position)> changed)
      : views(std::move(store)),
        rows(views, config.limits.cache_bytes_max),
        identities(&rows),
        intake({.role = config.role,
                .partition = config.id.partition,
                .partition_count = log->Owner().partition_count,
                .partitioner = config.partitioner},
               log, &identities),
        folder({.fold = config.fold,
                .log = log,
                .store = views.get(),
                .rows = &rows,
                .identities = &identities,
                .slice = config.limits.slice,
                .changed = std::move(changed)}) {}

  const std::shared_ptr<ViewStore> views;
  RowCache rows;
  IdentityIndex identities;
  Intake intake;
  Folder folder;
};

Shard::Shard(ShardConfig config)
    : config_(std::move(config)), name_(ShardName(config_.id)), mailbox_([this] {
        if (const auto reading = reader()) reading->Wake();
      }) {
  KONTOR_CHECK(config_.stores != nullptr && config_.fold != nullptr && config_.observer != nullptr && config_.fatal);
}

Shard::~Shard() { Stop(); }

Status Shard::Open(const std::optional<TopicFacts>& facts) {
  KONTOR_CHECK(!opened_);
  const auto open = [&]() -> Status {
    Result<std::unique_ptr<EventLog>> log = config_.stores->OpenLog(config_.id, std::nullopt);
    if (facts && log.ok()) KONTOR_RETURN_IF_ERROR(CheckFacts((*log)->Owner(), *facts));
    const bool made = log.ok() || log.status().code() != StatusCode::kNotFound;
    if (facts && (!made || (log.ok() && (*log)->Owner().cluster_id.empty()))) {
      if (log.ok()) log->reset();  // closes it
      log = config_.stores->OpenLog(config_.id, LogOwner{.cluster_id = facts->cluster_id,
                                                         .topic = config_.id.topic,
                                                         .partition = config_.id.partition,
                                                         .partition_count = facts->partition_count,
                                                         .role = config_.role});
    }
    KONTOR_RETURN_IF_ERROR(log.status());
    log_ = *std::move(log);
    return OkStatus();
  };
  if (Status status = open(); !status.ok()) {
    Fail(status);
    return status;
  }
  opened_ = true;
  return OkStatus();
}

Result<Offset> Shard::StartOffset(const TopicFacts& facts, EventSource* source) {
  KONTOR_CHECK(opened_ && reader() == nullptr);
  KONTOR_RETURN_IF_ERROR(status().failure);
  Status checked = CheckFacts(log_->Owner(), facts);
  if (checked.ok()) checked = CheckTail(config_.id, *log_, source);
  if (checked.ok()) return log_->NextOffset();
  if (checked.code() != StatusCode::kUnavailable) mailbox_.Ask([&] { Fail(checked); });
  return checked;
}

void Shard::Start() {
  KONTOR_CHECK(opened_ && !thread_.joinable());
  mailbox_.Open();
  thread_ = std::thread([this] { Run(); });
}

void Shard::Attach(std::unique_ptr<PartitionReader> reader) {
  {
    const std::lock_guard lock(mutex_);
    if (state_ == ShardState::kFailed || stop_) return;
    KONTOR_CHECK(reader_ == nullptr);
    reader_ = std::move(reader);
    retired_ = false;
  }
  mailbox_.Wake();
}

void Shard::Detach() {
  mailbox_.Ask([this] {
    std::shared_ptr<PartitionReader> gone;
    {
      const std::lock_guard lock(mutex_);
      gone = std::exchange(reader_, nullptr);
      trouble_ = OkStatus();
    }
    if (state() == ShardState::kRunning) Commit();
  });
}

void Shard::Retire() {
  mailbox_.Ask([this] {
    {
      const std::lock_guard lock(mutex_);
      KONTOR_CHECK(reader_ == nullptr);
      retired_ = true;
    }
    if (state() != ShardState::kRunning) return;
    if (!stop_) config_.observer->OnGone(config_.id);
    SetState(ShardState::kStopped);
  });
}

void Shard::BeginStop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  mailbox_.Wake();
  if (const auto reading = reader()) reading->Wake();
}

void Shard::Stop() {
  BeginStop();
  if (thread_.joinable()) thread_.join();
}

Status Shard::WaitUntilRunning() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return state_ != ShardState::kOpening && state_ != ShardState::kCatchingUp; });
  return failure_;
}

// --- The shard's thread ---

void Shard::Run() {
  NameThread(fmt::format("shard-{}", config_.id.partition.value()));
  if (const Status prepared = Prepare(); !prepared.ok()) {
    sound_ = false;
    Fail(prepared);
  }
  while (!stop_) {
    alive_at_ = steady_clock::now();
    mailbox_.Answer();
    if (const Status damage = Damage(); !damage.ok()) Distrust(damage);
    const bool attached = reader() != nullptr;
    if (attached && state() == ShardState::kStopped) {
      SetState(ShardState::kRunning);
      config_.observer->OnReadable(config_.id, Position(folded_));
    }
    if (attached && state() == ShardState::kRunning) {
      ReadOn();
    } else {
      waits_ = true;
      mailbox_.Wait(kIdle);
      waits_ = false;
    }
  }
  if (sound_ && derived_ != nullptr) Commit();
  {
    const std::lock_guard lock(mutex_);
    reader_.reset();
  }
  if (state() != ShardState::kStopped) SetState(ShardState::kStopped);
  mailbox_.Close();
}

Status Shard::Prepare() {
  KONTOR_RETURN_IF_ERROR(OpenViews());
  SetState(ShardState::kCatchingUp);
  KONTOR_RETURN_IF_ERROR(CatchUp());
  if (stop_ || state() == ShardState::kFailed) return OkStatus();
  KONTOR_RETURN_IF_ERROR(derived_->intake.Open());
  readable_ = true;
  // Taken away meanwhile, it waits for a reader to come back.
  bool retired = false;
  {
    const std::lock_guard lock(mutex_);
    retired = retired_;
  }
  SetState(retired ? ShardState::kStopped : ShardState::kRunning);
  if (!retired) config_.observer->OnReadable(config_.id, Position(folded_));
  // Readers do not wait for it; what was just caught up would be folded again after the next crash.
  Commit();
  return OkStatus();
}

Status Shard::OpenViews() {
  KONTOR_ASSIGN_OR_RETURN(std::shared_ptr<ViewStore> views, config_.stores->OpenViews(config_.id, config_.rebuild));
  const std::string& zone = config_.fold->zone().name();
  bool anew = false;
  {
    const std::unique_ptr<ViewSnapshot> stored = views->Snapshot();
    KONTOR_RETURN_IF_ERROR(CheckViews(stored->checkpoint(), *log_, zone, &anew));
    if (anew) {
      spdlog::info("{}: the views (fold version {}, zone {}) are folded anew for fold version {}, zone {}", name_,
                   stored->checkpoint().fold_version, stored->checkpoint().zone, kFoldVersion, zone);
    }
  }
  if (anew) KONTOR_RETURN_IF_ERROR(views->Clear());
  derived_ = std::make_unique<Derived>(std::move(views), log_.get(), config_,
                                       [this](std::span<const std::string_view> accounts, Position position) {
                                         // Who sees the position must find the observer told of it.
                                         if (readable_) config_.observer->OnChanged(config_.id, accounts, position);
                                         folded_ = position.value();
                                       });
  KONTOR_RETURN_IF_ERROR(derived_->rows.status());
  KONTOR_RETURN_IF_ERROR(derived_->identities.status());
  folded_ = checkpoint_ = derived_->folder.position().value();
  last_commit_ = alive_at_ = steady_clock::now();
  views_ = derived_->views.get();
  return OkStatus();
}

Status Shard::CatchUp() {
  Folder& folder = derived_->folder;
  while (!stop_ && state() != ShardState::kFailed && folder.position() < log_->End()) {
    alive_at_ = steady_clock::now();
    if (config_.progress) config_.progress(folder.position(), log_->End());
    {
      const Timed timed(&fold_time_);
      KONTOR_RETURN_IF_ERROR(folder.FoldLogged(kCatchUpRecordsMax, kCatchUpBytesMax));
    }
    CommitIfDue();
    mailbox_.Answer();
  }
  if (config_.progress) config_.progress(folder.position(), log_->End());
  return OkStatus();
}

void Shard::ReadOn() {
  const std::shared_ptr<PartitionReader> reading = reader();
  const ShardLimits& limits = config_.limits;
  const auto began = steady_clock::now();
  const Result<Batch> batch = reading->Poll(limits.poll_records_max, limits.poll_bytes_max, limits.poll_timeout);
  Status status = batch.status();
  if (batch.ok()) {
    backoff_ = milliseconds(0);
    SetTrouble(OkStatus());
    if (!batch->records.empty()) {
      poll_time_.Observe(steady_clock::now() - began);
      batch_records_.Observe(static_cast<double>(batch->records.size()));
    }
    if (!batch->records.empty() || batch->next_offset != log_->NextOffset()) status = Process(*batch);
    if (status.ok()) {
      if (sound_) reading->CommitHint(log_->NextOffset());
      if (batch->at_end) {
        level_at_ = steady_clock::now();
        LookForHeldBack(reading->watermarks());
      }
      CommitIfDue();
      return;
    }
    sound_ = false;
  }
  switch (status.code()) {
    case StatusCode::kUnavailable:
      SetTrouble(status);
      CommitIfDue();
      backoff_ = std::clamp(2 * backoff_, limits.backoff_min, limits.backoff_max);
      mailbox_.Wait(backoff_);
      return;
    case StatusCode::kCancelled: {
      // Taken away; who gave it says so by Detach.
      const std::lock_guard lock(mutex_);
      reader_.reset();
      return;
    }
    default:
      Fail(status);
  }
}

Status Shard::Process(const Batch& batch) {
  KONTOR_ASSIGN_OR_RETURN(const Admitted* const admitted, derived_->intake.Admit(batch));
  const Position from = log_->End();
  const auto began = steady_clock::now();
  if (const Status appended = log_->Append(admitted->records, admitted->next_offset); !appended.ok()) {
    OnFailedWrite(appended);
    return OkStatus();
  }
  append_time_.Observe(steady_clock::now() - began);
  accepted_ += static_cast<int64_t>(admitted->accepted.size());
  duplicates_ += admitted->duplicates;
  conflicts_ += admitted->conflicts;
  for (size_t i = 0; i < kRejectReasons; ++i) rejected_[i] += admitted->rejected_for[i];
  offset_gaps_ += admitted->offset_gaps;
  if (admitted->records.empty()) return OkStatus();
  last_timestamp_ms_ = batch.records.back().timestamp_ms;
  if (config_.appended) config_.appended(config_.id, from, *admitted);
  Status folded;
  {
    const Timed timed(&fold_time_);
    folded = derived_->folder.Fold(admitted->accepted, log_->End(), admitted->records.back());
  }
  cache_hits_ = derived_->rows.lookups().hits;
  cache_misses_ = derived_->rows.lookups().misses;
  if (folded.ok()) ObserveReadable(batch.records);
  return folded;
}

// A topic that takes the broker's append time has one for each of the producer's batches: records of one are alike.
void Shard::ObserveReadable(std::span<const RawRecord> records) {
  const int64_t now_ms =
      std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  for (size_t i = 0, next = 0; i < records.size(); i = next) {
    const int64_t at_ms = records[i].timestamp_ms;
    while (next < records.size() && records[next].timestamp_ms == at_ms) ++next;
    readable_time_.Observe(static_cast<double>(std::max<int64_t>(now_ms - at_ms, 0)) / 1e3, next - i);
  }
}

void Shard::LookForHeldBack(const Watermarks& watermarks) {
  const bool behind = watermarks.last_stable >= 0 && watermarks.last_stable < watermarks.high;
  if (!behind || watermarks.last_stable != held_back_at_) {
    held_back_at_ = behind ? watermarks.last_stable : -1;
    held_back_since_ = steady_clock::now();
  }
  held_back_ = behind && steady_clock::now() - held_back_since_ >= kHeldBackTold;
}

void Shard::CommitIfDue() {
  if (!sound_) return;
  const ShardLimits& limits = config_.limits;
  const Folder& folder = derived_->folder;
  const bool full = folder.position() - folder.taken_up() >= limits.commit_records_max ||
                    derived_->rows.dirty_bytes() >= limits.commit_dirty_bytes_max;
  if (committing_.valid() && !full && committing_.wait_for(milliseconds(0)) != std::future_status::ready) return;
  if (!EndCommit()) return;
  if (full || steady_clock::now() - last_commit_.load() >= limits.commit_interval) BeginCommit();
}

void Shard::BeginCommit() {
  commit_began_ = last_commit_ = steady_clock::now();
  if (derived_->folder.position() == derived_->folder.taken_up()) return;
  committing_ = std::async(std::launch::async, [this, commit = derived_->folder.BeginCommit()] {
    NameThread(fmt::format("commit-{}", config_.id.partition.value()));
    return commit();
  });
}

bool Shard::EndCommit() {
  if (!committing_.valid()) return true;
  if (const Status committed = committing_.get(); !committed.ok()) {
    OnFailedWrite(committed);
    return false;
  }
  derived_->folder.EndCommit();
  checkpoint_ = derived_->folder.committed().value();
  last_commit_ = steady_clock::now();
  commit_time_.Observe(last_commit_.load() - commit_began_);
  return true;
}

bool Shard::Commit() {
  if (!EndCommit()) return false;
  BeginCommit();
  return EndCommit();
}

void Shard::Fail(const Status& failure) {
  const std::lock_guard lock(mutex_);
  MarkFailed(failure);
}

void Shard::MarkFailed(const Status& failure) {
  if (state_ == ShardState::kFailed) return;  // the first word stands
  spdlog::error("{}: {}", name_, Text(failure));
  failure_ = failure;
  reader_.reset();
  ChangeState(ShardState::kFailed);
}

void Shard::Distrust(const Status& damage) {
  sound_ = false;
  bool was_readable = false;
  {
    // Together, and in this order: whoever finds it not readable hears why.
    const std::lock_guard lock(mutex_);
    MarkFailed(damage);
    was_readable = readable_.exchange(false);
  }
  if (was_readable) config_.observer->OnGone(config_.id);
}

void Shard::OnFailedWrite(const Status& failure) {
  if (failure.code() == StatusCode::kDataLoss) {
    Distrust(failure);
  } else {
    EndProcess(failure);
  }
}

void Shard::EndProcess(const Status& failure) {
  sound_ = false;
  config_.fatal(MakeStatus(failure.code(), fmt::format("{}: {}", name_, Text(failure))));
  Fail(failure);
}

void Shard::SetState(ShardState to) {
  const std::lock_guard lock(mutex_);
  ChangeState(to);
}

void Shard::ChangeState(ShardState to) {
  KONTOR_CHECK(IsLegalChange(state_, to));
  state_ = to;
  changed_.notify_all();
}

void Shard::SetTrouble(const Status& trouble) {
  const std::lock_guard lock(mutex_);
  trouble_ = trouble;
}

std::shared_ptr<PartitionReader> Shard::reader() const {
  const std::lock_guard lock(mutex_);
  return reader_;
}

// --- Any thread ---

ShardState Shard::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

Result<const EventLog*> Shard::log() const {
  if (!opened_) return Unavailable("the log of {} is not open", name_);
  return log_.get();
}

Status Shard::Damage() const {
  if (!readable_) return OkStatus();
  Status damage = log_->Damage();
  damage.Update(views_.load()->Damage());
  if (!damage.ok()) mailbox_.Wake();
  return damage;
}

Status Shard::CheckReadable() const {
  const Status damage = Damage();
  if (readable_ && damage.ok()) return OkStatus();
  if (!damage.ok()) return Unavailable("{} cannot be read: {}", name_, Text(damage));
  const ShardStatus now = status();
  if (!now.failure.ok()) return Unavailable("{} cannot be read: {}", name_, Text(now.failure));
  return Unavailable("{} is catching up with its log, at record {} of {}: ask again", name_, now.folded.value(),
                     now.end.value());
}

Result<AccountVersion> Shard::Read(const AccountId& account) const {
  KONTOR_RETURN_IF_ERROR(CheckReadable());
  return derived_->rows.Read(account);
}

Result<std::vector<AccountId>> Shard::AccountsFrom(const AccountId& from, size_t limit) const {
  KONTOR_RETURN_IF_ERROR(CheckReadable());
  return derived_->rows.AccountsFrom(from, limit);
}

Result<Shard::Level> Shard::CommitNow() {
  Result<Level> level = Unavailable("{} is not level with its log", name_);
  mailbox_.Ask([&] {
    if (const Status readable = CheckReadable(); !readable.ok()) {
      level = readable;
      return;
    }
    if (sound_) Commit();
    if (!sound_) {
      level = status().failure;
      return;
    }
    struct Stored {
      std::shared_ptr<const ViewStore> store;  // outlives the snapshot
      std::unique_ptr<ViewSnapshot> snapshot;
    };
    auto stored = std::make_shared<Stored>(Stored{derived_->views, derived_->views->Snapshot()});
    KONTOR_CHECK(stored->snapshot->checkpoint().position == log_->End());
    level = Level{log_->End(), {stored, stored->snapshot.get()}};
  });
  return level;
}

}  // namespace kontor
