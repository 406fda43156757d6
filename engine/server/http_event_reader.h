// Reads server-sent events from a running Kontor: /v1/stream from the other end.
//
// Threads: one; Interrupt by any.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/server/http_client.h"

namespace kontor {

struct ServerEvent {
  std::string id;
  std::string event;  // "changed"; empty where the server does not name it
  std::string data;
};

// Takes the stream's text in whatever pieces it comes, and gives events.
class ServerEventParser {
 public:
  void Add(std::string_view text) { text_ += text; }
  // The next whole event; nothing where there is none yet. Comments and events without data are passed over.
  std::optional<ServerEvent> Next();

 private:
  void TakeLine(std::string_view line);

  std::string text_;
  ServerEvent begun_;
  bool has_data_ = false;
  std::string id_;  // stays from event to event
};

class HttpEventReader {
 public:
  static Result<std::unique_ptr<HttpEventReader>> Make(const HttpClientOptions& options);
  ~HttpEventReader();

  // Begins to read behind the id; empty: from the present. The server's own words where it refuses; Unavailable where
  // none answers.
  Status Open(std::string_view target, std::string_view last_event_id);
  // The next event; nothing where none came in time. Unavailable: the stream has ended, open it again. Requires: an
  // Open that was OK.
  Result<std::optional<ServerEvent>> Next(std::chrono::milliseconds patience);
  // Makes a call that waits, and every later one, give Unavailable at once.
  void Interrupt();

 private:
  struct Exchange;
  explicit HttpEventReader(std::unique_ptr<HttpConnection> connection);
  Status Ended(std::string_view why);

  // Before what is read through it: operations that were begun and not ended go with it.
  std::unique_ptr<Exchange> exchange_;
  std::unique_ptr<HttpConnection> connection_;
  ServerEventParser parser_;
};

}  // namespace kontor
