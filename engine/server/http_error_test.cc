#include "engine/server/http_error.h"

#include <gmock/gmock.h>

#include "engine/server/json.h"
#include "kontor/api/v1/api.pb.h"

namespace kontor {
namespace {

TEST(HttpErrorTest, NamedParameterStandsInTheDetails) {
  api::v1::ErrorStatus error;
  ASSERT_TRUE(AnswerFromJson(ErrorJson(InvalidArgument("page_size: must be 1 to 1000, not '0'")), &error).ok());
  EXPECT_EQ(error.code(), 3);
  EXPECT_EQ(error.message(), "page_size: must be 1 to 1000, not '0'");
  ASSERT_EQ(error.details_size(), 1);
  EXPECT_EQ(error.details(0).field(), "page_size");
  EXPECT_EQ(error.details(0).description(), "must be 1 to 1000, not '0'");
}

TEST(HttpErrorTest, OtherMessagesHaveNoDetails) {
  for (const Status& status : {InvalidArgument("no colon here"), InvalidArgument("Two words: here"),
                               InvalidArgument(": nothing before"), NotFound("account: a1")}) {
    api::v1::ErrorStatus error;
    ASSERT_TRUE(AnswerFromJson(ErrorJson(status), &error).ok());
    EXPECT_EQ(error.details_size(), 0) << status;
  }
}

TEST(HttpErrorTest, StatusComesBackFromItsBody) {
  for (int code = 1; code <= 16; ++code) {
    const Status status = MakeStatus(static_cast<StatusCode>(code), "what: \"where\"");
    EXPECT_EQ(StatusOfError(HttpCodeOf(status.code()), ErrorJson(status)), status);
  }
}

TEST(HttpErrorTest, ForeignBodiesTellTheHttpCode) {
  for (const char* body : {"<html>Bad Gateway</html>", "", "{}", "{\"code\":99}", "[]"}) {
    const Status status = StatusOfError(502, body);
    EXPECT_EQ(status.code(), StatusCode::kUnavailable);
    EXPECT_THAT(std::string(Text(status)), ::testing::HasSubstr("502"));
  }
}

}  // namespace
}  // namespace kontor
