// Options that stand elsewhere than on the command line: in KONTOR_… variables of the environment, and in a file.
//
//   command line, before environment, before file, before the default
//
// The file is TOML: `listen = "127.0.0.1:8686"`, and lists for options that may be given often. What stands above every
// section holds for each command that has such an option; what stands in `[serve]`, for that command alone, and goes
// before. Likewise KONTOR_LISTEN, and before it KONTOR_SERVE_LISTEN; a list is parted by semicolons. `kontor doctor`
// looks at what an engine is started with: what is kontor serve's alone is the doctor's too, after what is its own.
//
// A variable that nearly is one of these is an error, as is a key of the file that is none; what else begins with
// KONTOR_ is somebody else's.
//
// What a nearer place says shuts out what does not go with it farther off: who writes --server is not told that the
// file's data-dir excludes it.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "engine/base/status.h"

namespace kontor {

using Environment = std::map<std::string, std::string>;

struct Setting {
  std::string option;               // "--listen"
  std::vector<std::string> values;  // of a flag: "true" or "false"
  std::string from;                 // "KONTOR_LISTEN", "kontor.toml:12"
};

// --config
void AddConfigOption(CLI::App* command);

// What applies to a command that is given these words. InvalidArgument on a variable that is nearly an option's, and on
// a file that cannot be read, or that has a key or a section that no command knows, with place and nearest: of names
// that are as near, the command's own.
Result<std::vector<Setting>> SettingsFor(const CLI::App& program, const CLI::App& command,
                                         const std::vector<std::string>& words, const Environment& environment);

// The same as words of a command line.
std::vector<std::string> WordsOf(const std::vector<Setting>& settings, const CLI::App& command);

// The option's own name, "--listen", of options that can be set elsewhere; empty for others.
std::string SettableName(const CLI::Option& option);

}  // namespace kontor
