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
#include "engine/server/target.h"
#include "kontor/api/v1/api.pb.h"

namespace kontor {

inline constexpr std::string_view kJsonType = "application/json";

struct HttpAnswer {
  int code = 200;
  std::string body;
  std::string allow;  // the methods that the path takes; only where the one asked for is not among them
  std::string_view content_type = kJsonType;
  size_t route = SIZE_MAX;  // which of Paths() it was that answered
};

// Whether whoever asks has shown the token (or none is needed). Who has not gets /healthz and the bare word of /readyz.
enum class Caller { kTrusted, kUnknown };

// Threads: any.
class HttpApi {
 public:
  // Borrows the queries. `metrics` gives the text of /metrics; where it is empty, as for a stopped engine's folder,
  // there are none.
  HttpApi(const Queries* queries, api::v1::VersionInfo version, int32_t page_size_max,
          std::function<std::string()> metrics = {});

  // Answers GET and HEAD (whose body the caller leaves out). Errors are answers too.
  HttpAnswer Answer(std::string_view method, std::string_view target, Caller caller) const;

  // Every path, for people: {"/v1/accounts", "/v1/accounts/{id}", …}.
  static std::vector<std::string_view> Paths();

 private:
  struct Call;
  struct Route;
  static const std::vector<Route>& Routes();

  Result<HttpAnswer> Accounts(const Call& call) const;
  Result<HttpAnswer> Account(const Call& call) const;
  Result<HttpAnswer> AccountPart(const Call& call) const;
  Result<HttpAnswer> Timeline(const Call& call) const;
  Result<HttpAnswer> Portfolio(const Call& call) const;
  Result<HttpAnswer> Records(const Call& call) const;
  Result<HttpAnswer> Record(const Call& call) const;
  Result<HttpAnswer> Shards(const Call& call) const;
  Result<HttpAnswer> Version(const Call& call) const;
  Result<HttpAnswer> Health(const Call& call) const;
  Result<HttpAnswer> Ready(const Call& call) const;
  Result<HttpAnswer> Metrics(const Call& call) const;

  HttpAnswer AnswerOf(const Route* route, std::string_view method, Target target, Caller caller) const;
  Result<Page> PageOf(const Call& call) const;

  const Queries* queries_;
  const api::v1::VersionInfo version_;
  const int32_t page_size_max_;
  const std::function<std::string()> metrics_;
  // Digests read whole logs. One runs at a time, so that they cannot take every thread from the other readers.
  mutable std::atomic<bool> digest_runs_ = false;
};

}  // namespace kontor
