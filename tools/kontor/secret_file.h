// Secrets come from files that nobody but their owner can read, never from the command line, which everyone can.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace kontor {

// The one line of a file. NotFound, PermissionDenied (group or others may use the file) or InvalidArgument (empty, more
// than a line, beyond 4 KiB, not UTF-8), each naming the option, the file and what to do. The secret is in no message.
Result<std::string> ReadSecretFile(std::string_view option, const std::string& path);

// The bearer token in a file: visible ASCII without spaces, as a header carries it.
Result<std::string> ReadAuthToken(const std::string& path);

}  // namespace kontor
