#include "projections/reading/measure_role.h"

namespace kontor {

MeasureRole RoleOf(Measure measure) {
  switch (measure) {
    case Measure::kBooked:
    case Measure::kInvoicedNet:
    case Measure::kCollected:
    case Measure::kWrittenOff:
    case Measure::kCostOfGoods:
    case Measure::kCostToServe:
    case Measure::kDiscounts:
      return MeasureRole::kBaseFigure;
    case Measure::kOpen:
    case Measure::kUnapplied:
    case Measure::kWaiting:
    case Measure::kOpenDeals:
    case Measure::kPipeline:
    case Measure::kRecurring:
    case Measure::kMade:
    case Measure::kWithdrawnEarly:
    case Measure::kKeptInTime:
    case Measure::kRedatedDue:
    case Measure::kRedatedKept:
    case Measure::kBroken:
    case Measure::kWithdrawn:
    case Measure::kOpenCommitments:
    case Measure::kOpenIssues:
    case Measure::kFindings:
      return MeasureRole::kStock;
    case Measure::kContactTouches:
    case Measure::kDepartmentTouches:
      return MeasureRole::kTouch;
    case Measure::kSentimentSum:
    case Measure::kSentimentCount:
      return MeasureRole::kByDay;
    default:
      return MeasureRole::kFlow;
  }
}

}  // namespace kontor
