#include "engine/server/json.h"

#include <google/protobuf/util/json_util.h>

namespace kontor {

Result<std::string> JsonText(const google::protobuf::Message& message) {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json);
  if (!status.ok()) return Internal("{} cannot be told in JSON: {}", message.GetTypeName(), status.ToString());
  return json;
}

Status AnswerFromJson(std::string_view json, google::protobuf::Message* message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), message, options);
  if (!status.ok()) return InvalidArgument("no {} in JSON: {}", message->GetTypeName(), status.ToString());
  return OkStatus();
}

}  // namespace kontor
