#include "engine/event/json.h"

#include <google/protobuf/util/json_util.h>

#include "engine/base/check.h"
#include "engine/event/parse.h"

namespace kontor {
namespace {

// protobuf shows where the text breaks by further lines and a caret; one line says it as well.
std::string OneLine(std::string_view text) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::string(text);
  const std::string_view rest = text.substr(end + 1);
  const std::string_view near = rest.substr(0, rest.find('\n'));
  return near.empty() ? std::string(text.substr(0, end)) : fmt::format("{} Near: {}", text.substr(0, end), near);
}

}  // namespace

Status EventFromJson(std::string_view json, event::v1::Event* event) {
  event->Clear();
  if (Status status = ParseJson(json, event); !status.ok()) {
    return InvalidArgument("no kontor.event.v1.Event in JSON: {}", OneLine(Text(status)));
  }
  return OkStatus();
}

std::string EventToJson(const event::v1::Event& event) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  if (google::protobuf::util::MessageToJsonString(event, &json, options).ok()) return json;
  // The one value that an Event can hold and JSON cannot.
  event::v1::Event printable = event;
  printable.clear_occurred_at();
  json.clear();
  KONTOR_CHECK(google::protobuf::util::MessageToJsonString(printable, &json, options).ok());
  return json;
}

}  // namespace kontor
