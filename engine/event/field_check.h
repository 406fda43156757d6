// The rules of single fields, as the schema states them: required, bounds, formats.
#pragma once

#include <optional>

#include "engine/event/decoder.h"

namespace kontor {

// The first field that breaks its rule, in the order of field numbers, the envelope before the body, depth first; or
// nothing. Threads: any.
std::optional<Rejection> CheckFields(const event::v1::Event& event);

}  // namespace kontor
