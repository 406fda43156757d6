// A figure by row, in chunks: one whose rows are all alike, as they mostly are of a figure that few accounts have,
// takes no memory for them.
//
// Threads: as a vector's.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/check.h"

namespace kontor {

class FigureColumn {
 public:
  size_t size() const { return size_; }
  double operator[](size_t row) const {
    const Chunk& chunk = chunks_[row / kChunk];
    return chunk.each == nullptr ? chunk.all : (*chunk.each)[row % kChunk];
  }

  // Of a row that there is, or of the next one.
  void Set(size_t row, double figure) {
    KONTOR_CHECK(row <= size_);
    if (row == chunks_.size() * kChunk) chunks_.push_back({figure, nullptr});
    if (row == size_) ++size_;
    Chunk& chunk = chunks_[row / kChunk];
    // Bit for bit: what is not a number is alike, too.
    if (chunk.each == nullptr && std::bit_cast<uint64_t>(chunk.all) == std::bit_cast<uint64_t>(figure)) return;
    if (chunk.each == nullptr) {
      chunk.each = std::make_unique<Figures>();
      chunk.each->fill(chunk.all);
    }
    (*chunk.each)[row % kChunk] = figure;
  }

  // The last row takes the place of this one.
  void TakeOut(size_t row) {
    KONTOR_CHECK(row < size_);
    if (row + 1 < size_) Set(row, (*this)[size_ - 1]);
    if (--size_ % kChunk == 0) chunks_.pop_back();
  }

 private:
  static constexpr size_t kChunk = 256;
  using Figures = std::array<double, kChunk>;
  struct Chunk {
    double all;  // of each row, while there are none of their own
    std::unique_ptr<Figures> each;
  };

  std::vector<Chunk> chunks_;  // all but the last are full
  size_t size_ = 0;
};

}  // namespace kontor
