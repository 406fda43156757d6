#include "engine/portfolio/account_reader.h"

#include <google/protobuf/arena.h>

#include <algorithm>
#include <map>
#include <utility>

#include "engine/event/decoder.h"
#include "engine/shard/logged_event.h"

namespace kontor {
namespace {

// What one shard holds of the accounts asked for.
struct ShardPart {
  std::shared_ptr<Shard> shard;
  std::vector<AccountId> accounts;
};

}  // namespace

Status VersionRows::Scan(const std::string& prefix,
                         const std::function<void(std::string_view key, const Row& row)>& visit) const {
  return version_->ScanRows(prefix, prefix, [&visit](std::string_view key, const std::shared_ptr<const Row>& row) {
    visit(key, *row);
    return true;
  });
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
  KONTOR_RETURN_IF_ERROR(VersionRows(&*version).Scan(prefix, [&reading](std::string_view key, const Row& row) {
    const std::optional<ParsedRowKey> parsed = ParseRowKey(key);
    if (parsed && parsed->entity) reading->state.Add(*parsed->entity, std::get<EntityRow>(row));
  }));
  const std::lock_guard lock(mutex_);
  reference_ = reading;
  return reference_;
}

Result<AccountReading> AccountReader::Read(const AccountId& account, Instant t) const {
  AccountReading reading;
  KONTOR_ASSIGN_OR_RETURN(reading.reference, Reference());
  reading.merges = reading.reference->state.MergesAt(t);
  std::vector<AccountId> members = {reading.merges.SurvivorOf(account)};
  const auto absorbed = reading.merges.absorbed_by.find(members.front());
  if (absorbed != reading.merges.absorbed_by.end()) {
    members.insert(members.end(), absorbed->second.begin(), absorbed->second.end());
  }

  std::map<ShardId, ShardPart> by_shard;
  for (const AccountId& member : members) {
    KONTOR_ASSIGN_OR_RETURN(std::shared_ptr<Shard> shard, shards_->ShardOf(member));
    ShardPart& part = by_shard[shard->id()];
    part.shard = std::move(shard);
    part.accounts.push_back(member);
  }

  // Accounts on one shard are read at one position.
  std::map<AccountId, std::pair<AccountVersion, const EventLog*>> versions;
  for (auto& [id, part] : by_shard) {
    KONTOR_ASSIGN_OR_RETURN(std::vector<AccountVersion> read, part.shard->Read(part.accounts));
    KONTOR_ASSIGN_OR_RETURN(const EventLog* log, part.shard->log());
    reading.positions.push_back({id, read.front().position()});
    for (AccountVersion& version : read) {
      const AccountId member = version.account();
      versions.emplace(member, std::pair(std::move(version), log));
    }
  }

  google::protobuf::Arena arena;
  const Instant end_of_day = fold_->zone().EndOf(fold_->zone().LocalDay(t));
  std::vector<VersionRows> sources;
  sources.reserve(members.size());
  std::vector<AccountPart> parts;
  for (const AccountId& member : members) {
    const auto& [version, log] = versions.at(member);
    sources.emplace_back(&version);
    AccountPart part{member, &sources.back(), {}};
    std::vector<Position> later;
    KONTOR_RETURN_IF_ERROR(version.ScanEvents(t + 1, Position(0), [&](Instant at, Position position) {
      if (!reading.next_fact || at < *reading.next_fact) reading.next_fact = at;
      if (at > end_of_day) return false;
      later.push_back(position);
      return true;
    }));
    for (const Position position : later) {
      KONTOR_ASSIGN_OR_RETURN(const event::v1::Event* event, ReadAccepted(*log, position, &arena));
      part.later.push_back({event, IsUnderstood(*event)});
    }
    parts.push_back(std::move(part));
  }
  KONTOR_ASSIGN_OR_RETURN(reading.state, ReadAccountState(*fold_, parts, t));
  return reading;
}

}  // namespace kontor
