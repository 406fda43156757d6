#include "tools/kontor/logging.h"

#include <gmock/gmock.h>
#include <spdlog/details/log_msg.h>

#include "engine/base/civil.h"

namespace kontor {
namespace {

std::string Line(spdlog::formatter& formatter, std::string_view what, spdlog::level::level_enum level) {
  const auto time = spdlog::log_clock::time_point(std::chrono::duration_cast<spdlog::log_clock::duration>(
      std::chrono::nanoseconds(ParseInstant("2026-11-28T09:30:00.123Z")->value())));
  const spdlog::details::log_msg message(time, {}, "kontor", level, spdlog::string_view_t(what.data(), what.size()));
  spdlog::memory_buf_t line;
  formatter.format(message, line);
  return {line.data(), line.size()};
}

std::string Text(std::string_view what) { return Line(*NewTextFormatter(), what, spdlog::level::warn); }
std::string Json(std::string_view what) { return Line(*NewJsonFormatter(), what, spdlog::level::info); }

TEST(LoggingTest, TextHasTimeLevelAndWhat) {
  EXPECT_EQ(Text("kontor.events/3: stands"), "2026-11-28T09:30:00.123Z warn kontor.events/3: stands\n");
}

TEST(LoggingTest, JsonHasTheShardApart) {
  EXPECT_EQ(Json("kontor.events/3: stands: at 7"),
            R"({"time":"2026-11-28T09:30:00.123Z","level":"info","shard":"kontor.events/3","what":"stands: at 7"})"
            "\n");
  for (const char* what : {"http: /v1/portfolio failed", "no colon", "/3: x", "a/: x", "a b/3: x", "a/3b: x", ": x"}) {
    EXPECT_EQ(Json(what).find("\"shard\""), std::string::npos) << what;
  }
}

TEST(LoggingTest, OneLineAnEventWhateverTheWordsHold) {
  EXPECT_EQ(Text("two\nlines\r\nand\ta tab"), "2026-11-28T09:30:00.123Z warn two lines  and a tab\n");
  EXPECT_EQ(Json("a \"quote\", a \\ and\na line"),
            R"({"time":"2026-11-28T09:30:00.123Z","level":"info","what":"a \"quote\", a \\ and\u000aa line"})"
            "\n");
}

TEST(LoggingTest, JsonIsUtf8WhateverBytesComeIn) {
  EXPECT_EQ(Json("caf\xc3\xa9 in /tmp/\xff"),
            "{\"time\":\"2026-11-28T09:30:00.123Z\",\"level\":\"info\",\"what\":\"caf\xc3\xa9 in /tmp/\\ufffd\"}\n");
}

TEST(LoggingTest, OptionsAreChecked) {
  EXPECT_TRUE(CheckLogOptions({}).ok());
  EXPECT_TRUE(CheckLogOptions({"json", "debug"}).ok());
  EXPECT_THAT(std::string(kontor::Text(CheckLogOptions({"xml", "info"}))), ::testing::HasSubstr("'xml' is neither"));
  EXPECT_THAT(std::string(kontor::Text(CheckLogOptions({"json", "loud"}))), ::testing::HasSubstr("'loud' is none"));
}

}  // namespace
}  // namespace kontor
