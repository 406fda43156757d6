// The changed accounts as server-sent events, on a connection that a session has handed over.
//
// The reader's place in the feed is all that is kept of it: the next event is taken when the one before was sent. A
// reader that takes too long over one, or that batches have gone past, is dropped; it may come back with
// Last-Event-ID. Where nothing changes a comment is sent from time to time, so that both sides see a dead connection.
//
// Ownership: borrows the connection and the feed. What runs on keeps `owner`, who has them both, alive.
// Threads:   the server's input/output thread.
#pragma once

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/query/change_feed.h"
#include "engine/server/http_server.h"

namespace kontor {

class HttpStream {
 public:
  // last_event_id: where to go on; empty: at the present. `close` closes the connection.
  HttpStream(boost::beast::tcp_stream* connection, ChangeFeed* feed, std::string_view last_event_id,
             const HttpServerOptions& options, std::function<void()> close);
  ~HttpStream();
  HttpStream(const HttpStream&) = delete;
  HttpStream& operator=(const HttpStream&) = delete;

  // Sends the header, and then what there is.
  void Begin(const std::shared_ptr<void>& owner, std::string header);
  // There may be something new.
  void Wake(const std::shared_ptr<void>& owner);
  // Tells the reader that no more comes, and closes.
  void End(const std::shared_ptr<void>& owner);
  // The connection is closed: nothing more is done.
  void Closed();

 private:
  void Send(const std::shared_ptr<void>& owner, std::shared_ptr<const std::string> text);
  void Watch(const std::shared_ptr<void>& owner);
  void AwaitHeartbeat(const std::shared_ptr<void>& owner);

  boost::beast::tcp_stream* connection_;
  ChangeFeed* const feed_;
  const HttpServerOptions& options_;
  const std::function<void()> close_;
  boost::asio::steady_timer heartbeat_;
  ChangeFeed::Cursor cursor_;
  bool sending_ = false;
  bool ending_ = false;
  bool ended_ = false;  // the last word is sent, or on its way
  bool closed_ = false;
  bool too_slow_ = false;
  std::array<char, 256> ignored_{};  // a reader of events has nothing to say
};

}  // namespace kontor
