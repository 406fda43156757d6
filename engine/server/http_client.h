// Reads from a running Kontor over HTTP: what the command line asks its server with.
//
// Threads: one at a time, calls block; Interrupt by any.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace kontor {

class HttpConnection;

struct HttpClientOptions {
  std::string url;         // "http://HOST[:PORT]"
  std::string auth_token;  // shown where it is not empty
  // What else can be done where no server answers: "read a stopped one's folder with --data-dir DIR". May be empty.
  std::string otherwise;
  std::chrono::milliseconds connect_time_max = std::chrono::seconds(5);
  // Until the whole answer is there; digests of long logs take their time.
  std::chrono::milliseconds answer_time_max = std::chrono::minutes(15);
  size_t answer_bytes_max = size_t{1} << 30;
};

class HttpClient {
 public:
  // Connects at the first Get. InvalidArgument where the URL is none that is spoken here.
  static Result<HttpClient> Open(const HttpClientOptions& options);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  // The body of the answer, as it came. The server's own words where it refuses, but for a token's
  // (Unauthenticated), which name the option instead of the header; Unavailable where none answers.
  Result<std::string> Get(std::string_view target);
  // Makes a Get that waits, and every later one, give Unavailable at once.
  void Interrupt();

 private:
  explicit HttpClient(std::unique_ptr<HttpConnection> connection);
  std::unique_ptr<HttpConnection> connection_;
};

}  // namespace kontor
