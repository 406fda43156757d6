#include "engine/server/http_stream.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace kontor {
namespace {

namespace asio = boost::asio;
using boost::beast::error_code;

constexpr std::string_view kHeartbeat = ": nothing new\n\n";
constexpr std::string_view kEnd = "event: end\ndata: {}\n\n";

}  // namespace

HttpStream::HttpStream(boost::beast::tcp_stream* connection, ChangeFeed* feed, std::string_view last_event_id,
                       const HttpServerOptions& options, std::function<void()> close)
    : connection_(connection),
      feed_(feed),
      options_(options),
      close_(std::move(close)),
      heartbeat_(connection->get_executor()),
      cursor_(feed->Open(last_event_id)) {}

HttpStream::~HttpStream() { feed_->Close(too_slow_); }

void HttpStream::Begin(const std::shared_ptr<void>& owner, std::string header) {
  Watch(owner);
  Send(owner, std::make_shared<const std::string>(std::move(header)));
}

void HttpStream::Wake(const std::shared_ptr<void>& owner) {
  if (closed_ || sending_ || ended_) return;
  if (ending_) {
    ended_ = true;
    return Send(owner, std::make_shared<const std::string>(kEnd));
  }
  auto next = feed_->Next(&cursor_);
  too_slow_ = !next;
  if (too_slow_) return close_();
  if (*next != nullptr) Send(owner, *std::move(next));
}

void HttpStream::End(const std::shared_ptr<void>& owner) {
  ending_ = true;
  Wake(owner);
}

void HttpStream::Closed() {
  closed_ = true;
  heartbeat_.cancel();
}

void HttpStream::Send(const std::shared_ptr<void>& owner, std::shared_ptr<const std::string> text) {
  sending_ = true;
  heartbeat_.cancel();
  connection_->expires_after(options_.send_time_max);
  const auto bytes = asio::buffer(*text);
  asio::async_write(*connection_, bytes, [this, owner, text = std::move(text)](error_code error, size_t) {
    too_slow_ |= error == boost::beast::error::timeout;
    if (closed_) return;
    if (error || ended_) return close_();
    sending_ = false;
    AwaitHeartbeat(owner);
    Wake(owner);
  });
}

void HttpStream::Watch(const std::shared_ptr<void>& owner) {
  connection_->expires_never();
  connection_->async_read_some(asio::buffer(ignored_), [this, owner](error_code error, size_t) {
    if (closed_) return;
    if (error) return close_();
    Watch(owner);
  });
}

void HttpStream::AwaitHeartbeat(const std::shared_ptr<void>& owner) {
  heartbeat_.expires_after(options_.heartbeat_interval);
  heartbeat_.async_wait([this, owner](error_code error) {
    if (error || closed_ || sending_ || ended_) return;
    Send(owner, std::make_shared<const std::string>(kHeartbeat));
  });
}

}  // namespace kontor
