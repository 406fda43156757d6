#include "projections/account/fold.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "engine/base/check.h"

namespace kontor {

AccountFold::AccountFold(Zone zone, std::vector<const Projection*> projections)
    : zone_(std::move(zone)), projections_(std::move(projections)) {}

void AccountFold::Add(const AccountId& account, const Contribution& contribution, int sign, RowStore* rows) const {
  const Day day = zone_.LocalDay(contribution.at);
  rows->MutableMonth(RowKey::OfMonth(account, MonthOf(day))).Add(day, contribution.key, sign * contribution.amount);
}

Contributions AccountFold::FoldEntity(const EntityKey& entity, const std::vector<Statement>& statements) const {
  Contributions out;
  for (const Projection* projection : projections_) projection->FoldEntity(entity, statements, zone_, &out);
  return out;
}

void AccountFold::Fold(const event::v1::Event& event, bool understood, int sign, const AccountId& account,
                       RowStore* rows) const {
  const Instant at = *InstantOf(event.occurred_at());
  Add(account, {at, {.measure = Measure::kEvents}, 1}, sign, rows);
  if (!understood) {
    Add(account, {at, {.measure = Measure::kNotUnderstood}, 1}, sign, rows);
    return;
  }
  if (std::optional<StatedFact> fact = StatedFactOf(event)) {
    if (fact->head) {
      EntityRow& head = rows->MutableEntity(RowKey::Head(account));
      if (rows->failed()) return;
      if (sign > 0) {
        head.Insert(std::move(fact->statement));
      } else {
        head.Remove(fact->statement);
      }
    } else {
      FoldStatement(account, fact->entity, std::move(fact->statement), sign, rows);
    }
    return;
  }
  Contributions facts;
  for (const Projection* projection : projections_) projection->FoldFact(event, at, &facts);
  for (const Contribution& contribution : facts) Add(account, contribution, sign, rows);
}

void AccountFold::FoldStatement(const AccountId& account, const EntityKey& entity, Statement statement, int sign,
                                RowStore* rows) const {
  ChangeEntity(account, entity, statement, sign, true, rows);
}

void AccountFold::ChangeEntity(const AccountId& account, const EntityKey& entity, const Statement& statement, int sign,
                               bool follow_links, RowStore* rows) const {
  EntityRow& row = rows->MutableEntity(RowKey::Entity(account, entity));
  if (rows->failed()) return;
  Contributions changes = FoldEntity(entity, row.statements);
  for (Contribution& contribution : changes) contribution.amount = -contribution.amount;
  const std::vector<LinkedStatement> links_before =
      follow_links ? LinksOf(entity, row.statements) : std::vector<LinkedStatement>();

  if (sign > 0) {
    row.Insert(statement);
  } else {
    row.Remove(statement);
  }

  // Most of what the entity adds stays as it was: only the difference reaches the month rows.
  Contributions after = FoldEntity(entity, row.statements);
  std::move(after.begin(), after.end(), std::back_inserter(changes));
  std::sort(changes.begin(), changes.end(),
            [](const Contribution& a, const Contribution& b) { return std::tie(a.at, a.key) < std::tie(b.at, b.key); });
  for (size_t i = 0; i < changes.size();) {
    size_t next = i + 1;
    Int128 sum = changes[i].amount;
    while (next < changes.size() && changes[next].at == changes[i].at && changes[next].key == changes[i].key) {
      sum += changes[next++].amount;
    }
    if (sum != 0) Add(account, {changes[i].at, changes[i].key, sum}, 1, rows);
    i = next;
  }

  if (!follow_links) return;
  const std::vector<LinkedStatement> links = LinksOf(entity, row.statements);
  std::vector<LinkedStatement> gone;
  std::vector<LinkedStatement> come;
  std::set_difference(links_before.begin(), links_before.end(), links.begin(), links.end(), std::back_inserter(gone));
  std::set_difference(links.begin(), links.end(), links_before.begin(), links_before.end(), std::back_inserter(come));
  for (const LinkedStatement& link : gone) ChangeEntity(account, link.entity, link.statement, -1, false, rows);
  for (const LinkedStatement& link : come) ChangeEntity(account, link.entity, link.statement, 1, false, rows);
}

}  // namespace kontor
