#include "engine/server/http_client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>
#include <utility>

#include "engine/server/http_error.h"

namespace kontor {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using beast::error_code;

struct Address {
  std::string authority;  // as the URL has it, for the Host header
  std::string host;
  std::string port = "80";
};

Result<Address> ParseUrl(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
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
  Address address{std::string(authority), std::string(authority)};
  const size_t bracket = authority.find(']');
  const size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    address.host = authority.substr(0, colon);
    address.port = authority.substr(colon + 1);
  }
  if (address.host.size() >= 2 && address.host.front() == '[') {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  if (address.host.empty() || address.port.empty()) return InvalidArgument("server: '{}' has no host or no port", url);
  return address;
}

}  // namespace

// Beast bounds the time of asynchronous operations only, so each step is started as one and run to its end.
class HttpClient::Connection {
 public:
  Connection(HttpClientOptions options, Address address) : options_(std::move(options)), address_(std::move(address)) {}

  Result<std::string> Get(std::string_view target) {
    const bool reused = stream_.has_value();
    if (!reused) KONTOR_RETURN_IF_ERROR(Connect());
    std::optional<error_code> error = Exchange(target);
    if (error && reused) {  // the server may have closed it since the last answer
      KONTOR_RETURN_IF_ERROR(Connect());
      error = Exchange(target);
    }
    if (error) {
      stream_.reset();
      return Unavailable("{} gave no whole answer: {}", options_.url, error->message());
    }
    http::response<http::string_body> response = parser_->release();
    if (!response.keep_alive()) stream_.reset();
    if (response.result() == http::status::ok) return std::move(response.body());
    return StatusOfError(static_cast<int>(response.result_int()), response.body());
  }

 private:
  Status Connect() {
    buffer_.clear();
    stream_.emplace(io_);
    error_code error;
    const auto found = asio::ip::tcp::resolver(io_).resolve(address_.host, address_.port, error);
    if (!error) {
      stream_->expires_after(options_.connect_time_max);
      stream_->async_connect(found, [&error](error_code result, const asio::ip::tcp::endpoint&) { error = result; });
      Await();
    }
    if (!error) return OkStatus();
    stream_.reset();
    return Unavailable(
        "no Kontor answers at {} ({}): start one with 'kontor serve', name another with --server URL, "
        "or read a stopped one's folder with --data-dir DIR",
        options_.url, error.message());
  }

  // Sends a request and reads the answer; the error, where there is one.
  std::optional<error_code> Exchange(std::string_view target) {
    http::request<http::empty_body> request(http::verb::get, beast::string_view(target.data(), target.size()), 11);
    request.set(http::field::host, address_.authority);
    request.set(http::field::accept, "application/json");
    if (!options_.auth_token.empty()) request.set(http::field::authorization, "Bearer " + options_.auth_token);
    parser_.emplace();
    parser_->body_limit(options_.answer_bytes_max);
    error_code error;
    const auto done = [&error](error_code result, size_t) { error = result; };
    stream_->expires_after(options_.answer_time_max);
    http::async_write(*stream_, request, done);
    Await();
    if (!error) {
      http::async_read(*stream_, buffer_, *parser_, done);
      Await();
    }
    if (error) return error;
    return std::nullopt;
  }

  void Await() {
    io_.restart();
    io_.run();
  }

  const HttpClientOptions options_;
  const Address address_;
  asio::io_context io_{1};
  std::optional<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_;
  std::optional<http::response_parser<http::string_body>> parser_;
};

HttpClient::HttpClient(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Result<HttpClient> HttpClient::Open(const HttpClientOptions& options) {
  KONTOR_ASSIGN_OR_RETURN(Address address, ParseUrl(options.url));
  return HttpClient(std::make_unique<Connection>(options, std::move(address)));
}

Result<std::string> HttpClient::Get(std::string_view target) { return connection_->Get(target); }

}  // namespace kontor
