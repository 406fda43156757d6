// The HTTP interface without the wire: which path asks what, which parameters it takes, and what is answered.
//
// README.md lists the endpoints. The server calls it for each request; the command line for the folder of an engine
// that does not run, so both give the same answers.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/query/queries.h"
#include "engine/server/http_call.h"
#include "kontor/api/v1/api.pb.h"

namespace kontor {

// Whether whoever asks has shown the token (or none is needed). Who has not gets /healthz and the bare word of /readyz.
enum class Caller { kTrusted, kUnknown };

struct HttpRequest {
  std::string method{};
  std::string target{};
  Caller caller = Caller::kUnknown;
  std::string if_none_match{};  // that header's value; empty: none
};

inline constexpr std::string_view kJsonType = "application/json";

struct HttpAnswer {
  int code = 200;
  std::string body;
  std::string allow;  // the methods that the path takes; only where the one asked for is not among them
  std::string etag;   // as the header has it; only of what the basis alone decides
  // The record that was to be waited for is not folded yet: the same request may be answered otherwise later.
  bool not_yet = false;
  std::string_view content_type = kJsonType;
  size_t route = SIZE_MAX;  // which of Routes() it was that answered
  // Changed accounts are to be streamed from here on; there is no body.
  bool stream = false;
};

// Threads: any.
class HttpApi {
 public:
  // Borrows the queries. `streams`: whether whoever calls can stream. `metrics` gives the text of /metrics; where it is
  // empty, as for a stopped engine's folder, there are none.
  HttpApi(const Queries* queries, api::v1::VersionInfo version, int32_t page_size_max, bool streams,
          std::function<std::string()> metrics = {});

  // Answers GET and HEAD (whose body the caller leaves out). Errors are answers too.
  HttpAnswer Answer(const HttpRequest& request) const;

 private:
  HttpAnswer AnswerOf(const Route* route, Target target, const HttpRequest& request) const;
  Result<HttpAnswer> Dispatch(const HttpCall& call, Caller caller) const;

  Result<HttpAnswer> Accounts(const HttpCall& call) const;
  Result<HttpAnswer> AccountPart(const HttpCall& call) const;
  Result<HttpAnswer> Timeline(const HttpCall& call) const;
  Result<HttpAnswer> Portfolio(const HttpCall& call) const;
  Result<HttpAnswer> Records(const HttpCall& call) const;
  Result<HttpAnswer> Shards(const HttpCall& call) const;
  Result<HttpAnswer> Stream() const;
  Result<HttpAnswer> Metrics() const;
  Result<HttpAnswer> Ready(Caller caller) const;

  const Queries* queries_;
  const api::v1::VersionInfo version_;
  const int32_t page_size_max_;
  const bool streams_;
  const std::function<std::string()> metrics_;
  // Digests read whole logs. One runs at a time, so that they cannot take every thread from the other readers.
  mutable std::atomic<bool> digest_runs_ = false;
};

}  // namespace kontor
