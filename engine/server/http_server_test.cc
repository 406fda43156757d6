// The wire, over real sockets on loopback: what a client may send, in which pieces, and what it gets. What the paths
// answer is told in http_api_test.cc, streams and waits in
// http_stream_test.cc.

#include "engine/server/http_server.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <future>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "engine/server/http_server_fixture.h"
#include "engine/server/routes.h"

namespace kontor {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

TEST_F(HttpServerTest, AnswersInJson) {
  Start();
  const Reply reply = RawClient(port()).Ask(Get("/v1/shards"));
  EXPECT_EQ(reply.code, 200);
  EXPECT_EQ(reply.headers.at("Content-Type"), "application/json");
  EXPECT_EQ(reply.body, R"({"clusterId":"c1"})");
}

TEST_F(HttpServerTest, CountsWhatItAnswersByRouteAndClassOfCode) {
  options_.metrics = [](const HttpTraffic& traffic) {
    const auto count = [&](size_t route, size_t code_class) {
      uint64_t all = 0;
      for (const uint64_t in_range : traffic.Read(route, code_class).counts) all += in_range;
      return all;
    };
    const auto paths = RoutePaths();
    const size_t shards = std::find(paths.begin(), paths.end(), "/v1/shards") - paths.begin();
    return fmt::format("{} {} {}, {} connected", count(shards, 1), count(shards, 3), count(paths.size(), 3),
                       traffic.connections());
  };
  Start();
  RawClient client(port());
  client.Ask(Get("/v1/shards"));
  client.Ask(Get("/v1/shards"));
  client.Ask(Get("/v1/shards?no=1"));
  client.Ask(Get("/no/such/path"));
  const Reply reply = client.Ask(Get("/metrics"));
  EXPECT_EQ(reply.headers.at("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(reply.body, "2 1 1, 1 connected");
}

TEST_F(HttpServerTest, MetricsNeedTheTokenWhereOneIsSet) {
  options_.auth_token = "secret";
  options_.metrics = [](const HttpTraffic&) { return "text"; };
  Start();
  EXPECT_EQ(RawClient(port()).Ask(Get("/metrics")).code, 401);
  EXPECT_EQ(RawClient(port()).Ask(Get("/metrics", "Authorization: Bearer secret\r\n")).body, "text");
}

TEST_F(HttpServerTest, ConnectionCarriesManyRequests) {
  Start();
  RawClient client(port());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.Ask(Get("/v1/shards")).code, 200);
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  Start();
  RawClient client(port());
  client.Send(Get("/v1/shards") + Get("/no/such") + Get("/healthz") + Get("/v1/accounts"));
  EXPECT_EQ(client.Receive().body, R"({"clusterId":"c1"})");
  EXPECT_EQ(client.Receive().code, 404);
  EXPECT_EQ(client.Receive().body, R"({"status":"SERVING"})");
  EXPECT_THAT(client.Receive().body, HasSubstr("a1"));
}

TEST_F(HttpServerTest, RequestInSinglesBytesIsARequest) {
  Start();
  RawClient client(port());
  for (const char byte : Get("/v1/shards")) client.Send(std::string_view(&byte, 1));
  EXPECT_EQ(client.Receive().code, 200);
}

TEST_F(HttpServerTest, HeadHasTheHeadersOfGetAndNoBody) {
  Start();
  RawClient client(port());
  client.Send("HEAD /v1/shards HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const Reply head = client.Receive(/*head=*/true);
  EXPECT_EQ(head.code, 200);
  EXPECT_EQ(head.headers.at("Content-Length"), "18");
  EXPECT_EQ(client.Ask(Get("/v1/shards")).body.size(), 18U);  // nothing of a body came before it
}

TEST_F(HttpServerTest, HeadThatIsRefusedHasNoBodyEither) {
  Start();
  for (const auto& [code, header] : {std::pair(413, "Content-Length: 1048576"), std::pair(400, "Content-Length: x")}) {
    RawClient client(port());
    client.Send(fmt::format("HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n{}\r\n\r\n", header));
    EXPECT_EQ(client.Receive(/*head=*/true).code, code);
    EXPECT_TRUE(client.Ended()) << header;
  }
}

TEST_F(HttpServerTest, ConnectionEndsWhereTheClientAsksForIt) {
  Start();
  RawClient client(port());
  const Reply reply = client.Ask(Get("/v1/shards", "Connection: close\r\n"));
  EXPECT_EQ(reply.headers.at("Connection"), "close");
  EXPECT_TRUE(client.Ended());

  RawClient old(port());
  EXPECT_EQ(old.Ask("GET /v1/shards HTTP/1.0\r\n\r\n").code, 200);
  EXPECT_TRUE(old.Ended());
}

TEST_F(HttpServerTest, OtherMethodsGetTheOnesThatAreAllowed) {
  Start();
  RawClient client(port());
  const Reply reply =
      client.Ask("POST /v1/accounts HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello" + Get("/healthz"));
  EXPECT_EQ(reply.code, 405);
  EXPECT_EQ(reply.headers.at("Allow"), "GET, HEAD");
  EXPECT_EQ(client.Receive().code, 200);  // the body was read, so the connection goes on
}

TEST_F(HttpServerTest, WhoWaitsToSendABodyGetsTheAnswerInstead) {
  Start();
  RawClient client(port());
  const Reply reply =
      client.Ask("POST /v1/accounts HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(reply.code, 405);
  EXPECT_EQ(reply.headers.at("Connection"), "close");
}

TEST_F(HttpServerTest, WhatIsNotHttpIsRefused) {
  Start();
  for (const char* bytes :
       {"hello\r\n\r\n", "GET /healthz\r\n\r\n", "GET /healthz HTTP/9.9\r\n\r\n", "GET  /healthz HTTP/1.1\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nbad header\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    RawClient client(port());
    EXPECT_EQ(client.Ask(bytes).code, 400) << bytes;
    EXPECT_TRUE(client.Ended());
  }
}

TEST_F(HttpServerTest, HugeHeaderIsRefused) {
  options_.header_bytes_max = 2'000;
  Start();
  RawClient client(port());
  const Reply reply = client.Ask(Get("/healthz", "X-Filler: " + std::string(1 << 20, 'x') + "\r\n"));
  EXPECT_EQ(reply.code, 431);
  EXPECT_THAT(reply.body, HasSubstr("2000 bytes"));
}

TEST_F(HttpServerTest, HugeBodyIsRefused) {
  options_.body_bytes_max = 1'000;
  Start();
  RawClient client(port());
  EXPECT_EQ(client
                .Ask("POST /v1/accounts HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048576\r\n\r\n" +
                     std::string(1 << 20, 'x'))
                .code,
            413);
  RawClient chunked(port());
  EXPECT_EQ(chunked
                .Ask("POST /v1/accounts HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n" +
                     std::string(0x800, 'x') + "\r\n0\r\n\r\n")
                .code,
            413);
}

// A proxy that takes them for a part of the body would let them through unseen.
TEST_F(HttpServerTest, NothingBehindABodyThatIsNotWholeIsARequest) {
  options_.body_bytes_max = 10;
  Start();
  const auto begun = [](std::string_view version, std::string_view headers) {
    return fmt::format("POST /v1/accounts HTTP/{}\r\nHost: localhost\r\n{}\r\n", version, headers);
  };
  const std::string chunked = begun("1.1", "Transfer-Encoding: chunked\r\n");
  for (const auto& [code, bytes] : {
           std::pair(400, chunked + "5\r\nhelloXX"),
           std::pair(400, chunked + "x\r\n"),
           std::pair(413, chunked + "a\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n"),
           std::pair(413, begun("1.1", "Content-Length: 11\r\n")),
           std::pair(405, begun("1.1", "Content-Length: 5\r\nExpect: 100-continue\r\n")),
           std::pair(400, begun("1.1", "Transfer-Encoding: gzip\r\n")),
           std::pair(400, begun("1.1", "Transfer-Encoding: chunked, gzip\r\n")),
           std::pair(400, begun("1.0", "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n"),
           std::pair(403, std::string("POST /v1/accounts HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 5\r\n\r\n")),
       }) {
    RawClient client(port());
    const Reply reply = client.Ask(bytes + Get("/v1/version"));
    EXPECT_EQ(reply.code, code) << bytes;
    EXPECT_EQ(reply.headers.count("Connection"), 1U) << bytes;
    EXPECT_TRUE(client.Ended()) << bytes;
  }
}

// What was read whole is not in the way of the next, whatever the answer.
TEST_F(HttpServerTest, BehindAWholeBodyIsTheNextRequest) {
  options_.auth_token = "s3cret";
  Start();
  RawClient client(port());
  for (const auto& [code, path] :
       {std::pair(401, "/v1/accounts"), std::pair(401, "/no/such"), std::pair(405, "/healthz")}) {
    for (const char* body : {"Content-Length: 5\r\n\r\nhello",
                             "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nTrailer: 1\r\n\r\n"}) {
      EXPECT_EQ(client.Ask(fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\n{}", path, body)).code, code) << path;
    }
  }
  EXPECT_EQ(client.Ask(Get("/healthz")).code, 200);
}

TEST_F(HttpServerTest, HalfARequestThenTheEndHarmsNobody) {
  Start();
  {
    RawClient client(port());
    client.Send("GET /v1/shards HTTP/1.1\r\nHo");
    client.Finish();
    EXPECT_TRUE(client.Ended());
  }
  RawClient(port()).Send("GET /v1");
  EXPECT_EQ(RawClient(port()).Ask(Get("/v1/shards")).code, 200);
}

TEST_F(HttpServerTest, ClientThatSendsNoMoreStillGetsItsAnswers) {
  Start();
  RawClient client(port());
  client.Send(Get("/v1/shards") + Get("/healthz"));
  client.Finish();
  EXPECT_EQ(client.Receive().code, 200);
  EXPECT_EQ(client.Receive().code, 200);
  EXPECT_TRUE(client.Ended());
}

TEST_F(HttpServerTest, ClientThatLeavesBeforeItsAnswerHarmsNobody) {
  std::promise<void> asked;
  std::promise<void> left;
  queries_.BeforeNext([&] {
    asked.set_value();
    left.get_future().wait();
  });
  options_.threads = 1;
  Start();
  {
    RawClient client(port());
    client.Send(Get("/v1/shards"));
    asked.get_future().wait();
  }
  left.set_value();
  EXPECT_EQ(RawClient(port()).Ask(Get("/v1/shards")).code, 200);
}

TEST_F(HttpServerTest, SlowRequestIsCutOffAndOthersGoOn) {
  options_.request_time_max = milliseconds(50);
  Start();
  RawClient slow(port());
  slow.Send("GET /v1/shards HTTP/1.1\r\n");
  RawClient quick(port());
  EXPECT_EQ(quick.Ask(Get("/v1/shards")).code, 200);
  while (slow.Send("X-More: 1\r\n") && !slow.Ended()) {
  }
  EXPECT_TRUE(slow.Ended());
  EXPECT_EQ(quick.Ask(Get("/v1/shards")).code, 200);
}

TEST_F(HttpServerTest, IdleConnectionIsClosed) {
  options_.idle_time_max = milliseconds(20);
  Start();
  RawClient silent(port());
  EXPECT_TRUE(silent.Ended());
  RawClient asked_once(port());
  EXPECT_EQ(asked_once.Ask(Get("/healthz")).code, 200);
  EXPECT_TRUE(asked_once.Ended());
}

TEST_F(HttpServerTest, ReaderThatTakesNoAnswersIsCutOff) {
  options_.send_time_max = milliseconds(50);
  queries_.portfolio.mutable_basis()->set_reporting_zone(std::string(60 << 10, 'x'));
  Start();
  RawClient stuck(port());
  std::string many;  // answers of more than the kernel keeps for a client that does not read
  for (int i = 0; i < 500; ++i) many += Get("/v1/portfolio");
  stuck.Send(many);
  EXPECT_EQ(RawClient(port()).Ask(Get("/v1/shards")).code, 200);
  EXPECT_TRUE(server_->Stop(seconds(60)));  // true only where no answer is still on its way
}

TEST_F(HttpServerTest, SlowQueryHoldsUpNobodyElse) {
  HeldQuery query(&queries_);
  options_.threads = 2;
  Start();
  RawClient slow(port());
  slow.Send(Get("/v1/accounts"));
  query.WaitUntilAsked();
  EXPECT_EQ(RawClient(port()).Ask(Get("/v1/shards")).code, 200);
  query.GoOn();
  EXPECT_EQ(slow.Receive().code, 200);
}

TEST_F(HttpServerTest, AnswerThatTakesTooLongIsAnError) {
  std::promise<void> go_on;
  queries_.BeforeNext([&] { go_on.get_future().wait(); });
  options_.answer_time_max = milliseconds(20);
  Start();
  RawClient client(port());
  const Reply reply = client.Ask(Get("/v1/accounts"));
  EXPECT_EQ(reply.code, 504);
  EXPECT_TRUE(client.Ended());
  go_on.set_value();
}

TEST_F(HttpServerTest, LongestIdleConnectionMakesWay) {
  options_.connections_max = 2;
  options_.streams_max = 1;
  Start();
  RawClient first(port());
  EXPECT_EQ(first.Ask(Get("/healthz")).code, 200);
  RawClient second(port());
  EXPECT_EQ(second.Ask(Get("/healthz")).code, 200);
  RawClient third(port());
  EXPECT_EQ(third.Ask(Get("/healthz")).code, 200);
  EXPECT_TRUE(first.Ended());
  EXPECT_EQ(second.Ask(Get("/healthz")).code, 200);
}

TEST_F(HttpServerTest, WhereAllConnectionsAreBusyNewcomersWait) {
  options_.connections_max = 1;
  options_.streams_max = 0;
  options_.metrics = [](const HttpTraffic& traffic) { return fmt::format("{} connected", traffic.connections()); };
  Start();
  RawClient busy(port());
  // The half of a request is read with the whole one before it, so this connection is not idle from here on.
  EXPECT_EQ(busy.Ask(Get("/healthz") + "GET /met").code, 200);
  std::list<RawClient> newcomers;
  for (int i = 0; i < 3; ++i) newcomers.emplace_back(port()).Send(Get("/metrics"));
  EXPECT_EQ(busy.Ask("rics HTTP/1.1\r\nHost: localhost\r\n\r\n").body, "1 connected");
  for (RawClient& newcomer : newcomers) EXPECT_EQ(newcomer.Receive().body, "1 connected");
  EXPECT_TRUE(busy.Ended());
}

TEST_F(HttpServerTest, OnlyTheTokenOpens) {
  options_.auth_token = "s3cret";
  Start();
  RawClient client(port());
  const Reply refused = client.Ask(Get("/v1/shards"));
  EXPECT_EQ(refused.code, 401);
  EXPECT_EQ(refused.headers.at("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(client.Ask(Get("/v1/shards", "Authorization: Bearer guess\r\n")).code, 401);
  EXPECT_EQ(client.Ask(Get("/v1/shards", "Authorization: Bearer s3cret\r\n")).code, 200);
  EXPECT_EQ(client.Ask(Get("/healthz")).code, 200);
}

TEST_F(HttpServerTest, WithoutATokenOnlyLoopbackNamesAreAnswered) {
  Start();
  for (const char* host : {"localhost", "LOCALHOST:1", "127.0.0.1:8686", "127.1.2.3", "[::1]:8686", "[::1]"}) {
    const std::string request = fmt::format("GET /v1/shards HTTP/1.1\r\nHost: {}\r\n\r\n", host);
    EXPECT_EQ(RawClient(port()).Ask(request).code, 200) << host;
  }
  for (const char* host :
       {"evil.example", "localhost.evil.example", "192.0.2.1", "127.0.0.1.evil.example", "[::2]", "", "[", "["}) {
    const std::string request = fmt::format("GET /v1/shards HTTP/1.1\r\nHost: {}\r\n\r\n", host);
    EXPECT_EQ(RawClient(port()).Ask(request).code, 403) << host;
  }
  EXPECT_EQ(RawClient(port()).Ask("GET /healthz HTTP/1.1\r\n\r\n").code, 400);
  EXPECT_EQ(RawClient(port()).Ask("GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n").code, 400);
}

TEST_F(HttpServerTest, ListeningBeyondThisMachineNeedsAToken) {
  for (const char* listen : {"0.0.0.0:0", "[::]:0"}) {
    options_.listen = listen;
    options_.auth_token = "";
    const auto refused = HttpServer::Start(options_, {}, &queries_, &feed_);
    EXPECT_EQ(refused.status().code(), StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(Text(refused.status())), HasSubstr("--auth-token-file"));
  }
  options_.listen = "0.0.0.0:0";
  options_.auth_token = "s3cret";
  Start();
  EXPECT_EQ(RawClient(port()).Ask(Get("/v1/shards", "Authorization: Bearer s3cret\r\n")).code, 200);
}

TEST_F(HttpServerTest, WrongAddressesAreRefused) {
  for (const char* listen : {"", "8686", ":8686", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "::1:80",
                             "127.0.0.1:-1", "127.0.0.1:80 ", "no-such-host.invalid:80"}) {
    options_.listen = listen;
    EXPECT_EQ(HttpServer::Start(options_, {}, &queries_, &feed_).status().code(), StatusCode::kInvalidArgument)
        << listen;
  }
}

TEST_F(HttpServerTest, TakenPortIsSaid) {
  Start();
  options_.listen = fmt::format("127.0.0.1:{}", port());
  const auto second = HttpServer::Start(options_, {}, &queries_, &feed_);
  EXPECT_EQ(second.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(Text(second.status())), HasSubstr(options_.listen));
}

TEST_F(HttpServerTest, WhatTheReaderHasIsNotSentAgain) {
  Start();
  RawClient client(port());
  const Reply first = client.Ask(Get("/v1/accounts"));
  EXPECT_EQ(first.headers.at("Cache-Control"), "private, no-cache");
  const std::string etag = first.headers.at("ETag");
  client.Send(Get("/v1/accounts", "If-None-Match: " + etag + "\r\n"));
  const Reply again = client.Receive(/*head=*/true);
  EXPECT_EQ(again.code, 304);
  EXPECT_EQ(again.headers.at("ETag"), etag);
  EXPECT_EQ(again.headers.count("Content-Type"), 0U);
  EXPECT_EQ(client.Ask(Get("/v1/accounts", "If-None-Match: \"x\"\r\n")).code, 200);
  EXPECT_EQ(client.Ask(Get("/v1/shards")).headers.at("Cache-Control"), "no-store");
}

TEST_F(HttpServerTest, StopLetsRunningAnswersFinish) {
  HeldQuery query(&queries_);
  Start();
  RawClient idle(port());
  EXPECT_EQ(idle.Ask(Get("/healthz")).code, 200);
  RawClient running(port());
  running.Send(Get("/v1/accounts"));
  query.WaitUntilAsked();

  auto stopped = std::async(std::launch::async, [&] { return server_->Stop(seconds(60)); });
  EXPECT_TRUE(idle.Ended());  // so it stops
  query.GoOn();
  const Reply reply = running.Receive();
  EXPECT_EQ(reply.code, 200);
  EXPECT_EQ(reply.headers.at("Connection"), "close");
  running.Hang();
  EXPECT_TRUE(stopped.get());
}

TEST_F(HttpServerTest, StopClosesWhatIsNotDoneByTheDeadline) {
  HeldQuery query(&queries_);
  Start();
  RawClient running(port());
  running.Send(Get("/v1/accounts"));
  query.WaitUntilAsked();
  EXPECT_FALSE(server_->Stop(milliseconds(0)));
  EXPECT_TRUE(running.Ended());
  query.GoOn();
}

TEST_F(HttpServerTest, ManyClientsAtOnceAllGetTheirOwnAnswers) {
  for (int i = 0; i < 8; ++i) {
    const std::string id = fmt::format("a{}", i);
    queries_.accounts[id].mutable_profile()->set_account_id(id);
  }
  Start();
  std::vector<std::thread> clients;
  clients.reserve(8);
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&, i] {
      RawClient client(port());
      for (int round = 0; round < 50; ++round) {
        const Reply reply = client.Ask(Get(fmt::format("/v1/accounts/a{}", i)));
        EXPECT_EQ(reply.body, fmt::format(R"({{"profile":{{"accountId":"a{}"}}}})", i));
      }
    });
  }
  for (std::thread& client : clients) client.join();
}

}  // namespace
}  // namespace kontor
