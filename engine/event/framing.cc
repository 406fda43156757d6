#include "engine/event/framing.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wrappers.pb.h>

#include <algorithm>
#include <array>
#include <string>

#include "engine/base/civil.h"
#include "engine/event/parse.h"
#include "kontor/cloudevents/v1/cloudevents.pb.h"

namespace kontor {
namespace {

using cloudevents::v1::CloudEvent;
using cloudevents::v1::CloudEventAttributeValue;
using google::protobuf::Arena;
using google::protobuf::Struct;
using google::protobuf::Timestamp;
using google::protobuf::Value;
using Verdict = std::optional<Rejection>;

constexpr std::string_view kProtobufType = "application/protobuf";
constexpr std::string_view kJsonType = "application/json";
constexpr std::string_view kSpecVersion = "1.0";
constexpr std::string_view kEventTypeName = "kontor.event.v1.Event";
constexpr char kConfluentMagic = 0;
constexpr char kConfluentHeaderMagic = 1;
constexpr size_t kSchemaIdBytes = 4;
constexpr size_t kSchemaGuidBytes = 16;

template <typename... Args>
Rejection Bad(fmt::format_string<Args...> format, Args&&... args) {
  return {log::v1::REJECT_REASON_FRAMING, "", fmt::format(format, std::forward<Args>(args)...)};
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(),
                                                   [](char a, char b) { return Lower(a) == b; });
}

bool StartsWithIgnoringCase(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && EqualsIgnoringCase(text.substr(0, lower.size()), lower);
}

// "Application/Protobuf; messageType=…" -> "Application/Protobuf".
std::string_view MediaType(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  const size_t first = content_type.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return content_type.substr(first, content_type.find_last_not_of(" \t") - first + 1);
}

// The headers that say how to read the value. A header without value reads as an empty one.
struct FramingHeaders {
  std::optional<std::string_view> content_type, schema_id, ce_specversion, ce_id, ce_source, ce_type, ce_time;
  bool has_ce = false;  // any header named ce_…
};

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
      if (*place && **place != value) return Bad("header {} is there twice, with two values", name);
      *place = value;
    }
  }
  return std::nullopt;
}

// Events are protobuf inside CloudEvents too; a registry's frame around it would be a framing within a framing.
Verdict RefuseConfluentInside(std::string_view data) {
  if (data.empty() || data.front() != kConfluentMagic) return std::nullopt;
  return Bad("the CloudEvents data is in Confluent framing; send plain protobuf inside CloudEvents");
}

Verdict CheckSpecVersion(std::string_view version) {
  if (version == kSpecVersion) return std::nullopt;
  return Bad("the CloudEvents attribute specversion is not 1.0, the one version that is read");
}

Verdict CheckRequired(std::string_view id, std::string_view source, std::string_view type) {
  if (id.empty()) return Bad("the CloudEvents attribute id is missing");
  if (source.empty()) return Bad("the CloudEvents attribute source is missing");
  if (type.empty()) return Bad("the CloudEvents attribute type is missing");
  return std::nullopt;
}

Verdict ReadTime(std::string_view text, Arena* arena, Claims* claims) {
  constexpr size_t kDayLength = 10;  // a plain day is no time
  const std::optional<Instant> time = text.size() > kDayLength ? ParseInstant(text) : std::nullopt;
  if (!time) return Bad("the CloudEvents attribute time is no RFC 3339 instant, such as 2026-11-24T08:30:00Z");
  auto* timestamp = Arena::CreateMessage<Timestamp>(arena);
  *timestamp = TimestampOf(*time);
  claims->time = timestamp;
  return std::nullopt;
}

// Binary mode: the attributes are headers, the value is the event.
Verdict UnframeBinaryCloudEvent(const RawRecord& record, const FramingHeaders& headers, Arena* arena,
                                Payload* payload) {
  if (auto bad = CheckSpecVersion(headers.ce_specversion.value_or(""))) return bad;
  Claims claims{headers.ce_id.value_or(""), headers.ce_source.value_or("")};
  if (auto bad = CheckRequired(claims.id, claims.source, headers.ce_type.value_or(""))) return bad;
  if (headers.ce_time) {
    if (auto bad = ReadTime(*headers.ce_time, arena, &claims)) return bad;
  }
  if (!EqualsIgnoringCase(MediaType(headers.content_type.value_or("")), kProtobufType)) {
    return Bad("binary CloudEvents need the header content-type: {}", kProtobufType);
  }
  payload->bytes = *record.value;
  payload->claims = claims;
  return RefuseConfluentInside(payload->bytes);
}

