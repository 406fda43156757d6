#include "engine/server/http_event_reader.h"

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdint>
#include <limits>
#include <utility>

#include "engine/server/http_connection.h"

namespace kontor {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

// Beyond this, what comes is no event of Kontor's.
constexpr size_t kEventBytesMax = size_t{16} << 20;

}  // namespace

std::optional<ServerEvent> ServerEventParser::Next() {
  size_t begin = 0;
  std::optional<ServerEvent> event;
  while (!event) {
    const size_t end = text_.find('\n', begin);
    if (end == std::string::npos) break;
    std::string_view line(text_.data() + begin, end - begin);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    begin = end + 1;
    if (!line.empty()) {
      TakeLine(line);
    } else {
      begun_.id = id_;
      if (std::exchange(has_data_, false)) event = std::move(begun_);
      begun_ = {};
    }
  }
  text_.erase(0, begin);
  return event;
}

void ServerEventParser::TakeLine(std::string_view line) {
  const size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  if (field == "id") id_ = value;
  if (field == "event") begun_.event = value;
  if (field == "data") {
    if (std::exchange(has_data_, true)) begun_.data += '\n';
    begun_.data += value;
  }
}

// One request with its answer, and what has become of the read that is on its way.
struct HttpEventReader::Exchange {
  http::response_parser<http::string_body> parser;
  bool reading = false;
  error_code error;
};

HttpEventReader::HttpEventReader(std::unique_ptr<HttpConnection> connection) : connection_(std::move(connection)) {}
HttpEventReader::~HttpEventReader() = default;

Result<std::unique_ptr<HttpEventReader>> HttpEventReader::Make(const HttpClientOptions& options) {
  KONTOR_ASSIGN_OR_RETURN(std::unique_ptr<HttpConnection> connection, HttpConnection::Make(options));
  return std::unique_ptr<HttpEventReader>(new HttpEventReader(std::move(connection)));
}

Status HttpEventReader::Open(std::string_view target, std::string_view last_event_id) {
  KONTOR_RETURN_IF_ERROR(connection_->Connect());
  exchange_ = std::make_unique<Exchange>();
  parser_ = {};
  exchange_->parser.body_limit(std::numeric_limits<uint64_t>::max());
  auto request = connection_->RequestOf(target, "text/event-stream");
  if (!last_event_id.empty()) {
    request.set("Last-Event-ID", boost::beast::string_view(last_event_id.data(), last_event_id.size()));
  }
  error_code error;
  const auto done = [&error](error_code result, size_t) { error = result; };
  connection_->stream().expires_after(connection_->options().answer_time_max);
  http::async_write(connection_->stream(), request, done);
  connection_->Await();
  if (!error) {
    http::async_read_header(connection_->stream(), connection_->buffer(), exchange_->parser, done);
    connection_->Await();
  }
  auto& response = exchange_->parser.get();
  if (!error && response.result() != http::status::ok) {
    http::async_read(connection_->stream(), connection_->buffer(), exchange_->parser, done);
    connection_->Await();
    Status refused = connection_->Refusal(response.result_int(), response.body());
    connection_->Close();
    return refused;
  }
  if (error) return Ended(error.message());
  connection_->stream().expires_never();  // a quiet stream is no broken one
  return OkStatus();
}

Result<std::optional<ServerEvent>> HttpEventReader::Next(std::chrono::milliseconds patience) {
  std::optional<ServerEvent> event = parser_.Next();
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!event) {
    if (!exchange_->reading) {
      if (exchange_->error) return Ended(exchange_->error.message());
      if (exchange_->parser.is_done()) return Ended("the server has ended it");
      exchange_->reading = true;
      http::async_read_some(connection_->stream(), connection_->buffer(), exchange_->parser,
                            [exchange = exchange_.get()](error_code error, size_t) {
                              exchange->reading = false;
                              exchange->error = error;
                            });
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    connection_->AwaitFor(std::max(left, std::chrono::milliseconds(0)));
    std::string& body = exchange_->parser.get().body();
    if (body.size() > kEventBytesMax) return Ended("what came is no event of Kontor's");
    parser_.Add(std::exchange(body, {}));
    event = parser_.Next();
    if (left.count() <= 0) break;
  }
  return event;
}

Status HttpEventReader::Ended(std::string_view why) {
  connection_->Close();
  return Unavailable("the stream of {} has ended: {}", connection_->options().url, why);
}

void HttpEventReader::Interrupt() { connection_->Interrupt(); }

}  // namespace kontor
