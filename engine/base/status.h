// Status and Result: how a failure of the world travels. The one file that includes absl.
//
// The code carries the policy: Unavailable is retried with bounded backoff; DataLoss stops the shard and is never
// skipped; InvalidArgument and NotFound go to the caller; the rest ends the operation. A message says what, where and
// what to do. Bad input is not an error but a value (a disposition); our own bug is a KONTOR_CHECK.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace kontor {

using Status = absl::Status;
using StatusCode = absl::StatusCode;
template <typename T>
using Result = absl::StatusOr<T>;

inline Status OkStatus() { return absl::OkStatus(); }

inline Status MakeStatus(StatusCode code, std::string_view text) {
  return Status(code, absl::string_view(text.data(), text.size()));
}

#define KONTOR_STATUS_FACTORY(Name, Code)                                                  \
  template <typename... Args>                                                              \
  Status Name(fmt::format_string<Args...> format, Args&&... args) {                        \
    return MakeStatus(StatusCode::Code, fmt::format(format, std::forward<Args>(args)...)); \
  }
KONTOR_STATUS_FACTORY(InvalidArgument, kInvalidArgument)
KONTOR_STATUS_FACTORY(NotFound, kNotFound)
KONTOR_STATUS_FACTORY(AlreadyExists, kAlreadyExists)
KONTOR_STATUS_FACTORY(FailedPrecondition, kFailedPrecondition)
KONTOR_STATUS_FACTORY(Unavailable, kUnavailable)
KONTOR_STATUS_FACTORY(DataLoss, kDataLoss)
KONTOR_STATUS_FACTORY(ResourceExhausted, kResourceExhausted)
KONTOR_STATUS_FACTORY(PermissionDenied, kPermissionDenied)
KONTOR_STATUS_FACTORY(Unauthenticated, kUnauthenticated)
KONTOR_STATUS_FACTORY(Unimplemented, kUnimplemented)
KONTOR_STATUS_FACTORY(Cancelled, kCancelled)
KONTOR_STATUS_FACTORY(Internal, kInternal)
#undef KONTOR_STATUS_FACTORY

// The message without the code.
inline std::string_view Text(const Status& status) { return {status.message().data(), status.message().size()}; }

}  // namespace kontor

#define KONTOR_CONCAT_INNER(a, b) a##b
#define KONTOR_CONCAT(a, b) KONTOR_CONCAT_INNER(a, b)

#define KONTOR_RETURN_IF_ERROR(expression)                                                        \
  do {                                                                                            \
    if (::kontor::Status kontor_status = (expression); !kontor_status.ok()) return kontor_status; \
  } while (false)

// KONTOR_ASSIGN_OR_RETURN(auto value, Compute());
#define KONTOR_ASSIGN_OR_RETURN(declaration, expression) \
  KONTOR_ASSIGN_OR_RETURN_INNER(KONTOR_CONCAT(kontor_result_, __LINE__), declaration, expression)
#define KONTOR_ASSIGN_OR_RETURN_INNER(result, declaration, expression) \
  auto result = (expression);                                          \
  if (!result.ok()) return result.status();                            \
  declaration = *std::move(result)
