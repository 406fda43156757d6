#include "engine/server/http_session.h"

#include <fmt/chrono.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <ctime>
#include <string_view>
#include <utility>

#include "engine/base/check.h"
#include "engine/server/authorization.h"
#include "engine/server/http_error.h"

namespace kontor {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr size_t kReadBytes = 16 << 10;
constexpr size_t kBytesASecond = 64 << 10;
// How long a client that was told "no" may go on sending, so that it reads the answer before the connection breaks.
constexpr std::chrono::seconds kLingerTime{2};

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

HttpAnswer Error(int code, const Status& status) {
  HttpAnswer answer;
  answer.code = code;
  answer.body = ErrorJson(status);
  return answer;
}

// Whether a Host header names this machine's loopback: "localhost:8686", "127.0.0.1", "[::1]:8686".
bool NamesLoopback(std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    host = host.substr(1, host.find(']') - 1);
  } else {
    host = host.substr(0, host.find(':'));
  }
  if (beast::iequals(beast::string_view(host.data(), host.size()), "localhost")) return true;
  beast::error_code error;
  const auto address = asio::ip::make_address(std::string(host), error);
  return !error && address.is_loopback();
}

std::string HttpDate() { return fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}", fmt::gmtime(std::time(nullptr))); }

}  // namespace

HttpSession::HttpSession(asio::ip::tcp::socket socket, HttpSessionHost* host)
    : stream_(std::move(socket)), answer_timer_(stream_.get_executor()), host_(host) {}

void HttpSession::Enter(State next) {
  using Flags = std::array<bool, 7>;  // by the state entered, in the order of the enum
  static constexpr std::array<Flags, 7> kLegal = {
      Flags{true, true, false, false, false, false, true},     // idle (at first it is idle already)
      Flags{false, false, true, true, false, false, true},     // receiving
      Flags{false, false, false, true, true, false, true},     // answering
      Flags{true, true, false, false, false, true, true},      // sending
      Flags{false, false, false, false, false, false, true},   // streaming
      Flags{false, false, false, false, false, false, true},   // lingering
      Flags{false, false, false, false, false, false, false},  // closed
  };
  KONTOR_CHECK(kLegal[static_cast<size_t>(state_)][static_cast<size_t>(next)]);
  if (state_ == State::kIdle && next != State::kIdle) host_->OnIdle(this, false);
  state_ = next;
  if (state_ == State::kIdle) host_->OnIdle(this, true);
}

void HttpSession::Begin() {
  beast::error_code ignored;  // an answer is whole when it is written, so there is nothing to wait for
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  AwaitRequest();
}

void HttpSession::Drain() {
  if (state_ == State::kIdle) return Close();
  if (state_ == State::kStreaming) events_->End(shared_from_this());
}

void HttpSession::Close() {
  if (state_ == State::kClosed) return;
  const auto self = shared_from_this();  // the host may hold the last other reference
  Enter(State::kClosed);
  answer_timer_.cancel();
  if (events_) events_->Closed();
  stream_.close();
  host_->OnClosed(this);
}

void HttpSession::AwaitRequest() {
  if (host_->stopping()) return Close();
  if (buffer_.size() > 0) return ReceiveHeader();  // pipelined
  Enter(State::kIdle);
  stream_.expires_after(host_->options().idle_time_max);
  stream_.async_read_some(buffer_.prepare(kReadBytes),
                          [self = shared_from_this()](beast::error_code error, size_t size) {
                            if (self->state_ != State::kIdle) return;
                            if (error) return self->Close();
                            self->buffer_.commit(size);
                            self->ReceiveHeader();
                          });
}

void HttpSession::ReceiveHeader() {
  Enter(State::kReceiving);
  began_ = std::chrono::steady_clock::now();
  keep_alive_ = false;  // until the request is whole
  parser_.emplace();
  parser_->header_limit(static_cast<uint32_t>(host_->options().header_bytes_max));
  parser_->body_limit(host_->options().body_bytes_max);
  stream_.expires_after(host_->options().request_time_max);
  http::async_read_header(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, size_t) {
    self->OnReceived(error, /*header=*/true);
  });
}

void HttpSession::ReceiveBody() {
  http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, size_t) {
    self->OnReceived(error, /*header=*/false);
  });
}

void HttpSession::OnReceived(beast::error_code error, bool header) {
  if (state_ != State::kReceiving) return;
  is_head_ = parser_->get().method() == http::verb::head;  // before anything is refused
  if (error == http::error::header_limit) {
    return Send(Error(431, InvalidArgument("the header is longer than {} bytes", host_->options().header_bytes_max)));
  }
  if (error == http::error::body_limit) {
    return Send(Error(413, InvalidArgument("the body is longer than {} bytes", host_->options().body_bytes_max)));
  }
  if (error == http::error::end_of_stream || error == http::error::partial_message) return Close();
  if (error && error.category() == http::make_error_code(http::error::bad_method).category()) {
    return Send(Error(400, InvalidArgument("this is not HTTP/1.1: {}", error.message())));
  }
  if (error) return Close();
  if (header) {
    const auto& request = parser_->get();
    if (auto answer = Refuse()) return Send(*std::move(answer));
    // Who waits for leave to send a body gets the answer instead of it.
    if (request.find(http::field::expect) == request.end()) return ReceiveBody();
  }
  // Where a body was left unread, what follows is not the next request.
  keep_alive_ = parser_->is_done() && parser_->get().keep_alive();
  Dispatch();
}

