// A client's connection to a server, each step bounded in time: what HttpClient and HttpEventReader stand on.
//
// Beast bounds the time of asynchronous operations only, so each step is started as one and run to its end.
//
// Threads: one; Interrupt by any.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/server/http_client.h"

namespace kontor {

class HttpConnection {
 public:
  // InvalidArgument where the URL is none that is spoken here.
  static Result<std::unique_ptr<HttpConnection>> Make(const HttpClientOptions& options);
  ~HttpConnection() { Close(); }

  const HttpClientOptions& options() const { return options_; }
  bool connected() const { return stream_.has_value(); }
  // Anew, where it is connected already.
  Status Connect();
  // What was started ends before this returns.
  void Close();
  // What a server's error tells, in the words of this side.
  Status Refusal(unsigned http_code, std::string_view body) const;

  boost::beast::http::request<boost::beast::http::empty_body> RequestOf(std::string_view target,
                                                                        std::string_view accept) const;
  // Requires: connected().
  boost::beast::tcp_stream& stream() { return *stream_; }
  boost::beast::flat_buffer& buffer() { return buffer_; }

  // Runs what was started until it has ended.
  void Await();
  // As Await, but at most so long: what was started may go on with the next call.
  void AwaitFor(std::chrono::milliseconds time);
  // What was started, and whatever is later, ends with an error.
  void Interrupt();

 private:
  HttpConnection(HttpClientOptions options, std::string authority, std::string host, std::string port);

  const HttpClientOptions options_;
  const std::string authority_;  // as the URL has it, for the Host header
  const std::string host_;
  const std::string port_;
  std::atomic<bool> interrupted_ = false;
  boost::asio::io_context io_{1};
  std::optional<boost::beast::tcp_stream> stream_;
  boost::beast::flat_buffer buffer_;
};

}  // namespace kontor
