// The rules that span fields of one body; the comments of the schema state them.
#pragma once

#include <optional>

#include "engine/event/decoder.h"

namespace kontor {

// The first rule that the body breaks, with the path of the field from the event, or nothing.
// Requires: every single field of the body keeps its own rule.
std::optional<Rejection> CheckBody(const event::v1::Event& event);

}  // namespace kontor
