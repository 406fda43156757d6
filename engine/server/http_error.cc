#include "engine/server/http_error.h"

#include <algorithm>
#include <cctype>

#include "engine/base/check.h"
#include "engine/server/json.h"
#include "kontor/api/v1/api.pb.h"

namespace kontor {
namespace {

// The length of the parameter's name that a message begins with; 0 where it begins with none.
size_t FieldLength(std::string_view message) {
  const size_t colon = message.find(": ");
  if (colon == std::string_view::npos) return 0;
  const std::string_view name = message.substr(0, colon);
  const bool is_name = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_' || c == '.';
  });
  return is_name ? colon : 0;
}

}  // namespace

int HttpCodeOf(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
      return 200;
    case StatusCode::kInvalidArgument:
    case StatusCode::kFailedPrecondition:
    case StatusCode::kOutOfRange:
      return 400;
    case StatusCode::kUnauthenticated:
      return 401;
    case StatusCode::kPermissionDenied:
      return 403;
    case StatusCode::kNotFound:
      return 404;
    case StatusCode::kAlreadyExists:
    case StatusCode::kAborted:
      return 409;
    case StatusCode::kResourceExhausted:
      return 429;
    case StatusCode::kCancelled:
      return 499;
    case StatusCode::kUnimplemented:
      return 501;
    case StatusCode::kUnavailable:
      return 503;
    case StatusCode::kDeadlineExceeded:
      return 504;
    default:  // kDataLoss, kInternal, kUnknown: ours to mend
      return 500;
  }
}

std::string ErrorJson(const Status& status) {
  KONTOR_CHECK(!status.ok());
  api::v1::ErrorStatus error;
  const std::string_view message = Text(status);
  error.set_code(static_cast<int>(status.code()));
  error.set_message(std::string(message));
  if (status.code() == StatusCode::kInvalidArgument || status.code() == StatusCode::kFailedPrecondition) {
    if (const size_t length = FieldLength(message); length > 0) {
      api::v1::FieldViolation* detail = error.add_details();
      detail->set_field(std::string(message.substr(0, length)));
      detail->set_description(std::string(message.substr(length + 2)));
    }
  }
  const Result<std::string> json = JsonText(error);
  KONTOR_CHECK(json.ok());
  return *json;
}

Status StatusOfError(int http_code, std::string_view body) {
  api::v1::ErrorStatus error;
  if (AnswerFromJson(body, &error).ok() && error.code() > 0 && error.code() <= 16) {
    return MakeStatus(static_cast<StatusCode>(error.code()), error.message());
  }
  return Unavailable("answered HTTP {} with what is no word of Kontor; is a proxy in between?", http_code);
}

}  // namespace kontor
