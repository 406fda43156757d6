#include "engine/server/openapi.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "engine/base/check.h"
#include "engine/query/queries.h"
#include "engine/server/routes.h"
#include "kontor/api/v1/api.pb.h"
#include "kontor/proto_descriptors.h"

namespace kontor {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using Json = nlohmann::ordered_json;

// The proto files with their comments, which those linked into the program have lost.
const DescriptorPool& CommentedPool() {
  static const auto* const kPool = [] {
    auto* made = new DescriptorPool;
    google::protobuf::FileDescriptorSet files;
    KONTOR_CHECK(files.ParseFromArray(kProtoDescriptors, static_cast<int>(kProtoDescriptorsSize)));
    for (const auto& file : files.file()) KONTOR_CHECK(made->BuildFile(file) != nullptr);
    return made;
  }();
  return *kPool;
}

// The comments before and behind a declaration, as one line.
template <typename Declared>
std::string CommentOf(const Declared& declared) {
  google::protobuf::SourceLocation location;
  if (!declared.GetSourceLocation(&location)) return "";
  std::string text;
  for (const char c : location.leading_comments + " " + location.trailing_comments) {
    const bool space = c == '\n' || c == ' ';
    if (space && (text.empty() || text.back() == ' ')) continue;
    text += space ? ' ' : c;
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

void Describe(const std::string& text, Json* schema) {
  if (!text.empty()) (*schema)["description"] = text;
}

Json Reference(std::string_view name) { return {{"$ref", "#/components/schemas/" + std::string(name)}}; }

// Collects the schema of a message and of all that it holds.
class Schemas {
 public:
  Json Of(const Descriptor& message) {
    const std::string& name = message.full_name();
    if (name == "google.protobuf.Timestamp") return {{"type", "string"}, {"format", "date-time"}};
    if (schemas_.contains(name)) return Reference(name);
    schemas_[name] = Json::object();  // before its fields, which may hold it
    Json schema = {{"type", "object"}};
    Describe(CommentOf(message), &schema);
    Json properties = Json::object();
    for (int i = 0; i < message.field_count(); ++i) {
      const FieldDescriptor& field = *message.field(i);
      Json property = field.is_repeated() ? Json{{"type", "array"}, {"items", OfValue(field)}} : OfValue(field);
      Describe(CommentOf(field), &property);
      properties[field.json_name()] = std::move(property);
    }
    schema["properties"] = std::move(properties);
    schemas_[name] = std::move(schema);
    return Reference(name);
  }

  Json Take() { return std::move(schemas_); }

 private:
  Json OfValue(const FieldDescriptor& field) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        KONTOR_CHECK(!field.is_map());
        return Of(*field.message_type());
      case FieldDescriptor::CPPTYPE_ENUM:
        return OfEnum(*field.enum_type());
      case FieldDescriptor::CPPTYPE_INT64:
      case FieldDescriptor::CPPTYPE_UINT64:
        return {{"type", "string"}, {"pattern", "^-?[0-9]+$"}};
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_UINT32:
        return {{"type", "integer"}};
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT:
        return {{"type", "number"}};
      case FieldDescriptor::CPPTYPE_BOOL:
        return {{"type", "boolean"}};
      case FieldDescriptor::CPPTYPE_STRING:
        break;
    }
    if (field.type() == FieldDescriptor::TYPE_BYTES) return {{"type", "string"}, {"contentEncoding", "base64"}};
    return {{"type", "string"}};
  }

  Json OfEnum(const EnumDescriptor& type) {
    if (!schemas_.contains(type.full_name())) {
      Json values = Json::array();
      std::string text = CommentOf(type);
      for (int i = 0; i < type.value_count(); ++i) {
        values.push_back(type.value(i)->name());
        const std::string comment = CommentOf(*type.value(i));
        if (!comment.empty()) text += (text.empty() ? "" : "; ") + type.value(i)->name() + ": " + comment;
      }
      Json schema = {{"type", "string"}, {"enum", std::move(values)}};
      Describe(text, &schema);
      schemas_[type.full_name()] = std::move(schema);
    }
    return Reference(type.full_name());
  }

  Json schemas_ = Json::object();
};

const Descriptor& Commented(const Descriptor& message) {
  const Descriptor* const found = CommentedPool().FindMessageTypeByName(message.full_name());
  KONTOR_CHECK(found != nullptr);
  return *found;
}

Json SchemaOf(const Parameter& parameter, int32_t page_size_max) {
  switch (parameter.kind) {
    case ParameterKind::kText:
      return {{"type", "string"}};
    case ParameterKind::kInstant:
      return {{"type", "string"},
              {"description", "RFC 3339, or a day, which is its first instant in UTC"},
              {"examples", Json::array({"2026-11-24T09:30:00Z", "2026-11-24"})}};
    case ParameterKind::kPageSize:
      return {{"type", "integer"},
              {"minimum", 1},
              {"maximum", page_size_max},
              {"default", std::min(Page{}.size, page_size_max)}};
    case ParameterKind::kFlag:
      return {{"type", "boolean"}, {"default", false}};
    case ParameterKind::kWord:
      break;
  }
  return {{"type", "string"}, {"enum", parameter.words}};
}

// Whether its answers have a tag.
bool HasTag(const Route& route) { return route.Takes("fields") || route.endpoint == Endpoint::kOpenApi; }

Json ParametersOf(const Route& route, int32_t page_size_max) {
  Json parameters = Json::array();
  if (route.path.find("{id}") != std::string_view::npos) {
    parameters.push_back({{"name", "id"},
                          {"in", "path"},
                          {"required", true},
                          {"description", PathParameterText(route)},
                          {"schema", {{"type", "string"}}}});
  }
  for (const Parameter& parameter : route.parameters) {
    parameters.push_back({{"name", parameter.name},
                          {"in", "query"},
                          {"description", parameter.description},
                          {"schema", SchemaOf(parameter, page_size_max)}});
  }
  if (HasTag(route)) {
    parameters.push_back(
        {{"name", "If-None-Match"},
         {"in", "header"},
         {"description",
          "The ETag of an answer that is held: 304 where it would be the same, but for the clock's basis.now"},
         {"schema", {{"type", "string"}}}});
  }
  if (route.endpoint == Endpoint::kStream) {
    parameters.push_back({{"name", "Last-Event-ID"},
                          {"in", "header"},
                          {"description", "The id of the last event that was read: goes on behind it"},
                          {"schema", {{"type", "string"}}}});
  }
  return parameters;
}

Json ResponsesOf(const Route& route, Schemas* schemas) {
  Json content = {{"application/json", {{"schema", {{"type", "object"}}}}}};
  if (route.endpoint == Endpoint::kMetrics) content = {{"text/plain", {{"schema", {{"type", "string"}}}}}};
  if (route.answer != nullptr) {
    const Json schema = schemas->Of(Commented(*route.answer));
    content = {{"application/json", {{"schema", schema}}}};
    if (route.endpoint == Endpoint::kStream) {
      content = {
          {"text/event-stream",
           {{"schema", {{"type", "string"}, {"contentMediaType", "application/json"}, {"contentSchema", schema}}}}}};
    }
  }
  Json responses = {{"200", {{"description", route.summary}, {"content", content}}}};
  if (route.endpoint == Endpoint::kReady) responses["503"] = {{"description", "Not ready"}, {"content", content}};
  if (HasTag(route)) {
    responses["304"] = {{"description", "It is what If-None-Match names by its ETag"}};
    const std::string_view text = route.endpoint == Endpoint::kPortfolio
                                      ? "Names this very answer, for If-None-Match; none while totals are being renewed"
                                      : "Names this very answer, for If-None-Match";
    const Json headers = {{"ETag", {{"description", text}, {"schema", {{"type", "string"}}}}}};
    for (const char* code : {"200", "304"}) responses[code]["headers"] = headers;
  }
  responses["default"] = {
      {"description", "An error"},
      {"content", {{"application/json", {{"schema", schemas->Of(Commented(*api::v1::ErrorStatus::descriptor()))}}}}}};
  return responses;
}

}  // namespace

std::string OpenApiText(const std::string& version, int32_t page_size_max) {
  Schemas schemas;
  Json paths = Json::object();
  for (const Route& route : Routes()) {
    Json get = {{"operationId", "get" + std::string(route.name)},
                {"summary", route.summary},
                {"responses", ResponsesOf(route, &schemas)}};
    if (route.open) get["security"] = Json::array({Json::object()});
    Json head = get;
    head["operationId"] = "head" + std::string(route.name);
    for (Json& response : head["responses"]) response.erase("content");
    paths[std::string(route.path)] = {{"parameters", ParametersOf(route, page_size_max)},  // of both
                                      {"get", std::move(get)},
                                      {"head", std::move(head)}};
  }
  const Json document = {
      {"openapi", "3.1.0"},
      {"info", {{"title", "Kontor"}, {"description", "Readings of tracked accounts"}, {"version", version}}},
      {"paths", std::move(paths)},
      {"components",
       {{"schemas", schemas.Take()}, {"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}}}},
      // Without a token where the server asks for none.
      {"security", Json::array({Json{{"token", Json::array()}}, Json::object()})}};
  return document.dump();
}

}  // namespace kontor
