// What tests of the wire share: a client that sends just the bytes it is told to, and a server on a free port.
//
// Nothing here sleeps: every wait ends with an event (bytes, or the end of them).
#pragma once

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "engine/server/fake_queries.h"
#include "engine/server/http_server.h"

namespace kontor {

// Has the next query wait until the test lets it go on, or is over.
class HeldQuery {
 public:
  explicit HeldQuery(FakeQueries* queries) {
    // The query may outlast the test.
    queries->BeforeNext([asked = asked_, going_on = go_on_.get_future().share()] {
      asked->set_value();
      going_on.wait();
    });
  }
  void WaitUntilAsked() { asked_->get_future().wait(); }
  void GoOn() { go_on_.set_value(); }

 private:
  std::shared_ptr<std::promise<void>> asked_ = std::make_shared<std::promise<void>>();
  std::promise<void> go_on_;
};

struct Reply {
  int code = 0;  // 0: the connection ended before an answer
  std::map<std::string, std::string> headers;
  std::string body;
};

// A client that sends just the bytes it is told to.
class RawClient {
 public:
  explicit RawClient(uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience = {60, 0};  // that a broken server fails the test and does not hang it
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  ~RawClient() { Hang(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // False once the server takes no more.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  void Finish() { shutdown(fd_, SHUT_WR); }
  void Hang() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

  // The next answer; a HEAD's has no body.
  Reply Receive(bool head = false) {
    Reply reply;
    size_t end = std::string::npos;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!More()) return reply;
    }
    const std::string header = received_.substr(0, end + 2);
    received_.erase(0, end + 4);
    reply.code = std::stoi(header.substr(header.find(' ')));
    for (size_t line = header.find("\r\n") + 2; line < header.size(); line = header.find("\r\n", line) + 2) {
      const size_t colon = header.find(": ", line);
      reply.headers[header.substr(line, colon - line)] =
          header.substr(colon + 2, header.find("\r\n", line) - colon - 2);
    }
    const size_t size = head ? 0 : std::stoul(reply.headers.at("Content-Length"));
    while (received_.size() < size) {
      if (!More()) return {};
    }
    reply.body = received_.substr(0, size);
    received_.erase(0, size);
    return reply;
  }
  Reply Ask(std::string_view bytes) {
    Send(bytes);
    return Receive();
  }

  // What comes up to the mark, and the mark. Short of it where the connection ended before.
  std::string Until(std::string_view mark) {
    size_t at = 0;
    while ((at = received_.find(mark)) == std::string::npos) {
      if (!More()) return std::exchange(received_, "");
    }
    std::string text = received_.substr(0, at + mark.size());
    received_.erase(0, text.size());
    return text;
  }

  // Waits until the server ends the connection; whether it said nothing more before.
  bool Ended() {
    while (More()) {
    }
    return received_.empty();
  }

 private:
  bool More() {
    char bytes[4096];
    const ssize_t got = recv(fd_, bytes, sizeof(bytes), 0);
    EXPECT_FALSE(got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) << "the server said nothing for a minute";
    if (got > 0) received_.append(bytes, static_cast<size_t>(got));
    return got > 0;
  }

  int fd_;
  std::string received_;
};

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() {
    options_.listen = "127.0.0.1:0";
    queries_.readiness.set_ready(true);
    queries_.account_pages[""].add_accounts()->mutable_profile()->set_account_id("a1");
    queries_.shards.set_cluster_id("c1");
  }

  void Start() {
    auto server = HttpServer::Start(options_, {}, &queries_, &feed_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  uint16_t port() const { return server_->port(); }

  static std::string Get(std::string_view target, std::string_view headers = "") {
    return fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n{}\r\n", target, headers);
  }

  HttpServerOptions options_;
  FakeQueries queries_;
  ChangeFeed feed_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace kontor
