// The options that several commands share: the same names, the same checks, the same words.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "engine/base/status.h"
#include "tools/kontor/options.h"

namespace kontor {

// The type of an option that takes one of kListedFigures.
inline constexpr const char* kFigure = "FIGURE";

// Checks for whole numbers from `min` on; `else_give`: what says the same as one that is too small.
CLI::Validator NumberFrom(int64_t min, const std::string& else_give = "");

// An option whose text is read by `parse`, which says what is wrong with it.
CLI::Option* AddParsed(CLI::App* command, const std::string& name, const std::string& type,
                       std::function<Status(const std::string&)> parse, const std::string& description);

// An option in seconds, as 30 or 0.5.
CLI::Option* AddSecondsOption(CLI::App* command, const std::string& name, std::chrono::milliseconds* value,
                              const std::string& description);

// --data-dir
CLI::Option* AddDataDirOption(CLI::App* command, std::string* data_dir, const std::string& description);
// --brokers, --partitioner, --kafka
void AddBrokerOptions(CLI::App* command, BrokerOptions* options);
// --topic, --reference-topic
void AddTopicOptions(CLI::App* command, TopicOptions* options);
// --rejected-topic
void AddRejectedTopicOption(CLI::App* command, TopicOptions* options);
// What is wrong with the command's topics beside each other, once all of them are read: of one that two options name,
// records would be taken for what they are not, and rejected ones rejected again without end. Throws as CLI11's own
// checks do.
void CheckTopicOptions(const CLI::App& command);
// --now
void AddNowOption(CLI::App* command, std::optional<Instant>* now, const std::string& description);
// --reporting-currency, --reporting-zone
void AddReportingOptions(CLI::App* command, ReportingOptions* options);
// --log-format, --log-level
void AddLogOptions(CLI::App* command, LogOptions* options);
// --listen, --auth-token-file
void AddListenOptions(CLI::App* command, HttpServerOptions* options);
// What is wrong with where and how to listen, once all of it is read. Throws as CLI11's own checks do.
void CheckListenOptions(const HttpServerOptions& options);
// --wait, --server, --auth-token-file
void AddWaitOptions(CLI::App* command, EmitOptions* options);
// --http-...: what a client may use up
void AddHttpLimitOptions(CLI::App* command, HttpServerOptions* options);
// --server, --auth-token-file; the first of them
CLI::Option* AddServerOptions(CLI::App* command, std::string* server, std::string* auth_token);
// --server or --data-dir, with what each needs, and --json
void AddReadingOptions(CLI::App* command, ReadingOptions* options);
// --as-of
void AddAsOfOption(CLI::App* command, std::optional<Instant>* as_of);
// --limit or --all; rows_max: 0 for all
void AddLimitOptions(CLI::App* command, int64_t* rows_max);
// --months
void AddMonthsOption(CLI::App* command, int* months);

}  // namespace kontor
