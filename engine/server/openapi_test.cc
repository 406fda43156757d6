// The document against the server: what the one has and the other has not.

#include "engine/server/openapi.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "engine/server/fake_queries.h"
#include "engine/server/http_api.h"
#include "engine/server/json.h"

namespace kontor {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using Json = nlohmann::json;

class OpenApiTest : public ::testing::Test {
 protected:
  OpenApiTest() : api_(&queries_, {}, 1'000, /*streams=*/true, [] { return std::string("# none\n"); }) {
    queries_.readiness.set_ready(true);
    queries_.accounts["x"];
    queries_.records_by_id["x"];
    queries_.account_pages[""];
    queries_.timeline_pages[""];
    queries_.portfolio.set_settled(true);
    document_ = Json::parse(Ask("/openapi.json").body);
  }

  HttpAnswer Ask(const std::string& target, const std::string& method = "GET",
                 const std::string& if_none_match = "") const {
    return api_.Answer(
        {.method = method, .target = target, .caller = Caller::kTrusted, .if_none_match = if_none_match});
  }
  // The names of a path's parameters that are sent in the query, in the path or in a header.
  static std::set<std::string> ParametersIn(const std::string& place, const Json& item) {
    std::set<std::string> names;
    for (const Json& parameter : item.at("parameters")) {
      if (parameter["in"] == place) names.insert(parameter["name"].get<std::string>());
    }
    return names;
  }
  static std::string Filled(std::string path) {
    const size_t at = path.find("{id}");
    return at == std::string::npos ? path : path.replace(at, 4, "x");
  }
  // A value that the parameter's schema allows.
  static std::string ValueFor(const Json& parameter) {
    const Json& schema = parameter.at("schema");
    if (schema.contains("enum")) return PercentEncode(schema["enum"].back().get<std::string>());
    if (schema.contains("minimum")) return schema["minimum"].dump();
    if (schema.contains("examples")) return PercentEncode(schema["examples"].front().get<std::string>());
    if (schema["type"] == "boolean") return "true";
    const std::string name = parameter.at("name");
    if (name == "fields") return "basis";
    if (name == "wait_for") return "kontor.events/0@0";
    if (name == "currency") return "EUR";
    return "";  // a text; of a page token, none
  }
  const Json& Schema(const std::string& name) const { return document_["components"]["schemas"].at(name); }

