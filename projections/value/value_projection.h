// Value: what the account brings, what it owes and how it pays. Figures and formulas: README.md beside this file.
#pragma once

#include "projections/account/projection.h"

namespace kontor {

// What waits for which invoice: the text of kWaiting.
struct Waiting {
  EntityRef document;  // a payment, a refund or a credit note
  EntityRef invoice;
};
// `document` as OriginOf.
std::string_view WaitingText(std::string_view document, const EntityRef& invoice, Arena* arena);
// Views of the text.
Waiting WaitingOf(std::string_view text);

class ValueProjection final : public Projection {
 public:
  std::string_view name() const override { return "value"; }
  void FoldFact(const event::v1::Event& event, Instant at, ContributionSink* out) const override;
  void FoldEntity(const EntityRef& entity, std::span<const Statement> statements, size_t first, const Zone& zone,
                  ContributionSink* out) const override;
};

}  // namespace kontor
