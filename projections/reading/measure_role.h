// What a measure is to a reading: the one table that says how it is added up over days.
#pragma once

#include "projections/account/tally.h"

namespace kontor {

// How a measure enters components.
enum class MeasureRole {
  kBaseFigure,  // a flow of money: windows and months, converted at the rate of its day
  kFlow,        // windows and months, in its own currency or a count
  kStock,       // what stands at the asked instant
  kTouch,       // who was in touch: the last 90 days only, by text
  kByDay,       // weighed by age at reading: the stock keeps its day
};

MeasureRole RoleOf(Measure measure);

}  // namespace kontor
