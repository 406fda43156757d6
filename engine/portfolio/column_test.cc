#include "engine/portfolio/column.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

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

}  // namespace
}  // namespace kontor
