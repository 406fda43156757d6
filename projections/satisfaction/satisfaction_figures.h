// The figures of the satisfaction view and their inputs. One entry for each field of kontor.view.v1.SatisfactionView.
#pragma once

#include <vector>

#include "projections/account/figure.h"

namespace kontor {

const std::vector<Figure>& SatisfactionFigures();

}  // namespace kontor
