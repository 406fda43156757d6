#include "engine/server/http_client.h"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>
#include <utility>

#include "engine/server/http_connection.h"

namespace kontor {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using Parser = http::response_parser<http::string_body>;

// Sends a request and reads the answer; the error, where there is one.
std::optional<error_code> Exchange(HttpConnection* connection, std::string_view target, Parser* parser) {
  const auto request = connection->RequestOf(target, "application/json");
  parser->body_limit(connection->options().answer_bytes_max);
  error_code error;
  const auto done = [&error](error_code result, size_t) { error = result; };
  connection->stream().expires_after(connection->options().answer_time_max);
  http::async_write(connection->stream(), request, done);
  connection->Await();
  if (!error) {
    http::async_read(connection->stream(), connection->buffer(), *parser, done);
    connection->Await();
  }
  if (error) return error;
  return std::nullopt;
}

}  // namespace

HttpClient::HttpClient(std::unique_ptr<HttpConnection> connection) : connection_(std::move(connection)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Result<HttpClient> HttpClient::Open(const HttpClientOptions& options) {
  KONTOR_ASSIGN_OR_RETURN(std::unique_ptr<HttpConnection> connection, HttpConnection::Make(options));
  return HttpClient(std::move(connection));
}

Result<std::string> HttpClient::Get(std::string_view target) {
  const bool reused = connection_->connected();
  if (!reused) KONTOR_RETURN_IF_ERROR(connection_->Connect());
  std::optional<Parser> parser(std::in_place);
  std::optional<error_code> error = Exchange(connection_.get(), target, &*parser);
  if (error && reused) {  // the server may have closed it since the last answer
    KONTOR_RETURN_IF_ERROR(connection_->Connect());
    parser.emplace();
    error = Exchange(connection_.get(), target, &*parser);
  }
  if (error) {
    connection_->Close();
    return Unavailable("{} gave no whole answer: {}", connection_->options().url, error->message());
  }
  http::response<http::string_body> response = parser->release();
  if (!response.keep_alive()) connection_->Close();
  if (response.result() == http::status::ok) return std::move(response.body());
  return connection_->Refusal(response.result_int(), response.body());
}

void HttpClient::Interrupt() { connection_->Interrupt(); }

}  // namespace kontor