// Structured mode, protobuf: the value is an io.cloudevents.v1.CloudEvent.
Verdict UnframeProtobufCloudEvent(std::string_view value, Arena* arena, Payload* payload) {
  auto* envelope = Arena::CreateMessage<CloudEvent>(arena);
  if (!ParseProtobuf(value, envelope)) return Bad("the value is no io.cloudevents.v1.CloudEvent");
  if (auto bad = CheckSpecVersion(envelope->spec_version())) return bad;
  if (auto bad = CheckRequired(envelope->id(), envelope->source(), envelope->type())) return bad;
  Claims claims{envelope->id(), envelope->source()};
  const auto& attributes = envelope->attributes();
  if (const auto time = attributes.find("time"); time != attributes.end()) {
    if (!time->second.has_ce_timestamp()) return Bad("the CloudEvents attribute time is no timestamp");
    claims.time = &time->second.ce_timestamp();
  }
  if (const auto type = attributes.find("datacontenttype"); type != attributes.end()) {
    if (!EqualsIgnoringCase(MediaType(type->second.ce_string()), kProtobufType)) {
      return Bad("the CloudEvents attribute datacontenttype is not {}", kProtobufType);
    }
  }
  switch (envelope->data_case()) {
    case CloudEvent::kBinaryData:
      payload->bytes = envelope->binary_data();
      break;
    case CloudEvent::kProtoData: {
      const std::string_view url = envelope->proto_data().type_url();
      if (url.substr(url.rfind('/') + 1) != kEventTypeName) {
        return Bad("the CloudEvents proto_data is no {}", kEventTypeName);
      }
      payload->bytes = envelope->proto_data().value();
      break;
    }
    default:
      return Bad("the CloudEvents envelope holds neither binary_data nor proto_data");
  }
  payload->claims = claims;
  return RefuseConfluentInside(payload->bytes);
}

// The text of a JSON attribute; nothing where it is absent or null. Another type than string reads as empty.
std::optional<std::string_view> TextOf(const Struct& envelope, const char* name) {
  const auto place = envelope.fields().find(name);
  if (place == envelope.fields().end() || place->second.has_null_value()) return std::nullopt;
  return place->second.string_value();
}

const Value* DataOf(const Struct& envelope, const char* name) {
  const auto place = envelope.fields().find(name);
  return place == envelope.fields().end() || place->second.has_null_value() ? nullptr : &place->second;
}

std::string_view OnArena(std::string text, Arena* arena) { return *Arena::Create<std::string>(arena, std::move(text)); }

bool IsJsonType(std::string_view media_type) {
  constexpr std::string_view kSuffix = "+json";
  return EqualsIgnoringCase(media_type, kJsonType) ||
         (media_type.size() > kSuffix.size() &&
          EqualsIgnoringCase(media_type.substr(media_type.size() - kSuffix.size()), kSuffix));
}

Verdict ReadJsonData(const Struct& envelope, Arena* arena, Payload* payload) {
  const Value* data = DataOf(envelope, "data");
  const Value* base64 = DataOf(envelope, "data_base64");
  const std::optional<std::string_view> type = TextOf(envelope, "datacontenttype");
  if ((data == nullptr) == (base64 == nullptr)) {
    return Bad("the CloudEvents envelope is to hold data or data_base64, one of the two");
  }
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(data != nullptr ? *data : *base64, &json).ok()) {
    return Bad("the CloudEvents data is no JSON");
  }
  if (data != nullptr) {
    if (type && !IsJsonType(MediaType(*type))) {
      return Bad("the CloudEvents attribute datacontenttype is not {}, though data is JSON", kJsonType);
    }
    payload->encoding = Payload::Encoding::kJson;
    payload->bytes = OnArena(std::move(json), arena);
    return std::nullopt;
  }
  if (type && !EqualsIgnoringCase(MediaType(*type), kProtobufType)) {
    return Bad("the CloudEvents attribute datacontenttype is not {}, though data_base64 holds bytes", kProtobufType);
  }
  auto* bytes = Arena::CreateMessage<google::protobuf::BytesValue>(arena);
  if (!base64->has_string_value() || !ParseJson(json, bytes).ok()) {
    return Bad("the CloudEvents data_base64 is no base64");
  }
  payload->bytes = bytes->value();
  return RefuseConfluentInside(payload->bytes);
}

// Structured mode, JSON: the value is an object whose members are the attributes and the data.
Verdict UnframeJsonCloudEvent(std::string_view value, Arena* arena, Payload* payload) {
  auto* envelope = Arena::CreateMessage<Struct>(arena);
  if (!ParseJson(value, envelope).ok()) return Bad("the value is no JSON object");
  if (auto bad = CheckSpecVersion(TextOf(*envelope, "specversion").value_or(""))) return bad;
  Claims claims{TextOf(*envelope, "id").value_or(""), TextOf(*envelope, "source").value_or("")};
  if (auto bad = CheckRequired(claims.id, claims.source, TextOf(*envelope, "type").value_or(""))) return bad;
  if (const auto time = TextOf(*envelope, "time")) {
    if (auto bad = ReadTime(*time, arena, &claims)) return bad;
  }
  payload->claims = claims;
  return ReadJsonData(*envelope, arena, payload);
}

