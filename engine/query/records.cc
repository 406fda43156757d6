// Log records by disposition: what was refused and why, newest first.
#include <google/protobuf/arena.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <map>
#include <utility>

#include "engine/event/decoder.h"
#include "engine/query/engine_queries.h"
#include "engine/query/recorded_at.h"
#include "engine/shard/dead_letters.h"

namespace kontor {
namespace {

std::string RecordId(const ShardId& shard, Position position) {
  return fmt::format("{}@{}", ShardName(shard), position.value());
}

struct RecordPlace {
  ShardId shard;
  Position position;
};

// "kontor.events/3@1041"
Result<RecordPlace> ParseRecordId(const std::string& id) {
  const Status bad = InvalidArgument("id: '{}' is no record; it looks like kontor.events/3@1041", id);
  const size_t slash = id.rfind('/');
  const size_t at = id.rfind('@');
  if (slash == std::string::npos || at == std::string::npos || at < slash) return bad;
  int32_t partition = 0;
  uint64_t position = 0;
  const auto number = [](std::string_view text, auto* out) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), *out);
    return read.ec == std::errc() && read.ptr == text.data() + text.size();
  };
  const std::string_view view = id;
  if (!number(view.substr(slash + 1, at - slash - 1), &partition) || !number(view.substr(at + 1), &position))
    return bad;
  return RecordPlace{{id.substr(0, slash), Partition(partition)}, Position(position)};
}

// Walks one shard's log from a position down, through records of one disposition.
class BackwardWalk {
 public:
  BackwardWalk(std::shared_ptr<Shard> shard, const EventLog* log, DispositionMap* dispositions, Position from,
               log::v1::Disposition wanted)
      : shard_(std::move(shard)), log_(log), dispositions_(dispositions), next_(from), wanted_(wanted) {}

  const Shard& shard() const { return *shard_; }
  // Everything at or above it was given.
  Position next() const { return found_.empty() ? next_ : found_.front().first + 1; }

  // The next record down, or null at the beginning.
  Result<const std::pair<Position, log::v1::LogRecord>*> Peek() {
    while (found_.empty() && next_ > Position(0)) {
      const Position from = next_ - ((next_.value() - 1) % DispositionMap::kStretch + 1);
      if (!dispositions_->MayHold(shard_->id(), from, wanted_)) {
        next_ = from;
        continue;
      }
      bool parses = true;
      uint8_t holds = 0;
      KONTOR_RETURN_IF_ERROR(log_->Scan(from, next_, [&](Position position, std::string_view bytes) {
        log::v1::LogRecord record;
        parses = record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
        holds |= DispositionMap::Bit(record.disposition());
        if (parses && (wanted_ == log::v1::DISPOSITION_UNSPECIFIED || record.disposition() == wanted_)) {
          found_.emplace_front(position, std::move(record));
        }
        return parses;
      }));
      if (!parses) return DataLoss("a log record of {} does not parse", ShardName(shard_->id()));
      if (next_ == from + DispositionMap::kStretch) dispositions_->Learn(shard_->id(), from, holds);
      next_ = from;
    }
    return found_.empty() ? nullptr : &found_.front();
  }

  void Pop() { found_.pop_front(); }

 private:
  std::shared_ptr<Shard> shard_;
  const EventLog* log_;
  DispositionMap* dispositions_;
  Position next_;
  log::v1::Disposition wanted_;
  std::deque<std::pair<Position, log::v1::LogRecord>> found_;  // the newest first
};

// "kontor.events/0@41,kontor.events/1@7": for each shard, everything from there on was shown.
Result<std::map<ShardId, Position>> ParseToken(const std::string& token) {
  std::map<ShardId, Position> positions;
  for (size_t from = 0; from < token.size();) {
    const size_t comma = std::min(token.find(',', from), token.size());
    Result<RecordPlace> place = ParseRecordId(token.substr(from, comma - from));
    if (!place.ok()) {
      return InvalidArgument("page_token: '{}' is not one that a list of records gave; begin without it", token);
    }
    positions[place->shard] = place->position;
    from = comma + 1;
  }
  return positions;
}

}  // namespace

