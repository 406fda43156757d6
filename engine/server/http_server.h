// Serves Kontor's readings over HTTP/1.1: engine/server/README.md is its documentation for users.
//
// One thread does all input and output; queries run on a small pool, so that a slow one holds up no connection but its
// own. Everything a client may use up is bounded: bytes of header and body, the time to send a request and to take the
// answer, idle time, connections. Where all connections are taken, the one that has been idle longest makes way; where
// none is idle, newcomers wait in the kernel's queue.
//
// Ownership: borrows queries and feed, which must outlive it.
// Threads:   Start, Stop and the destructor from one thread; port() from any.
// Errors:    InvalidArgument where an option is wrong; FailedPrecondition where it would listen beyond this machine
//            without a token; Unavailable where the address is taken or not ours.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/base/status.h"
#include "engine/query/change_feed.h"
#include "engine/query/queries.h"
#include "engine/server/http_traffic.h"
#include "kontor/api/v1/api.pb.h"

namespace kontor {

inline constexpr std::string_view kDefaultListen = "127.0.0.1:8686";

struct HttpServerOptions {
  // HOST:PORT. HOST is an address ("127.0.0.1", "[::1]", "0.0.0.0") or a name that has one; port 0 takes any free one.
  std::string listen = std::string(kDefaultListen);
  // What readers must show (Authorization: Bearer). Empty: nothing, and then only a loopback address is listened on.
  std::string auth_token;

  // The text of /metrics, the server's own figures in it. Empty: there is no such path. Called on a query's thread.
  std::function<std::string(const HttpTraffic&)> metrics;

  size_t header_bytes_max = 16 << 10;
  size_t body_bytes_max = 64 << 10;  // no endpoint reads one
  size_t connections_max = 1'000;
  int32_t page_size_max = 1'000;
  size_t streams_max = 100;  // connections that /v1/stream may hold
  size_t threads = 4;        // that run queries

  // Between requests on one connection.
  std::chrono::milliseconds idle_time_max = std::chrono::seconds(60);
  // From a request's first byte to its last.
  std::chrono::milliseconds request_time_max = std::chrono::seconds(10);
  // Until a query has answered; digests of long logs take their time.
  std::chrono::milliseconds answer_time_max = std::chrono::minutes(10);
  // To take the answer, and a second more for each 64 KiB of it.
  std::chrono::milliseconds send_time_max = std::chrono::seconds(30);
  // For a record to be folded that a reader waits for (wait_for).
  std::chrono::milliseconds wait_time_max = std::chrono::seconds(10);
  // Between two batches of changed accounts, and between two signs of life while nothing changes.
  std::chrono::milliseconds stream_interval = std::chrono::milliseconds(100);
  std::chrono::milliseconds heartbeat_interval = std::chrono::seconds(15);
};

class HttpServer {
 public:
  // Listens when it returns.
  static Result<std::unique_ptr<HttpServer>> Start(const HttpServerOptions& options,
                                                   const api::v1::VersionInfo& version, const Queries* queries,
                                                   ChangeFeed* feed);
  // What is wrong with the options themselves, whatever else listens: InvalidArgument or FailedPrecondition as above,
  // beginning with the option's name on the command line.
  static Status CheckOptions(const HttpServerOptions& options);
  // Whether a server could listen so, without serving anybody.
  static Status CheckListen(const HttpServerOptions& options);
  // Stops at once, but for queries that run: it waits for them.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // The port that it listens on.
  uint16_t port() const;

  // Takes no new connection, closes idle ones, tells streams that they end, and lets requests that have begun finish,
  // until the deadline; then closes all. True where every request that had begun was answered. A query that still runs
  // is waited for by the destructor.
  bool Stop(std::chrono::milliseconds deadline);

 private:
  class Core;
  explicit HttpServer(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace kontor
