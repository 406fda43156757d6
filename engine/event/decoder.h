// From the bytes of a record to an event, whatever the framing.
//
// Framings: plain protobuf; Confluent wire format (prefixed, or by the header __value_schema_id); CloudEvents 1.0 in
// binary and structured mode (protobuf and JSON). Decoding is a function of the record alone, so the log keeps the
// record as it came and every fold decodes it again the same way.
#pragma once

#include <google/protobuf/arena.h>

#include <string>
#include <variant>

#include "engine/base/ids.h"
#include "engine/event/raw_record.h"
#include "kontor/event/v1/event.pb.h"

namespace kontor {

// The largest value that is read, framing included: 1 MiB.
inline constexpr size_t kMaxValueBytes = 1 << 20;

// Why a record is no fact: it becomes a rejected log record, and goes to the dead-letter topic with these words.
struct Rejection {
  log::v1::RejectReason reason = log::v1::REJECT_REASON_UNSPECIFIED;
  std::string field;  // "invoice_issued.net.nanos"; empty where it is not about a field
  std::string text;   // what is wrong and what is expected, in words
};

// Decodes one record. The event lives on the arena. Checks size and framing (that CloudEvents attributes equal the
// payload's fields included) and nothing of the event itself. Unknown fields are kept. Threads: any.
std::variant<const event::v1::Event*, Rejection> DecodeEvent(const RawRecord& record, google::protobuf::Arena* arena);

// Whether this version knows the event's body and every enum value in it. What it does not know is accepted, kept,
// counted and shown, and folded after an upgrade.
bool IsUnderstood(const event::v1::Event& event);

// Whether two events say the same, compared as messages of today's schema, unknown fields included.
bool SameContent(const event::v1::Event& a, const event::v1::Event& b);

// The field name of the body: "invoice_issued"; empty where there is none that this version knows.
std::string_view BodyName(const event::v1::Event& event);

Identity IdentityOf(const event::v1::Event& event);

}  // namespace kontor
