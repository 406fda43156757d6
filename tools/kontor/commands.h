// The commands of kontor, one file each. Every Add… declares a command with its options, and what runs once all of the
// command line is read.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "tools/kontor/console.h"
#include "tools/kontor/settings.h"
#include "tools/kontor/wiring.h"

namespace kontor {

// The whole command line: every command declared, nothing read yet.
struct CommandContext;
std::unique_ptr<CLI::App> MakeProgram(CommandContext* context);

// Says what the parser found wrong with the words, and where that stands; returns the exit code.
int ReportFault(const CLI::App& program, const CLI::ParseError& error, const std::vector<Setting>& settings,
                const Console& console);

struct CommandContext {
  const Wiring& wiring;
  const Console& console;
  std::function<int()> run = nullptr;  // of the command that was asked for; returns the exit code
};

// The headings that `kontor --help` lists commands under.
inline constexpr const char* kRunGroup = "Run";
inline constexpr const char* kReadGroup = "Read";
inline constexpr const char* kWriteGroup = "Write";
inline constexpr const char* kSetUpGroup = "Set up";

void AddServe(CLI::App* app, CommandContext* context);
void AddDemo(CLI::App* app, CommandContext* context);
void AddRebuild(CLI::App* app, CommandContext* context);
void AddVersion(CLI::App* app, CommandContext* context);

void AddWatch(CLI::App* app, CommandContext* context);
void AddAccounts(CLI::App* app, CommandContext* context);
void AddAccount(CLI::App* app, CommandContext* context);
void AddTimeline(CLI::App* app, CommandContext* context);
void AddPortfolio(CLI::App* app, CommandContext* context);
void AddShards(CLI::App* app, CommandContext* context);
void AddRejected(CLI::App* app, CommandContext* context);

void AddEmit(CLI::App* app, CommandContext* context);
void AddImport(CLI::App* app, CommandContext* context);

void AddDoctor(CLI::App* app, CommandContext* context);
void AddConfig(CLI::App* app, CommandContext* context);
void AddCompletion(CLI::App* app, CommandContext* context);
void AddMan(CLI::App* app, CommandContext* context);

}  // namespace kontor
