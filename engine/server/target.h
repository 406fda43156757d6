// The target of an HTTP request: "/v1/accounts/a%2F7?now=2026-11-24" taken apart, and put together.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/status.h"

namespace kontor {

struct Target {
  std::vector<std::string> segments;                            // decoded: {"v1", "accounts", "a/7"}
  std::vector<std::pair<std::string, std::string>> parameters;  // decoded, in their order
};

// Reads an origin ("/…") or absolute ("http://host/…") target. "%2F" is part of a segment, never its end; "+" is a
// space in the query, as forms are encoded, and a plus in the path. InvalidArgument where a percent escape is broken,
// or what it yields is not UTF-8.
Result<Target> ParseTarget(std::string_view target);

// Everything but letters, digits and "-._~" as %XX: safe as a segment and as a value.
std::string PercentEncode(std::string_view text);

}  // namespace kontor
