// Sums by measure, currency and number, of many entries in any order: each is added in a few nanoseconds, and they are
// put in order once.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "projections/account/tally.h"

namespace kontor {

class Accumulator {
 public:
  void Add(Measure measure, Currency currency, int64_t number, Int128 amount) {
    if (2 * (used_.size() + 1) > slots_.size()) Grow();
    AddTo(NameOf(measure, currency), number, amount);
  }
  bool empty() const { return used_.empty(); }

  // Adds what was gathered to another one, or to a tally.
  void AddTo(Accumulator* other) const;
  void AddTo(Tally* tally) const;
  // Forgets it, and keeps its memory.
  void Clear();

 private:
  // 32 bytes, half a cache line.
  struct Slot {
    uint64_t name = 0;  // measure and currency; 0: empty
    int64_t number = 0;
    Int128 amount = 0;
  };
  static uint64_t NameOf(Measure measure, Currency currency) {
    return uint64_t{static_cast<uint16_t>(measure)} << 32 | currency.packed();
  }

  void AddTo(uint64_t name, int64_t number, Int128 amount) {
    Slot& slot = slots_[SlotOf(name, number)];
    if (slot.name == 0) {
      slot = {name, number, 0};
      used_.push_back(static_cast<uint32_t>(&slot - slots_.data()));
    }
    slot.amount += amount;
  }
  size_t SlotOf(uint64_t name, int64_t number) const {
    const size_t mask = slots_.size() - 1;
    uint64_t hash = (name ^ static_cast<uint64_t>(number) * 0x9E37'79B9'7F4A'7C15) * 0xBF58'476D'1CE4'E5B9;
    hash ^= hash >> 32;
    size_t at = hash & mask;
    while (slots_[at].name != 0 && (slots_[at].name != name || slots_[at].number != number)) at = (at + 1) & mask;
    return at;
  }
  void Grow();

  std::vector<Slot> slots_;  // open addressing, a power of two, at most half full
  std::vector<uint32_t> used_;
};

}  // namespace kontor
