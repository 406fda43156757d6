#include "projections/account/projection.h"

#include <algorithm>
#include <utility>

namespace kontor {

void Steps::Set(const TallyRef& key, Int128 value) {
  const auto is_key = [&key](const Value& x) { return x.key == key; };
  Value* slot = std::find_if(values_.data(), values_.data() + count_, is_key);
  if (slot == values_.data() + count_) {
    const auto at = std::find_if(more_.begin(), more_.end(), is_key);
    if (at != more_.end()) {
      slot = &*at;
    } else if (value == 0) {
      return;
    } else if (count_ < values_.size()) {
      values_[count_++] = {key, 0};
    } else {
      slot = &more_.emplace_back(Value{key, 0});
    }
  }
  if (slot->amount == value) return;
  out_->Add(at_, key, value - slot->amount);
  slot->amount = value;
}

void Steps::Finding(std::string_view code, const EntityRef& entity, bool stands) {
  // Nearly nothing contradicts, so what to call it is worked out last.
  found_ |= stands;
  if (!found_) return;
  Set(FindingKey(code, EntityName(entity), out_->arena()), stands ? 1 : 0);
}

TallyRef FindingKey(std::string_view code, std::string_view about, Arena* arena) {
  return {.measure = Measure::kFindings, .text = EntityRefText(code, about, arena)};
}

}  // namespace kontor
