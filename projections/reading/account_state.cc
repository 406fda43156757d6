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

// Folds what both have said of the same entity as one: statements move from `other` to `survivor`, and each side's months
// follow. Payments and the like go first, for what they say of invoices moves with them.
void Unite(const AccountFold& fold, const AccountId& survivor, ScratchRows* mine, const AccountId& other,
           ScratchRows* theirs) {
  const std::set<EntityKey> my_keys = EntitiesOf(survivor, mine);
  std::vector<EntityKey> common;
  for (const EntityKey& key : EntitiesOf(other, theirs)) {
    if (my_keys.contains(key)) common.push_back(key);
  }
  const auto links = [](const EntityKey& key) {
    return key.kind == EntityKind::kPayment || key.kind == EntityKind::kRefund || key.kind == EntityKind::kCreditNote ||
           key.kind == EntityKind::kDeal;
  };
  std::stable_partition(common.begin(), common.end(), links);
  for (const EntityKey& key : common) {
    const Row* row = theirs->Find(RowKey::Entity(other, key));
    if (row == nullptr) continue;
    const std::vector<Statement> statements = std::get<EntityRow>(*row).statements;
    for (const Statement& statement : statements) {
      // A link that came with its payment has moved already.
      const Row* now = theirs->Find(RowKey::Entity(other, key));
      if (now == nullptr) break;
      const std::vector<Statement>& left = std::get<EntityRow>(*now).statements;
      if (!std::binary_search(left.begin(), left.end(), statement)) continue;
      fold.FoldStatement(other, key, statement, -1, theirs);
      fold.FoldStatement(survivor, key, statement, 1, mine);
    }
  }
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
  for (size_t i = 1; i < parts.size(); ++i) {
    Unite(fold, parts[0].account, rows[0].get(), parts[i].account, rows[i].get());
  }

  const Day asked = fold.zone().LocalDay(t);
  std::map<Day, Tally> days;
  for (size_t i = 0; i < parts.size(); ++i) {
    const AccountId& account = parts[i].account;
    const Row* head = rows[i]->Find(RowKey::Head(account));
    state.heads.push_back(head == nullptr ? EntityRow() : std::get<EntityRow>(*head));
    rows[i]->Scan(RowKey::MonthPrefix(account), [&](std::string_view, const Row& row) {
      for (const DayTally& day : std::get<MonthRow>(row).days) {
        if (day.day <= asked) days[day.day].Add(day.tally);
      }
    });
    rows[i]->Scan(RowKey::EntityPrefix(account, EntityKind::kTarget),
                  [&](std::string_view, const Row& row) { state.targets.push_back(std::get<EntityRow>(row)); });
    KONTOR_RETURN_IF_ERROR(rows[i]->status());
  }
  for (auto& [day, tally] : days) {
    if (!tally.empty()) state.days.push_back({day, std::move(tally)});
  }
  return state;
}

}  // namespace kontor
