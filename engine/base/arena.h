// Memory that is given out piece by piece and taken back all at once.
//
// Ownership:   what is given out lives until Reset or the arena's end. No destructor runs.
// Threads:     one at a time; what was given out may be read by any, once it was handed over in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kontor {

class Arena {
 public:
  explicit Arena(size_t block_bytes = size_t{64} << 10) : block_bytes_(block_bytes) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // `alignment` is a power of two, at most that of max_align_t.
  char* Allocate(size_t bytes, size_t alignment = alignof(std::max_align_t)) {
    const size_t start = (used_ + alignment - 1) & ~(alignment - 1);
    if (start + bytes > room_) return AllocateBlock(bytes);
    used_ = start + bytes;
    return block_ + start;
  }

  std::string_view Copy(std::string_view text) {
    if (text.empty()) return {};
    char* copy = Allocate(text.size(), 1);
    std::memcpy(copy, text.data(), text.size());
    return {copy, text.size()};
  }

  // Value-initialised.
  template <typename T>
  std::span<T> AllocateSpan(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (count == 0) return {};
    T* first = reinterpret_cast<T*>(Allocate(count * sizeof(T), alignof(T)));
    std::uninitialized_value_construct_n(first, count);
    return {first, count};
  }

  // Takes everything back, and keeps the first block for what comes.
  void Reset() {
    if (blocks_.size() > 1) {
      blocks_.resize(1);
      bytes_ = room_ = first_bytes_;
      block_ = blocks_.empty() ? nullptr : blocks_.front().get();
    }
    used_ = 0;
  }

  // What was taken from the system.
  size_t bytes() const { return bytes_; }

 private:
  char* AllocateBlock(size_t bytes) {
    const size_t size = bytes > block_bytes_ ? bytes : block_bytes_;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    if (blocks_.size() == 1) first_bytes_ = size;
    bytes_ += size;
    block_ = blocks_.back().get();
    room_ = size;
    used_ = bytes;
    return block_;
  }

  const size_t block_bytes_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* block_ = nullptr;  // the last of them
  size_t room_ = 0;
  size_t used_ = 0;
  size_t bytes_ = 0;
  size_t first_bytes_ = 0;
};

}  // namespace kontor
