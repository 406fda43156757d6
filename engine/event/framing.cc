#include "engine/event/framing.h"

#include <algorithm>
#include <array>

#include "engine/event/cloud_events.h"

namespace kontor {
namespace {

using Verdict = std::optional<Rejection>;

constexpr char kConfluentHeaderMagic = 1;
constexpr size_t kSchemaIdBytes = 4;
constexpr size_t kSchemaGuidBytes = 16;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

Verdict ReadHeaders(const RawRecord& record, FramingHeaders* out) {
  const std::array<std::pair<std::string_view, std::optional<std::string_view>*>, 7> wanted = {{
      {"content-type", &out->content_type},
      {"__value_schema_id", &out->schema_id},
      {"ce_specversion", &out->ce_specversion},
      {"ce_id", &out->ce_id},
      {"ce_source", &out->ce_source},
      {"ce_type", &out->ce_type},
      {"ce_time", &out->ce_time},
  }};
  for (const RawHeader& header : record.headers) {
    out->has_ce = out->has_ce || StartsWithIgnoringCase(header.name, "ce_");
    for (const auto& [name, place] : wanted) {
      if (!EqualsIgnoringCase(header.name, name)) continue;
      const std::string_view value = header.value.value_or(std::string_view());
      if (*place && **place != value) return BadFraming("header {} is there twice, with two values", name);
      *place = value;
    }
  }
  return std::nullopt;
}

// Reads the path to the message within its file, which ends the frame. Event is the first message of its file: [0],
// written as one 0x00, or in full as count 1 (zigzag: 0x02) and index 0.
Verdict DropMessageIndexes(std::string_view* bytes) {
  if (bytes->empty()) return BadFraming("the Confluent frame is cut short");
  if (bytes->front() == 0) {
    bytes->remove_prefix(1);
    return std::nullopt;
  }
  constexpr std::string_view kInFull("\x02\x00", 2);
  if (bytes->substr(0, kInFull.size()) == kInFull) {
    bytes->remove_prefix(kInFull.size());
    return std::nullopt;
  }
  return BadFraming("the Confluent frame names another message than the first of its file, {}", kEventTypeName);
}

Verdict UnframeConfluentHeader(const RawRecord& record, std::string_view header, Payload* payload) {
  if (header.size() <= kSchemaGuidBytes || header.front() != kConfluentHeaderMagic) {
    return BadFraming("header __value_schema_id is not 0x01, a schema GUID of 16 bytes and message indexes");
  }
  header.remove_prefix(1 + kSchemaGuidBytes);
  if (auto bad = DropMessageIndexes(&header)) return bad;
  if (!header.empty()) return BadFraming("header __value_schema_id goes on after the message indexes");
  if (record.value->front() == kConfluentMagic) {
    return BadFraming("the schema is named twice: in the header __value_schema_id and before the value");
  }
  payload->bytes = *record.value;
  return std::nullopt;
}

Verdict UnframeConfluentPrefix(std::string_view value, Payload* payload) {
  if (value.size() <= 1 + kSchemaIdBytes) return BadFraming("the Confluent frame is cut short");
  value.remove_prefix(1 + kSchemaIdBytes);
  if (auto bad = DropMessageIndexes(&value)) return bad;
  payload->bytes = value;
  return std::nullopt;
}

}  // namespace

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) { return Lower(a) == b; });
}

bool StartsWithIgnoringCase(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && EqualsIgnoringCase(text.substr(0, lower.size()), lower);
}

std::string_view MediaType(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  const size_t first = content_type.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return content_type.substr(first, content_type.find_last_not_of(" \t") - first + 1);
}

std::optional<Rejection> Unframe(const RawRecord& record, google::protobuf::Arena* arena, Payload* payload) {
  if (!record.headers.empty()) {
    FramingHeaders headers;
    if (auto bad = ReadHeaders(record, &headers)) return bad;
    const std::string_view media_type = MediaType(headers.content_type.value_or(""));
    const bool structured = StartsWithIgnoringCase(media_type, "application/cloudevents");
    if (structured || headers.has_ce) {
      if (headers.schema_id) return BadFraming("CloudEvents with the header __value_schema_id: two framings at once");
      return structured ? UnframeStructuredCloudEvent(record, headers, arena, payload)
                        : UnframeBinaryCloudEvent(record, headers, arena, payload);
    }
    if (headers.schema_id) return UnframeConfluentHeader(record, *headers.schema_id, payload);
  }
  if (record.value->front() == kConfluentMagic) return UnframeConfluentPrefix(*record.value, payload);
  payload->bytes = *record.value;
  return std::nullopt;
}

}  // namespace kontor
