#include "engine/server/page_token.h"

#include <gtest/gtest.h>

namespace kontor {
namespace {

std::string Question(std::string_view target) { return QuestionOf(*ParseTarget(target)); }

TEST(PageTokenTest, WhatIsSealedOpensForItsQuestion) {
  for (const std::string& token : {std::string("a/7"), std::string("\0\xff\n", 3), std::string(300, 'x')}) {
    const std::string sealed = SealToken(token, "q");
    EXPECT_EQ(sealed.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(*OpenToken(sealed, "q"), token);
    EXPECT_FALSE(OpenToken(sealed, "r").ok());
  }
  EXPECT_EQ(SealToken("", "q"), "");
  EXPECT_EQ(*OpenToken("", "q"), "");
}

TEST(PageTokenTest, WhatIsNoTokenIsRefused) {
  const std::string sealed = SealToken("a7", "q");
  for (const std::string& token : {std::string("x"), sealed.substr(0, 16), sealed.substr(0, sealed.size() - 1),
                                   sealed + "zz", "0" + sealed.substr(1) + "0"}) {
    EXPECT_EQ(OpenToken(token, "q").status().code(), StatusCode::kInvalidArgument) << token;
  }
}

TEST(PageTokenTest, QuestionIsThePathAndWhatDecidesTheRows) {
  EXPECT_EQ(Question("/v1/accounts?text=a&segment=b"), Question("/v1/accounts?segment=b&page_size=7&text=a"));
  EXPECT_EQ(Question("/v1/accounts?fields=basis&page_token=x&wait_for=y"), Question("/v1/accounts"));
  EXPECT_NE(Question("/v1/accounts?segment=a"), Question("/v1/accounts?segment=b"));
  EXPECT_NE(Question("/v1/accounts?segment=a"), Question("/v1/records?segment=a"));
  EXPECT_NE(Question("/v1/accounts?segment=a%26text%3Db"), Question("/v1/accounts?segment=a&text=b"));
}

}  // namespace
}  // namespace kontor
