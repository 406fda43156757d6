#include "engine/base/sha256.h"

#include <gtest/gtest.h>

#include <string>

namespace kontor {
namespace {

// FIPS 180-2's own examples.
TEST(Sha256Test, GivesTheStandardsExamples) {
  EXPECT_EQ(HexText(Sha256::Of("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(HexText(Sha256::Of("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HexText(Sha256::Of(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, PartsGiveTheHashOfTheWholeAndFinishBeginsAnew) {
  Sha256 hash;
  for (int round = 0; round < 2; ++round) {
    hash.Update("a");
    hash.Update("");
    hash.Update("bc");
    EXPECT_EQ(hash.Finish(), Sha256::Of("abc"));
  }
}

}  // namespace
}  // namespace kontor
