#include "engine/base/status.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "engine/base/check.h"

namespace kontor {
namespace {

Result<std::unique_ptr<int>> Make(bool well) {
  if (!well) return NotFound("no {} at {}", "number", 7);
  return std::make_unique<int>(7);
}

Status Use(bool well, int* calls) {
  KONTOR_ASSIGN_OR_RETURN(auto first, Make(true));
  KONTOR_ASSIGN_OR_RETURN(const auto second, Make(well));
  *calls += *first + *second;
  return OkStatus();
}

Status Pass(const Status& status, int* calls) {
  KONTOR_RETURN_IF_ERROR(status);
  ++*calls;
  return OkStatus();
}

TEST(StatusTest, FactoryFormatsAndNamesItsCode) {
  const Status status = InvalidArgument("{} is {}, {} at most", "page_size", 5, 3);
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Text(status), "page_size is 5, 3 at most");
  EXPECT_EQ(Unavailable("x").code(), StatusCode::kUnavailable);
  EXPECT_EQ(DataLoss("x").code(), StatusCode::kDataLoss);
}

TEST(StatusTest, AssignOrReturnMovesTheValueOrPassesTheError) {
  int calls = 0;
  EXPECT_TRUE(Use(true, &calls).ok());
  EXPECT_EQ(calls, 14);
  const Status status = Use(false, &calls);
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_EQ(Text(status), "no number at 7");
  EXPECT_EQ(calls, 14);
}

TEST(StatusTest, ReturnIfErrorGoesOnWhereAllIsWell) {
  int calls = 0;
  EXPECT_TRUE(Pass(OkStatus(), &calls).ok());
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(Pass(DataLoss("gone"), &calls).code(), StatusCode::kDataLoss);
  EXPECT_EQ(calls, 1);
}

TEST(StatusTest, ReturnIfErrorEvaluatesOnce) {
  int calls = 0;
  const auto once = [&]() -> Status {
    KONTOR_RETURN_IF_ERROR([&] {
      ++calls;
      return Internal("x");
    }());
    return OkStatus();
  };
  EXPECT_FALSE(once().ok());
  EXPECT_EQ(calls, 1);
}

TEST(CheckDeathTest, NamesTheConditionAndThePlace) {
  EXPECT_DEATH(KONTOR_CHECK(1 + 1 == 3), "1 \\+ 1 == 3.*status_test.cc");
  KONTOR_CHECK(1 + 1 == 2);
}

}  // namespace
}  // namespace kontor
