#include "engine/shard/folder.h"

#include <array>
#include <optional>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/civil.h"
#include "engine/base/sha256.h"
#include "engine/event/decoder.h"
#include "engine/shard/logged_event.h"
#include "projections/account/voids.h"

namespace kontor {
namespace {

// The clock is asked once in so many events.
constexpr size_t kEventsBetweenLooks = 16;
// How many events ahead memory is brought near.
constexpr size_t kNear = 4;
constexpr size_t kFar = 8;
// How far ahead of a claim its memory is asked for.
constexpr size_t kPrefetched = 16;

}  // namespace

Folder::Folder(Parts parts) : parts_(std::move(parts)) {
  const Checkpoint& committed = parts_.rows->committed().checkpoint();
  position_ = taken_up_ = committed_ = committed.position;
  last_record_ = committed.last_record;
}

Status Folder::Fold(std::span<const AcceptedEvent> events, Position end, std::string_view last_record) {
  KONTOR_CHECK(end >= position_ && end <= parts_.log->End());
  if (end == position_) return OkStatus();
  std::array<RowCache::Ahead, kFar> ahead;  // by the event's place, one round
  size_t i = 0;
  do {
    const auto until = std::chrono::steady_clock::now() + parts_.slice;
    while (i < events.size()) {
      if (i + kFar < events.size()) ahead[i % kFar] = PrefetchFar(*events[i + kFar].event);
      if (i >= kFar - kNear) parts_.rows->PrefetchNear(ahead[(i + kNear) % kFar]);
      KONTOR_RETURN_IF_ERROR(FoldOne(events[i++]));
      if (i % kEventsBetweenLooks == 0 && std::chrono::steady_clock::now() >= until) break;
    }
    position_ = i < events.size() ? events[i].position : end;
    parts_.changed(parts_.rows->Publish(position_), position_);
  } while (i < events.size());
  last_record_ = Sha256::Of(last_record);
  return OkStatus();
}

RowCache::Ahead Folder::PrefetchFar(const event::v1::Event& event) {
  const std::string& account = event.account_id();
  key_.clear();
  if (const std::optional<EntityRef> entity = EntityOf(event)) RowKey::PutEntity(account, *entity, &key_);
  return parts_.rows->PrefetchFar(account, key_);
}

Status Folder::FoldOne(const AcceptedEvent& accepted) {
  const event::v1::Event& event = *accepted.event;
  Status failure;
  FoldAccepted(
      *parts_.fold, event,
      [&](const Identity& identity) -> const event::v1::Event* {
        const Result<const event::v1::Event*> target = FindBefore(identity, accepted.position);
        if (target.ok()) return *target;
        failure = target.status();
        return nullptr;
      },
      parts_.rows);
  KONTOR_RETURN_IF_ERROR(failure);
  KONTOR_RETURN_IF_ERROR(parts_.rows->status());
  parts_.rows->AddEvent(parts_.rows->memory().account, *InstantOf(event.occurred_at()));
  parts_.rows->EndEvent(accepted.position);
  return OkStatus();
}

Result<const event::v1::Event*> Folder::FindBefore(const Identity& identity, Position before) {
  target_arena_.Reset();
  const event::v1::Event* event = nullptr;
  const auto is_it = [&](Position position) -> Result<bool> {
    if (position >= before) return false;
    KONTOR_ASSIGN_OR_RETURN(const LoggedRecord logged, ReadLogged(*parts_.log, position, &target_arena_));
    if (logged.event == nullptr || IdentityOf(*logged.event) != identity) return false;
    event = logged.event;
    return true;
  };
  KONTOR_RETURN_IF_ERROR(parts_.identities->Find(HashOf(identity), is_it).status());
  return event;
}

Status Folder::FoldLogged(size_t records_max, size_t bytes_max) {
  arena_.Reset();
  std::vector<AcceptedEvent> events;
  std::string last_record;
  Position next = position_;
  size_t bytes = 0;
  Status failure;
  KONTOR_RETURN_IF_ERROR(
      parts_.log->Scan(position_, parts_.log->End(), [&](Position position, std::string_view record) {
        const Result<const event::v1::Event*> logged = ParseLogged(position, record, arena_.get());
        if (!logged.ok()) {
          failure = logged.status();
          return false;
        }
        if (const event::v1::Event* event = *logged; event != nullptr) {
          events.push_back({position, HashOf(event->source(), event->event_id()), event});
        }
        next = position + 1;
        bytes += record.size();
        const bool full = next - position_ >= records_max || bytes >= bytes_max || next == parts_.log->End();
        if (full) last_record = record;
        return !full;
      }));
  KONTOR_RETURN_IF_ERROR(failure);
  for (size_t i = 0; i < events.size(); ++i) {
    if (i + kPrefetched < events.size()) parts_.identities->Prefetch(events[i + kPrefetched].identity);
    parts_.identities->Claim(events[i].identity, events[i].position);
  }
  return Fold(events, next, last_record);
}

std::function<Status()> Folder::BeginCommit() {
  auto commit = std::make_shared<ViewCommit>();
  parts_.identities->Collect(commit.get());
  commit->checkpoint = {position_, last_record_, kFoldVersion, parts_.fold->zone().name()};
  taken_up_ = position_;
  return [store = parts_.store, changes = parts_.rows->TakeUp(), commit] {
    RowCache::Collect(changes, commit.get());
    return store->Commit(*commit);
  };
}

void Folder::EndCommit() {
  committed_ = taken_up_;
  parts_.rows->Committed();
  parts_.identities->Committed();
}

}  // namespace kontor
