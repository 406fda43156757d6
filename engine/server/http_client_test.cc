#include "engine/server/http_client.h"

#include <gmock/gmock.h>

#include <string>
#include <utility>

#include "engine/server/http_server_fixture.h"

namespace kontor {
namespace {

using ::testing::HasSubstr;

class HttpClientTest : public HttpServerTest {
 protected:
  HttpClient Client(std::string token = "") {
    HttpClientOptions options;
    options.url = fmt::format("http://127.0.0.1:{}", port());
    options.auth_token = std::move(token);
    return *HttpClient::Open(options);
  }
};

TEST_F(HttpClientTest, AnswersComeAsTheServerGaveThem) {
  Start();
  HttpClient client = Client();
  EXPECT_EQ(*client.Get("/v1/shards"), R"({"clusterId":"c1"})");
  EXPECT_EQ(*client.Get("/healthz"), R"({"status":"SERVING"})");
}

TEST_F(HttpClientTest, RefusalsKeepCodeAndWords) {
  Start();
  const Status status = Client().Get("/v1/accounts?page_size=0").status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(Text(status)), HasSubstr("page_size"));
}

TEST_F(HttpClientTest, TokenIsShown) {
  options_.auth_token = "s3cret";
  Start();
  const Status without = Client().Get("/v1/shards").status();
  EXPECT_EQ(without.code(), StatusCode::kUnauthenticated);
  EXPECT_THAT(std::string(Text(without)), HasSubstr("asks for a token; name its file with --auth-token-file FILE"));
  const Status with_another = Client("guess").Get("/v1/shards").status();
  EXPECT_EQ(with_another.code(), StatusCode::kUnauthenticated);
  EXPECT_THAT(std::string(Text(with_another)), HasSubstr("asks for another token; name the file"));
  EXPECT_TRUE(Client("s3cret").Get("/v1/shards").ok());
}

TEST_F(HttpClientTest, ConnectsAgainWhereTheServerClosed) {
  options_.connections_max = 1;
  options_.streams_max = 0;
  Start();
  HttpClient client = Client();
  ASSERT_TRUE(client.Get("/v1/shards").ok());
  EXPECT_EQ(RawClient(port()).Ask(Get("/healthz")).code, 200);  // the client's connection makes way
  EXPECT_TRUE(client.Get("/v1/shards").ok());
}

TEST_F(HttpClientTest, NobodyThereIsSaidWithWhatToDo) {
  Start();
  HttpClient client = Client();
  server_.reset();
  const Status status = client.Get("/v1/shards").status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(Text(status)), HasSubstr("kontor serve"));
}

TEST_F(HttpClientTest, OtherUrlsAreRefused) {
  for (const char* url : {"https://localhost:8686", "localhost:8686", "http://", "http://host/path", "http://:80",
                          "http://host:", "http://user@host", ""}) {
    HttpClientOptions options;
    options.url = url;
    EXPECT_EQ(HttpClient::Open(options).status().code(), StatusCode::kInvalidArgument) << url;
  }
}

}  // namespace
}  // namespace kontor
