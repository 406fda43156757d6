// Any Kafka record, through decoding and validation. The input is a stored record (kontor.log.v1.LogRecord), of which
// key, headers, value and timestamp count; bytes that are none are the value of a record without headers.
#include <cstddef>
#include <cstdint>
#include <variant>

#include "engine/base/check.h"
#include "engine/event/decoder.h"
#include "engine/event/json.h"
#include "engine/event/parse.h"
#include "engine/event/validator.h"

namespace {

using kontor::Rejection;
using kontor::event::v1::Event;

void CheckRejection(const Rejection& rejection) {
  KONTOR_CHECK(rejection.reason != kontor::log::v1::REJECT_REASON_UNSPECIFIED);
  KONTOR_CHECK(!rejection.text.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  kontor::log::v1::LogRecord stored;
  if (!kontor::ParseProtobuf(bytes, &stored)) {
    stored.Clear();
    stored.set_value(bytes.data(), bytes.size());
  }
  const kontor::RawRecord record = kontor::RawRecordOf(stored);
  google::protobuf::Arena arena;
  const auto decoded = kontor::DecodeEvent(record, &arena);
  if (const auto* rejection = std::get_if<Rejection>(&decoded)) {
    CheckRejection(*rejection);
    return 0;
  }
  const Event& event = *std::get<const Event*>(decoded);
  kontor::IntakeContext context;
  context.partition_count = 3;
  for (const auto role : {kontor::TopicRole::kEvents, kontor::TopicRole::kReference}) {
    context.role = role;
    if (const auto rejection = kontor::Validate(event, record, context)) CheckRejection(*rejection);
  }
  kontor::IsUnderstood(event);
  KONTOR_CHECK(kontor::SameContent(event, event));
  kontor::EventToJson(event);
  // What was decoded can be written and read again.
  Event again;
  KONTOR_CHECK(kontor::ParseProtobuf(event.SerializeAsString(), &again));
  KONTOR_CHECK(kontor::SameContent(event, again));
  return 0;
}
