// The help of a command: what it is for, how it is called, each option with its default, and examples.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace kontor {

// width: of the terminal; 0: not known.
std::string HelpText(const CLI::App& command, int width);

// The parts of it: "kontor serve --data-dir DIR [OPTION...]"; "--listen HOST:PORT"; what is said of an option, with its
// default.
std::string UsageText(const CLI::App& command);
std::string OptionName(const CLI::Option& option);
std::string OptionText(const CLI::Option& option);
// A line of the examples in a footer: the command, and what is said of it behind two spaces; empty where nothing is.
struct Example {
  std::string_view command;
  std::string_view said;
};
Example ExampleOf(std::string_view line);
// Those of a command but --help, in their order.
std::vector<const CLI::Option*> NamedOptions(const CLI::App& command);
std::vector<const CLI::App*> CommandsOf(const CLI::App& program);

}  // namespace kontor
