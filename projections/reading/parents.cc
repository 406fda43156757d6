#include "projections/reading/parents.h"

#include <set>
#include <utility>

#include "kontor/event/v1/account.pb.h"

namespace kontor {

std::optional<ParentLink> ParentLinkOf(const AccountId& account, const std::vector<EntityRow>& heads, Instant t) {
  for (const EntityRow& head : heads) {
    const Statement* last = nullptr;
    std::string_view parent;
    for (const Statement& s : head.statements) {
      if (s.at > t) break;
      for (const StatedField& field : s.fields) {
        if (field.number != event::v1::AccountFields::kParentFieldNumber) continue;
        last = &s;
        parent = field.value;
      }
    }
    if (parent.empty()) continue;
    return ParentLink{last->at, std::string(last->source), std::string(last->event_id), account,
                      AccountId(std::string(parent))};
  }
  return std::nullopt;
}

Result<std::optional<ParentRing>> RingClosedBy(const AccountState& account, const Merges& merges, Instant t,
                                               const HeadsOf& heads_of) {
  const AccountId& self = account.members.front();
  std::optional<ParentLink> link = ParentLinkOf(self, account.heads, t);
  if (!link) return std::nullopt;
  ParentRing ring{*link, {self}};
  std::set<AccountId> passed;
  for (AccountId at = merges.SurvivorOf(link->parent); at != self; at = merges.SurvivorOf(link->parent)) {
    // Come back to another account: the ring lies above this one.
    if (!passed.insert(at).second) return std::nullopt;
    KONTOR_ASSIGN_OR_RETURN(const std::vector<EntityRow> heads, heads_of(at));
    link = ParentLinkOf(at, heads, t);
    // The chain ends, or if it is a ring, another link closes it.
    if (!link || ring.link < *link) return std::nullopt;
    ring.accounts.push_back(std::move(at));
  }
  return ring;
}

}  // namespace kontor
