#include "engine/server/http_call.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "engine/base/money.h"
#include "engine/base/nearest.h"
#include "engine/portfolio/listed_figures.h"
#include "engine/server/page_token.h"

namespace kontor {
namespace {

// The parameters of the bases that not every reading of this version takes, and why.
constexpr std::string_view kKnownAt = "known_at";
constexpr std::string_view kAsOf = "as_of";
constexpr std::string_view kNow = "now";

Result<Instant> InstantParameter(std::string_view name, std::string_view value) {
  // A plus that was not escaped came as a space; between day and clock a space may stand.
  constexpr size_t kDayLength = 10;
  std::string text(value);
  if (const size_t space = text.rfind(' '); space != std::string::npos && space > kDayLength) text[space] = '+';
  const std::optional<Instant> instant = ParseInstant(text);
  if (!instant) {
    return InvalidArgument(
        "{}: must be an instant of RFC 3339 from 1678 to 2261, as 2026-11-24T09:30:00Z or 2026-11-24, not '{}'", name,
        value);
  }
  return *instant;
}

bool ParseNumber(std::string_view text, auto* number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), *number);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

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

}  // namespace

const Route* FindRoute(const Target& target) {
  for (const Route& route : Routes()) {
    if (Matches(route.path, target.segments)) return &route;
  }
  return nullptr;
}

Status CheckParameters(const Target& target, const Route& route) {
  for (size_t i = 0; i < target.parameters.size(); ++i) {
    const std::string& name = target.parameters[i].first;
    if (!route.Takes(name)) {
      if (name == kKnownAt) {
        return FailedPrecondition("known_at: readings as they were known at an earlier position are not given yet");
      }
      if (name == kAsOf) {
        return FailedPrecondition("as_of: not given here yet, only for one account (/v1/accounts/{{id}})");
      }
      if (name == kNow) {
        return FailedPrecondition(
            "now: what is asked for here is of the present instant only; leave it out, or ask for an account "
            "(/v1/accounts/{{id}}) to read another one");
      }
      if (route.parameters.empty()) return InvalidArgument("{}: this path takes no parameters", name);
      std::vector<std::string_view> known;
      for (const Parameter& parameter : route.parameters) known.push_back(parameter.name);
      return InvalidArgument("{}: not a parameter of this path; it takes: {}", name, fmt::join(known, ", "));
    }
    for (size_t j = 0; j < i; ++j) {
      if (target.parameters[j].first == name) return InvalidArgument("{}: given more than once", name);
    }
  }
  return OkStatus();
}

std::optional<std::string_view> HttpCall::Get(std::string_view name) const {
  for (const auto& [key, value] : target_.parameters) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Result<ReadAt> HttpCall::At() const {
  ReadAt at;
  if (const auto now = Get(kNow)) {
    KONTOR_ASSIGN_OR_RETURN(at.now, InstantParameter(kNow, *now));
  }
  if (const auto as_of = Get(kAsOf)) {
    KONTOR_ASSIGN_OR_RETURN(at.as_of, InstantParameter(kAsOf, *as_of));
  }
  return at;
}

Result<Page> HttpCall::PageOf(int32_t page_size_max) const {
  Page page;
  page.size = std::min(page.size, page_size_max);
  if (const auto text = Get("page_size")) {
    if (!ParseNumber(*text, &page.size) || page.size < 1 || page.size > page_size_max) {
      return InvalidArgument("page_size: must be a number from 1 to {}, not '{}'", page_size_max, *text);
    }
  }
  if (const auto token = Get("page_token")) {
    KONTOR_ASSIGN_OR_RETURN(page.token, OpenToken(*token, QuestionOf(target_)));
  }
  return page;
}

Result<AccountsQuery> HttpCall::Accounts() const {
  AccountsQuery query;
  for (const auto& [name, field] :
       {std::pair{"segment", &AccountFilter::segment}, std::pair{"industry", &AccountFilter::industry},
        std::pair{"country", &AccountFilter::country}, std::pair{"manager", &AccountFilter::manager},
        std::pair{"currency", &AccountFilter::currency}, std::pair{"text", &AccountFilter::text}}) {
    const auto value = Get(name);
    if (!value) continue;
    if (value->empty()) return InvalidArgument("{}: must not be empty; leave it out", name);
    query.filter.*field = std::string(*value);
  }
  if (query.filter.currency && !IsIso4217(*query.filter.currency)) {
    return InvalidArgument("currency: '{}' is no currency of ISO 4217, as EUR", *query.filter.currency);
  }
  if (const auto order = Get("order_by")) {
    std::string_view figure = *order;
    const size_t space = figure.find(' ');
    const std::string_view direction = space == std::string_view::npos ? "asc" : figure.substr(space + 1);
    figure = figure.substr(0, space);
    query.order_by = ListedFigureOf(figure);
    if (*query.order_by == kListedFigures.size()) {
      return InvalidArgument("order_by: there is no figure '{}'{}; `kontor accounts --help` and /openapi.json name all",
                             figure, DidYouMean(figure, ListedFigureNames()));
    }
    if (direction != "asc" && direction != "desc") {
      return InvalidArgument("order_by: behind the figure stands ` desc` for the largest first, or ` asc`, not '{}'",
                             direction);
    }
    query.descending = direction == "desc";
  }
  query.settled = Get("wait_for").has_value();
  return query;
}

Result<log::v1::Disposition> HttpCall::Disposition() const {
  const auto word = Get("disposition");
  if (!word) return log::v1::DISPOSITION_UNSPECIFIED;
  if (*word == "accepted") return log::v1::DISPOSITION_ACCEPTED;
  if (*word == "duplicate") return log::v1::DISPOSITION_DUPLICATE;
  if (*word == "conflict") return log::v1::DISPOSITION_CONFLICT;
  if (*word == "rejected") return log::v1::DISPOSITION_REJECTED;
  return InvalidArgument("disposition: must be accepted, duplicate, conflict or rejected, not '{}'", *word);
}

Result<bool> HttpCall::Flag(std::string_view name) const {
  const std::string_view flag = Get(name).value_or("false");
  if (flag != "true" && flag != "false") return InvalidArgument("{}: must be true or false, not '{}'", name, flag);
  return flag == "true";
}

Result<std::optional<TopicOffset>> HttpCall::WaitFor() const {
  const auto text = Get("wait_for");
  if (!text) return std::optional<TopicOffset>();
  const size_t slash = text->rfind('/');
  const size_t at = text->rfind('@');
  int32_t partition = -1;
  int64_t offset = -1;
  const bool good = slash != std::string_view::npos && at != std::string_view::npos && slash < at && slash > 0 &&
                    ParseNumber(text->substr(slash + 1, at - slash - 1), &partition) &&
                    ParseNumber(text->substr(at + 1), &offset) && partition >= 0 && offset >= 0;
  if (!good) {
    return InvalidArgument("wait_for: '{}' is no topic/partition@offset, as kontor.events/3@1041", *text);
  }
  return std::optional(TopicOffset{std::string(text->substr(0, slash)), Partition(partition), Offset(offset)});
}

}  // namespace kontor
