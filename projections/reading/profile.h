// The account itself as it stands at an instant: its own fields, the survivor's first where accounts are merged.
#pragma once

#include <string>
#include <vector>

#include "kontor/view/v1/view.pb.h"
#include "projections/reading/account_sums.h"
#include "projections/reading/reference_state.h"

namespace kontor {

view::v1::AccountProfile ProfileOf(const SummedAccount& account, Instant t);

// The contradictions that stand at the asked instant, by code and entity; those of its merges among them.
std::vector<view::v1::Finding> FindingsOf(const SummedAccount& account, const Merges& merges);

}  // namespace kontor
