#include "engine/shard/dead_letters.h"

#include <google/protobuf/arena.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/sha256.h"
#include "engine/shard/logged_event.h"
#include "kontor/log/v1/record.pb.h"

namespace kontor {
namespace {

constexpr size_t kCutBytes = 64 << 10;

// One step of reading the log on.
constexpr uint64_t kScanRecordsMax = 20'000;

std::string ProgressKey(const ShardId& id) { return fmt::format("dead-letters/{}/{}", id.topic, id.partition.value()); }

// In Kafka Connect's words: what could not be read, or what was read and not taken.
std::string_view StageOf(const log::v1::LogRecord& record) {
  switch (record.reject_reason()) {
    case log::v1::REJECT_REASON_EMPTY:
    case log::v1::REJECT_REASON_TOO_LARGE:
    case log::v1::REJECT_REASON_FRAMING:
    case log::v1::REJECT_REASON_UNDECODABLE:
      return "VALUE_CONVERTER";
    default:
      return "TASK_PUT";
  }
}

std::string ClassOf(const log::v1::LogRecord& record) {
  return "kontor.log.v1." + (record.disposition() == log::v1::DISPOSITION_CONFLICT
                                 ? log::v1::Disposition_Name(record.disposition())
                                 : log::v1::RejectReason_Name(record.reject_reason()));
}

std::string MessageOf(const log::v1::LogRecord& record) {
  if (record.disposition() == log::v1::DISPOSITION_CONFLICT) {
    return fmt::format("the identity of the event at position {} again, with other content",
                       record.original_position());
  }
  if (record.reject_field().empty()) return record.reject_text();
  return fmt::format("{}: {}", record.reject_field(), record.reject_text());
}

// What became of the letters of one sending. Shared with the callbacks, which may come after we stopped waiting.
class Outcomes {
 public:
  explicit Outcomes(size_t count) : statuses_(count, Unavailable("not acknowledged in time")) {}
  void Set(size_t index, const Status& status) {
    const std::lock_guard lock(mutex_);
    statuses_[index] = status;
  }
  std::vector<Status> Take() {
    const std::lock_guard lock(mutex_);
    return statuses_;
  }

 private:
  std::mutex mutex_;
  std::vector<Status> statuses_;
};

}  // namespace

OutRecord LetterOf(const std::string& topic, const ShardId& shard, Position position, const log::v1::LogRecord& record,
                   LetterSize size) {
  OutRecord letter;
  letter.topic = topic;
  if (record.has_key()) letter.key = record.key();
  if (record.has_value()) letter.value = record.value();
  const bool has_timestamp = record.timestamp_type() != log::v1::TIMESTAMP_TYPE_UNSPECIFIED;
  if (has_timestamp && size == LetterSize::kWhole) letter.timestamp_ms = record.timestamp_ms();
  if (size != LetterSize::kBare) {
    for (const log::v1::Header& header : record.headers()) {
      letter.headers.emplace_back(header.name(), header.has_value() ? std::optional(header.value()) : std::nullopt);
    }
  }
  const auto add = [&letter](std::string_view name, std::string value) {
    const bool taken = std::any_of(letter.headers.begin(), letter.headers.end(),
                                   [name](const auto& header) { return header.first == name; });
    if (!taken) letter.headers.emplace_back(name, std::move(value));
  };
  add("__connect.errors.topic", shard.topic);
  add("__connect.errors.partition", std::to_string(shard.partition.value()));
  add("__connect.errors.offset", std::to_string(record.offset()));
  add("__connect.errors.stage", std::string(StageOf(record)));
  add("__connect.errors.exception.class.name", ClassOf(record));
  add("__connect.errors.exception.message", MessageOf(record));
  if (size != LetterSize::kWhole) {
    add("kontor.position", std::to_string(position.value()));
    if (has_timestamp) add("kontor.timestamp.ms", std::to_string(record.timestamp_ms()));
    add("kontor.value.bytes", std::to_string(record.value().size()));
    add("kontor.value.sha256", HexText(Sha256::Of(record.value())));
    if (letter.key && letter.key->size() > kCutBytes) letter.key->resize(kCutBytes);
    if (letter.value && letter.value->size() > kCutBytes) letter.value->resize(kCutBytes);
  }
  return letter;
}

bool IsRefused(const log::v1::LogRecord& record) {
  return record.disposition() == log::v1::DISPOSITION_REJECTED || record.disposition() == log::v1::DISPOSITION_CONFLICT;
}

Result<Position> DeadLetterProgress(const InstanceStore& store, const ShardId& shard) {
  KONTOR_ASSIGN_OR_RETURN(const std::optional<std::string> text, store.Get(ProgressKey(shard)));
  if (!text) return Position(0);
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size()) {
    return DataLoss(
        "the progress of dead letters of {} is no number: delete the folder instance/, and they are sent again",
        ShardName(shard));
  }
  return Position(value);
}

