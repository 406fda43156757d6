#include "engine/shard/intake.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "engine/base/check.h"
#include "engine/event/decoder.h"
#include "engine/shard/logged_event.h"

namespace kontor {
namespace {

// So many records are decoded, then settled: what the second step needs of them is then still near.
constexpr size_t kRecordsAtATime = 256;

// So many identities ahead of the one that is asked for are brought near.
constexpr size_t kPrefetched = 16;

}  // namespace

Intake::Intake(IntakeContext context, const EventLog* log, IdentityIndex* identities)
    : context_(context), log_(log), identities_(identities) {}

Status Intake::Open() {
  if (log_->End() == Position(0)) return OkStatus();
  KONTOR_ASSIGN_OR_RETURN(const LoggedRecord last, ReadLogged(*log_, log_->End() - 1, arena_.get()));
  expected_ = Offset(last.record->offset()) + 1;
  return OkStatus();
}

Result<const Admitted*> Intake::Admit(const Batch& batch) {
  arena_.Reset();
  stored_.Clear();
  admitted_.accepted.clear();
  admitted_.refused.clear();
  admitted_.duplicates = admitted_.conflicts = admitted_.rejected = admitted_.offset_gaps = 0;
  admitted_.rejected_for.fill(0);
  admitted_.next_offset = batch.next_offset;
  Offset from = log_->NextOffset();
  for (const RawRecord& raw : batch.records) {
    if (raw.offset < from) {
      return DataLoss("partition {}: offset {} came where {} or later was due: the broker gave records out of order",
                      context_.partition.value(), raw.offset.value(), from.value());
    }
    from = raw.offset + 1;
    admitted_.offset_gaps += raw.offset - expected_;
    expected_ = from;
  }
  if (batch.next_offset < from) {
    return DataLoss("partition {}: the place to read on from, offset {}, lies before what came, up to {}",
                    context_.partition.value(), batch.next_offset.value(), from.value());
  }
  std::span<const RawRecord> left = batch.records;
  while (!left.empty()) {
    const std::span<const RawRecord> some = left.first(std::min(left.size(), kRecordsAtATime));
    ReadEvents(some);
    KONTOR_RETURN_IF_ERROR(Settle(some));
    left = left.subspan(some.size());
  }
  admitted_.records = stored_.Views();
  return &admitted_;
}

void Intake::ReadEvents(std::span<const RawRecord> records) {
  read_.resize(std::max(read_.size(), records.size()));
  for (size_t i = 0; i < records.size(); ++i) {
    Read& read = read_[i];
    read.event = nullptr;
    auto decoded = DecodeEvent(records[i], arena_.get());
    if (auto* refused = std::get_if<Rejection>(&decoded)) {
      read.rejection = std::move(*refused);
      continue;
    }
    const event::v1::Event* event = std::get<const event::v1::Event*>(decoded);
    if (auto refused = Validate(*event, records[i], context_)) {
      read.rejection = *std::move(refused);
      continue;
    }
    read.event = event;
    read.identity = HashOf(event->source(), event->event_id());
  }
}

Status Intake::Settle(std::span<const RawRecord> records) {
  for (size_t i = 0; i < records.size(); ++i) {
    if (i + kPrefetched < records.size()) identities_->Prefetch(read_[i + kPrefetched].identity);
    const Position position = log_->End() + stored_.size();
    KONTOR_ASSIGN_OR_RETURN(const StoredVerdict verdict, SettleEvent(read_[i], position));
    stored_.Add(records[i], verdict);
  }
  return OkStatus();
}

Result<StoredVerdict> Intake::SettleEvent(const Read& read, Position position) {
  StoredVerdict verdict;
  verdict.intake_version = kIntakeVersion;
  if (read.event == nullptr) {
    verdict.disposition = log::v1::DISPOSITION_REJECTED;
    verdict.rejection = &read.rejection;
    admitted_.refused.push_back(position);
    ++admitted_.rejected;
    ++admitted_.rejected_for[read.rejection.reason];
    return verdict;
  }
  KONTOR_ASSIGN_OR_RETURN(const std::optional<Original> original, FindOriginal(*read.event, read.identity));
  if (!original) {
    verdict.disposition = log::v1::DISPOSITION_ACCEPTED;
    identities_->Claim(read.identity, position);
    admitted_.accepted.push_back({position, read.identity, read.event});
    return verdict;
  }
  const bool same = SameContent(*read.event, *original->event);
  verdict.disposition = same ? log::v1::DISPOSITION_DUPLICATE : log::v1::DISPOSITION_CONFLICT;
  verdict.original = original->position;
  ++(same ? admitted_.duplicates : admitted_.conflicts);
  if (!same) admitted_.refused.push_back(position);
  return verdict;
}

Result<std::optional<Intake::Original>> Intake::FindOriginal(const event::v1::Event& event,
                                                             const IdentityHash& identity) {
  Original original;
  const auto is_it = [&](Position position) -> Result<bool> {
    KONTOR_ASSIGN_OR_RETURN(const event::v1::Event* const candidate, EventAt(position));
    original = {position, candidate};
    return candidate->source() == event.source() && candidate->event_id() == event.event_id();
  };
  KONTOR_ASSIGN_OR_RETURN(const std::optional<Position> found, identities_->Find(identity, is_it));
  if (!found) return std::nullopt;
  return original;
}

Result<const event::v1::Event*> Intake::EventAt(Position position) {
  if (position < log_->End()) return ReadAccepted(*log_, position, arena_.get());
  const auto at = std::lower_bound(admitted_.accepted.begin(), admitted_.accepted.end(), position,
                                   [](const AcceptedEvent& x, Position wanted) { return x.position < wanted; });
  KONTOR_CHECK(at != admitted_.accepted.end() && at->position == position);
  return at->event;
}

}  // namespace kontor
