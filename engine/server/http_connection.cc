#include "engine/server/http_connection.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "engine/server/http_error.h"

namespace kontor {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::beast::error_code;

}  // namespace

Result<std::unique_ptr<HttpConnection>> HttpConnection::Make(const HttpClientOptions& options) {
  constexpr std::string_view kScheme = "http://";
  const std::string_view url = options.url;
  if (url.substr(0, kScheme.size()) != kScheme) {
    return InvalidArgument(
        "server: '{}' must be http://HOST:PORT (for TLS, put a proxy in front of the server and a "
        "tunnel on this side)",
        url);
  }
  std::string_view authority = url.substr(kScheme.size());
  if (!authority.empty() && authority.back() == '/') authority.remove_suffix(1);
  if (authority.empty() || authority.find_first_of("/?#@ ") != std::string_view::npos) {
    return InvalidArgument("server: '{}' must be http://HOST:PORT and nothing more", url);
  }
  std::string host(authority);
  std::string port = "80";
  const size_t bracket = authority.find(']');
  const size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon + 1);
  }
  if (host.size() >= 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  if (host.empty() || port.empty()) return InvalidArgument("server: '{}' has no host or no port", url);
  return std::unique_ptr<HttpConnection>(
      new HttpConnection(options, std::string(authority), std::move(host), std::move(port)));
}

HttpConnection::HttpConnection(HttpClientOptions options, std::string authority, std::string host, std::string port)
    : options_(std::move(options)), authority_(std::move(authority)), host_(std::move(host)), port_(std::move(port)) {}

Status HttpConnection::Connect() {
  Close();
  buffer_.clear();
  stream_.emplace(io_);
  error_code error;
  const auto found = asio::ip::tcp::resolver(io_).resolve(host_, port_, error);
  if (!error && interrupted_) error = asio::error::operation_aborted;
  if (!error) {
    stream_->expires_after(options_.connect_time_max);
    stream_->async_connect(found, [&error](error_code result, const asio::ip::tcp::endpoint&) { error = result; });
    Await();
  }
  if (!error) return OkStatus();
  Close();
  return Unavailable("no Kontor answers at {} ({}): start one with 'kontor serve', {}", options_.url, error.message(),
                     options_.otherwise.empty() ? "or name another with --server URL"
                                                : "name another with --server URL, or " + options_.otherwise);
}

Status HttpConnection::Refusal(unsigned http_code, std::string_view body) const {
  Status refused = StatusOfError(static_cast<int>(http_code), body);
  if (refused.code() != StatusCode::kUnauthenticated) return refused;
  if (options_.auth_token.empty()) {
    return Unauthenticated("{} asks for a token; name its file with --auth-token-file FILE", options_.url);
  }
  return Unauthenticated("{} asks for another token; name the file that it was started with (--auth-token-file FILE)",
                         options_.url);
}

void HttpConnection::Close() {
  if (!stream_) return;
  stream_->close();
  Await();
  stream_.reset();
}

http::request<http::empty_body> HttpConnection::RequestOf(std::string_view target, std::string_view accept) const {
  http::request<http::empty_body> request(http::verb::get, boost::beast::string_view(target.data(), target.size()), 11);
  request.set(http::field::host, authority_);
  request.set(http::field::accept, boost::beast::string_view(accept.data(), accept.size()));
  if (!options_.auth_token.empty()) request.set(http::field::authorization, "Bearer " + options_.auth_token);
  return request;
}

void HttpConnection::Await() {
  io_.restart();
  io_.run();
}

void HttpConnection::AwaitFor(std::chrono::milliseconds time) {
  io_.restart();
  io_.run_for(time);
}

void HttpConnection::Interrupt() {
  interrupted_ = true;
  asio::post(io_, [this] {
    if (stream_) stream_->close();
  });
}

}  // namespace kontor
