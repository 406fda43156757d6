// The fold: one event into an account's rows, or out of them again.
//
// The same code folds live, catches up, rebuilds, and takes the facts after an asked instant out of a reading: there is
// no second implementation of a figure. It never asks a clock.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/base/civil.h"
#include "kontor/event/v1/event.pb.h"
#include "projections/account/projection.h"
#include "projections/account/row_store.h"

namespace kontor {

// Threads: any; stateless beside its parameters.
class AccountFold {
 public:
  // The projections must outlive the fold.
  AccountFold(Zone zone, std::vector<const Projection*> projections);

  const Zone& zone() const { return zone_; }

  // Folds the event in (sign 1), or takes out one that was folded in before (sign -1). `understood` as IsUnderstood: an
  // event that is not understood is only counted. An EventVoided is only counted here: what it does to its target is
  // FoldVoid's and the caller's, who alone can find the target. The rows are those of `account`: the event's own, the
  // survivor's when a reading puts merged accounts together, the empty one on the reference topic.
  // Requires: the event was accepted.
  void Fold(const event::v1::Event& event, bool understood, int sign, const AccountId& account, RowStore* rows) const;

  // Puts a statement into an entity row (sign 1) or takes it out (sign -1), and carries what follows from it into the
  // month rows and the entities that it names.
  void FoldStatement(const AccountId& account, const EntityRef& entity, const Statement& statement, int sign,
                     RowStore* rows) const;

  // Adds amount x sign of what is dated at an instant to the account's month row.
  void Add(const AccountId& account, const Contribution& contribution, int sign, RowStore* rows) const;

 private:
  void ChangeEntity(const AccountId& account, const EntityRef& entity, const Statement& statement, int sign,
                    bool follow_links, RowStore* rows) const;
  void ChangeHead(const AccountId& account, const Statement& statement, int sign, RowStore* rows) const;
  // Adds sign x the finding that the store's statements, a head's, have something more than once that counts once.
  void AddHeadFinding(const AccountId& account, StatementKind kind, int sign, RowStore* rows) const;
  // Adds what the store's memory holds.
  void AddContributions(const AccountId& account, int sign, RowStore* rows) const;

  Zone zone_;
  std::vector<const Projection*> projections_;
};

// The entity that an event speaks of and what it says, or nothing for a body that needs none. AccountOpened and its kin
// speak of the account itself: `head` is set and the key is empty.
struct StatedFact {
  bool head = false;
  EntityRef entity;
  Statement statement;
};
// Views of the event, and of the arena.
std::optional<StatedFact> StatedFactOf(const event::v1::Event& event, Arena* arena);

// The entity that the commonest events speak of, and nothing for others: told without working out what they say.
std::optional<EntityRef> EntityOf(const event::v1::Event& event);

// What an entity's own statements say of other entities: a payment of the invoices that it is allocated to, a credit
// note of its invoice, a renewing deal of the deal that it renews. Worked out from own statements only, so links never
// chain.
// Gives them in order, in the memory that `links` has.
void LinksOf(const EntityRef& entity, std::span<const Statement> statements, Arena* arena,
             std::vector<LinkedStatement>* links);

}  // namespace kontor
