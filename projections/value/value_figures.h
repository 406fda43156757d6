// The figures of the value view and their inputs. One entry for each field of kontor.view.v1.ValueView.
#pragma once

#include <vector>

#include "projections/account/figure.h"

namespace kontor {

const std::vector<Figure>& ValueFigures();

}  // namespace kontor
