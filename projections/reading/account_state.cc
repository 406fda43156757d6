#include "projections/reading/account_state.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "engine/event/decoder.h"
#include "projections/account/month_sum.h"
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
  rows->Scan(prefix, prefix,
             [&keys](std::string_view key, std::string_view) { keys.insert(*ParseRowKey(key)->entity); });
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

// What a reading has changed, as rows to be read.
class ChangedRows final : public RowSource {
 public:
  explicit ChangedRows(ScratchRows* rows) : rows_(rows) {}
  Result<std::optional<std::string>> Find(const RowKey& key) const override {
    const Row* row = rows_->FindRow(key);
    KONTOR_RETURN_IF_ERROR(rows_->status());
    return row == nullptr ? std::nullopt : std::optional(EncodeRow(*row));
  }
  Status Scan(const std::string& prefix, const std::string& from, const VisitRow& visit) const override {
    rows_->Scan(prefix, from, visit);
    return rows_->status();
  }

 private:
  ScratchRows* rows_;
};

// Targets stand last among an account's entities, and months behind these: one walk meets both and nothing else.
Status ReadTargetsAndMonths(const RowSource& rows, const AccountId& account, AccountState* state) {
  const std::string targets = RowKey::EntityPrefix(account, EntityKind::kTarget);
  const std::string months = RowKey::MonthPrefix(account);
  bool sound = true;
  KONTOR_RETURN_IF_ERROR(
      rows.Scan(RowKey::AccountPrefix(account), targets, [&](std::string_view key, std::string_view bytes) {
        if (key.starts_with(months)) {
          const std::optional<Month> month = MonthOfKey(key);
          sound &= month.has_value();
          if (month) state->months.push_back({*month, std::string(bytes)});
        } else if (key.starts_with(targets)) {
          std::optional<Row> row = DecodeRow(key, bytes);
          sound &= row.has_value();
          if (row) state->targets.push_back(std::get<EntityRow>(*std::move(row)));
        }
      }));
  return sound ? OkStatus() : NoRow();
}

// Puts months of other accounts to those that are there.
bool AddMonths(std::vector<StoredMonth> added, std::vector<StoredMonth>* months) {
  for (StoredMonth& month : added) {
    const auto at = std::lower_bound(months->begin(), months->end(), month.month,
                                     [](const StoredMonth& x, Month wanted) { return x.month < wanted; });
    if (at == months->end() || at->month != month.month) {
      months->insert(at, std::move(month));
      continue;
    }
    std::string sum;
    if (!AddMonthValues(std::array<std::string_view, 2>{at->bytes, month.bytes}, &sum)) return false;
    at->bytes = std::move(sum);
  }
  return true;
}

}  // namespace

Result<EntityRow> ReadHead(const RowSource& rows, const AccountId& account) {
  const RowKey key = RowKey::Head(account);
  KONTOR_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, rows.Find(key));
  if (!bytes) return EntityRow();
  std::optional<Row> row = DecodeRow(key.bytes(), *bytes);
  if (!row) return NoRow();
  return std::get<EntityRow>(*std::move(row));
}

Result<AccountState> ReadAccountState(const AccountFold& fold, const std::vector<AccountPart>& parts) {
  AccountState state;
  for (const AccountPart& part : parts) state.members.push_back(part.account);
  if (parts.size() == 1 && parts.front().later.empty()) {
    const AccountPart& only = parts.front();
    KONTOR_ASSIGN_OR_RETURN(state.heads.emplace_back(), ReadHead(*only.rows, only.account));
    KONTOR_RETURN_IF_ERROR(ReadTargetsAndMonths(*only.rows, only.account, &state));
    return state;
  }

  std::vector<std::unique_ptr<ScratchRows>> rows;
  for (const AccountPart& part : parts) {
    rows.push_back(std::make_unique<ScratchRows>(part.rows));
    TakeOutLater(fold, part, rows.back().get());
  }
  if (parts.size() > 1) Unite(fold, parts, rows);
  bool sound = true;
  for (size_t i = 0; i < parts.size(); ++i) {
    KONTOR_RETURN_IF_ERROR(rows[i]->status());
    const ChangedRows changed(rows[i].get());
    AccountState part;
    KONTOR_ASSIGN_OR_RETURN(state.heads.emplace_back(), ReadHead(changed, parts[i].account));
    KONTOR_RETURN_IF_ERROR(ReadTargetsAndMonths(changed, parts[i].account, &part));
    std::move(part.targets.begin(), part.targets.end(), std::back_inserter(state.targets));
    sound &= AddMonths(std::move(part.months), &state.months);
  }
  return sound ? Result<AccountState>(std::move(state)) : NoRow();
}

}  // namespace kontor
