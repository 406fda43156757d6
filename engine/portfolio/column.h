// Values by row, in chunks: unlike a vector it never holds twice what is in it, nor moves what it holds.
//
// Threads: as a vector's.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "engine/base/check.h"

namespace kontor {

template <typename T>
class Column {
 public:
  size_t size() const { return size_; }
  T& operator[](size_t row) { return (*chunks_[row / kChunk])[row % kChunk]; }
  const T& operator[](size_t row) const { return (*chunks_[row / kChunk])[row % kChunk]; }

  void Append(T value) {
    if (size_ == chunks_.size() * kChunk) chunks_.push_back(std::make_unique<Chunk>());
    (*this)[size_++] = std::move(value);
  }

  // The last row takes the place of this one.
  void TakeOut(size_t row) {
    KONTOR_CHECK(row < size_);
    if (row + 1 < size_) (*this)[row] = std::move((*this)[size_ - 1]);
    (*this)[--size_] = T();
    if (size_ + 2 * kChunk <= chunks_.size() * kChunk) chunks_.pop_back();
  }

 private:
  static constexpr size_t kChunk = 4096;
  using Chunk = std::array<T, kChunk>;

  std::vector<std::unique_ptr<Chunk>> chunks_;  // all but the last two are full
  size_t size_ = 0;
};

}  // namespace kontor
