// How a record's value holds its event: which framing, where the payload is, and what the framing itself claims of it.
//
// README.md has the table of framings and of what comes first. Only the record decides; nobody is asked.
#pragma once

#include <fmt/format.h>
#include <google/protobuf/arena.h>
#include <google/protobuf/timestamp.pb.h>

#include <optional>
#include <string_view>
#include <utility>

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

// ---- What the framings share ----

inline constexpr std::string_view kEventTypeName = "kontor.event.v1.Event";
// The first byte of Confluent's frame. A protobuf message never starts with it: no field has the number 0.
inline constexpr char kConfluentMagic = 0;

// The headers that say how to read the value. A header without value reads as an empty one.
struct FramingHeaders {
  std::optional<std::string_view> content_type, schema_id, ce_specversion, ce_id, ce_source, ce_type, ce_time;
  bool has_ce = false;  // any header named ce_...
};

template <typename... Args>
Rejection BadFraming(fmt::format_string<Args...> format, Args&&... args) {
  return {log::v1::REJECT_REASON_FRAMING, "", fmt::format(format, std::forward<Args>(args)...)};
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower);
bool StartsWithIgnoringCase(std::string_view text, std::string_view lower);

// "Application/Protobuf; messageType=..." -> "Application/Protobuf".
std::string_view MediaType(std::string_view content_type);

}  // namespace kontor
