// Events as people and scripts write them: protobuf's JSON mapping.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "kontor/event/v1/event.pb.h"

namespace kontor {

// InvalidArgument, naming the field, on what is no event: unknown fields, words where numbers belong, and the like; the
// message is for people and may differ from one version of protobuf to the next. Bounds are the validator's.
Status EventFromJson(std::string_view json, event::v1::Event* event);

// One line, field names as in the schema (snake_case). What JSON cannot say is left out: unknown fields, and an
// occurred_at outside the years 1 to 9999 (no accepted event has one).
std::string EventToJson(const event::v1::Event& event);

}  // namespace kontor
