// Satisfaction: contacts, answers, promises and problems. Figures and formulas: README.md beside this file.
#pragma once

#include "projections/account/projection.h"

namespace kontor {

class SatisfactionProjection final : public Projection {
 public:
  std::string_view name() const override { return "satisfaction"; }
  void FoldFact(const event::v1::Event& event, Instant at, ContributionSink* out) const override;
  void FoldEntity(const EntityRef& entity, std::span<const Statement> statements, size_t first, const Zone& zone,
                  ContributionSink* out) const override;
};

}  // namespace kontor
