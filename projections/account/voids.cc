#include "projections/account/voids.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/event/decoder.h"

namespace kontor {
namespace {

// Who an event is, as a view.
struct IdentityRef {
  std::string_view source;
  std::string_view event_id;
  bool operator==(const IdentityRef&) const = default;
};

IdentityRef RefOf(const event::v1::Event& event) { return {event.source(), event.event_id()}; }

void PutVoidKey(const IdentityRef& identity, std::string* key) {
  RowKey::PutEntity({}, {EntityKind::kVoid, identity.source, identity.event_id}, key);
}

// What is said of an identity by voids, in the store's memory; nothing is the common case.
Statements* ReadVoids(const IdentityRef& identity, RowStore* rows) {
  FoldMemory& memory = rows->memory();
  PutVoidKey(identity, &memory.key);
  const std::string_view bytes = rows->Find(memory.key);
  memory.statements.clear();
  if (!DecodeStatements(bytes, &memory.arena, &memory.statements)) rows->Broken(memory.key);
  return &memory.statements;
}

void WriteVoids(const IdentityRef& identity, Statements statements, RowStore* rows) {
  FoldMemory& memory = rows->memory();
  std::sort(statements.begin(), statements.end());
  PutVoidKey(identity, &memory.key);
  memory.bytes.clear();
  EncodeStatements(statements, &memory.bytes);
  rows->Put(memory.key, memory.bytes);
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

const Statement* SeenTarget(const Statements& statements) {
  const auto at = std::find_if(statements.begin(), statements.end(),
                               [](const Statement& x) { return x.kind == StatementKind::kVoidTarget; });
  return at == statements.end() ? nullptr : &*at;
}

bool Reaches(const Statement& by, const Statement& target) { return by.origin == target.origin && !target.flag; }

// A void that reaches nothing is a finding on the account that it came for.
void AddFinding(const AccountFold& fold, const Statement& by, const Statement& target, RowStore* rows) {
  const std::string_view code = target.flag ? "void_names_a_void" : "void_names_another_accounts_event";
  const std::string about = fmt::format("event {}/{}", target.source, target.event_id);
  fold.Add(AccountId(std::string(by.origin)), {by.at, FindingKey(code, about, &rows->memory().arena), 1}, 1, rows);
}

void CountVoided(const AccountFold& fold, const Statement& target, RowStore* rows) {
  fold.Add(AccountId(std::string(target.origin)), {target.at, {.measure = Measure::kVoided}, 1}, 1, rows);
}

// An event that voids may have named before it came. Returns whether it is void.
bool MeetEarlierVoids(const AccountFold& fold, const event::v1::Event& event, RowStore* rows) {
  const Statements* known = ReadVoids(RefOf(event), rows);
  if (known->empty()) return false;
  Statements statements = *known;
  const Statement target = TargetStatement(event);
  bool voided = false;
  for (const Statement& by : statements) {
    if (by.kind != StatementKind::kVoid) continue;
    if (Reaches(by, target)) {
      voided = true;
    } else {
      AddFinding(fold, by, target, rows);
    }
  }
  statements.push_back(target);
  WriteVoids(RefOf(event), std::move(statements), rows);
  if (voided) CountVoided(fold, target, rows);
  return voided;
}

void FoldVoid(const AccountFold& fold, const event::v1::Event& event, const FindEvent& find, RowStore* rows) {
  const event::v1::EventVoided& body = event.event_voided();
  const IdentityRef identity = {body.has_target_source() ? body.target_source() : event.source(),
                                body.target_event_id()};
  Statement by;
  by.at = *InstantOf(event.occurred_at());
  by.source = event.source();
  by.event_id = event.event_id();
  by.kind = StatementKind::kVoid;
  by.origin = event.account_id();

  Statements statements = *ReadVoids(identity, rows);
  if (rows->failed()) return;
  const bool had = std::any_of(statements.begin(), statements.end(), [&by](const Statement& x) {
    return x.kind == StatementKind::kVoid && x.origin == by.origin;
  });
  statements.push_back(by);

  // An event that names itself is found as well: it is accepted by now.
  const event::v1::Event* found =
      identity == RefOf(event) ? &event
                               : find({Source(std::string(identity.source)), EventId(std::string(identity.event_id))});
  if (found == nullptr) {
    WriteVoids(identity, std::move(statements), rows);
    return;
  }
  const Statement target = TargetStatement(*found);
  if (SeenTarget(statements) == nullptr) statements.push_back(target);
  WriteVoids(identity, std::move(statements), rows);
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
  rows->EndStep();
  const bool is_void = event.body_case() == event::v1::Event::kEventVoided;
  const bool voided = MeetEarlierVoids(fold, event, rows);
  KONTOR_CHECK(!(voided && is_void));
  AccountId& account = rows->memory().account;
  account.Assign(event.account_id());
  if (!voided) fold.Fold(event, IsUnderstood(event), 1, account, rows);
  if (is_void && IsUnderstood(event)) FoldVoid(fold, event, find, rows);
}

bool IsVoided(const Identity& identity, const AccountId& account, RowStore* rows) {
  const Statements& statements = *ReadVoids({identity.source.value(), identity.event_id.value()}, rows);
  const Statement* target = SeenTarget(statements);
  if (target == nullptr || target->origin != account.value()) return false;
  return std::any_of(statements.begin(), statements.end(),
                     [target](const Statement& x) { return x.kind == StatementKind::kVoid && Reaches(x, *target); });
}

}  // namespace kontor
