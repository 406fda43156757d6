#include "projections/account/voids.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/event/decoder.h"

namespace kontor {
namespace {

const AccountId kNoAccount;

EntityKey VoidKey(const Identity& identity) {
  return {EntityKind::kVoid, identity.source.value(), identity.event_id.value()};
}

RowKey VoidRowKey(const Identity& identity) { return RowKey::Entity(kNoAccount, VoidKey(identity)); }

const EntityRow* FindVoidRow(const Identity& identity, RowStore* rows) {
  const Row* row = rows->Find(VoidRowKey(identity));
  return row == nullptr ? nullptr : &std::get<EntityRow>(*row);
}

Statement TargetStatement(const event::v1::Event& event) {
  Statement seen;
  seen.at = *InstantOf(event.occurred_at());
  seen.source = event.source();
  seen.event_id = event.event_id();
  seen.kind = StatementKind::kVoidTarget;
  seen.origin = event.account_id();
  seen.flag = event.body_case() == event::v1::Event::kEventVoided;
  return seen;
}

const Statement* SeenTarget(const EntityRow& row) {
  const auto at = std::find_if(row.statements.begin(), row.statements.end(),
                               [](const Statement& x) { return x.kind == StatementKind::kVoidTarget; });
  return at == row.statements.end() ? nullptr : &*at;
}

bool Reaches(const Statement& by, const Statement& target) { return by.origin == target.origin && !target.flag; }

// A void that reaches nothing is a finding on the account that it came for.
void AddFinding(const AccountFold& fold, const Statement& by, const Statement& target, RowStore* rows) {
  const std::string_view code = target.flag ? "void_names_a_void" : "void_names_another_accounts_event";
  fold.Add(AccountId(by.origin), {by.at, FindingKey(code, "event " + target.source + "/" + target.event_id), 1}, 1,
           rows);
}

void CountVoided(const AccountFold& fold, const Statement& target, RowStore* rows) {
  fold.Add(AccountId(target.origin), {target.at, {.measure = Measure::kVoided}, 1}, 1, rows);
}

// An event that voids may have named before it came. Returns whether it is void.
bool MeetEarlierVoids(const AccountFold& fold, const event::v1::Event& event, RowStore* rows) {
  const Identity identity = IdentityOf(event);
  if (FindVoidRow(identity, rows) == nullptr) return false;
  EntityRow& row = rows->MutableEntity(VoidRowKey(identity));
  const Statement target = TargetStatement(event);
  bool voided = false;
  for (const Statement& by : row.statements) {
    if (by.kind != StatementKind::kVoid) continue;
    if (Reaches(by, target)) {
      voided = true;
    } else {
      AddFinding(fold, by, target, rows);
    }
  }
  row.Insert(target);
  if (voided) CountVoided(fold, target, rows);
  return voided;
}

void FoldVoid(const AccountFold& fold, const event::v1::Event& event, const FindEvent& find, RowStore* rows) {
  const event::v1::EventVoided& body = event.event_voided();
  const Identity identity = {Source(body.has_target_source() ? body.target_source() : event.source()),
                             EventId(body.target_event_id())};
  Statement by;
  by.at = *InstantOf(event.occurred_at());
  by.source = event.source();
  by.event_id = event.event_id();
  by.kind = StatementKind::kVoid;
  by.origin = event.account_id();

  EntityRow& row = rows->MutableEntity(VoidRowKey(identity));
  const bool had = std::any_of(row.statements.begin(), row.statements.end(), [&by](const Statement& x) {
    return x.kind == StatementKind::kVoid && x.origin == by.origin;
  });
  row.Insert(by);

  // An event that names itself is found as well: it is accepted by now.
  const event::v1::Event* found = identity == IdentityOf(event) ? &event : find(identity);
  if (found == nullptr) return;
  const Statement target = TargetStatement(*found);
  if (SeenTarget(row) == nullptr) row.Insert(target);
  if (!Reaches(by, target)) {
    AddFinding(fold, by, target, rows);
    return;
  }
  if (had) return;
  fold.Fold(*found, IsUnderstood(*found), -1, AccountId(found->account_id()), rows);
  CountVoided(fold, target, rows);
}

}  // namespace

void FoldAccepted(const AccountFold& fold, const event::v1::Event& event, const FindEvent& find, RowStore* rows) {
  const bool is_void = event.body_case() == event::v1::Event::kEventVoided;
  const bool voided = MeetEarlierVoids(fold, event, rows);
  KONTOR_CHECK(!(voided && is_void));
  if (!voided) fold.Fold(event, IsUnderstood(event), 1, AccountId(event.account_id()), rows);
  if (is_void && IsUnderstood(event)) FoldVoid(fold, event, find, rows);
}

bool IsVoided(const Identity& identity, const AccountId& account, RowStore* rows) {
  const EntityRow* row = FindVoidRow(identity, rows);
  if (row == nullptr) return false;
  const Statement* target = SeenTarget(*row);
  if (target == nullptr || target->origin != account.value()) return false;
  return std::any_of(row->statements.begin(), row->statements.end(),
                     [target](const Statement& x) { return x.kind == StatementKind::kVoid && Reaches(x, *target); });
}

}  // namespace kontor
