#include "engine/server/http_api.h"

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "engine/server/http_error.h"
#include "engine/server/json.h"
#include "engine/server/target.h"

namespace kontor {
namespace {

// The parameters of the bases that no reading of this version takes, and why.
constexpr std::string_view kKnownAt = "known_at";
constexpr std::string_view kAsOf = "as_of";

Result<Instant> InstantParameter(std::string_view name, std::string_view value) {
  const std::optional<Instant> instant = ParseInstant(value);
  if (!instant) {
    return InvalidArgument("{}: must be an instant of RFC 3339, as 2026-11-24T09:30:00Z or 2026-11-24, not '{}'", name,
                           value);
  }
  return *instant;
}

std::optional<log::v1::Disposition> ParseDisposition(std::string_view word) {
  if (word == "accepted") return log::v1::DISPOSITION_ACCEPTED;
  if (word == "duplicate") return log::v1::DISPOSITION_DUPLICATE;
  if (word == "conflict") return log::v1::DISPOSITION_CONFLICT;
  if (word == "rejected") return log::v1::DISPOSITION_REJECTED;
  return std::nullopt;
}

Result<HttpAnswer> JsonAnswer(const google::protobuf::Message& message, int code = 200) {
  KONTOR_ASSIGN_OR_RETURN(std::string json, JsonText(message));
  HttpAnswer answer;
  answer.code = code;
  answer.body = std::move(json);
  return answer;
}

HttpAnswer ErrorAnswer(const Status& status) {
  HttpAnswer answer;
  answer.code = HttpCodeOf(status.code());
  answer.body = ErrorJson(status);
  return answer;
}

// Lowers a flag when it goes.
class Lowered {
 public:
  explicit Lowered(std::atomic<bool>* flag) : flag_(flag) {}
  ~Lowered() { flag_->store(false); }
  Lowered(const Lowered&) = delete;
  Lowered& operator=(const Lowered&) = delete;

 private:
  std::atomic<bool>* flag_;
};

}  // namespace

struct HttpApi::Route {
  std::string_view path;  // "{…}" stands for any one segment that is not empty
  std::vector<std::string_view> parameters;
  Result<HttpAnswer> (HttpApi::*handler)(const Call&) const;
  bool open = false;  // without the token too
};

struct HttpApi::Call {
  const Route* route = nullptr;
  Target target;
  Caller caller = Caller::kUnknown;

  const std::string& segment(size_t index) const { return target.segments[index]; }

  std::optional<std::string_view> Parameter(std::string_view name) const {
    for (const auto& [key, value] : target.parameters) {
      if (key == name) return value;
    }
    return std::nullopt;
  }

  Result<ReadAt> At() const {
    ReadAt at;
    if (const auto now = Parameter("now")) {
      KONTOR_ASSIGN_OR_RETURN(at.now, InstantParameter("now", *now));
    }
    if (const auto as_of = Parameter(kAsOf)) {
      KONTOR_ASSIGN_OR_RETURN(at.as_of, InstantParameter(kAsOf, *as_of));
    }
    return at;
  }
};

const std::vector<HttpApi::Route>& HttpApi::Routes() {
  static const auto* routes = new std::vector<Route>{
      {"/v1/accounts", {"page_size", "page_token", "now"}, &HttpApi::Accounts},
      {"/v1/accounts/{id}", {kAsOf, "now"}, &HttpApi::Account},
      {"/v1/accounts/{id}/value", {kAsOf, "now"}, &HttpApi::AccountPart},
      {"/v1/accounts/{id}/growth", {kAsOf, "now"}, &HttpApi::AccountPart},
      {"/v1/accounts/{id}/satisfaction", {kAsOf, "now"}, &HttpApi::AccountPart},
      {"/v1/accounts/{id}/timeline", {kAsOf, "now", "page_size", "page_token"}, &HttpApi::Timeline},
      {"/v1/portfolio", {"now"}, &HttpApi::Portfolio},
      {"/v1/records", {"disposition", "page_size", "page_token"}, &HttpApi::Records},
      {"/v1/records/{id}", {}, &HttpApi::Record},
      {"/v1/shards", {"digest"}, &HttpApi::Shards},
      {"/v1/version", {}, &HttpApi::Version},
      {"/healthz", {}, &HttpApi::Health, true},
      {"/readyz", {}, &HttpApi::Ready, true},
      {"/metrics", {}, &HttpApi::Metrics},
  };
  return *routes;
}

namespace {

// Whether a path of the table is that of the request.
bool Matches(std::string_view path, const std::vector<std::string>& segments) {
  path.remove_prefix(1);
  for (size_t i = 0; i < segments.size(); ++i) {
    const size_t end = path.find('/');
    const std::string_view expected = path.substr(0, end);
    if (expected.front() == '{' ? segments[i].empty() : expected != segments[i]) return false;
    const bool last = i + 1 == segments.size();
    if ((end == std::string_view::npos) != last) return false;
    if (!last) path.remove_prefix(end + 1);
  }
  return true;
}

// Refuses what the path does not take, and what is there twice: a misspelt name must not answer another question.
Status CheckParameters(const Target& target, const std::vector<std::string_view>& known) {
  for (size_t i = 0; i < target.parameters.size(); ++i) {
    const std::string& name = target.parameters[i].first;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      if (name == kKnownAt) {
        return FailedPrecondition("known_at: readings as they were known at an earlier position are not given yet");
      }
      if (name == kAsOf) {
        return FailedPrecondition("as_of: not given here yet, only for one account (/v1/accounts/{{id}})");
      }
      if (known.empty()) return InvalidArgument("{}: this path takes no parameters", name);
      return InvalidArgument("{}: not a parameter of this path; it takes: {}", name, fmt::join(known, ", "));
    }
    for (size_t j = 0; j < i; ++j) {
      if (target.parameters[j].first == name) return InvalidArgument("{}: given more than once", name);
    }
  }
  return OkStatus();
}

}  // namespace

