#include "engine/portfolio/account_reader.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "engine/event/decoder.h"
#include "engine/shard/logged_event.h"
#include "projections/account/month_reader.h"

namespace kontor {
namespace {

// Whether anything stands on the day or behind it. What is no row is met when it is added up.
bool HoldsAnythingFrom(Day day, const std::vector<StoredMonth>& months) {
  for (auto month = months.rbegin(); month != months.rend() && month->month >= MonthOf(day); ++month) {
    for (MonthReader days(month->bytes); days.Next();) {
      if (days.day() >= day) return true;
    }
  }
  return false;
}

std::string MonthBytes(const AccountState& state, Month month) {
  const auto at = std::ranges::lower_bound(state.months, month, {}, &StoredMonth::month);
  return at == state.months.end() || at->month != month ? std::string() : at->bytes;
}

void PutMonth(StoredMonth month, AccountState* state) {
  const auto at = std::ranges::lower_bound(state->months, month.month, {}, &StoredMonth::month);
  if (at == state->months.end() || at->month != month.month) {
    if (!month.bytes.empty()) state->months.insert(at, std::move(month));
  } else if (month.bytes.empty()) {
    state->months.erase(at);
  } else {
    *at = std::move(month);
  }
}

}  // namespace

Status VersionRows::Scan(const std::string& prefix, const std::string& from, const VisitRow& visit) const {
  return version_->ScanRows(prefix, from, [&visit](std::string_view key, std::string_view bytes) {
    visit(key, bytes);
    return true;
  });
}

std::vector<ReadPosition> PositionsOf(const ShardVersions& versions) {
  std::vector<ReadPosition> positions;
  for (const auto& [shard, version] : versions) positions.push_back({shard, version.position()});
  return positions;
}

Result<std::shared_ptr<const ReferenceReading>> AccountReader::Reference() const {
  const std::shared_ptr<Shard> shard = shards_->reference();
  if (shard == nullptr) return std::make_shared<const ReferenceReading>();
  Result<AccountVersion> version = shard->Read(AccountId());
  if (!version.ok()) return version.status();
  {
    const std::lock_guard lock(mutex_);
    if (reference_ != nullptr && reference_->position == version->position()) return reference_;
  }
  auto reading = std::make_shared<ReferenceReading>();
  reading->position = version->position();
  const std::string prefix = RowKey::AccountPrefix(AccountId());
  bool sound = true;
  KONTOR_RETURN_IF_ERROR(VersionRows(&*version).Scan(prefix, prefix, [&](std::string_view key, std::string_view bytes) {
    const std::optional<ParsedRowKey> parsed = ParseRowKey(key);
    const std::optional<Row> row = DecodeRow(key, bytes);
    sound &= row.has_value();
    if (row && parsed && parsed->entity) reading->state.Add(*parsed->entity, std::get<EntityRow>(*row));
  }));
  if (!sound) return NoRow();
  const std::lock_guard lock(mutex_);
  reference_ = reading;
  return reference_;
}

Result<std::shared_ptr<const ReferenceMoment>> AccountReader::MomentOf(Instant t) const {
  KONTOR_ASSIGN_OR_RETURN(std::shared_ptr<const ReferenceReading> reading, Reference());
  {
    const std::lock_guard lock(mutex_);
    if (moment_ != nullptr && moment_->reading == reading && moment_->Holds(t)) return moment_;
  }
  auto moment = std::make_shared<ReferenceMoment>();
  moment->from = t;
  moment->until = reading->state.NextAfter(t);
  moment->merges = reading->state.MergesAt(t);
  moment->parameters = reading->state.ParametersAt(t);
  moment->reading = std::move(reading);
  const std::lock_guard lock(mutex_);
  // Who asks for the past does not put the present out.
  if (moment_ == nullptr || moment_->reading != moment->reading || moment_->from < t) moment_ = moment;
  return moment;
}

Converter AccountReader::ConverterOf(const ReferenceMoment& moment, Instant t) const {
  return {&moment.reading->state, reporting_, t, fold_->zone().LocalDay(t)};
}

Result<AccountReading> AccountReader::Read(const AccountId& account, Instant t, Use use) const {
  AccountReading reading;
  KONTOR_ASSIGN_OR_RETURN(reading.moment, MomentOf(t));
  const std::vector<AccountId> members = reading.moment->merges.MembersOf(account);
  ShardVersions versions;
  KONTOR_RETURN_IF_ERROR(members.size() == 1 ? ReadOne(members.front(), t, use, &versions, &reading)
                                             : ReadMerged(members, t, &versions, &reading));
  if (use == Use::kAsked) KONTOR_RETURN_IF_ERROR(FollowParents(t, &versions, &reading));
  reading.positions = PositionsOf(versions);
  return reading;
}

Status AccountReader::FollowParents(Instant t, ShardVersions* versions, AccountReading* reading) const {
  const Merges& merges = reading->moment->merges;
  const auto heads_of = [&](const AccountId& account) -> Result<std::vector<EntityRow>> {
    KONTOR_ASSIGN_OR_RETURN(const std::vector<Held> held, Hold(merges.MembersOf(account), versions));
    std::vector<EntityRow> heads;
    for (const Held& one : held) {
      KONTOR_ASSIGN_OR_RETURN(heads.emplace_back(), ReadHead(VersionRows(&one.version), one.version.account()));
    }
    return heads;
  };
  Result<std::optional<ParentRing>> ring = RingClosedBy(reading->account->state, merges, t, heads_of);
  // An account is not refused for want of its parent's shard: the link then stands as it was stated.
  if (ring.status().code() == StatusCode::kUnavailable) return OkStatus();
  KONTOR_RETURN_IF_ERROR(ring.status());
  reading->parent_ring = *std::move(ring);
  return OkStatus();
}

Result<std::vector<LaterEvent>> AccountReader::LaterOf(const AccountVersion& version, const EventLog& log, Instant t,
                                                       google::protobuf::Arena* arena,
                                                       std::optional<Instant>* next_fact) const {
  const Instant end_of_day = fold_->zone().EndOf(fold_->zone().LocalDay(t));
  std::vector<Position> positions;
  KONTOR_RETURN_IF_ERROR(version.ScanEvents(t + 1, Position(0), [&](Instant at, Position position) {
    if (!*next_fact || at < **next_fact) *next_fact = at;
    if (at > end_of_day) return false;
    positions.push_back(position);
    return true;
  }));
  std::vector<LaterEvent> later;
  for (const Position position : positions) {
    KONTOR_ASSIGN_OR_RETURN(const event::v1::Event* event, ReadAccepted(log, position, arena));
    later.push_back({event, IsUnderstood(*event)});
  }
  return later;
}

Status AccountReader::ReadOne(const AccountId& account, Instant t, Use use, ShardVersions* versions,
                              AccountReading* reading) const {
  KONTOR_ASSIGN_OR_RETURN(const std::shared_ptr<Shard> shard, shards_->ShardOf(account));
  const std::shared_ptr<KeptAccount> known = cache_.Find(account, use == Use::kAsked);
  const bool keeps = use == Use::kAsked && cache_.limits().bytes_max > 0;
  const std::shared_ptr<KeptAccount> held = known == nullptr && keeps ? std::make_shared<KeptAccount>() : known;
  std::unique_lock<std::mutex> lock;
  if (held != nullptr) lock = std::unique_lock(held->mutex);
  // Taken under the lock: so it is not before what is kept.
  KONTOR_ASSIGN_OR_RETURN(const AccountVersion version, shard->Read(account));
  versions->emplace(shard->id(), version);

  KeptAccount* kept = held.get();
  if (kept != nullptr && !kept->Holds(reading->moment, fold_->zone().LocalDay(t), t)) {
    // Who passes by, or asks for the past, leaves what is kept to those who ask for the present.
    if (use == Use::kPassing || (!kept->empty() && t < kept->t)) kept = nullptr;
    if (kept != nullptr) kept->Drop();
  }
  if (kept != nullptr && !kept->empty()) {
    KONTOR_ASSIGN_OR_RETURN(const bool followed, Follow(version, t, kept));
    if (followed) {
      reading->account = kept->Lend();
      reading->next_fact = kept->next_fact;
    }
  }
  if (reading->account == nullptr) KONTOR_RETURN_IF_ERROR(ReadAll(version, *shard, t, kept, reading));
  if (kept != nullptr && !kept->empty()) {
    size_t month_bytes = 0;
    for (const StoredMonth& month : reading->account->state.months) month_bytes += month.bytes.size();
    if (known != nullptr || month_bytes >= cache_.limits().month_bytes_min) {
      cache_.Put(account, held, BytesOf(*reading->account));
    }
  }
  return OkStatus();
}

Result<bool> AccountReader::Follow(const AccountVersion& version, Instant t, KeptAccount* kept) const {
  const std::optional<AccountVersion::Since> since = version.ChangedSince(kept->mark);
  if (!since || (since->last_event && *since->last_event > t)) return false;
  const std::string head = RowKey::Head(version.account()).bytes();
  const std::string targets = RowKey::EntityPrefix(version.account(), EntityKind::kTarget);
  for (const RowVersion* row : since->rows) {
    if (row->key() == head || row->key().starts_with(targets)) return false;
  }
  if (!since->months.empty()) {
    SummedAccount* const account = kept->ToChange();
    std::vector<StoredMonth> before;
    std::vector<StoredMonth> after;
    std::string added;
    for (const MonthSum::Part& part : since->months.Months()) {
      added.clear();
      since->months.Encode(part, &added);
      const std::string& bytes =
          before.emplace_back(StoredMonth{part.month, MonthBytes(account->state, part.month)}).bytes;
      std::string& sum = after.emplace_back(StoredMonth{part.month, {}}).bytes;
      if (!AddMonthValues(std::array<std::string_view, 2>{bytes, added}, &sum)) return NoRow();
    }
    Converter converter = ConverterOf(*kept->moment, t);
    const Status replaced = ReplaceMonths(before, after, &converter, account);
    if (!replaced.ok()) kept->Drop();
    KONTOR_RETURN_IF_ERROR(replaced);
    for (StoredMonth& month : after) PutMonth(std::move(month), &account->state);
  }
  kept->mark = version.mark();
  kept->t = t;
  return true;
}

Status AccountReader::ReadAll(const AccountVersion& version, const Shard& shard, Instant t, KeptAccount* kept,
                              AccountReading* reading) const {
  const AccountId& account = version.account();
  const VersionRows rows(&version);
  KONTOR_ASSIGN_OR_RETURN(AccountState state, ReadAccountState(*fold_, {{account, &rows, {}}}));
  // Every event leaves something on its day, voided or not. So mostly the months tell that there is none later than t,
  // and nobody need look among the events.
  bool keeps = kept != nullptr;
  if (HoldsAnythingFrom(fold_->zone().LocalDay(t), state.months)) {
    KONTOR_ASSIGN_OR_RETURN(const EventLog* log, shard.log());
    google::protobuf::Arena arena;
    KONTOR_ASSIGN_OR_RETURN(std::vector<LaterEvent> later, LaterOf(version, *log, t, &arena, &reading->next_fact));
    if (!later.empty()) {
      keeps = false;
      KONTOR_ASSIGN_OR_RETURN(state, ReadAccountState(*fold_, {{account, &rows, std::move(later)}}));
    }
  }
  Converter converter = ConverterOf(*reading->moment, t);
  if (!keeps) {
    KONTOR_ASSIGN_OR_RETURN(SummedAccount summed, Sum(std::move(state), &converter));
    reading->account = std::make_shared<const SummedAccount>(std::move(summed));
    return OkStatus();
  }
  if (kept->empty()) kept->Set({});
  SummedAccount* const summed = kept->ToChange();
  std::swap(summed->state, state);
  const Status replaced = ReplaceMonths(state.months, summed->state.months, &converter, summed);
  if (!replaced.ok()) kept->Drop();
  KONTOR_RETURN_IF_ERROR(replaced);
  kept->moment = reading->moment;
  kept->asked = converter.asked();
  kept->t = t;
  kept->next_fact = reading->next_fact;
  kept->mark = version.mark();
  reading->account = kept->Lend();
  return OkStatus();
}

Result<std::vector<AccountReader::Held>> AccountReader::Hold(const std::vector<AccountId>& accounts,
                                                             ShardVersions* versions) const {
  std::vector<Held> held;
  for (const AccountId& account : accounts) {
    KONTOR_ASSIGN_OR_RETURN(std::shared_ptr<Shard> shard, shards_->ShardOf(account));
    KONTOR_ASSIGN_OR_RETURN(const EventLog* log, shard->log());
    auto read = versions->find(shard->id());
    if (read == versions->end()) {
      KONTOR_ASSIGN_OR_RETURN(AccountVersion version, shard->Read(account));
      read = versions->emplace(shard->id(), std::move(version)).first;
    }
    held.push_back({std::move(shard), log, read->second.Of(account)});
  }
  return held;
}

Status AccountReader::ReadMerged(const std::vector<AccountId>& members, Instant t, ShardVersions* versions,
                                 AccountReading* reading) const {
  KONTOR_ASSIGN_OR_RETURN(const std::vector<Held> held, Hold(members, versions));
  google::protobuf::Arena arena;
  std::vector<VersionRows> sources;
  sources.reserve(held.size());
  std::vector<AccountPart> parts;
  for (const Held& one : held) {
    sources.emplace_back(&one.version);
    KONTOR_ASSIGN_OR_RETURN(std::vector<LaterEvent> later,
                            LaterOf(one.version, *one.log, t, &arena, &reading->next_fact));
    parts.push_back({one.version.account(), &sources.back(), std::move(later)});
  }
  KONTOR_ASSIGN_OR_RETURN(AccountState state, ReadAccountState(*fold_, parts));
  Converter converter = ConverterOf(*reading->moment, t);
  KONTOR_ASSIGN_OR_RETURN(SummedAccount summed, Sum(std::move(state), &converter));
  reading->account = std::make_shared<const SummedAccount>(std::move(summed));
  return OkStatus();
}

}  // namespace kontor
