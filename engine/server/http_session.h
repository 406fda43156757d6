// One connection: reads a request, has it answered, writes the answer, and so on, in the order of the requests.
//
//   idle ── first byte ──► receiving ── whole ──► answering ── query done ──► sending ──► idle
//     │                       │ malformed, too long    │ too slow                │ last answer
//     ▼                       └────────► sending ◄─────┘                         ▼
//   closed ◄──────────────────────────────────────────────────────────── lingering (drops what still comes)
//
// An answer that is a stream takes the connection over: answering ──► streaming ──► closed.
//
// A connection whose time is up while it is idle, receives, sends or lingers is closed without a word.
//
// Threads: all on the server's one input/output thread. What runs elsewhere (the query) gets copies.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/server/http_api.h"
#include "engine/server/http_server.h"
#include "engine/server/http_stream.h"

namespace kontor {

class HttpSession;

// What a session needs of its server.
class HttpSessionHost {
 public:
  using Answered = std::function<void(HttpAnswer)>;

  virtual const HttpServerOptions& options() const = 0;
  // Has the query run on the pool, unless it is past `until` when its turn comes; `done` is called on the session's
  // thread, or never.
  virtual void Run(HttpRequest request, std::chrono::steady_clock::time_point until, Answered done) = 0;
  virtual ChangeFeed* feed() = 0;
  // Takes one of the places for streams; false where there is none left.
  virtual bool BeginStream(HttpSession* session) = 0;
  virtual bool stopping() const = 0;
  virtual HttpTraffic& traffic() = 0;
  // The session waits for a request, or does so no longer.
  virtual void OnIdle(HttpSession* session, bool idle) = 0;
  // The last word of a session.
  virtual void OnClosed(HttpSession* session) = 0;

 protected:
  ~HttpSessionHost() = default;
};

class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  // The host outlives the session.
  HttpSession(boost::asio::ip::tcp::socket socket, HttpSessionHost* host);

  void Begin();
  // Closes the connection if it waits for a request; else after the answer.
  void Drain();
  void Close();
  // There may be changed accounts to tell. Requires: it streams.
  void WakeStream();

 private:
  enum class State { kIdle, kReceiving, kAnswering, kSending, kStreaming, kLingering, kClosed };

  void Enter(State next);
  void AwaitRequest();
  void ReceiveHeader();
  void ReceiveBody();
  void OnReceived(boost::beast::error_code error, bool header);
  void Dispatch();
  void Send(HttpAnswer answer);
  void Stream();
  void OnSent(boost::beast::error_code error);
  void Linger();
  // What is wrong with the request's head; an answer that ends the connection.
  std::optional<HttpAnswer> Refuse() const;

  boost::beast::tcp_stream stream_;
  boost::asio::steady_timer answer_timer_;
  HttpSessionHost* const host_;
  State state_ = State::kIdle;
  std::chrono::steady_clock::time_point began_;  // of the request: its first byte
  uint64_t requests_ = 0;                        // tells a late answer from the one waited for
  bool keep_alive_ = true;
  bool is_head_ = false;

  boost::beast::flat_buffer buffer_;
  std::unique_ptr<HttpStream> events_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  boost::beast::http::response<boost::beast::http::string_body> response_;
  std::optional<boost::beast::http::response_serializer<boost::beast::http::string_body>> serializer_;
};

}  // namespace kontor
