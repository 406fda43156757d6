#include "engine/event/json.h"

#include <fmt/ranges.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/json_util.h>

#include <map>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/nearest.h"
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

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Value;

std::string WrongIn(const google::protobuf::Struct& object, const Descriptor& type, const std::string& path);

std::vector<std::string> FieldsOf(const Descriptor& type) {
  std::vector<std::string> names;
  names.reserve(static_cast<size_t>(type.field_count()));
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return names;
}

std::string UnknownField(const std::string& name, const Descriptor& type, const std::string& path) {
  return fmt::format("{}: there is no such field{}", path, DidYouMean(name, FieldsOf(type)));
}

std::string UnknownWord(const std::string& word, const EnumDescriptor& type, const std::string& path) {
  std::vector<std::string> known;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) known.push_back(type.value(i)->name());  // 0 is no value of its own
  }
  return fmt::format("{}: '{}' is none of {}", path, word, fmt::join(known, ", "));
}

// An object where another value stands: an amount as it would be written, and of other types the fields.
std::string WantedObject(const Descriptor& type, const std::string& path) {
  if (&type == kontor::type::v1::Money::descriptor()) {
    kontor::type::v1::Money example;
    example.set_currency_code("EUR");
    example.set_units(3);
    example.set_nanos(500'000'000);
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    std::string json;
    KONTOR_CHECK(google::protobuf::util::MessageToJsonString(example, &json, options).ok());
    return fmt::format("{}: must be an object, as {}", path, json);
  }
  return fmt::format("{}: must be an object; its fields are {}", path, fmt::join(FieldsOf(type), ", "));
}

std::string WrongIn(const Value& value, const FieldDescriptor& field, const std::string& path) {
  if (value.kind_case() == Value::kNullValue) return {};
  if (field.enum_type() != nullptr && value.kind_case() == Value::kStringValue) {
    const bool known = field.enum_type()->FindValueByName(value.string_value()) != nullptr;
    return known ? "" : UnknownWord(value.string_value(), *field.enum_type(), path);
  }
  const Descriptor* const type = field.message_type();
  if (type == google::protobuf::Timestamp::descriptor()) {
    std::string json;
    google::protobuf::Timestamp instant;
    const bool text = value.has_string_value() && google::protobuf::util::MessageToJsonString(value, &json).ok();
    if (text && ParseJson(json, &instant).ok()) return {};
    const std::string given = value.has_string_value() ? fmt::format(", not '{}'", value.string_value()) : "";
    return fmt::format("{}: must be an instant of RFC 3339, as \"2026-11-24T09:30:00Z\"{}", path, given);
  }
  // Other types of Google's have forms of their own.
  if (type == nullptr || type->file()->package() == "google.protobuf") return {};
  return value.has_struct_value() ? WrongIn(value.struct_value(), *type, path) : WantedObject(*type, path);
}

// The first field, by name, of which the schema tells what is wrong with it; empty where it tells of none.
std::string WrongIn(const google::protobuf::Struct& object, const Descriptor& type, const std::string& path) {
  for (const auto& [name, value] : std::map<std::string, Value>(object.fields().begin(), object.fields().end())) {
    const std::string at = path.empty() ? name : fmt::format("{}.{}", path, name);
    const FieldDescriptor* field = type.FindFieldByName(name);
    if (field == nullptr) field = type.FindFieldByCamelcaseName(name);
    if (field == nullptr) return UnknownField(name, type, at);
    std::string wrong;
    if (field->is_repeated() && value.has_list_value()) {
      for (int i = 0; wrong.empty() && i < value.list_value().values_size(); ++i) {
        wrong = WrongIn(value.list_value().values(i), *field, fmt::format("{}[{}]", at, i));
      }
    } else if (!field->is_repeated()) {
      wrong = WrongIn(value, *field, at);
    }
    if (!wrong.empty()) return wrong;
  }
  return {};
}

// What is wrong, by the schema where it can tell, else in protobuf's words.
std::string Wrong(std::string_view json, const Descriptor& type, const Status& status) {
  Value value;
  if (!ParseJson(json, &value).ok()) return "cannot be read as JSON: " + OneLine(Text(status));
  if (!value.has_struct_value()) return R"(it must be an object, as {"event_id": "e-1", ...})";
  if (std::string wrong = WrongIn(value.struct_value(), type, ""); !wrong.empty()) return wrong;
  return OneLine(Text(status));
}

}  // namespace

Status EventFromJson(std::string_view json, event::v1::Event* event) {
  event->Clear();
  if (Status status = ParseJson(json, event); !status.ok()) {
    return InvalidArgument("no kontor.event.v1.Event in JSON: {}",
                           Wrong(json, *event::v1::Event::descriptor(), status));
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