HttpApi::HttpApi(const Queries* queries, api::v1::VersionInfo version, int32_t page_size_max,
                 std::function<std::string()> metrics)
    : queries_(queries), version_(std::move(version)), page_size_max_(page_size_max), metrics_(std::move(metrics)) {}

HttpAnswer HttpApi::Answer(std::string_view method, std::string_view target, Caller caller) const {
  Result<Target> parsed = ParseTarget(target);
  if (!parsed.ok()) return ErrorAnswer(parsed.status());
  const auto& routes = Routes();
  const auto route = std::find_if(routes.begin(), routes.end(),
                                  [&](const Route& candidate) { return Matches(candidate.path, parsed->segments); });
  HttpAnswer answer = AnswerOf(route == routes.end() ? nullptr : &*route, method, *std::move(parsed), caller);
  if (route != routes.end()) answer.route = static_cast<size_t>(route - routes.begin());
  return answer;
}

HttpAnswer HttpApi::AnswerOf(const Route* route, std::string_view method, Target target, Caller caller) const {
  if (caller == Caller::kUnknown && (route == nullptr || !route->open)) {
    return ErrorAnswer(Unauthenticated("send the server's token in a header: Authorization: Bearer TOKEN"));
  }
  if (route == nullptr) {
    return ErrorAnswer(NotFound("there is no such path; ids are percent-encoded ('/' is %2F), and the paths are: {}",
                                fmt::join(Paths(), ", ")));
  }
  if (method != "GET" && method != "HEAD") {
    HttpAnswer answer =
        ErrorAnswer(Unimplemented("this path takes GET and HEAD only; facts arrive as events on Kafka"));
    answer.code = 405;
    answer.allow = "GET, HEAD";
    return answer;
  }
  if (const Status status = CheckParameters(target, route->parameters); !status.ok()) return ErrorAnswer(status);

  Result<HttpAnswer> answer = (this->*route->handler)(Call{route, std::move(target), caller});
  if (!answer.ok()) {
    // What is ours to mend must not be known to the caller alone. Only the path's pattern is told: ids are personal.
    if (HttpCodeOf(answer.status().code()) == 500) {
      spdlog::error("http: {} failed: {}", route->path, Text(answer.status()));
    }
    return ErrorAnswer(answer.status());
  }
  return *std::move(answer);
}

std::vector<std::string_view> HttpApi::Paths() {
  std::vector<std::string_view> paths;
  for (const Route& route : Routes()) paths.push_back(route.path);
  return paths;
}

Result<Page> HttpApi::PageOf(const Call& call) const {
  Page page;
  page.size = std::min(page.size, page_size_max_);
  if (const auto text = call.Parameter("page_size")) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), page.size);
    if (error != std::errc() || end != text->data() + text->size() || page.size < 1 || page.size > page_size_max_) {
      return InvalidArgument("page_size: must be a number from 1 to {}, not '{}'", page_size_max_, *text);
    }
  }
  if (const auto token = call.Parameter("page_token")) page.token = std::string(*token);
  return page;
}

Result<HttpAnswer> HttpApi::Accounts(const Call& call) const {
  KONTOR_ASSIGN_OR_RETURN(const Page page, PageOf(call));
  KONTOR_ASSIGN_OR_RETURN(const ReadAt at, call.At());
  KONTOR_ASSIGN_OR_RETURN(const auto accounts, queries_->ListAccounts(page, at));
  return JsonAnswer(accounts);
}

