// Events as people and scripts write them: protobuf's JSON mapping.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "kontor/event/v1/event.pb.h"

namespace kontor {

// InvalidArgument, naming the field, on what is no event: unknown fields, strings where numbers belong, and the like.
Status EventFromJson(std::string_view json, event::v1::Event* event);

// One line, field names as in the schema (snake_case).
std::string EventToJson(const event::v1::Event& event);

}  // namespace kontor