  FakeQueries queries_;
  const HttpApi api_;
  Json document_;
};

TEST_F(OpenApiTest, EveryDocumentedPathAndParameterIsAnswered) {
  EXPECT_EQ(document_["openapi"], "3.1.0");
  for (const auto& [path, item] : document_["paths"].items()) {
    EXPECT_EQ(Ask(Filled(path)).code, 200) << path;
    for (const Json& parameter : item["parameters"]) {
      if (parameter["in"] != "query") continue;
      const std::string name = parameter["name"];
      const std::string value =
          name == "segment" || name == "industry" || name == "country" || name == "manager" || name == "text"
              ? "x"
              : ValueFor(parameter);
      const HttpAnswer answer = Ask(fmt::format("{}?{}={}", Filled(path), name, value));
      EXPECT_EQ(answer.code, 200) << path << " " << name << " " << answer.body;
    }
  }
}

TEST_F(OpenApiTest, EveryPathAndParameterThatIsTakenIsDocumented) {
  // The server's own words on a path and a parameter that there are not.
  const Json unknown = Json::parse(Ask("/nothing").body);
  std::string paths = unknown["message"];
  paths = paths.substr(paths.rfind(": ") + 2);
  std::set<std::string> taken;
  while (!paths.empty()) {
    const size_t comma = paths.find(", ");
    taken.insert(paths.substr(0, comma));
    paths = comma == std::string::npos ? "" : paths.substr(comma + 2);
  }
  std::set<std::string> documented;
  for (const auto& [path, item] : document_["paths"].items()) {
    documented.insert(path);
    std::string known = Json::parse(Ask(Filled(path) + "?nothing=1").body)["message"];
    std::set<std::string> parameters = ParametersIn("query", item);
    if (parameters.empty()) {
      EXPECT_THAT(known, HasSubstr("takes no parameters")) << path;
      continue;
    }
    known = known.substr(known.find("it takes: ") + 10) + ", ";
    for (size_t at = 0; at < known.size(); at = known.find(", ", at) + 2) {
      EXPECT_EQ(parameters.erase(known.substr(at, known.find(", ", at) - at)), 1U) << path << " " << known;
    }
    EXPECT_TRUE(parameters.empty()) << path;
  }
  EXPECT_EQ(documented, taken);
}

TEST_F(OpenApiTest, WhatHasATagIsDocumentedWithItAndTakesItBack) {
  size_t tagged = 0;
  for (const auto& [path, item] : document_["paths"].items()) {
    const HttpAnswer answer = Ask(Filled(path));
    const HttpAnswer again = Ask(Filled(path), "GET", answer.etag);
    const bool has_tag = !answer.etag.empty();
    tagged += has_tag ? 1 : 0;
    EXPECT_EQ(again.code, has_tag ? 304 : 200) << path;
    EXPECT_EQ(ParametersIn("header", item).contains("If-None-Match"), has_tag) << path;
    for (const char* method : {"get", "head"}) {
      const Json& responses = item.at(method).at("responses");
      EXPECT_EQ(responses.contains("304"), has_tag) << path;
      for (const char* code : {"200", "304"}) {
        EXPECT_EQ(responses.contains(code) && responses[code].value("headers", Json::object()).contains("ETag"),
                  has_tag)
            << path << " " << code;
      }
    }
  }
  EXPECT_GT(tagged, 5U);
}

// Beside tags and the token, whose place is among the security schemes, the wire reads one header more.
TEST_F(OpenApiTest, StreamsTakeTheIdOfTheLastEvent) {
  for (const auto& [path, item] : document_["paths"].items()) {
    std::set<std::string> headers = ParametersIn("header", item);
    headers.erase("If-None-Match");
    EXPECT_EQ(headers, Ask(Filled(path)).stream ? std::set<std::string>{"Last-Event-ID"} : std::set<std::string>{})
        << path;
  }
}

TEST_F(OpenApiTest, HeadIsDocumentedAsGetWithoutContent) {
  for (const auto& [path, item] : document_["paths"].items()) {
    EXPECT_EQ(Ask(Filled(path), "HEAD").code, 200) << path;
    Json get = item.at("get");
    Json head = item.at("head");
    for (Json& response : get["responses"]) response.erase("content");
    get.erase("operationId");
    head.erase("operationId");
    EXPECT_EQ(head, get) << path;
  }
}

TEST_F(OpenApiTest, EveryOperationHasAnIdOfItsOwn) {
  std::set<std::string> ids;
  for (const auto& [path, item] : document_["paths"].items()) {
    for (const char* method : {"get", "head"}) {
      const std::string id = item.at(method).at("operationId");
      EXPECT_THAT(id, MatchesRegex("[a-z][A-Za-z]+")) << path;
      EXPECT_TRUE(ids.insert(id).second) << path << " " << id;
    }
  }
  EXPECT_THAT(ids, Contains("getAccountValue"));
}

TEST_F(OpenApiTest, SchemasHaveTheFieldsOfTheMessages) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  size_t messages = 0;
  for (const auto& [name, schema] : document_["components"]["schemas"].items()) {
    const auto* message = pool->FindMessageTypeByName(name);
    if (message == nullptr) {
      ASSERT_NE(pool->FindEnumTypeByName(name), nullptr) << name;
      continue;
    }
    ++messages;
    std::set<std::string> fields;
    for (int i = 0; i < message->field_count(); ++i) fields.insert(message->field(i)->json_name());
    std::set<std::string> documented;
    for (const auto& [field, property] : schema["properties"].items()) documented.insert(field);
    EXPECT_EQ(documented, fields) << name;
  }
  EXPECT_GT(messages, 30U);
}

TEST_F(OpenApiTest, CommentsOfTheSchemaAreItsWords) {
  EXPECT_EQ(Schema("kontor.view.v1.ValueView")["description"], "What the account is worth.");
  EXPECT_EQ(Schema("kontor.view.v1.ShardPosition")["properties"]["position"]["description"],
            "Number of log records folded in: the next position.");
  EXPECT_EQ(Schema("kontor.view.v1.Issues")["properties"]["raised"]["type"], "string");  // 64 bits
  EXPECT_EQ(Schema("kontor.view.v1.Ratio")["properties"]["value"]["type"], "number");
  EXPECT_EQ(Schema("kontor.view.v1.Basis")["properties"]["now"]["format"], "date-time");
}

// Every reference leads somewhere.
TEST_F(OpenApiTest, ReferencesAreWhole) {
  size_t references = 0;
  const std::function<void(const Json&)> walk = [&](const Json& json) {
    if (json.is_object() && json.contains("$ref")) {
      ++references;
      EXPECT_TRUE(document_.contains(Json::json_pointer(json["$ref"].get<std::string>().substr(1)))) << json;
    }
    if (json.is_structured()) {
      for (const Json& inner : json) walk(inner);
    }
  };
  walk(document_);
  EXPECT_GT(references, 50U);
}

}  // namespace
}  // namespace kontor