std::optional<HttpAnswer> HttpSession::Refuse() const {
  const auto& request = parser_->get();
  const auto hosts = request.equal_range(http::field::host);
  const auto count = std::distance(hosts.first, hosts.second);
  if (count > 1 || (count == 0 && request.version() >= 11)) {
    return Error(400, InvalidArgument("a request needs one Host header"));
  }
  // A proxy may see such a body end elsewhere than Beast does, which takes it for none or for chunks.
  if (request.count(http::field::transfer_encoding) > 0 && !(parser_->chunked() && request.version() >= 11)) {
    return Error(400, InvalidArgument("a body comes with its Content-Length, or in chunks of HTTP/1.1"));
  }
  // A web page can have its own name point at 127.0.0.1 and then read what is served there without a token.
  if (host_->options().auth_token.empty() && count == 1 && !NamesLoopback(View(hosts.first->value()))) {
    return Error(403, PermissionDenied("without a token only localhost, 127.0.0.1 and [::1] are answered, not the host "
                                       "'{}'; serve with --auth-token-file to be reached by another name",
                                       View(hosts.first->value())));
  }
  return std::nullopt;
}

void HttpSession::Dispatch() {
  Enter(State::kAnswering);
  stream_.expires_never();
  const auto& request = parser_->get();
  const bool trusted = host_->options().auth_token.empty() ||
                       ShowsToken(View(request[http::field::authorization]), host_->options().auth_token);
  const uint64_t number = ++requests_;

  answer_timer_.expires_after(host_->options().answer_time_max);
  answer_timer_.async_wait([self = shared_from_this(), number](beast::error_code error) {
    if (error || self->state_ != State::kAnswering || self->requests_ != number) return;
    self->keep_alive_ = false;
    self->Send(Error(504, MakeStatus(StatusCode::kDeadlineExceeded,
                                     fmt::format("no answer within {} s; the server is busy, or the question is large",
                                                 self->host_->options().answer_time_max.count() / 1000))));
  });
  HttpRequest asked;
  asked.method = std::string(View(request.method_string()));
  asked.target = std::string(View(request.target()));
  asked.caller = trusted ? Caller::kTrusted : Caller::kUnknown;
  asked.if_none_match = std::string(View(request[http::field::if_none_match]));
  host_->Run(std::move(asked), answer_timer_.expiry(), [self = shared_from_this(), number](HttpAnswer answer) {
    if (self->state_ != State::kAnswering || self->requests_ != number) return;
    self->answer_timer_.cancel();
    if (answer.stream) return self->Stream();
    self->Send(std::move(answer));
  });
}

void HttpSession::Stream() {
  keep_alive_ = false;
  if (host_->stopping()) return Send(Error(503, Unavailable("the server stops; ask again when it is back")));
  if (is_head_) {
    HttpAnswer head;
    head.stream = true;
    return Send(std::move(head));
  }
  if (!host_->BeginStream(this)) {
    return Send(Error(429, MakeStatus(StatusCode::kResourceExhausted,
                                      fmt::format("{} readers have a stream already, as many as there may be",
                                                  host_->options().streams_max))));
  }
  Enter(State::kStreaming);
  const std::string last_event_id(View(parser_->get()["Last-Event-ID"]));
  events_ = std::make_unique<HttpStream>(&stream_, host_->feed(), last_event_id, host_->options(), [this] { Close(); });
  events_->Begin(shared_from_this(),
                 fmt::format("HTTP/1.1 200 OK\r\nDate: {}\r\nContent-Type: text/event-stream\r\n"
                             "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
                             HttpDate()));
}

void HttpSession::WakeStream() { events_->Wake(shared_from_this()); }

void HttpSession::Send(HttpAnswer answer) {
  Enter(State::kSending);
  host_->traffic().Observe(answer.route, answer.code, std::chrono::steady_clock::now() - began_);
  if (host_->stopping()) keep_alive_ = false;
  response_ = {};
  response_.version(11);
  response_.result(static_cast<unsigned>(answer.code));
  response_.set(http::field::date, HttpDate());
  // What has a tag may be kept, and asked for again with it.
  response_.set(http::field::cache_control, answer.etag.empty() ? "no-store" : "private, no-cache");
  if (!answer.etag.empty()) response_.set(http::field::etag, answer.etag);
  const bool has_body = answer.code != 304;
  if (has_body)
    response_.set(http::field::content_type,
                  answer.stream ? beast::string_view("text/event-stream")
                                : beast::string_view(answer.content_type.data(), answer.content_type.size()));
  response_.set("X-Content-Type-Options", "nosniff");
  if (answer.code == 401) response_.set(http::field::www_authenticate, "Bearer");
  if (!answer.allow.empty()) response_.set(http::field::allow, answer.allow);
  const size_t size = answer.body.size();
  response_.body() = std::move(answer.body);
  if (has_body) response_.prepare_payload();
  response_.keep_alive(keep_alive_);

  stream_.expires_after(host_->options().send_time_max + std::chrono::seconds(size / kBytesASecond));
  serializer_.emplace(response_);
  auto sent = [self = shared_from_this()](beast::error_code error, size_t) { self->OnSent(error); };
  if (is_head_) {
    serializer_->split(true);
    http::async_write_header(stream_, *serializer_, std::move(sent));
  } else {
    http::async_write(stream_, *serializer_, std::move(sent));
  }
}

void HttpSession::OnSent(beast::error_code error) {
  if (state_ != State::kSending) return;
  if (error) return Close();
  if (!keep_alive_) return Linger();
  AwaitRequest();
}

void HttpSession::Linger() {
  if (state_ != State::kLingering) {
    Enter(State::kLingering);
    beast::error_code ignored;  // a peer that is gone is noticed by the read
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    stream_.expires_after(kLingerTime);
  }
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kReadBytes), [self = shared_from_this()](beast::error_code error, size_t) {
    if (self->state_ != State::kLingering) return;
    if (error) return self->Close();
    self->Linger();
  });
}

}  // namespace kontor