Result<HttpAnswer> HttpApi::Account(const Call& call) const {
  KONTOR_ASSIGN_OR_RETURN(const ReadAt at, call.At());
  KONTOR_ASSIGN_OR_RETURN(const auto account, queries_->Account(AccountId(call.segment(2)), at));
  return JsonAnswer(account);
}

Result<HttpAnswer> HttpApi::AccountPart(const Call& call) const {
  KONTOR_ASSIGN_OR_RETURN(const ReadAt at, call.At());
  KONTOR_ASSIGN_OR_RETURN(view::v1::AccountView whole, queries_->Account(AccountId(call.segment(2)), at));
  view::v1::AccountView part;
  const view::v1::AccountProfile& profile = whole.profile();
  part.mutable_profile()->set_account_id(profile.account_id());
  if (profile.has_merged_into()) part.mutable_profile()->set_merged_into(profile.merged_into());
  const std::string& asked = call.segment(3);
  if (asked == "value") {
    part.mutable_value()->Swap(whole.mutable_value());
  } else if (asked == "growth") {
    part.mutable_growth()->Swap(whole.mutable_growth());
  } else {
    part.mutable_satisfaction()->Swap(whole.mutable_satisfaction());
  }
  if (asked != "satisfaction") {  // it holds no money
    part.mutable_used_rates()->Swap(whole.mutable_used_rates());
    part.set_used_rates_total(whole.used_rates_total());
  }
  part.mutable_findings()->Swap(whole.mutable_findings());
  part.mutable_basis()->Swap(whole.mutable_basis());
  return JsonAnswer(part);
}

Result<HttpAnswer> HttpApi::Timeline(const Call& call) const {
  KONTOR_ASSIGN_OR_RETURN(const Page page, PageOf(call));
  KONTOR_ASSIGN_OR_RETURN(const ReadAt at, call.At());
  KONTOR_ASSIGN_OR_RETURN(const auto timeline, queries_->Timeline(AccountId(call.segment(2)), page, at));
  return JsonAnswer(timeline);
}

Result<HttpAnswer> HttpApi::Portfolio(const Call& call) const {
  KONTOR_ASSIGN_OR_RETURN(const ReadAt at, call.At());
  KONTOR_ASSIGN_OR_RETURN(const auto portfolio, queries_->Portfolio(at));
  return JsonAnswer(portfolio);
}

Result<HttpAnswer> HttpApi::Records(const Call& call) const {
  KONTOR_ASSIGN_OR_RETURN(const Page page, PageOf(call));
  log::v1::Disposition disposition = log::v1::DISPOSITION_UNSPECIFIED;
  if (const auto word = call.Parameter("disposition")) {
    const std::optional<log::v1::Disposition> known = ParseDisposition(*word);
    if (!known) {
      return InvalidArgument("disposition: must be accepted, duplicate, conflict or rejected, not '{}'", *word);
    }
    disposition = *known;
  }
  KONTOR_ASSIGN_OR_RETURN(const auto records, queries_->Records(disposition, page));
  return JsonAnswer(records);
}

Result<HttpAnswer> HttpApi::Record(const Call& call) const {
  KONTOR_ASSIGN_OR_RETURN(const auto record, queries_->Record(call.segment(2)));
  return JsonAnswer(record);
}

Result<HttpAnswer> HttpApi::Shards(const Call& call) const {
  const std::string_view digest = call.Parameter("digest").value_or("false");
  if (digest != "true" && digest != "false") {
    return InvalidArgument("digest: must be true or false, not '{}'", digest);
  }
  if (digest == "true") {
    if (digest_runs_.exchange(true)) return Unavailable("another reader takes the digests; ask again when it is done");
    const Lowered lowered(&digest_runs_);
    KONTOR_ASSIGN_OR_RETURN(const auto shards, queries_->Shards(true));
    return JsonAnswer(shards);
  }
  KONTOR_ASSIGN_OR_RETURN(const auto shards, queries_->Shards(false));
  return JsonAnswer(shards);
}

Result<HttpAnswer> HttpApi::Version(const Call&) const { return JsonAnswer(version_); }

Result<HttpAnswer> HttpApi::Health(const Call&) const {
  api::v1::Health health;
  health.set_status("SERVING");
  return JsonAnswer(health);
}

Result<HttpAnswer> HttpApi::Ready(const Call& call) const {
  api::v1::Readiness readiness = queries_->Ready();
  if (call.caller == Caller::kUnknown) {  // reasons name topics and folders
    readiness.clear_reasons();
    readiness.clear_warnings();
  }
  return JsonAnswer(readiness, readiness.ready() ? 200 : 503);
}

Result<HttpAnswer> HttpApi::Metrics(const Call&) const {
  if (!metrics_) return NotFound("metrics are told by a running engine only (kontor serve)");
  HttpAnswer answer;
  answer.body = metrics_();
  answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return answer;
}

}  // namespace kontor
