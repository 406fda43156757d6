#include "tools/kontor/auth_token.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace kontor {
namespace {

using ::testing::HasSubstr;

class AuthTokenTest : public ::testing::Test {
 protected:
  void Write(const std::string& text, mode_t mode = 0600) {
    std::ofstream(path_) << text;
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
  }
  Result<std::string> Read() { return ReadAuthToken(path_); }

  const std::string path_ =
      ::testing::TempDir() + "kontor_auth_token_" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
  void TearDown() override { std::filesystem::remove_all(path_); }
};

TEST_F(AuthTokenTest, TokenIsTheFilesOneLine) {
  Write("s3cret-token\n");
  EXPECT_EQ(*Read(), "s3cret-token");
}

TEST_F(AuthTokenTest, MissingFileSaysHowToMakeOne) {
  const Status status = Read().status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_THAT(std::string(Text(status)), HasSubstr("openssl rand"));
}

TEST_F(AuthTokenTest, FileThatOthersMayReadIsRefused) {
  for (const mode_t mode : {0640U, 0604U, 0644U, 0620U, 0666U}) {
    Write("s3cret-token", mode);
    const Status status = Read().status();
    EXPECT_EQ(status.code(), StatusCode::kPermissionDenied);
    EXPECT_THAT(std::string(Text(status)), HasSubstr("chmod 600"));
    EXPECT_THAT(std::string(Text(status)), ::testing::Not(HasSubstr("s3cret")));
  }
}

TEST_F(AuthTokenTest, WhatIsNoTokenIsRefused) {
  for (const std::string& text : {std::string(), std::string("\n"), std::string("two words"), std::string("a\nb"),
                                  std::string("caf\xC3\xA9"), std::string(5000, 'x')}) {
    Write(text);
    EXPECT_EQ(Read().status().code(), StatusCode::kInvalidArgument);
    std::filesystem::remove(path_);
  }
}

TEST_F(AuthTokenTest, FolderIsNoToken) {
  std::filesystem::create_directory(path_);
  EXPECT_EQ(Read().status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace kontor
