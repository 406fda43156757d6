#include "engine/server/target.h"

#include <gmock/gmock.h>

namespace kontor {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(TargetTest, SegmentsAndParametersAreDecoded) {
  const auto target = ParseTarget("/v1/accounts/a%2F7%20b?now=2026-01-02&page_token=%3D%26x");
  ASSERT_TRUE(target.ok());
  EXPECT_THAT(target->segments, ElementsAre("v1", "accounts", "a/7 b"));
  EXPECT_THAT(target->parameters, ElementsAre(Pair("now", "2026-01-02"), Pair("page_token", "=&x")));
}

TEST(TargetTest, PlusIsASpaceInTheQueryAndItselfInThePath) {
  const auto target = ParseTarget("/a+b?segment=Key+account&order+by=a%2Bb");
  ASSERT_TRUE(target.ok());
  EXPECT_THAT(target->segments, ElementsAre("a+b"));
  EXPECT_THAT(target->parameters, ElementsAre(Pair("segment", "Key account"), Pair("order by", "a+b")));
}

TEST(TargetTest, EmptySegmentsStay) {
  EXPECT_THAT(ParseTarget("/")->segments, ElementsAre(""));
  EXPECT_THAT(ParseTarget("/a//b/")->segments, ElementsAre("a", "", "b", ""));
}

TEST(TargetTest, AbsoluteFormIsReadAsItsPath) {
  EXPECT_THAT(ParseTarget("http://localhost:8686/v1/shards?digest=true")->segments, ElementsAre("v1", "shards"));
  EXPECT_THAT(ParseTarget("http://localhost")->segments, ElementsAre(""));
}

TEST(TargetTest, AnyUtf8ComesThroughEncodedAndBack) {
  const std::vector<std::string> ids = {"Zürich/7", "株式会社", "a%2F", "~-._", "😀 ?&=#+", std::string("nul\0!", 5)};
  for (const std::string& id : ids) {
    const auto target = ParseTarget("/" + PercentEncode(id) + "?x=" + PercentEncode(id));
    ASSERT_TRUE(target.ok());
    EXPECT_THAT(target->segments, ElementsAre(id));
    EXPECT_THAT(target->parameters, ElementsAre(Pair("x", id)));
  }
}

TEST(TargetTest, BrokenEscapesAndBytesAreRefused) {
  for (const char* target : {"/%", "/%4", "/%zz", "/a?x=%f", "/%ff", "/%C0%AF", "/%ED%A0%80", "*", "", "v1"}) {
    EXPECT_EQ(ParseTarget(target).status().code(), StatusCode::kInvalidArgument) << target;
  }
}

}  // namespace
}  // namespace kontor
