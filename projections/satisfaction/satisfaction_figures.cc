#include "projections/satisfaction/satisfaction_figures.h"

namespace kontor {

const std::vector<Figure>& SatisfactionFigures() {
  using M = Measure;
  static const auto* const kFigures = new std::vector<Figure>{
      {"satisfaction", "nps", {M::kNps}},
      {"satisfaction", "nps_ttm", {M::kNps}},
      {"satisfaction", "csat", {M::kCsat}},
      {"satisfaction", "csat_ttm", {M::kCsat}},
      {"satisfaction", "ces", {M::kCes}},
      {"satisfaction", "ces_ttm", {M::kCes}},
      {"satisfaction", "sentiment", {M::kSentimentSum, M::kSentimentCount}},
      {"satisfaction",
       "commitments",
       {M::kMade, M::kWithdrawnEarly, M::kKeptInTime, M::kRedatedDue, M::kRedatedKept, M::kKept, M::kBroken,
        M::kWithdrawn, M::kOpenCommitments}},
      {"satisfaction",
       "issues",
       {M::kIssuesRaised, M::kIssuesResolved, M::kOpenIssues, M::kResolutionSeconds, M::kResolutionHours}},
      {"satisfaction", "days_since_contact", {M::kInteractions}},
      {"satisfaction", "median_contact_gap_days", {M::kInteractions}},
      {"satisfaction", "cadence", {M::kInteractions}},
      {"satisfaction", "contacts_90_days", {M::kContactTouches}},
      {"satisfaction", "departments_90_days", {M::kDepartmentTouches}},
      {"satisfaction", "interactions", {M::kInteractions}},
      {"satisfaction",
       "months",
       {M::kInteractions, M::kNps, M::kSentimentSum, M::kSentimentCount, M::kKept, M::kIssuesRaised,
        M::kIssuesResolved}},
  };
  return *kFigures;
}

}  // namespace kontor
