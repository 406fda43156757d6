// What a view brings to the fold: how facts and entities add to the figures.
//
// Ownership:  stateless; one instance serves every shard. Threads: any.
// Invariants: pure functions of their arguments. An entity's contributions dated up to t depend on its statements up to
//             t only, so sums up to t are what one would have worked out at t.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/arena.h"
#include "engine/base/civil.h"
#include "kontor/event/v1/event.pb.h"
#include "projections/account/statement.h"
#include "projections/account/tally.h"

namespace kontor {

// A dated addition to a figure. `at` is the latest of the facts that it rests on. Texts live to the end of the step.
struct Contribution {
  Instant at;
  TallyRef key;
  Int128 amount = 0;
};
using Contributions = std::vector<Contribution>;

// What a projection is asked for: contributions, and where their texts go.
class ContributionSink {
 public:
  ContributionSink(Arena* arena, Contributions* out) : arena_(arena), out_(out) {}

  // From here on what is added is wanted, or not (of what is known already).
  void Want(bool wanted) { wanted_ = wanted; }
  bool wanted() const { return wanted_; }
  void Add(Instant at, const TallyRef& key, Int128 amount) {
    if (wanted_ && amount != 0) out_->push_back({at, key, amount});
  }
  Arena* arena() const { return arena_; }

 private:
  Arena* arena_;
  Contributions* out_;
  bool wanted_ = true;
};

class Projection {
 public:
  virtual ~Projection() = default;
  virtual std::string_view name() const = 0;

  // What an event adds by itself, for bodies that need no other fact (an interaction, a cost).
  virtual void FoldFact(const event::v1::Event& event, Instant at, ContributionSink* out) const = 0;

  // What an entity adds by its statements from the `first`-th on, worked out from all of them in the world's order:
  // each statement adds what it changes, so what those before it added does not depend on it.
  virtual void FoldEntity(const EntityRef& entity, std::span<const Statement> statements, size_t first,
                          const Zone& zone, ContributionSink* out) const = 0;
};

// Emits what changes when a running value changes: Set says what a figure is from an instant on, and only the
// difference to before becomes a contribution.
class Steps {
 public:
  explicit Steps(ContributionSink* out) : out_(out) {}

  // Requires: instants never fall.
  void At(Instant at) { at_ = at; }
  void Set(const TallyRef& key, Int128 value);
  // While `stands`, the contradiction is a finding on the entity.
  void Finding(std::string_view code, const EntityRef& entity, bool stands);

 private:
  struct Value {
    TallyRef key;
    Int128 amount;
  };

  ContributionSink* out_;
  Instant at_;
  bool found_ = false;  // whether anything ever contradicted
  // Few: an entity adds to a dozen figures.
  size_t count_ = 0;
  std::array<Value, 16> values_;
  std::vector<Value> more_;
};

// The key of a finding; `about` is the entity, in words.
TallyRef FindingKey(std::string_view code, std::string_view about, Arena* arena);

}  // namespace kontor
