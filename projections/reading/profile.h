// The account itself as it stands at an instant: its own fields, the survivor's first where accounts are merged.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include "kontor/view/v1/view.pb.h"
#include "projections/reading/account_sums.h"
#include "projections/reading/parents.h"
#include "projections/reading/reference_state.h"

namespace kontor {

void RenderProfile(const SummedAccount& account, Instant t, view::v1::AccountProfile* profile);

// The contradictions that stand at the asked instant, by code and entity; those of its merges among them.
void RenderFindings(const SummedAccount& account, const Merges& merges,
                    google::protobuf::RepeatedPtrField<view::v1::Finding>* findings);

// That the account's link to its parent closes a ring: it has no parent, and a finding. Behind the two above.
void RenderParentRing(const ParentRing& ring, view::v1::AccountProfile* profile,
                      google::protobuf::RepeatedPtrField<view::v1::Finding>* findings);

}  // namespace kontor
