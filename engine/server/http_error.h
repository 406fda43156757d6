// How a Status travels over HTTP: the code of the answer, and the body that tells what, where and what to do.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace kontor {

// The HTTP code of each of ours, as google/rpc/code.proto gives it. engine/server/README.md holds the table.
int HttpCodeOf(StatusCode code);

// kontor.api.v1.ErrorStatus in JSON. Where the message of an InvalidArgument or FailedPrecondition begins with a name
// and a colon ("page_size: 0 is too small"), that name stands in the details too.
std::string ErrorJson(const Status& status);

// The Status that an error's body tells; where the body is none of ours, one that quotes HTTP's code. Never OK.
Status StatusOfError(int http_code, std::string_view body);

}  // namespace kontor
