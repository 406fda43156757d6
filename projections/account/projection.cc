#include "projections/account/projection.h"

#include <algorithm>
#include <utility>

namespace kontor {

void Steps::Set(const TallyKey& key, Int128 value) {
  auto slot = std::find_if(values_.begin(), values_.end(), [&key](const TallyEntry& x) { return x.key == key; });
  if (slot == values_.end()) {
    if (value == 0) return;
    values_.push_back({key, 0});
    slot = values_.end() - 1;
  }
  if (slot->amount == value) return;
  out_->push_back({at_, key, value - slot->amount});
  slot->amount = value;
}

void Steps::Finding(std::string_view code, const EntityKey& entity, bool stands) {
  Set(FindingKey(code, EntityName(entity)), stands ? 1 : 0);
}

TallyKey FindingKey(std::string_view code, std::string_view entity) {
  TallyKey key{.measure = Measure::kFindings};
  key.text = code;
  key.text += '\x1f';
  key.text += entity;
  return key;
}

}  // namespace kontor
