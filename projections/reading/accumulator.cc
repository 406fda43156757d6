#include "projections/reading/accumulator.h"

#include <algorithm>
#include <utility>

namespace kontor {
namespace {

constexpr size_t kSlotsMin = 32;

}  // namespace

void Accumulator::AddTo(Accumulator* other) const {
  while (2 * (other->used_.size() + used_.size()) > other->slots_.size()) other->Grow();
  for (const uint32_t at : used_) other->AddTo(slots_[at].name, slots_[at].number, slots_[at].amount);
}

void Accumulator::AddTo(Tally* tally) const {
  std::vector<Slot> sorted;
  sorted.reserve(used_.size());
  for (const uint32_t at : used_) sorted.push_back(slots_[at]);
  // Names order as measure and currency do.
  std::sort(sorted.begin(), sorted.end(),
            [](const Slot& a, const Slot& b) { return a.name != b.name ? a.name < b.name : a.number < b.number; });
  Tally sum;
  for (const Slot& slot : sorted) {
    sum.Add({.measure = static_cast<Measure>(slot.name >> 32),
             .currency = Currency::FromPacked(static_cast<uint32_t>(slot.name)),
             .number = slot.number},
            slot.amount);
  }
  if (tally->empty()) {
    *tally = std::move(sum);
  } else {
    tally->Add(sum);
  }
}

void Accumulator::Clear() {
  for (const uint32_t at : used_) slots_[at] = {};
  used_.clear();
}

void Accumulator::Grow() {
  std::vector<Slot> before(slots_.empty() ? kSlotsMin : 2 * slots_.size());
  before.swap(slots_);
  used_.reserve(slots_.size() / 2);
  for (uint32_t& at : used_) {
    const Slot& slot = before[at];
    const size_t to = SlotOf(slot.name, slot.number);
    slots_[to] = slot;
    at = static_cast<uint32_t>(to);
  }
}

}  // namespace kontor
