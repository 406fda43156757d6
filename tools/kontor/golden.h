// What a test's output should be, in a file beside it. KONTOR_UPDATE_GOLDEN=1 writes the files instead.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace kontor {

inline void ExpectGolden(const std::string& text, const std::string& name) {
  const std::string path = "tools/kontor/golden/" + name;
  if (std::getenv("KONTOR_UPDATE_GOLDEN") != nullptr) {  // NOLINT(concurrency-mt-unsafe): one thread
    std::ofstream(path, std::ios::binary) << text;
  }
  std::ifstream file(path, std::ios::binary);
  std::stringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(text, expected.str()) << name;
}

}  // namespace kontor
