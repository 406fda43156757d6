#include "engine/server/authorization.h"

#include <gtest/gtest.h>

namespace kontor {
namespace {

TEST(AuthorizationTest, OnlyTheTokenShowsTheToken) {
  EXPECT_TRUE(ShowsToken("Bearer abc", "abc"));
  EXPECT_TRUE(ShowsToken("bEARER abc", "abc"));
  for (const char* header : {"", "abc", "Bearer", "Bearer ", "Bearer ab", "Bearer abcd", "Bearer ABC", "Basic abc",
                             "Bearer  abc", "Bearerabc"}) {
    EXPECT_FALSE(ShowsToken(header, "abc")) << header;
  }
}

}  // namespace
}  // namespace kontor
