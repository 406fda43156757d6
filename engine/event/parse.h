// Parses protobuf and its JSON mapping in silence: bad input is a value here, no line on standard error.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace kontor {

// Whether the bytes are a message of this type, every string in it UTF-8. On false the message holds no matter what.
bool ParseProtobuf(std::string_view bytes, google::protobuf::Message* message);

// InvalidArgument with protobuf's own words, unknown fields refused.
Status ParseJson(std::string_view json, google::protobuf::Message* message);

}  // namespace kontor
