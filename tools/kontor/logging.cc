#include "tools/kontor/logging.h"

#include <fmt/chrono.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include "engine/base/utf8.h"

namespace kontor {
namespace {

constexpr std::array<std::pair<std::string_view, spdlog::level::level_enum>, 4> kLevels = {
    {{"debug", spdlog::level::debug},
     {"info", spdlog::level::info},
     {"warn", spdlog::level::warn},
     {"error", spdlog::level::err}}};

void AppendText(std::string_view text, spdlog::memory_buf_t& line) {
  line.append(text.data(), text.data() + text.size());
}

void AppendTime(spdlog::log_clock::time_point time, spdlog::memory_buf_t& line) {
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  fmt::format_to(std::back_inserter(line), "{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(millis / 1'000), millis % 1'000);
}

std::string_view LevelName(spdlog::level::level_enum level) {
  const auto known = std::ranges::find(kLevels, level, &decltype(kLevels)::value_type::second);
  return known != kLevels.end() ? known->first : level == spdlog::level::critical ? "critical" : "trace";
}

std::string_view MessageOf(const spdlog::details::log_msg& message) {
  return {message.payload.data(), message.payload.size()};
}

class TextFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    AppendTime(message.time, line);
    line.push_back(' ');
    message.color_range_start = line.size();
    AppendText(LevelName(message.level), line);
    message.color_range_end = line.size();
    line.push_back(' ');
    // One line an event, whatever a library's words hold.
    for (const char c : MessageOf(message)) line.push_back(static_cast<unsigned char>(c) < ' ' ? ' ' : c);
    line.push_back('\n');
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<TextFormatter>(); }
};

// The name of the shard that a message is about: "topic/partition" before the first colon; empty where it is about
// none.
std::string_view ShardOf(std::string_view message) {
  const size_t colon = message.find(": ");
  if (colon == std::string_view::npos) return {};
  const std::string_view name = message.substr(0, colon);
  const size_t slash = name.rfind('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == name.size()) return {};
  const auto is_topic = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool fits =
      std::ranges::all_of(name.substr(0, slash), is_topic) && std::ranges::all_of(name.substr(slash + 1), is_digit);
  return fits ? name : std::string_view();
}

void AppendJsonString(std::string_view text, spdlog::memory_buf_t& line) {
  line.push_back('"');
  while (!text.empty()) {
    const std::string_view before = text;
    const bool is_text = TakeCodePoint(&text).has_value();
    const std::string_view bytes = before.substr(0, before.size() - text.size());
    const char c = bytes.front();
    if (!is_text) {
      AppendText("\\ufffd", line);
    } else if (c == '"' || c == '\\') {
      line.push_back('\\');
      line.push_back(c);
    } else if (bytes.size() == 1 && c < ' ') {
      fmt::format_to(std::back_inserter(line), "\\u{:04x}", c);
    } else {
      AppendText(bytes, line);
    }
  }
  line.push_back('"');
}

class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    std::string_view what = MessageOf(message);
    AppendText("{\"time\":\"", line);
    AppendTime(message.time, line);
    AppendText("\",\"level\":\"", line);
    AppendText(LevelName(message.level), line);
    line.push_back('"');
    if (const std::string_view shard = ShardOf(what); !shard.empty()) {
      AppendText(",\"shard\":", line);
      AppendJsonString(shard, line);
      what.remove_prefix(shard.size() + 2);
    }
    AppendText(",\"what\":", line);
    AppendJsonString(what, line);
    AppendText("}\n", line);
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonFormatter>(); }
};

}  // namespace

Status CheckLogOptions(const LogOptions& options) {
  if (options.format != "text" && options.format != "json") {
    return InvalidArgument("'{}' is neither text nor json", options.format);
  }
  if (std::ranges::find(kLevels, options.level, &decltype(kLevels)::value_type::first) == kLevels.end()) {
    return InvalidArgument("'{}' is none of debug, info, warn and error", options.level);
  }
  return OkStatus();
}

void SetUpLog(const LogOptions& options) {
  spdlog::drop("kontor");
  auto logger = spdlog::stderr_color_mt("kontor");
  logger->set_formatter(options.format == "json" ? NewJsonFormatter() : NewTextFormatter());
  const auto level = std::ranges::find(kLevels, options.level, &decltype(kLevels)::value_type::first);
  logger->set_level(level->second);
  logger->flush_on(spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
}

std::unique_ptr<spdlog::formatter> NewTextFormatter() { return std::make_unique<TextFormatter>(); }
std::unique_ptr<spdlog::formatter> NewJsonFormatter() { return std::make_unique<JsonFormatter>(); }

}  // namespace kontor
