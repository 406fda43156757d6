// Strong types: identities and positions that the compiler keeps apart.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace kontor {

// A number that is not just any number. Tag names it; value() is the way out.
template <typename Tag, typename T>
class StrongNumber {
 public:
  constexpr StrongNumber() = default;
  constexpr explicit StrongNumber(T value) : value_(value) {}
  constexpr T value() const { return value_; }
  constexpr auto operator<=>(const StrongNumber&) const = default;
  constexpr StrongNumber& operator++() {
    ++value_;
    return *this;
  }
  constexpr StrongNumber operator+(T distance) const { return StrongNumber(value_ + distance); }
  constexpr StrongNumber operator-(T distance) const { return StrongNumber(value_ - distance); }
  constexpr T operator-(StrongNumber other) const { return value_ - other.value_; }

 private:
  T value_ = 0;
};

// A string that is not just any string.
template <typename Tag>
class StrongString {
 public:
  StrongString() = default;
  explicit StrongString(std::string value) : value_(std::move(value)) {}
  const std::string& value() const { return value_; }
  bool empty() const { return value_.empty(); }
  // Takes another value, in the memory that it has.
  void Assign(std::string_view value) { value_.assign(value); }
  auto operator<=>(const StrongString&) const = default;
  bool operator==(const StrongString&) const = default;

 private:
  std::string value_;
};

}  // namespace kontor

template <typename Tag, typename T>
struct std::hash<kontor::StrongNumber<Tag, T>> {
  std::size_t operator()(kontor::StrongNumber<Tag, T> x) const { return std::hash<T>()(x.value()); }
};
template <typename Tag>
struct std::hash<kontor::StrongString<Tag>> {
  std::size_t operator()(const kontor::StrongString<Tag>& x) const { return std::hash<std::string>()(x.value()); }
};
