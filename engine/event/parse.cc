#include "engine/event/parse.h"

#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/json_util.h>

#include <cstdio>
#include <limits>

namespace kontor {
namespace {

void OnlyWhatIsFatal(google::protobuf::LogLevel level, const char* file, int line, const std::string& text) {
  if (level == google::protobuf::LOGLEVEL_FATAL) std::fprintf(stderr, "%s:%d: %s\n", file, line, text.c_str());
}

// protobuf writes a line on standard error for each string that is not UTF-8: one bad emitter would fill the disk.
void Quieten() {
  static const bool kDone = [] {
    google::protobuf::SetLogHandler(&OnlyWhatIsFatal);
    return true;
  }();
  static_cast<void>(kDone);
}

// Far above what any event needs.
constexpr int kMaxJsonDepth = 30;

// Whether braces and brackets nest no deeper than that. protobuf takes quadratic time over nested lists: one record of
// brackets would stop a shard for hours.
bool IsShallow(std::string_view json) {
  int depth = 0;
  char quote = 0;  // protobuf takes either kind
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quote != 0) {
      if (c == '\\') {
        ++i;
      } else if (c == quote) {
        quote = 0;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxJsonDepth) return false;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return true;
}

}  // namespace

bool ParseProtobuf(std::string_view bytes, google::protobuf::Message* message) {
  Quieten();
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max())) return false;
  return message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

Status ParseJson(std::string_view json, google::protobuf::Message* message) {
  Quieten();
  if (!IsShallow(json)) return InvalidArgument("braces and brackets nest deeper than {} levels", kMaxJsonDepth);
  const auto status = google::protobuf::util::JsonStringToMessage({json.data(), json.size()}, message);
  if (status.ok()) return OkStatus();
  return MakeStatus(StatusCode::kInvalidArgument, std::string_view(status.message().data(), status.message().size()));
}

}  // namespace kontor