api::v1::RecordSummary EngineQueries::Describe(const Shard& shard, Position position,
                                               const log::v1::LogRecord& record) const {
  api::v1::RecordSummary out;
  out.set_id(RecordId(shard.id(), position));
  out.set_topic(shard.id().topic);
  out.set_partition(shard.id().partition.value());
  out.set_position(position.value());
  out.set_offset(record.offset());
  if (const auto at = RecordedAt(record)) *out.mutable_recorded_at() = *at;
  out.set_disposition(record.disposition());
  out.set_reason(record.reject_reason());
  out.set_field(record.reject_field());
  out.set_text(record.reject_text());
  if (record.has_key()) out.set_key(record.key());
  out.set_value_bytes(static_cast<int64_t>(record.value().size()));
  if (record.has_original_position()) out.set_original_position(record.original_position());
  google::protobuf::Arena arena;
  auto decoded = DecodeEvent(RawRecordOf(record), &arena);
  if (const auto* event = std::get_if<const event::v1::Event*>(&decoded)) {
    out.set_source((*event)->source());
    out.set_event_id((*event)->event_id());
    out.set_account_id((*event)->account_id());
    out.set_body(std::string(BodyName(**event)));
  }
  if (IsRefused(record) && config_.dead_letter_sent) {  // others are passed over, not sent
    out.set_dead_letter_sent(config_.dead_letter_sent(shard.id(), position));
  }
  return out;
}

Result<api::v1::ListRecordsResponse> EngineQueries::Records(log::v1::Disposition disposition, const Page& page) const {
  KONTOR_ASSIGN_OR_RETURN(const auto from, ParseToken(page.token));
  api::v1::ListRecordsResponse response;
  std::vector<BackwardWalk> walks;
  std::vector<std::shared_ptr<Shard>> shards = reader_->shards().events();
  if (std::shared_ptr<Shard> reference = reader_->shards().reference()) shards.push_back(std::move(reference));
  for (const std::shared_ptr<Shard>& shard : shards) {
    Result<const EventLog*> log = shard->log();
    if (!log.ok()) continue;  // not open: /readyz says why
    const auto start = from.find(shard->id());
    const Position end = (*log)->End();
    view::v1::Basis* basis = response.mutable_basis();
    view::v1::ShardPosition* position =
        shard == reader_->shards().reference() ? basis->mutable_reference_position() : basis->add_positions();
    position->set_topic(shard->id().topic);
    position->set_partition(shard->id().partition.value());
    position->set_position(end.value());
    walks.emplace_back(shard, *log, reader_->shards().dispositions(),
                       start == from.end() ? end : std::min(start->second, end), disposition);
  }

  // Newest first in each partition; partitions take turns by the records' timestamps.
  while (true) {
    BackwardWalk* newest = nullptr;
    int64_t newest_at = 0;
    for (BackwardWalk& walk : walks) {
      KONTOR_ASSIGN_OR_RETURN(const auto* next, walk.Peek());
      if (next != nullptr && (newest == nullptr || next->second.timestamp_ms() > newest_at)) {
        newest = &walk;
        newest_at = next->second.timestamp_ms();
      }
    }
    if (newest == nullptr) return response;
    if (response.records_size() == page.size) break;
    KONTOR_ASSIGN_OR_RETURN(const auto* next, newest->Peek());
    *response.add_records() = Describe(newest->shard(), next->first, next->second);
    newest->Pop();
  }
  std::string token;
  for (const BackwardWalk& walk : walks) {
    token += (token.empty() ? "" : ",") + RecordId(walk.shard().id(), walk.next());
  }
  response.set_next_page_token(token);
  return response;
}

Result<api::v1::RecordSummary> EngineQueries::Record(const std::string& id) const {
  KONTOR_ASSIGN_OR_RETURN(const RecordPlace place, ParseRecordId(id));
  KONTOR_ASSIGN_OR_RETURN(const std::shared_ptr<Shard> shard, reader_->shards().Find(place.shard));
  KONTOR_ASSIGN_OR_RETURN(const EventLog* log, shard->log());
  if (place.position >= log->End()) {
    return NotFound("there is no record {}: {} has {} of them; `kontor rejected` lists those that were refused", id,
                    ShardName(place.shard), log->End().value());
  }
  KONTOR_ASSIGN_OR_RETURN(const std::string bytes, log->Read(place.position));
  log::v1::LogRecord record;
  if (!record.ParseFromString(bytes)) return DataLoss("log record {} does not parse", id);
  api::v1::RecordSummary summary = Describe(*shard, place.position, record);
  google::protobuf::Arena arena;
  auto decoded = DecodeEvent(RawRecordOf(record), &arena);
  if (const auto* event = std::get_if<const event::v1::Event*>(&decoded)) {
    *summary.mutable_event() = **event;
    if (!HasWords((*event)->occurred_at())) summary.mutable_event()->clear_occurred_at();
  }
  *summary.mutable_record() = std::move(record);
  return summary;
}

}  // namespace kontor
