// CloudEvents 1.0 over Kafka: one event a record, in binary or structured mode.
#pragma once

#include <google/protobuf/arena.h>

#include <optional>

#include "engine/event/framing.h"

namespace kontor {

// Binary mode: the attributes are headers, the value is the event.
std::optional<Rejection> UnframeBinaryCloudEvent(const RawRecord& record, const FramingHeaders& headers,
                                                 google::protobuf::Arena* arena, Payload* payload);

// Structured mode: the value holds attributes and event, as protobuf or JSON; content-type says which.
std::optional<Rejection> UnframeStructuredCloudEvent(const RawRecord& record, const FramingHeaders& headers,
                                                     google::protobuf::Arena* arena, Payload* payload);

}  // namespace kontor
