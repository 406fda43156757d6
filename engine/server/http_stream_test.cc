// What holds a connection without a thread, over real sockets: streams of changed accounts, and waits for a record.

#include "engine/server/http_stream.h"

#include <gmock/gmock.h>

#include <memory>
#include <thread>
#include <vector>

#include "engine/server/http_server_fixture.h"

namespace kontor {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

TEST_F(HttpServerTest, ReaderGetsWhatItWrote) {
  queries_.folded_after = 3;
  Start();
  EXPECT_EQ(RawClient(port()).Ask(Get("/v1/accounts?wait_for=kontor.events/0@7")).code, 200);
  EXPECT_EQ(queries_.folded_asked, 4);
}

TEST_F(HttpServerTest, WaitingEndsAtTheDeadlineAndHoldsUpNobody) {
  queries_.folded_after = 1'000'000'000;
  options_.threads = 1;
  options_.wait_time_max = milliseconds(30);
  Start();
  EXPECT_EQ(RawClient(port()).Ask(Get("/v1/accounts?wait_for=kontor.events/0@7")).code, 504);

  server_.reset();
  options_.wait_time_max = seconds(60);
  Start();
  std::vector<std::unique_ptr<RawClient>> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.push_back(std::make_unique<RawClient>(port()));
    waiting.back()->Send(Get("/v1/accounts?wait_for=kontor.events/0@7"));
  }
  EXPECT_EQ(RawClient(port()).Ask(Get("/v1/shards")).code, 200);
  queries_.folded_after = 0;
  for (const auto& client : waiting) EXPECT_EQ(client->Receive().code, 200);
}

class HttpStreamTest : public HttpServerTest {
 protected:
  HttpStreamTest() { options_.stream_interval = milliseconds(1); }

  void Change(uint64_t position, const std::string& account) {
    const std::string_view id = account;
    feed_.Changed("t", Partition(0), {&id, 1}, Position(position));
  }
};

TEST_F(HttpStreamTest, ChangedAccountsAreTold) {
  Change(5, "a0");
  Start();
  RawClient client(port());
  client.Send(Get("/v1/stream"));
  const std::string header = client.Until("\r\n\r\n");
  EXPECT_THAT(header, HasSubstr("200 OK"));
  EXPECT_THAT(header, HasSubstr("Content-Type: text/event-stream"));
  EXPECT_THAT(client.Until("\n\n"), HasSubstr("id: t/0@5\nevent: reset\n"));
  Change(6, "a1");
  EXPECT_EQ(client.Until("\n\n"),
            "id: t/0@6\nevent: changed\n"
            R"(data: {"accountIds":["a1"],"positions":[{"topic":"t","position":"6"}]})"
            "\n\n");
}

TEST_F(HttpStreamTest, ReaderComesBackWithTheLastIdItSaw) {
  Start();
  RawClient first(port());
  first.Send(Get("/v1/stream"));
  EXPECT_THAT(first.Until("\n\n"), HasSubstr("event: reset"));
  Change(1, "a1");
  EXPECT_THAT(first.Until("\n\n"), HasSubstr("id: t/0@1\nevent: changed"));
  Change(2, "a2");
  EXPECT_THAT(first.Until("\n\n"), HasSubstr("id: t/0@2\n"));
  first.Hang();
  RawClient again(port());
  again.Send(Get("/v1/stream", "Last-Event-ID: t/0@1\r\n"));
  again.Until("\r\n\r\n");
  EXPECT_THAT(again.Until("\n\n"), HasSubstr(R"(id: t/0@2)"));
  RawClient lost(port());
  lost.Send(Get("/v1/stream", "Last-Event-ID: t/0@9\r\n"));
  lost.Until("\r\n\r\n");
  EXPECT_THAT(lost.Until("\n\n"), HasSubstr("event: reset"));
}

TEST_F(HttpStreamTest, QuietStreamShowsThatItLives) {
  options_.heartbeat_interval = milliseconds(5);
  Start();
  RawClient client(port());
  client.Send(Get("/v1/stream"));
  client.Until("event: reset");
  EXPECT_THAT(client.Until(": nothing new\n\n"), HasSubstr(": nothing new"));
  EXPECT_THAT(client.Until(": nothing new\n\n"), HasSubstr(": nothing new"));
}

TEST_F(HttpStreamTest, StopTellsReaders) {
  Start();
  RawClient client(port());
  client.Send(Get("/v1/stream"));
  client.Until("event: reset");
  client.Until("\n\n");
  EXPECT_TRUE(server_->Stop(seconds(60)));
  EXPECT_EQ(client.Until("\n\n"), "event: end\ndata: {}\n\n");
  EXPECT_TRUE(client.Ended());
}

TEST_F(HttpStreamTest, StreamsAreBoundedAndHeadHoldsNone) {
  options_.streams_max = 1;
  Start();
  RawClient head(port());
  head.Send("HEAD /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(head.Receive(/*head=*/true).headers.at("Content-Type"), "text/event-stream");
  RawClient first(port());
  first.Send(Get("/v1/stream"));
  first.Until("event: reset");
  const Reply refused = RawClient(port()).Ask(Get("/v1/stream"));
  EXPECT_EQ(refused.code, 429);
  EXPECT_EQ(RawClient(port()).Ask(Get("/v1/shards")).code, 200);
  first.Hang();
  // The place is free as soon as the server has seen it.
  std::string answer;
  do {
    RawClient next(port());
    next.Send(Get("/v1/stream"));
    answer = next.Until("\r\n\r\n");
  } while (answer.find(" 429 ") != std::string::npos);
  EXPECT_THAT(answer, HasSubstr("200 OK"));
}

TEST_F(HttpStreamTest, ReaderThatTakesNoEventsIsDropped) {
  options_.streams_max = 1;
  options_.send_time_max = milliseconds(50);
  Start();
  RawClient stuck(port());
  stuck.Send(Get("/v1/stream"));
  stuck.Until("\r\n\r\n");  // the only place is its own
  // Events of more than the kernel keeps for a client that does not read, until its place is free.
  std::string answer;
  uint64_t position = 0;
  do {
    for (int i = 0; i < 20; ++i) {
      ++position;
      Change(position, std::to_string(position) + std::string(100 << 10, 'x'));
    }
    RawClient next(port());
    next.Send(Get("/v1/stream"));
    answer = next.Until("\r\n\r\n");
  } while (answer.find(" 429 ") != std::string::npos);
  EXPECT_THAT(answer, HasSubstr("200 OK"));
  while (feed_.figures().dropped == 0) std::this_thread::yield();  // its place was free a moment before it was gone
}

}  // namespace
}  // namespace kontor
