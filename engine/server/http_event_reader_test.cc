#include "engine/server/http_event_reader.h"

#include <gmock/gmock.h>

#include <thread>

#include "engine/server/http_server_fixture.h"

namespace kontor {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;

TEST(ServerEventParserTest, EventsComeWholeHoweverTheTextIsCut) {
  const std::string text =
      ": nothing new\n\nid: t/0@1\nevent: reset\ndata: {}\n\nevent: changed\r\ndata: a\r\ndata: b\r\n\r\nid: 3\n\n";
  for (size_t piece = 1; piece <= text.size(); ++piece) {
    ServerEventParser parser;
    std::vector<ServerEvent> events;
    for (size_t at = 0; at < text.size(); at += piece) {
      parser.Add(text.substr(at, piece));
      while (auto event = parser.Next()) events.push_back(*event);
    }
    ASSERT_EQ(events.size(), 2U) << piece;
    EXPECT_EQ(events[0].id, "t/0@1");
    EXPECT_EQ(events[0].event, "reset");
    EXPECT_EQ(events[0].data, "{}");
    EXPECT_EQ(events[1].id, "t/0@1");  // an id holds until there is another
    EXPECT_EQ(events[1].event, "changed");
    EXPECT_EQ(events[1].data, "a\nb");
  }
}

class HttpEventReaderTest : public HttpServerTest {
 protected:
  HttpEventReaderTest() { options_.stream_interval = milliseconds(1); }

  void Change(uint64_t position, const std::string& account) {
    const std::string_view id = account;
    feed_.Changed("t", Partition(0), {&id, 1}, Position(position));
  }
  std::unique_ptr<HttpEventReader> Reader() {
    HttpClientOptions options;
    options.url = fmt::format("http://127.0.0.1:{}", port());
    options.auth_token = token_;
    return *HttpEventReader::Make(options);
  }
  static ServerEvent Next(HttpEventReader* reader) {
    const auto event = reader->Next(minutes(1));
    EXPECT_TRUE(event.ok() && event->has_value()) << event.status();
    return event.ok() && event->has_value() ? **event : ServerEvent();
  }

  std::string token_;
};

TEST_F(HttpEventReaderTest, ReadsWhatChanges) {
  Start();
  auto reader = Reader();
  ASSERT_TRUE(reader->Open("/v1/stream", "").ok());
  EXPECT_EQ(Next(reader.get()).event, "reset");
  const auto none = reader->Next(milliseconds(0));
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->has_value());
  Change(1, "a1");
  const ServerEvent event = Next(reader.get());
  EXPECT_EQ(event.id, "t/0@1");
  EXPECT_EQ(event.event, "changed");
  EXPECT_THAT(event.data, HasSubstr("\"a1\""));
}

TEST_F(HttpEventReaderTest, GoesOnBehindAnId) {
  feed_.Came("t", Partition(0), Position(0));
  Start();
  auto reader = Reader();
  ASSERT_TRUE(reader->Open("/v1/stream", "").ok());
  Next(reader.get());
  Change(1, "a1");
  const std::string id = Next(reader.get()).id;
  Change(2, "a2");
  Next(reader.get());
  ASSERT_TRUE(reader->Open("/v1/stream", id).ok());  // with a read on its way
  EXPECT_THAT(Next(reader.get()).data, HasSubstr("\"a2\""));
}

TEST_F(HttpEventReaderTest, EndOfTheServerIsToldAndItsNextOneFound) {
  Start();
  auto reader = Reader();
  ASSERT_TRUE(reader->Open("/v1/stream", "").ok());
  Next(reader.get());
  server_->Stop(seconds(60));
  EXPECT_EQ(Next(reader.get()).event, "end");
  EXPECT_EQ(reader->Next(minutes(1)).status().code(), StatusCode::kUnavailable);
}

TEST_F(HttpEventReaderTest, RefusalsSayWhatToDo) {
  options_.auth_token = "s3cret";
  Start();
  const Status refused = Reader()->Open("/v1/stream", "");
  EXPECT_EQ(refused.code(), StatusCode::kUnauthenticated);
  EXPECT_THAT(std::string(Text(refused)), HasSubstr("--auth-token-file FILE"));
  token_ = "s3cret";
  EXPECT_TRUE(Reader()->Open("/v1/stream", "").ok());
}

TEST_F(HttpEventReaderTest, InterruptEndsAWait) {
  Start();
  auto reader = Reader();
  ASSERT_TRUE(reader->Open("/v1/stream", "").ok());
  Next(reader.get());
  std::thread other([&] { reader->Interrupt(); });
  EXPECT_EQ(reader->Next(minutes(1)).status().code(), StatusCode::kUnavailable);
  other.join();
  EXPECT_EQ(reader->Open("/v1/stream", "").code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace kontor
