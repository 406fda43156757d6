// The figures of the growth view and their inputs. One entry for each field of kontor.view.v1.GrowthView.
#pragma once

#include <vector>

#include "projections/account/figure.h"

namespace kontor {

const std::vector<Figure>& GrowthFigures();

}  // namespace kontor
