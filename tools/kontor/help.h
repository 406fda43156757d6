// The help of a command: what it is for, how it is called, each option with its default, and examples.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace kontor {

// width: of the terminal; 0: not known.
std::string HelpText(const CLI::App& command, int width);

}  // namespace kontor
