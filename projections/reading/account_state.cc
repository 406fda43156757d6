#include "projections/reading/account_state.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "engine/event/decoder.h"
#include "projections/account/voids.h"

namespace kontor {
namespace {

void TakeOutLater(const AccountFold& fold, const AccountPart& part, ScratchRows* rows) {
  for (const LaterEvent& later : part.later) {
    if (IsVoided(IdentityOf(*later.event), part.account, rows)) continue;
    fold.Fold(*later.event, later.understood, -1, part.account, rows);
  }
}

std::set<EntityKey> EntitiesOf(const AccountId& account, ScratchRows* rows) {
  std::set<EntityKey> keys;
  std::string prefix = RowKey::EntityPrefix(account, EntityKind{});
  prefix.pop_back();
  rows->Scan(prefix, [&keys](std::string_view key, const Row&) { keys.insert(*ParseRowKey(key)->entity); });
  return keys;
}

// Moves what events in `from` say of an entity to `to`; each side's months follow, and so does what the entity says of
// others. What others say of it (a payment of its invoice) follows when these move: they are added to `origins`.
void Move(const AccountFold& fold, const EntityKey& entity, const AccountId& from, ScratchRows* from_rows,
          const AccountId& to, ScratchRows* to_rows, std::set<EntityKey>* origins) {
  const Row* found = from_rows->FindRow(RowKey::Entity(from, entity));
  if (found == nullptr) return;
  const EntityRow row = std::get<EntityRow>(*found);  // it changes below
  for (const Statement& statement : row.statements) {
    if (!statement.origin.empty()) {
      origins->insert(EntityKey(EntityOfOrigin(statement.origin)));
      continue;
    }
    fold.FoldStatement(from, entity, statement, -1, from_rows);
    fold.FoldStatement(to, entity, statement, 1, to_rows);
  }
}

// Folds entities that stand in several parts as one: all of each ends up in the first part. A payment that moves takes
// along what it says of invoices, which may bring together what was apart; so until nothing is left to move.
void Unite(const AccountFold& fold, const std::vector<AccountPart>& parts,
           const std::vector<std::unique_ptr<ScratchRows>>& rows) {
  while (true) {
    std::map<EntityKey, std::vector<size_t>> holders;
    for (size_t i = 0; i < parts.size(); ++i) {
      for (const EntityKey& key : EntitiesOf(parts[i].account, rows[i].get())) holders[key].push_back(i);
    }
    bool moved = false;
    for (const auto& [key, in] : holders) {
      if (in.size() == 1) continue;
      for (const size_t i : in) {
        if (i == 0) continue;
        std::set<EntityKey> origins;
        Move(fold, key, parts[i].account, rows[i].get(), parts[0].account, rows[0].get(), &origins);
        for (const EntityKey& origin : origins) {
          std::set<EntityKey> others;  // met again in the next round, where they matter
          Move(fold, origin, parts[i].account, rows[i].get(), parts[0].account, rows[0].get(), &others);
        }
        moved = true;
      }
    }
    if (!moved) return;
  }
}

// One tally a day, by day: each part's days come by day, and none is empty.
std::vector<DayTally> Joined(std::vector<DayTally> days) {
  std::stable_sort(days.begin(), days.end(), [](const DayTally& a, const DayTally& b) { return a.day < b.day; });
  std::vector<DayTally> joined;
  for (DayTally& day : days) {
    if (joined.empty() || joined.back().day != day.day) {
      joined.push_back(std::move(day));
    } else {
      joined.back().tally.Add(day.tally);
    }
  }
  std::erase_if(joined, [](const DayTally& day) { return day.tally.empty(); });
  return joined;
}

}  // namespace

bool AccountState::known() const {
  return !days.empty() || std::any_of(heads.begin(), heads.end(), [](const EntityRow& head) { return !head.empty(); });
}

Result<AccountState> ReadAccountState(const AccountFold& fold, const std::vector<AccountPart>& parts, Instant t) {
  std::vector<std::unique_ptr<ScratchRows>> rows;
  AccountState state;
  for (const AccountPart& part : parts) {
    state.members.push_back(part.account);
    rows.push_back(std::make_unique<ScratchRows>(part.rows));
    TakeOutLater(fold, part, rows.back().get());
  }
  if (parts.size() > 1) Unite(fold, parts, rows);

  const Day asked = fold.zone().LocalDay(t);
  for (size_t i = 0; i < parts.size(); ++i) {
    const AccountId& account = parts[i].account;
    const Row* head = rows[i]->FindRow(RowKey::Head(account));
    state.heads.push_back(head == nullptr ? EntityRow() : std::get<EntityRow>(*head));
    rows[i]->Scan(RowKey::MonthPrefix(account), [&](std::string_view, const Row& row) {
      for (const DayTally& day : std::get<MonthRow>(row).days) {
        if (day.day <= asked) state.days.push_back(day);
      }
    });
    rows[i]->Scan(RowKey::EntityPrefix(account, EntityKind::kTarget),
                  [&](std::string_view, const Row& row) { state.targets.push_back(std::get<EntityRow>(row)); });
    KONTOR_RETURN_IF_ERROR(rows[i]->status());
  }
  if (parts.size() > 1) state.days = Joined(std::move(state.days));
  return state;
}

}  // namespace kontor
