#include "engine/event/decoder.h"

#include <google/protobuf/util/message_differencer.h>

#include "engine/base/civil.h"
#include "engine/event/framing.h"
#include "engine/event/parse.h"
#include "engine/event/rule_tables.h"

namespace kontor {
namespace {

using google::protobuf::Message;
using google::protobuf::Reflection;

// The text is Kontor's own, never a library's: it stands in the log, and the log is a function of the record alone.
Rejection Undecodable(std::string_view text) { return {log::v1::REJECT_REASON_UNDECODABLE, "", std::string(text)}; }

std::optional<Rejection> CheckClaims(const Claims& claims, const event::v1::Event& event) {
  const auto contradiction = [](std::string_view field, std::string_view attribute) {
    return Rejection{log::v1::REJECT_REASON_FRAMING, std::string(field),
                     fmt::format("not what the CloudEvents attribute {} says; the two are to be equal", attribute)};
  };
  if (!event.has_event_id() || event.event_id() != claims.id) return contradiction("event_id", "id");
  if (!event.has_source() || event.source() != claims.source) return contradiction("source", "source");
  if (claims.time != nullptr && (!event.has_occurred_at() || event.occurred_at().seconds() != claims.time->seconds() ||
                                 event.occurred_at().nanos() != claims.time->nanos())) {
    return contradiction("occurred_at", "time");
  }
  return std::nullopt;
}

bool EnumsAreKnown(const MessageRules& rules, const Message& message) {
  const Reflection* reflection = rules.reflection;
  for (const FieldRules& field : rules.enums) {
    if (field.repeated) {
      const int size = reflection->FieldSize(message, field.field);
      for (int i = 0; i < size; ++i) {
        if (!EnumsAreKnown(*field.message, reflection->GetRepeatedMessage(message, field.field, i))) return false;
      }
    } else if (!reflection->HasField(message, field.field)) {
      continue;
    } else if (field.kind == FieldKind::kEnum) {
      const int number = reflection->GetEnumValue(message, field.field);
      if (field.field->enum_type()->FindValueByNumber(number) == nullptr) return false;
    } else if (!EnumsAreKnown(*field.message, reflection->GetMessage(message, field.field))) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::variant<const event::v1::Event*, Rejection> DecodeEvent(const RawRecord& record, google::protobuf::Arena* arena) {
  if (!record.value) return Rejection{log::v1::REJECT_REASON_EMPTY, "", "the record has no value (a tombstone)"};
  if (record.value->empty()) return Rejection{log::v1::REJECT_REASON_EMPTY, "", "the record's value has no bytes"};
  if (record.value->size() > kMaxValueBytes) {
    return Rejection{log::v1::REJECT_REASON_TOO_LARGE, "",
                     fmt::format("the value has {} bytes; at most {} are read", record.value->size(), kMaxValueBytes)};
  }
  Payload payload;
  if (auto broken = Unframe(record, arena, &payload)) return *std::move(broken);

  auto* event = google::protobuf::Arena::CreateMessage<event::v1::Event>(arena);
  switch (payload.encoding) {
    case Payload::Encoding::kProtobuf:
      if (!ParseProtobuf(payload.bytes, event)) {
        return Undecodable("no protobuf message kontor.event.v1.Event: cut short, malformed, or a string is not UTF-8");
      }
      break;
    case Payload::Encoding::kJson:
      if (!ParseJson(payload.bytes, event).ok()) {
        return Undecodable(
            "the CloudEvents data is no JSON of a kontor.event.v1.Event: an unknown field, or a value of "
            "another type");
      }
      break;
  }
  if (payload.claims) {
    if (auto broken = CheckClaims(*payload.claims, *event)) return *std::move(broken);
  }
  return event;
}

bool IsUnderstood(const event::v1::Event& event) {
  const RuleTables& tables = RuleTables::Get();
  const BodyRules* body = tables.body(event.body_case());
  if (body == nullptr || (event.has_capture() && !event::v1::Capture_IsValid(event.capture()))) return false;
  return body->message->enums.empty() || EnumsAreKnown(*body->message, tables.BodyOf(event, *body));
}

bool SameContent(const event::v1::Event& a, const event::v1::Event& b) {
  // An emitter that repeats itself mostly sends the same bytes; the slow comparison settles the rest (unknown fields in
  // another order).
  return a.SerializeAsString() == b.SerializeAsString() || google::protobuf::util::MessageDifferencer::Equals(a, b);
}

std::string_view BodyName(const event::v1::Event& event) {
  const BodyRules* body = RuleTables::Get().body(event.body_case());
  return body == nullptr ? std::string_view() : std::string_view(body->field->name());
}

Identity IdentityOf(const event::v1::Event& event) { return {Source(event.source()), EventId(event.event_id())}; }

}  // namespace kontor
