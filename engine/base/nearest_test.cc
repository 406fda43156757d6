#include "engine/base/nearest.h"

#include <gtest/gtest.h>

namespace kontor {
namespace {

TEST(NearestTest, FindsWhatWasMeant) {
  const std::vector<std::string> commands = {"serve", "accounts", "account", "timeline", "portfolio", "shards"};
  EXPECT_EQ(Nearest("acounts", commands), "accounts");
  EXPECT_EQ(Nearest("acount", commands), "account");
  EXPECT_EQ(Nearest("sevre", commands), "serve");  // swapped
  EXPECT_EQ(Nearest("Portfolio", commands), "portfolio");
  EXPECT_EQ(Nearest("timelines", commands), "timeline");
}

TEST(NearestTest, SaysNothingWhereNothingIsNear) {
  EXPECT_EQ(Nearest("explode", {"serve", "accounts"}), "");
  EXPECT_EQ(Nearest("x", {"ab"}), "");
  EXPECT_EQ(Nearest("", {"a"}), "");
  EXPECT_EQ(Nearest("serve", {}), "");
}

}  // namespace
}  // namespace kontor
