// What a view brings to the fold: how facts and entities add to the figures.
//
// Ownership:  stateless; one instance serves every shard. Threads: any.
// Invariants: pure functions of their arguments. An entity's contributions dated up to t depend on its statements up to
//             t only, so sums up to t are what one would have worked out at t.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/civil.h"
#include "kontor/event/v1/event.pb.h"
#include "projections/account/statement.h"
#include "projections/account/tally.h"

namespace kontor {

// A dated addition to a figure. `at` is the latest of the facts that it rests on.
struct Contribution {
  Instant at;
  TallyKey key;
  Int128 amount = 0;
};
using Contributions = std::vector<Contribution>;

class Projection {
 public:
  virtual ~Projection() = default;
  virtual std::string_view name() const = 0;

  // What an event adds by itself, for bodies that need no other fact (an interaction, a cost).
  virtual void FoldFact(const event::v1::Event& event, Instant at, Contributions* out) const = 0;

  // What an entity adds, worked out from its statements in the world's order.
  virtual void FoldEntity(const EntityKey& entity, const std::vector<Statement>& statements, const Zone& zone,
                          Contributions* out) const = 0;
};

// Emits what changes when a running value changes: Set says what a figure is from an instant on, and only the
// difference to before becomes a contribution.
class Steps {
 public:
  explicit Steps(Contributions* out) : out_(out) {}

  // Requires: instants never fall.
  void At(Instant at) { at_ = at; }
  void Set(const TallyKey& key, Int128 value);
  // While `stands`, the contradiction is a finding on the entity.
  void Finding(std::string_view code, const EntityKey& entity, bool stands);

 private:
  Contributions* out_;
  Instant at_;
  std::vector<TallyEntry> values_;
};

// The key of a finding; `entity` is what it is about, in words.
TallyKey FindingKey(std::string_view code, std::string_view entity);

}  // namespace kontor
