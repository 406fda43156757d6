// Messages as HTTP shows them: protobuf's JSON mapping as it stands (lowerCamelCase names, 64-bit integers as strings,
// fields without presence left out where they are zero or empty).
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace kontor {

// Internal where the message holds what JSON cannot (an instant outside of years 1 to 9999).
Result<std::string> JsonText(const google::protobuf::Message& message);

// Reads what JsonText wrote, today or under a later schema: fields that this version does not know are passed over.
// InvalidArgument on what is no such JSON.
Status AnswerFromJson(std::string_view json, google::protobuf::Message* message);

}  // namespace kontor
