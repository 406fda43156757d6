#include "engine/server/http_api.h"

#include <fmt/ranges.h>
#include <google/protobuf/arena.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "engine/base/sha256.h"
#include "engine/server/field_paths.h"
#include "engine/server/http_error.h"
#include "engine/server/json.h"
#include "engine/server/openapi.h"
#include "engine/server/page_token.h"

namespace kontor {
namespace {

// Hexadecimal digits of an entity tag.
constexpr size_t kTagDigits = 32;

HttpAnswer Body(std::string json, int code = 200) {
  HttpAnswer answer;
  answer.code = code;
  answer.body = std::move(json);
  return answer;
}

HttpAnswer ErrorAnswer(const Status& status) { return Body(ErrorJson(status), HttpCodeOf(status.code())); }

Result<HttpAnswer> JsonAnswer(const google::protobuf::Message& message, int code = 200) {
  KONTOR_ASSIGN_OR_RETURN(std::string json, JsonText(message));
  return Body(std::move(json), code);
}

std::string TagOf(std::string_view bytes) { return '"' + HexText(Sha256::Of(bytes)).substr(0, kTagDigits) + '"'; }

// A reading: trimmed to the fields wanted, with its tag. What it rests on and covers is never left out.
//
// The tag is strong where the asker named the instant: two answers with one tag are the same bytes. Where the clock
// named it, it is no change by itself that the clock went on: the tag is a weak one, of all but basis.now. Who holds
// such an answer holds what its own instant gives, and the present one gives the same figures from the same positions.
template <typename Message>
Result<HttpAnswer> ReadingAnswer(const HttpCall& call, Message* message) {
  if (const auto fields = call.Get("fields")) {
    KONTOR_ASSIGN_OR_RETURN(FieldPaths paths, FieldPaths::Parse(*fields, *Message::descriptor()));
    for (const char* kept : {"basis", "covers", "settled", "next_page_token"}) paths.Keep(kept);
    paths.Trim(message);
  }
  KONTOR_ASSIGN_OR_RETURN(HttpAnswer answer, JsonAnswer(*message));
  if (call.Get("now") || !message->basis().has_now()) {
    answer.etag = TagOf(answer.body);
  } else {
    message->mutable_basis()->clear_now();
    answer.etag = "W/" + TagOf(message->SerializeAsString());
  }
  return answer;
}

// A tag as weak ones are compared: a proxy may have weakened one, too.
std::string_view Opaque(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  return etag;
}

// Whether a tag is among those that a reader has.
bool Holds(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    std::string_view one = if_none_match.substr(0, if_none_match.find(','));
    if_none_match.remove_prefix(std::min(if_none_match.size(), one.size() + 1));
    one.remove_prefix(std::min(one.size(), one.find_first_not_of(" \t")));
    one = one.substr(0, one.find_last_not_of(" \t") + 1);
    if (one == "*" || Opaque(one) == Opaque(etag)) return true;
  }
  return false;
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

HttpApi::HttpApi(const Queries* queries, api::v1::VersionInfo version, int32_t page_size_max, bool streams,
                 std::function<std::string()> metrics)
    : queries_(queries),
      version_(std::move(version)),
      page_size_max_(page_size_max),
      streams_(streams),
      metrics_(std::move(metrics)) {}

HttpAnswer HttpApi::Answer(const HttpRequest& request) const {
  Result<Target> target = ParseTarget(request.target);
  if (!target.ok()) return ErrorAnswer(target.status());
  const Route* const route = FindRoute(*target);
  HttpAnswer answer = AnswerOf(route, *std::move(target), request);
  if (route != nullptr) answer.route = static_cast<size_t>(route - Routes().data());
  return answer;
}

HttpAnswer HttpApi::AnswerOf(const Route* route, Target target, const HttpRequest& request) const {
  if (request.caller == Caller::kUnknown && (route == nullptr || !route->open)) {
    return ErrorAnswer(Unauthenticated("send the server's token in a header: Authorization: Bearer TOKEN"));
  }
  if (route == nullptr) {
    return ErrorAnswer(NotFound("there is no such path; ids are percent-encoded ('/' is %2F), and the paths are: {}",
                                fmt::join(RoutePaths(), ", ")));
  }
  if (request.method != "GET" && request.method != "HEAD") {
    HttpAnswer answer =
        ErrorAnswer(Unimplemented("this path takes GET and HEAD only; facts arrive as events on Kafka"));
    answer.code = 405;
    answer.allow = "GET, HEAD";
    return answer;
  }
  if (const Status status = CheckParameters(target, *route); !status.ok()) return ErrorAnswer(status);

  Result<HttpAnswer> answer = Dispatch(HttpCall(route, std::move(target)), request.caller);
  if (!answer.ok()) {
    // What is ours to mend must not be known to the caller alone. Only the path's pattern is told: ids are personal.
    if (HttpCodeOf(answer.status().code()) == 500) {
      spdlog::error("http: {} failed: {}", route->path, Text(answer.status()));
    }
    return ErrorAnswer(answer.status());
  }
  if (!answer->etag.empty() && Holds(request.if_none_match, answer->etag)) {
    answer->code = 304;
    answer->body.clear();
  }
  return *std::move(answer);
}

Result<HttpAnswer> HttpApi::Dispatch(const HttpCall& call, Caller caller) const {
  KONTOR_ASSIGN_OR_RETURN(const std::optional<TopicOffset> awaited, call.WaitFor());
  if (awaited) {
    KONTOR_ASSIGN_OR_RETURN(const bool folded, queries_->Folded(*awaited));
    if (!folded) {
      HttpAnswer answer = ErrorAnswer(MakeStatus(
          StatusCode::kDeadlineExceeded,
          fmt::format("wait_for: {} was not folded in time; ask again, or see /v1/shards for what holds it up",
                      *call.Get("wait_for"))));
      answer.not_yet = true;
      return answer;
    }
  }
  switch (call.route().endpoint) {
    case Endpoint::kAccounts:
      return Accounts(call);
    case Endpoint::kAccount: {
      KONTOR_ASSIGN_OR_RETURN(const ReadAt at, call.At());
      google::protobuf::Arena arena;
      auto* account = google::protobuf::Arena::CreateMessage<view::v1::AccountView>(&arena);
      KONTOR_RETURN_IF_ERROR(queries_->Account(AccountId(call.segment(2)), at, account));
      return ReadingAnswer(call, account);
    }
    case Endpoint::kAccountPart:
      return AccountPart(call);
    case Endpoint::kTimeline:
      return Timeline(call);
    case Endpoint::kPortfolio:
      return Portfolio(call);
    case Endpoint::kStream:
      return Stream();
    case Endpoint::kRecords:
      return Records(call);
    case Endpoint::kRecord: {
      KONTOR_ASSIGN_OR_RETURN(const auto record, queries_->Record(call.segment(2)));
      return JsonAnswer(record);
    }
    case Endpoint::kShards:
      return Shards(call);
    case Endpoint::kVersion:
      return JsonAnswer(version_);
    case Endpoint::kOpenApi: {
      HttpAnswer answer = Body(OpenApiText(version_.version(), page_size_max_));
      answer.etag = TagOf(answer.body);
      return answer;
    }
    case Endpoint::kMetrics:
      return Metrics();
    case Endpoint::kHealth: {
      api::v1::Health health;
      health.set_status("SERVING");
      return JsonAnswer(health);
    }
    case Endpoint::kReady:
      return Ready(caller);
  }
  return Internal("{}: nobody answers this path", call.route().path);
}

Result<HttpAnswer> HttpApi::Metrics() const {
  if (!metrics_) return NotFound("metrics are told by a running engine only (kontor serve)");
  HttpAnswer answer = Body(metrics_());
  answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return answer;
}

Result<HttpAnswer> HttpApi::Accounts(const HttpCall& call) const {
  KONTOR_ASSIGN_OR_RETURN(AccountsQuery query, call.Accounts());
  KONTOR_ASSIGN_OR_RETURN(query.page, call.PageOf(page_size_max_));
  KONTOR_ASSIGN_OR_RETURN(query.at, call.At());
  KONTOR_ASSIGN_OR_RETURN(auto accounts, queries_->ListAccounts(query));
  accounts.set_next_page_token(SealToken(accounts.next_page_token(), QuestionOf(call.target())));
  return ReadingAnswer(call, &accounts);
}

Result<HttpAnswer> HttpApi::AccountPart(const HttpCall& call) const {
  KONTOR_ASSIGN_OR_RETURN(const ReadAt at, call.At());
  google::protobuf::Arena arena;
  auto& whole = *google::protobuf::Arena::CreateMessage<view::v1::AccountView>(&arena);
  KONTOR_RETURN_IF_ERROR(queries_->Account(AccountId(call.segment(2)), at, &whole));
  auto& part = *google::protobuf::Arena::CreateMessage<view::v1::AccountView>(&arena);
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
  return ReadingAnswer(call, &part);
}

Result<HttpAnswer> HttpApi::Timeline(const HttpCall& call) const {
  KONTOR_ASSIGN_OR_RETURN(const Page page, call.PageOf(page_size_max_));
  KONTOR_ASSIGN_OR_RETURN(const ReadAt at, call.At());
  KONTOR_ASSIGN_OR_RETURN(auto timeline, queries_->Timeline(AccountId(call.segment(2)), page, at));
  timeline.set_next_page_token(SealToken(timeline.next_page_token(), QuestionOf(call.target())));
  return ReadingAnswer(call, &timeline);
}

Result<HttpAnswer> HttpApi::Portfolio(const HttpCall& call) const {
  KONTOR_ASSIGN_OR_RETURN(auto portfolio, queries_->Portfolio());
  const bool settled = portfolio.settled();
  KONTOR_ASSIGN_OR_RETURN(HttpAnswer answer, ReadingAnswer(call, &portfolio));
  if (!settled) answer.etag.clear();  // how far the renewal is, its basis does not tell
  return answer;
}

Result<HttpAnswer> HttpApi::Records(const HttpCall& call) const {
  KONTOR_ASSIGN_OR_RETURN(const Page page, call.PageOf(page_size_max_));
  KONTOR_ASSIGN_OR_RETURN(const log::v1::Disposition disposition, call.Disposition());
  KONTOR_ASSIGN_OR_RETURN(auto records, queries_->Records(disposition, page));
  records.set_next_page_token(SealToken(records.next_page_token(), QuestionOf(call.target())));
  return JsonAnswer(records);
}

Result<HttpAnswer> HttpApi::Shards(const HttpCall& call) const {
  KONTOR_ASSIGN_OR_RETURN(const bool digest, call.Flag("digest"));
  if (!digest) {
    KONTOR_ASSIGN_OR_RETURN(const auto shards, queries_->Shards(false));
    return JsonAnswer(shards);
  }
  if (digest_runs_.exchange(true)) return Unavailable("another reader takes the digests; ask again when it is done");
  const Lowered lowered(&digest_runs_);
  KONTOR_ASSIGN_OR_RETURN(const auto shards, queries_->Shards(true));
  return JsonAnswer(shards);
}

Result<HttpAnswer> HttpApi::Stream() const {
  if (!streams_) return Unimplemented("changes are streamed by a running engine only; nothing changes here");
  HttpAnswer answer;
  answer.stream = true;
  return answer;
}

Result<HttpAnswer> HttpApi::Ready(Caller caller) const {
  api::v1::Readiness readiness = queries_->Ready();
  if (caller == Caller::kUnknown) {  // reasons name topics and folders
    readiness.clear_reasons();
    readiness.clear_warnings();
  }
  return JsonAnswer(readiness, readiness.ready() ? 200 : 503);
}

}  // namespace kontor
