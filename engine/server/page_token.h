// Page tokens as readers carry them: opaque, and good for the question only that they were given for.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/server/target.h"

namespace kontor {

// What a page is of: the path, and every parameter but those that a reader may change from page to page.
std::string QuestionOf(const Target& target);

// The token of the queries, bound to the question. Empty stays empty.
std::string SealToken(std::string_view token, std::string_view question);
// InvalidArgument ("page_token: ...") where it is none, or of another question.
Result<std::string> OpenToken(std::string_view sealed, std::string_view question);

}  // namespace kontor
