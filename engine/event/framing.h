// How a record's value holds its event: which framing, where the payload is, and what the framing itself claims of it.
//
// README.md has the table of framings and of what comes first. Only the record decides; nobody is asked.
#pragma once

#include <google/protobuf/arena.h>
#include <google/protobuf/timestamp.pb.h>

#include <optional>
#include <string_view>

#include "engine/event/decoder.h"
#include "engine/event/raw_record.h"

namespace kontor {

// CloudEvents attributes that repeat what the payload says.
struct Claims {
  std::string_view id;
  std::string_view source;
  const google::protobuf::Timestamp* time = nullptr;  // null: not claimed
};

struct Payload {
  enum class Encoding { kProtobuf, kJson };
  Encoding encoding = Encoding::kProtobuf;
  std::string_view bytes;
  std::optional<Claims> claims;
};

// Finds the payload of a record whose value is neither absent nor empty, or says why there is none. The payload points
// into the record or onto the arena.
std::optional<Rejection> Unframe(const RawRecord& record, google::protobuf::Arena* arena, Payload* payload);

}  // namespace kontor
