#include "engine/shard/disposition_map.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/sha256.h"
#include "engine/shard/intake.h"

namespace kontor {
namespace {

std::string EntryKey(const ShardId& id) { return fmt::format("dispositions/{}/{}", id.topic, id.partition.value()); }

std::string_view BytesOf(const Sha256Hash& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }

// The hash that the entry for so many stretches of this log begins with. None where the log cannot be read there:
// whoever needs the record itself fails by that, while this is a hint only.
std::optional<Sha256Hash> HashAt(const ShardId& shard, const EventLog& log, uint64_t stretches) {
  const Result<std::string> last = log.Read(Position(stretches * DispositionMap::kStretch - 1));
  if (last.ok()) return Sha256::Of(*last);
  spdlog::error("{}: {}", ShardName(shard), Text(last.status()));
  return std::nullopt;
}

}  // namespace

Status DispositionMap::Watch(const ShardId& shard, const EventLog* log) {
  Known known;
  known.log = log;
  known.seen = log->End();
  known.open_seen = known.seen.value() % kStretch == 0;
  const uint64_t full = known.seen.value() / kStretch;
  KONTOR_ASSIGN_OR_RETURN(const std::optional<std::string> entry, store_->Get(EntryKey(shard)));
  constexpr size_t kHashBytes = sizeof(Sha256Hash);
  if (entry && entry->size() > kHashBytes && entry->size() - kHashBytes <= full) {
    const std::optional<Sha256Hash> hash = HashAt(shard, *log, entry->size() - kHashBytes);
    if (hash && entry->compare(0, kHashBytes, BytesOf(*hash)) == 0) known.holds = entry->substr(kHashBytes);
  }
  known.stored = known.holds.size();
  known.holds.resize(full, '\0');
  const std::lock_guard lock(mutex_);
  known_[shard] = std::move(known);
  return OkStatus();
}

Status DispositionMap::OnAppended(const ShardId& shard, Position from, const Admitted& admitted) {
  const std::lock_guard lock(mutex_);
  Known& known = known_.at(shard);
  KONTOR_CHECK(known.seen == from);
  const Position end = from + admitted.records.size();
  const uint8_t refusals = static_cast<uint8_t>((admitted.rejected > 0 ? Bit(log::v1::DISPOSITION_REJECTED) : 0) |
                                                (admitted.conflicts > 0 ? Bit(log::v1::DISPOSITION_CONFLICT) : 0));
  auto accepted = admitted.accepted.begin();
  auto refused = admitted.refused.begin();
  while (known.seen < end) {
    const Position next = std::min(end, known.seen + (kStretch - known.seen.value() % kStretch));
    const auto accepted_end =
        std::partition_point(accepted, admitted.accepted.end(), [next](const auto& x) { return x.position < next; });
    const auto refused_end = std::lower_bound(refused, admitted.refused.end(), next);
    const auto told = static_cast<uint64_t>((accepted_end - accepted) + (refused_end - refused));
    if (accepted_end != accepted) known.open |= Bit(log::v1::DISPOSITION_ACCEPTED);
    if (refused_end != refused) known.open |= refusals;
    if (told < next - known.seen) known.open |= Bit(log::v1::DISPOSITION_DUPLICATE);
    accepted = accepted_end;
    refused = refused_end;
    known.seen = next;
    if (next.value() % kStretch != 0) break;
    known.holds.push_back(static_cast<char>(known.open_seen ? known.open : 0));
    known.open = 0;
    known.open_seen = true;
    known.changed = true;
  }
  return known.holds.size() - known.stored >= kStoredEvery ? StoreOne(shard, &known) : OkStatus();
}

Status DispositionMap::Store() {
  const std::lock_guard lock(mutex_);
  Status first;
  for (auto& [shard, known] : known_) {
    if (known.changed) first.Update(StoreOne(shard, &known));
  }
  return first;
}

Status DispositionMap::StoreOne(const ShardId& shard, Known* known) {
  known->stored = known->holds.size();
  const std::optional<Sha256Hash> hash = HashAt(shard, *known->log, known->holds.size());
  if (!hash) return OkStatus();  // a later stretch may be read
  known->changed = false;
  return store_->Put(EntryKey(shard), std::string(BytesOf(*hash)) + known->holds);
}

bool DispositionMap::MayHold(const ShardId& shard, Position position, log::v1::Disposition disposition) const {
  const std::lock_guard lock(mutex_);
  const auto known = known_.find(shard);
  const uint64_t stretch = position.value() / kStretch;
  if (known == known_.end() || stretch >= known->second.holds.size()) return true;
  const auto holds = static_cast<uint8_t>(known->second.holds[stretch]);
  return disposition == log::v1::DISPOSITION_UNSPECIFIED || holds == 0 || (holds & Bit(disposition)) != 0;
}

void DispositionMap::Learn(const ShardId& shard, Position first, uint8_t holds) {
  KONTOR_CHECK(first.value() % kStretch == 0);
  const std::lock_guard lock(mutex_);
  const auto known = known_.find(shard);
  const uint64_t stretch = first.value() / kStretch;
  if (known == known_.end() || stretch >= known->second.holds.size()) return;
  char& held = known->second.holds[stretch];
  if (held != 0) return;
  held = static_cast<char>(holds);
  known->second.changed = true;
}

}  // namespace kontor
