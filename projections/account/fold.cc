#include "projections/account/fold.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace kontor {
namespace {

// A row's statements, in the store's memory. False where they cannot be read.
bool ReadStatements(RowStore* rows) {
  FoldMemory& memory = rows->memory();
  const std::string_view bytes = rows->Find(memory.key);
  memory.statements.clear();
  if (!rows->failed() && !DecodeStatements(bytes, &memory.arena, &memory.statements)) rows->Broken(memory.key);
  return !rows->failed();
}

void WriteStatements(RowStore* rows) {
  FoldMemory& memory = rows->memory();
  memory.bytes.clear();
  EncodeStatements(memory.statements, &memory.bytes);
  rows->Put(memory.key, memory.bytes);
}

// Where a statement stands among others, or belongs.
size_t PlaceOf(const Statement& statement, const Statements& statements) {
  // Most come in the world's order.
  if (statements.empty() || statements.back() < statement) return statements.size();
  return std::lower_bound(statements.begin(), statements.end(), statement) - statements.begin();
}

void InsertOrErase(const Statement& statement, size_t place, int sign, Statements* statements) {
  if (sign > 0) {
    statements->insert(statements->begin() + place, statement);
    return;
  }
  KONTOR_CHECK(place < statements->size() && (*statements)[place] == statement);
  statements->erase(statements->begin() + place);
}

// The second statement of a kind, which contradicts the first; nothing where there is none.
const Statement* SecondOf(StatementKind kind, const Statements& statements) {
  const auto is_kind = [kind](const Statement& x) { return x.kind == kind; };
  const auto first = std::find_if(statements.begin(), statements.end(), is_kind);
  if (first == statements.end()) return nullptr;
  const auto second = std::find_if(first + 1, statements.end(), is_kind);
  return second == statements.end() ? nullptr : &*second;
}

bool HasLinks(EntityKind kind) {
  return kind == EntityKind::kPayment || kind == EntityKind::kRefund || kind == EntityKind::kCreditNote ||
         kind == EntityKind::kDeal;
}

}  // namespace

AccountFold::AccountFold(Zone zone, std::vector<const Projection*> projections)
    : zone_(std::move(zone)), projections_(std::move(projections)) {}

void AccountFold::Add(const AccountId& account, const Contribution& contribution, int sign, RowStore* rows) const {
  rows->AddToMonth(account, zone_.LocalDay(contribution.at), contribution.key, sign * contribution.amount);
}

void AccountFold::AddContributions(const AccountId& account, int sign, RowStore* rows) const {
  // Most of what one statement adds has one date.
  std::optional<Instant> at;
  Day day;
  for (const Contribution& contribution : rows->memory().contributions) {
    if (contribution.at != at) {
      at = contribution.at;
      day = zone_.LocalDay(*at);
    }
    rows->AddToMonth(account, day, contribution.key, sign * contribution.amount);
  }
}

void AccountFold::Fold(const event::v1::Event& event, bool understood, int sign, const AccountId& account,
                       RowStore* rows) const {
  FoldMemory& memory = rows->memory();
  const Instant at = *InstantOf(event.occurred_at());
  Add(account, {at, {.measure = Measure::kEvents}, 1}, sign, rows);
  if (!understood) {
    Add(account, {at, {.measure = Measure::kNotUnderstood}, 1}, sign, rows);
    return;
  }
  if (const std::optional<StatedFact> fact = StatedFactOf(event, &memory.arena)) {
    if (fact->head) {
      ChangeHead(account, fact->statement, sign, rows);
    } else {
      FoldStatement(account, fact->entity, fact->statement, sign, rows);
    }
    return;
  }
  memory.contributions.clear();
  ContributionSink sink(&memory.arena, &memory.contributions);
  for (const Projection* projection : projections_) projection->FoldFact(event, at, &sink);
  AddContributions(account, sign, rows);
}

void AccountFold::ChangeHead(const AccountId& account, const Statement& statement, int sign, RowStore* rows) const {
  FoldMemory& memory = rows->memory();
  RowKey::PutHead(account.value(), &memory.key);
  if (!ReadStatements(rows)) return;
  AddHeadFinding(account, statement.kind, -1, rows);
  InsertOrErase(statement, PlaceOf(statement, memory.statements), sign, &memory.statements);
  AddHeadFinding(account, statement.kind, 1, rows);
  WriteStatements(rows);
}

void AccountFold::AddHeadFinding(const AccountId& account, StatementKind kind, int sign, RowStore* rows) const {
  std::string_view code;
  if (kind == StatementKind::kAccountOpened) code = "account_opened_twice";
  if (kind == StatementKind::kAccountClosed) code = "account_closed_twice";
  if (code.empty()) return;
  FoldMemory& memory = rows->memory();
  const Statement* second = SecondOf(kind, memory.statements);
  if (second == nullptr) return;
  Add(account, {second->at, FindingKey(code, "account " + account.value(), &memory.arena), 1}, sign, rows);
}

void AccountFold::FoldStatement(const AccountId& account, const EntityRef& entity, const Statement& statement, int sign,
                                RowStore* rows) const {
  ChangeEntity(account, entity, statement, sign, true, rows);
}

void AccountFold::ChangeEntity(const AccountId& account, const EntityRef& entity, const Statement& statement, int sign,
                               bool follow_links, RowStore* rows) const {
  FoldMemory& memory = rows->memory();
  RowKey::PutEntity(account.value(), entity, &memory.key);
  if (!ReadStatements(rows)) return;
  Statements& statements = memory.statements;
  const size_t place = PlaceOf(statement, statements);
  follow_links = follow_links && HasLinks(entity.kind);

  // What the entity added by what came before the statement stays; the rest is taken back and added anew.
  memory.contributions.clear();
  ContributionSink sink(&memory.arena, &memory.contributions);
  for (const Projection* projection : projections_) {
    if (place < statements.size()) projection->FoldEntity(entity, statements, place, zone_, &sink);
  }
  for (Contribution& contribution : memory.contributions) contribution.amount = -contribution.amount;
  if (follow_links) LinksOf(entity, statements, &memory.arena, &memory.links_before);

  InsertOrErase(statement, place, sign, &statements);
  for (const Projection* projection : projections_) {
    if (place < statements.size()) projection->FoldEntity(entity, statements, place, zone_, &sink);
  }
  AddContributions(account, 1, rows);
  if (follow_links) LinksOf(entity, statements, &memory.arena, &memory.links_after);
  WriteStatements(rows);
  if (!follow_links) return;

  // Links never chain, so both lists stay as they are.
  const std::vector<LinkedStatement>& before = memory.links_before;
  const std::vector<LinkedStatement>& after = memory.links_after;
  for (const LinkedStatement& link : before) {
    if (std::ranges::binary_search(after, link)) continue;
    ChangeEntity(account, link.entity, link.statement, -1, false, rows);
  }
  for (const LinkedStatement& link : after) {
    if (std::ranges::binary_search(before, link)) continue;
    ChangeEntity(account, link.entity, link.statement, 1, false, rows);
  }
}

}  // namespace kontor
