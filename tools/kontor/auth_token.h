// The bearer token that readers show, kept in a file that nobody but its owner can read.
#pragma once

#include <string>

#include "engine/base/status.h"

namespace kontor {

// The token in a file: its one line. NotFound, PermissionDenied (group or others may use the file) or InvalidArgument
// (empty, more than a line, beyond 4 KiB, or characters that no header carries), each with what to do. The token itself
// stands in no message.
Result<std::string> ReadAuthToken(const std::string& path);

}  // namespace kontor