DeadLetters::DeadLetters(std::string topic, InstanceStore* store, EventSink* sink,
                         std::function<void(const Status&)> fatal, Limits limits)
    : topic_(std::move(topic)), store_(store), sink_(sink), fatal_(std::move(fatal)), limits_(limits) {}

DeadLetters::~DeadLetters() { Stop(); }

void DeadLetters::Start() {
  thread_ = std::thread([this] { Run(); });
}

void DeadLetters::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Status DeadLetters::Watch(std::shared_ptr<const Shard> shard) {
  KONTOR_ASSIGN_OR_RETURN(const Position stored, DeadLetterProgress(*store_, shard->id()));
  KONTOR_ASSIGN_OR_RETURN(const EventLog* const log, shard->log());
  // A log that was cut, or replaced by an older copy, gets no letters for what it holds again.
  const Position from = std::min(stored, log->End());
  const std::lock_guard lock(mutex_);
  const ShardId id = shard->id();
  watched_[id] = {.shard = std::move(shard), .stored = from, .scanned = from, .known = {}};
  news_ = true;
  changed_.notify_all();
  return OkStatus();
}

void DeadLetters::OnAppended(const ShardId& shard, Position from, Position end, std::span<const Position> refused) {
  const std::lock_guard lock(mutex_);
  const auto at = watched_.find(shard);
  if (at == watched_.end()) return;
  Watched& watched = at->second;
  // Otherwise the log is read for it, in its turn.
  if (watched.scanned == from && watched.known.size() + refused.size() <= limits_.known_max) {
    watched.known.insert(watched.known.end(), refused.begin(), refused.end());
    watched.scanned = end;
    if (refused.empty() && end - watched.stored < limits_.store_every) return;
  }
  news_ = true;
  changed_.notify_all();
}

Position DeadLetters::SentUpTo(const ShardId& shard) const {
  const std::lock_guard lock(mutex_);
  const auto at = watched_.find(shard);
  return at == watched_.end() ? Position(0) : at->second.SentUpTo();
}

int64_t DeadLetters::waiting() const {
  const std::lock_guard lock(mutex_);
  int64_t count = 0;
  for (const auto& [id, watched] : watched_) count += static_cast<int64_t>(watched.known.size());
  return count;
}

Status DeadLetters::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void DeadLetters::Run() {
  std::chrono::milliseconds backoff = limits_.backoff_min;
  std::unique_lock lock(mutex_);
  while (!stop_) {
    news_ = false;
    std::vector<ShardId> ids;
    for (const auto& [id, watched] : watched_) ids.push_back(id);
    lock.unlock();
    bool any = false;
    Status trouble;
    for (const ShardId& id : ids) {
      const Result<bool> sent = SendOf(id);
      trouble.Update(sent.status());
      any = any || (sent.ok() && *sent);
    }
    lock.lock();
    trouble_ = trouble;
    if (!trouble.ok()) {
      changed_.wait_for(lock, backoff, [this] { return stop_; });
      backoff = std::min(2 * backoff, limits_.backoff_max);
      continue;
    }
    backoff = limits_.backoff_min;
    if (!any) changed_.wait(lock, [this] { return stop_ || news_; });
  }
  std::vector<ShardId> ids;
  for (const auto& [id, watched] : watched_) ids.push_back(id);
  lock.unlock();
  for (const ShardId& id : ids) Store(id, /*at_once=*/true);
}

