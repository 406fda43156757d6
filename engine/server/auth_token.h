// The bearer token that readers show, kept in a file that nobody else can read.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace kontor {

// The token in a file: its one line. NotFound, PermissionDenied (group or others may read the file) or InvalidArgument
// (empty, more than a line, beyond 4 KiB, or characters that no header carries), each with what to do. The token itself
// stands in no message.
Result<std::string> ReadAuthToken(const std::string& path);

// Whether an Authorization header ("Bearer …") shows the token. How long it takes tells nothing about the token.
bool ShowsToken(std::string_view authorization, std::string_view token);

}  // namespace kontor
