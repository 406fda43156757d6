#include "engine/shard/intake.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "engine/base/check.h"
#include "engine/event/decoder.h"
#include "engine/shard/logged_event.h"

namespace kontor {
namespace {

void Keep(const RawRecord& raw, log::v1::LogRecord* record) {
  record->set_offset(raw.offset.value());
  record->set_timestamp_ms(raw.timestamp_ms);
  record->set_timestamp_type(raw.timestamp_type);
  record->set_intake_version(kIntakeVersion);
  if (raw.key) record->set_key(raw.key->data(), raw.key->size());
  for (const RawHeader& header : raw.headers) {
    log::v1::Header* kept = record->add_headers();
    kept->set_name(header.name.data(), header.name.size());
    if (header.value) kept->set_value(header.value->data(), header.value->size());
  }
  if (raw.value) record->set_value(raw.value->data(), raw.value->size());
}

void Reject(Rejection rejection, log::v1::LogRecord* record) {
  record->set_disposition(log::v1::DISPOSITION_REJECTED);
  record->set_reject_reason(rejection.reason);
  record->set_reject_field(std::move(rejection.field));
  record->set_reject_text(std::move(rejection.text));
}

}  // namespace

Intake::Intake(IntakeContext context, const EventLog* log, IdentityIndex* identities)
    : context_(context), log_(log), identities_(identities) {}

Status Intake::Open() {
  if (log_->End() == Position(0)) return OkStatus();
  KONTOR_ASSIGN_OR_RETURN(const LoggedRecord last, ReadLogged(*log_, log_->End() - 1, &arena_));
  expected_ = Offset(last.record->offset()) + 1;
  return OkStatus();
}

Result<const Admitted*> Intake::Admit(const Batch& batch) {
  arena_.Reset();
  admitted_.records.clear();
  admitted_.accepted.clear();
  admitted_.refused.clear();
  admitted_.duplicates = admitted_.conflicts = admitted_.rejected = admitted_.offset_gaps = 0;
  admitted_.next_offset = batch.next_offset;
  Offset from = log_->NextOffset();
  for (const RawRecord& raw : batch.records) {
    if (raw.offset < from) {
      return DataLoss("partition {}: offset {} came where {} or later was due: the broker gave records out of order",
                      context_.partition.value(), raw.offset.value(), from.value());
    }
    from = raw.offset + 1;
    KONTOR_RETURN_IF_ERROR(AdmitRecord(raw));
  }
  if (batch.next_offset < from) {
    return DataLoss("partition {}: the place to read on from, offset {}, lies before what came, up to {}",
                    context_.partition.value(), batch.next_offset.value(), from.value());
  }
  return &admitted_;
}

Status Intake::AdmitRecord(const RawRecord& raw) {
  admitted_.offset_gaps += raw.offset - expected_;
  expected_ = raw.offset + 1;
  const Position position = log_->End() + admitted_.records.size();
  record_.Clear();
  Keep(raw, &record_);

  auto decoded = DecodeEvent(raw, &arena_);
  std::optional<Rejection> rejection;
  const event::v1::Event* event = nullptr;
  if (auto* refused = std::get_if<Rejection>(&decoded)) {
    rejection = std::move(*refused);
  } else {
    event = std::get<const event::v1::Event*>(decoded);
    rejection = Validate(*event, raw, context_);
  }

  if (rejection) {
    Reject(*std::move(rejection), &record_);
    admitted_.refused.push_back(position);
    ++admitted_.rejected;
  } else {
    const IdentityHash identity = HashOf(IdentityOf(*event));
    KONTOR_ASSIGN_OR_RETURN(const std::optional<Original> original, FindOriginal(*event, identity));
    if (!original) {
      record_.set_disposition(log::v1::DISPOSITION_ACCEPTED);
      identities_->Claim(identity, position);
      admitted_.accepted.push_back({position, identity, event});
    } else {
      const bool same = SameContent(*event, *original->event);
      record_.set_disposition(same ? log::v1::DISPOSITION_DUPLICATE : log::v1::DISPOSITION_CONFLICT);
      record_.set_original_position(original->position.value());
      ++(same ? admitted_.duplicates : admitted_.conflicts);
      if (!same) admitted_.refused.push_back(position);
    }
  }
  // No map in it, so the same record gives the same bytes, its fields in the order of their numbers.
  admitted_.records.push_back(record_.SerializeAsString());
  return OkStatus();
}

Result<std::optional<Intake::Original>> Intake::FindOriginal(const event::v1::Event& event,
                                                             const IdentityHash& identity) {
  KONTOR_ASSIGN_OR_RETURN(const std::vector<Position> candidates, identities_->Positions(identity));
  for (const Position position : candidates) {
    KONTOR_ASSIGN_OR_RETURN(const event::v1::Event* const candidate, EventAt(position));
    if (candidate->source() == event.source() && candidate->event_id() == event.event_id()) {
      return Original{position, candidate};
    }
  }
  return std::nullopt;
}

Result<const event::v1::Event*> Intake::EventAt(Position position) {
  if (position < log_->End()) {
    KONTOR_ASSIGN_OR_RETURN(const LoggedRecord logged, ReadLogged(*log_, position, &arena_));
    if (logged.event != nullptr) return logged.event;
    return DataLoss(
        "the identity index names position {}, which is no accepted event: rebuild the views from the log "
        "(kontor rebuild)",
        position.value());
  }
  const auto at = std::lower_bound(admitted_.accepted.begin(), admitted_.accepted.end(), position,
                                   [](const AcceptedEvent& x, Position wanted) { return x.position < wanted; });
  KONTOR_CHECK(at != admitted_.accepted.end() && at->position == position);
  return at->event;
}

}  // namespace kontor