// Structured mode may repeat the attributes as headers; then they say the same.
Verdict CheckRepeated(const FramingHeaders& headers, const Claims& claims, Arena* arena) {
  if (headers.ce_specversion) {
    if (auto bad = CheckSpecVersion(*headers.ce_specversion)) return bad;
  }
  if (headers.ce_id && *headers.ce_id != claims.id) return Bad("header ce_id is not the attribute id of the value");
  if (headers.ce_source && *headers.ce_source != claims.source) {
    return Bad("header ce_source is not the attribute source of the value");
  }
  if (headers.ce_time) {
    Claims header;
    if (auto bad = ReadTime(*headers.ce_time, arena, &header)) return bad;
    if (claims.time == nullptr || claims.time->seconds() != header.time->seconds() ||
        claims.time->nanos() != header.time->nanos()) {
      return Bad("header ce_time is not the attribute time of the value");
    }
  }
  return std::nullopt;
}

Verdict UnframeStructuredCloudEvent(const RawRecord& record, const FramingHeaders& headers,
                                    std::string_view media_type, Arena* arena, Payload* payload) {
  if (EqualsIgnoringCase(media_type, "application/cloudevents+protobuf")) {
    if (auto bad = UnframeProtobufCloudEvent(*record.value, arena, payload)) return bad;
  } else if (EqualsIgnoringCase(media_type, "application/cloudevents+json")) {
    if (auto bad = UnframeJsonCloudEvent(*record.value, arena, payload)) return bad;
  } else if (StartsWithIgnoringCase(media_type, "application/cloudevents-batch")) {
    return Bad("a batch of CloudEvents; send each event as a record of its own");
  } else {
    return Bad("a format of CloudEvents that is not read; use application/cloudevents+protobuf or +json");
  }
  return CheckRepeated(headers, *payload->claims, arena);
}

// Reads the path to the message within its file, which ends the frame. Event is the first message of its file: [0],
// written as one 0x00, or in full as count 1 (zigzag: 0x02) and index 0.
Verdict DropMessageIndexes(std::string_view* bytes) {
  if (bytes->empty()) return Bad("the Confluent frame is cut short");
  if (bytes->front() == 0) {
    bytes->remove_prefix(1);
    return std::nullopt;
  }
  constexpr std::string_view kInFull("\x02\x00", 2);
  if (bytes->substr(0, kInFull.size()) == kInFull) {
    bytes->remove_prefix(kInFull.size());
    return std::nullopt;
  }
  return Bad("the Confluent frame names another message than the first of its file, {}", kEventTypeName);
}

Verdict UnframeConfluentHeader(const RawRecord& record, std::string_view header, Payload* payload) {
  if (header.size() <= kSchemaGuidBytes || header.front() != kConfluentHeaderMagic) {
    return Bad("header __value_schema_id is not 0x01, a schema GUID of 16 bytes and message indexes");
  }
  header.remove_prefix(1 + kSchemaGuidBytes);
  if (auto bad = DropMessageIndexes(&header)) return bad;
  if (!header.empty()) return Bad("header __value_schema_id goes on after the message indexes");
  if (record.value->front() == kConfluentMagic) {
    return Bad("the schema is named twice: in the header __value_schema_id and before the value");
  }
  payload->bytes = *record.value;
  return std::nullopt;
}

Verdict UnframeConfluentPrefix(std::string_view value, Payload* payload) {
  if (value.size() <= 1 + kSchemaIdBytes) return Bad("the Confluent frame is cut short");
  value.remove_prefix(1 + kSchemaIdBytes);
  if (auto bad = DropMessageIndexes(&value)) return bad;
  payload->bytes = value;
  return std::nullopt;
}

}  // namespace

std::optional<Rejection> Unframe(const RawRecord& record, Arena* arena, Payload* payload) {
  if (!record.headers.empty()) {
    FramingHeaders headers;
    if (auto bad = ReadHeaders(record, &headers)) return bad;
    const std::string_view media_type = MediaType(headers.content_type.value_or(""));
    const bool structured = StartsWithIgnoringCase(media_type, "application/cloudevents");
    if (structured || headers.has_ce) {
      if (headers.schema_id) return Bad("CloudEvents with the header __value_schema_id: two framings at once");
      return structured ? UnframeStructuredCloudEvent(record, headers, media_type, arena, payload)
                        : UnframeBinaryCloudEvent(record, headers, arena, payload);
    }
    if (headers.schema_id) return UnframeConfluentHeader(record, *headers.schema_id, payload);
  }
  // A protobuf message never starts with 0x00: no field has the number 0.
  if (record.value->front() == kConfluentMagic) return UnframeConfluentPrefix(*record.value, payload);
  payload->bytes = *record.value;
  return std::nullopt;
}

}  // namespace kontor
