#include "engine/portfolio/column.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "engine/portfolio/figure_column.h"

namespace kontor {
namespace {

TEST(ColumnTest, HoldsWhatAVectorWouldThatFillsItsGapsFromTheBack) {
  std::mt19937_64 random(1);
  Column<std::string> column;
  std::vector<std::string> expected;
  // Grows over several chunks, and shrinks again.
  for (const size_t wanted : {10'000, 3, 9'000, 0, 5'000}) {
    while (expected.size() != wanted) {
      if (expected.size() < wanted) {
        expected.push_back(std::to_string(random()));
        column.Append(expected.back());
        continue;
      }
      const size_t row = random() % expected.size();
      column.TakeOut(row);
      expected[row] = expected.back();
      expected.pop_back();
    }
    ASSERT_EQ(column.size(), wanted);
    for (size_t row = 0; row < wanted; ++row) ASSERT_EQ(column[row], expected[row]);
  }
}

TEST(FigureColumnTest, HoldsWhatAVectorWouldThatFillsItsGapsFromTheBack) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  std::mt19937_64 random(2);
  FigureColumn column;
  std::vector<double> expected;
  for (const size_t wanted : {3'000, 256, 0, 2'000, 700}) {
    while (expected.size() != wanted) {
      // Long stretches of one figure, and now and then another.
      const double figure = random() % 400 != 0 ? kUnknown : static_cast<double>(random() % 3);
      if (expected.size() < wanted) {
        column.Set(expected.size(), figure);
        expected.push_back(figure);
        continue;
      }
      const size_t row = random() % expected.size();
      column.TakeOut(row);
      expected[row] = expected.back();
      expected.pop_back();
      if (expected.empty()) break;
      const size_t changed = random() % expected.size();
      column.Set(changed, figure);
      expected[changed] = figure;
    }
    ASSERT_EQ(column.size(), wanted);
    for (size_t row = 0; row < wanted; ++row) {
      ASSERT_EQ(std::bit_cast<uint64_t>(column[row]), std::bit_cast<uint64_t>(expected[row]));
    }
  }
}

}  // namespace
}  // namespace kontor
