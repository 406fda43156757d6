// Figures: what views show, each declared once with the measures that it is worked out from.
#pragma once

#include <string_view>
#include <vector>

#include "projections/account/tally.h"

namespace kontor {

struct Figure {
  std::string_view view;   // "value"
  std::string_view field;  // of the view's message: "net_value"
  std::vector<Measure> inputs;
};

}  // namespace kontor
