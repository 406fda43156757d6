// Tells the identities that were never there from those that may have been: nearly every one that is asked for is new,
// and is to cost one line of memory.
//
// A Bloom filter in blocks of a cache line, 16 bits an identity; about one new identity in 500 may seem known. It grows
// by generations, each as large as all before it, so it holds any number without being made anew.
//
// Threads: one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/views/view_store.h"

namespace kontor {

class IdentityFilter {
 public:
  // Has room for so many from the start.
  explicit IdentityFilter(uint64_t room);

  void Add(IdentityHash identity);
  // False: it was never added.
  bool MayHold(IdentityHash identity) const;
  // Starts to bring near what Add and MayHold will look at.
  void Prefetch(IdentityHash identity) const;

 private:
  struct alignas(64) Line {
    std::array<uint64_t, 8> words{};
  };
  struct Generation {
    std::vector<Line> lines;
    uint64_t room = 0;  // how many identities it still takes
  };

  void AddGeneration(uint64_t room);
  static size_t LineOf(IdentityHash identity, size_t lines);

  std::vector<Generation> generations_;
  uint64_t room_ = 0;  // of all generations, when they were empty
};

}  // namespace kontor