Result<bool> DeadLetters::SendOf(const ShardId& id) {
  std::unique_lock lock(mutex_);
  Watched& watched = watched_.at(id);  // never removed
  const std::shared_ptr<const Shard> shard = watched.shard;
  KONTOR_ASSIGN_OR_RETURN(const EventLog* const log, shard->log());
  const Position from = watched.scanned;
  if (watched.known.size() < limits_.letters_max && from < log->End()) {
    lock.unlock();
    KONTOR_RETURN_IF_ERROR(Scan(id, *log, from));
    lock.lock();
  }
  const bool moved = watched.scanned != from;
  const std::vector<Position> positions(
      watched.known.begin(),
      watched.known.begin() + static_cast<std::ptrdiff_t>(std::min(watched.known.size(), limits_.letters_max)));
  lock.unlock();
  size_t acknowledged = 0;
  const Status sent = positions.empty() ? OkStatus() : Send(id, *log, positions, &acknowledged);
  lock.lock();
  watched.known.erase(watched.known.begin(), watched.known.begin() + static_cast<std::ptrdiff_t>(acknowledged));
  lock.unlock();
  Store(id, /*at_once=*/acknowledged > 0);
  KONTOR_RETURN_IF_ERROR(sent);
  return moved || acknowledged > 0;
}

Status DeadLetters::Scan(const ShardId& id, const EventLog& log, Position from) {
  std::vector<Position> refused;
  Position end = from;
  bool parsed = true;
  log::v1::LogRecord record;
  KONTOR_RETURN_IF_ERROR(log.Scan(from, from + kScanRecordsMax, [&](Position position, std::string_view bytes) {
    parsed = record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    if (parsed && IsRefused(record)) refused.push_back(position);
    end = position + 1;
    return parsed && refused.size() < limits_.letters_max;
  }));
  if (!parsed) return DataLoss("the record of {} at position {} is no record", ShardName(id), (end - 1).value());
  const std::lock_guard lock(mutex_);
  Watched& watched = watched_.at(id);
  // The shard may have told of the same records meanwhile.
  if (watched.scanned != from) return OkStatus();
  watched.known.insert(watched.known.end(), refused.begin(), refused.end());
  watched.scanned = end;
  return OkStatus();
}

Status DeadLetters::Send(const ShardId& id, const EventLog& log, std::vector<Position> positions,
                         size_t* acknowledged) {
  std::vector<Status> statuses(positions.size(), InvalidArgument("not sent yet"));
  for (const LetterSize size : {LetterSize::kWhole, LetterSize::kCut, LetterSize::kBare}) {
    const auto outcomes = std::make_shared<Outcomes>(positions.size());
    bool any = false;
    size_t bytes = 0;
    for (size_t i = 0; i < positions.size(); ++i) {
      if (bytes >= limits_.letters_bytes_max) {
        positions.resize(i);
        statuses.resize(i);
        break;
      }
      if (statuses[i].code() != StatusCode::kInvalidArgument) {
        outcomes->Set(i, statuses[i]);
        continue;
      }
      google::protobuf::Arena arena;
      KONTOR_ASSIGN_OR_RETURN(const LoggedRecord logged, ReadLogged(log, positions[i], &arena));
      any = true;
      OutRecord letter = LetterOf(topic_, id, positions[i], *logged.record, size);
      bytes += letter.key.value_or("").size() + letter.value.value_or("").size();
      const Status queued = sink_->Send(
          std::move(letter), [outcomes, i](const Status& status, Partition, Offset) { outcomes->Set(i, status); });
      if (!queued.ok()) outcomes->Set(i, queued);
    }
    if (!any) break;
    AwaitOutcomes();
    const std::vector<Status> taken = outcomes->Take();
    statuses.assign(taken.begin(), taken.begin() + static_cast<std::ptrdiff_t>(positions.size()));
  }
  const auto first = std::find_if(statuses.begin(), statuses.end(), [](const Status& status) { return !status.ok(); });
  *acknowledged = static_cast<size_t>(first - statuses.begin());
  return first == statuses.end() ? OkStatus() : *first;
}

void DeadLetters::AwaitOutcomes() {
  // The sink tries for minutes. A letter that was given to it again meanwhile would go out once more for every time.
  while (true) {
    const Status flushed = sink_->Flush(limits_.flush_timeout);
    const std::lock_guard lock(mutex_);
    if (flushed.code() != StatusCode::kUnavailable || stop_) return;
    trouble_ = flushed;
  }
}

void DeadLetters::Store(const ShardId& id, bool at_once) {
  Position sent;
  {
    const std::lock_guard lock(mutex_);
    Watched& watched = watched_.at(id);
    sent = watched.SentUpTo();
    if (sent == watched.stored || (!at_once && sent - watched.stored < limits_.store_every)) return;
    watched.stored = sent;
  }
  if (const Status put = store_->Put(ProgressKey(id), std::to_string(sent.value())); !put.ok()) fatal_(put);
}

}  // namespace kontor
