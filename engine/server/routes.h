// Every endpoint of the HTTP interface, once: what is served, and what the OpenAPI document tells, both come from here.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string_view>
#include <vector>

namespace kontor {

enum class Endpoint {
  kAccounts,
  kAccount,
  kAccountPart,
  kTimeline,
  kPortfolio,
  kStream,
  kRecords,
  kRecord,
  kShards,
  kVersion,
  kOpenApi,
  kMetrics,
  kHealth,
  kReady,
};

enum class ParameterKind { kText, kInstant, kPageSize, kFlag, kWord };

struct Parameter {
  std::string_view name;
  std::string_view description;
  ParameterKind kind = ParameterKind::kText;
  std::vector<std::string_view> words{};  // of kWord: what it may be
};

struct Route {
  Endpoint endpoint;
  std::string_view path;  // "{…}" stands for any one segment that is not empty
  std::string_view name;  // what programs call it, behind the method: getAccount
  std::string_view summary;
  std::vector<Parameter> parameters;
  // The message that it answers with; of a stream, the one that its events hold. Null: another document.
  const google::protobuf::Descriptor* answer = nullptr;
  bool open = false;  // without the token too

  bool Takes(std::string_view parameter) const;
};

const std::vector<Route>& Routes();
// Their paths, in the same order.
std::vector<std::string_view> RoutePaths();

// What a parameter of that name is told as "{id}".
std::string_view PathParameterText(const Route& route);

}  // namespace kontor
