#include "engine/event/cloud_events.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wrappers.pb.h>

#include <string>

#include "engine/base/civil.h"
#include "engine/event/parse.h"
#include "kontor/cloudevents/v1/cloudevents.pb.h"

namespace kontor {
namespace {

using cloudevents::v1::CloudEvent;
using google::protobuf::Arena;
using google::protobuf::Struct;
using google::protobuf::Timestamp;
using google::protobuf::Value;
using Verdict = std::optional<Rejection>;

constexpr std::string_view kProtobufType = "application/protobuf";
constexpr std::string_view kJsonType = "application/json";
constexpr std::string_view kSpecVersion = "1.0";

// Events are protobuf inside CloudEvents too; a registry's frame around it would be a framing within a framing.
Verdict RefuseConfluentInside(std::string_view data) {
  if (data.empty() || data.front() != kConfluentMagic) return std::nullopt;
  return BadFraming("the CloudEvents data is in Confluent framing; send plain protobuf inside CloudEvents");
}

Verdict CheckSpecVersion(std::string_view version) {
  if (version == kSpecVersion) return std::nullopt;
  return BadFraming("the CloudEvents attribute specversion is not 1.0, the one version that is read");
}

Verdict CheckRequired(std::string_view id, std::string_view source, std::string_view type) {
  if (id.empty()) return BadFraming("the CloudEvents attribute id is missing");
  if (source.empty()) return BadFraming("the CloudEvents attribute source is missing");
  if (type.empty()) return BadFraming("the CloudEvents attribute type is missing");
  return std::nullopt;
}

Verdict ReadTime(std::string_view text, Arena* arena, Claims* claims) {
  constexpr size_t kDayLength = 10;  // a plain day is no time
  const std::optional<Instant> time = text.size() > kDayLength ? ParseInstant(text) : std::nullopt;
  if (!time) return BadFraming("the CloudEvents attribute time is no RFC 3339 instant, such as 2026-11-24T08:30:00Z");
  auto* timestamp = Arena::CreateMessage<Timestamp>(arena);
  *timestamp = TimestampOf(*time);
  claims->time = timestamp;
  return std::nullopt;
}

// Structured mode, protobuf: the value is an io.cloudevents.v1.CloudEvent.
Verdict UnframeProtobufCloudEvent(std::string_view value, Arena* arena, Payload* payload) {
  auto* envelope = Arena::CreateMessage<CloudEvent>(arena);
  if (!ParseProtobuf(value, envelope)) return BadFraming("the value is no io.cloudevents.v1.CloudEvent");
  if (auto bad = CheckSpecVersion(envelope->spec_version())) return bad;
  if (auto bad = CheckRequired(envelope->id(), envelope->source(), envelope->type())) return bad;
  Claims claims{envelope->id(), envelope->source()};
  const auto& attributes = envelope->attributes();
  if (const auto time = attributes.find("time"); time != attributes.end()) {
    if (!time->second.has_ce_timestamp()) return BadFraming("the CloudEvents attribute time is no timestamp");
    claims.time = &time->second.ce_timestamp();
  }
  if (const auto type = attributes.find("datacontenttype"); type != attributes.end()) {
    if (!EqualsIgnoringCase(MediaType(type->second.ce_string()), kProtobufType)) {
      return BadFraming("the CloudEvents attribute datacontenttype is not {}", kProtobufType);
    }
  }
  switch (envelope->data_case()) {
    case CloudEvent::kBinaryData:
      payload->bytes = envelope->binary_data();
      break;
    case CloudEvent::kProtoData: {
      const std::string_view url = envelope->proto_data().type_url();
      if (url.substr(url.rfind('/') + 1) != kEventTypeName) {
        return BadFraming("the CloudEvents proto_data is no {}", kEventTypeName);
      }
      payload->bytes = envelope->proto_data().value();
      break;
    }
    default:
      return BadFraming("the CloudEvents envelope holds neither binary_data nor proto_data");
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
    return BadFraming("the CloudEvents envelope is to hold data or data_base64, one of the two");
  }
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(data != nullptr ? *data : *base64, &json).ok()) {
    return BadFraming("the CloudEvents data is no JSON");
  }
  if (data != nullptr) {
    if (type && !IsJsonType(MediaType(*type))) {
      return BadFraming("the CloudEvents attribute datacontenttype is not {}, though data is JSON", kJsonType);
    }
    payload->encoding = Payload::Encoding::kJson;
    payload->bytes = OnArena(std::move(json), arena);
    return std::nullopt;
  }
  if (type && !EqualsIgnoringCase(MediaType(*type), kProtobufType)) {
    return BadFraming("the CloudEvents attribute datacontenttype is not {}, though data_base64 holds bytes",
                      kProtobufType);
  }
  auto* bytes = Arena::CreateMessage<google::protobuf::BytesValue>(arena);
  if (!base64->has_string_value() || !ParseJson(json, bytes).ok()) {
    return BadFraming("the CloudEvents data_base64 is no base64");
  }
  payload->bytes = bytes->value();
  return RefuseConfluentInside(payload->bytes);
}

// Structured mode, JSON: the value is an object whose members are the attributes and the data.
Verdict UnframeJsonCloudEvent(std::string_view value, Arena* arena, Payload* payload) {
  auto* envelope = Arena::CreateMessage<Struct>(arena);
  if (!ParseJson(value, envelope).ok()) return BadFraming("the value is no JSON object");
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
  if (headers.ce_id && *headers.ce_id != claims.id) {
    return BadFraming("header ce_id is not the attribute id of the value");
  }
  if (headers.ce_source && *headers.ce_source != claims.source) {
    return BadFraming("header ce_source is not the attribute source of the value");
  }
  if (headers.ce_time) {
    Claims header;
    if (auto bad = ReadTime(*headers.ce_time, arena, &header)) return bad;
    if (claims.time == nullptr || claims.time->seconds() != header.time->seconds() ||
        claims.time->nanos() != header.time->nanos()) {
      return BadFraming("header ce_time is not the attribute time of the value");
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Rejection> UnframeBinaryCloudEvent(const RawRecord& record, const FramingHeaders& headers, Arena* arena,
                                                 Payload* payload) {
  if (auto bad = CheckSpecVersion(headers.ce_specversion.value_or(""))) return bad;
  Claims claims{headers.ce_id.value_or(""), headers.ce_source.value_or("")};
  if (auto bad = CheckRequired(claims.id, claims.source, headers.ce_type.value_or(""))) return bad;
  if (headers.ce_time) {
    if (auto bad = ReadTime(*headers.ce_time, arena, &claims)) return bad;
  }
  if (!EqualsIgnoringCase(MediaType(headers.content_type.value_or("")), kProtobufType)) {
    return BadFraming("binary CloudEvents need the header content-type: {}", kProtobufType);
  }
  payload->bytes = *record.value;
  payload->claims = claims;
  return RefuseConfluentInside(payload->bytes);
}

std::optional<Rejection> UnframeStructuredCloudEvent(const RawRecord& record, const FramingHeaders& headers,
                                                     Arena* arena, Payload* payload) {
  const std::string_view media_type = MediaType(headers.content_type.value_or(""));
  if (EqualsIgnoringCase(media_type, "application/cloudevents+protobuf")) {
    if (auto bad = UnframeProtobufCloudEvent(*record.value, arena, payload)) return bad;
  } else if (EqualsIgnoringCase(media_type, "application/cloudevents+json")) {
    if (auto bad = UnframeJsonCloudEvent(*record.value, arena, payload)) return bad;
  } else if (StartsWithIgnoringCase(media_type, "application/cloudevents-batch")) {
    return BadFraming("a batch of CloudEvents; send each event as a record of its own");
  } else {
    return BadFraming("a format of CloudEvents that is not read; use application/cloudevents+protobuf or +json");
  }
  return CheckRepeated(headers, *payload->claims, arena);
}

}  // namespace kontor
