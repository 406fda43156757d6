// Whether a request may read.
#pragma once

#include <string_view>

namespace kontor {

// Whether an Authorization header ("Bearer …") shows the token. How long it takes tells nothing about the token.
bool ShowsToken(std::string_view authorization, std::string_view token);

}  // namespace kontor
