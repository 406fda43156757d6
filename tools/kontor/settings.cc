#include "tools/kontor/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

#include "engine/base/nearest.h"
#include "tools/kontor/help.h"

namespace kontor {
namespace {

constexpr const char* kConfig = "--config";
constexpr std::string_view kPrefix = "KONTOR_";

bool IsFlag(const CLI::Option& option) { return option.get_expected_max() == 0; }

bool IsList(const CLI::Option& option) { return option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll; }

bool IsGiven(const std::vector<std::string>& words, const std::string& option) {
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return word == option || word.starts_with(option + "="); });
}

// "KONTOR_AUTH_TOKEN_FILE" for "--auth-token-file"; with the command's name before it where one is given.
std::string VariableOf(std::string option, const std::string& command) {
  option = option.substr(2);
  std::string name = std::string(kPrefix) + (command.empty() ? "" : command + "_") + option;
  for (char& c : name) c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

std::vector<const CLI::Option*> SettableOptions(const CLI::App& command) {
  std::vector<const CLI::Option*> options;
  for (const CLI::Option* option : command.get_options()) {
    if (!SettableName(*option).empty()) options.push_back(option);
  }
  return options;
}

std::string DidYouMean(const std::string& word, const std::vector<std::string>& known) {
  const std::string nearest = Nearest(word, known);
  return nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest);
}

// The file's name with the line of a key, which CLI11's reader does not tell.
std::string PlaceOf(const std::string& file, const std::string& text, const std::string& section,
                    const std::string& key) {
  std::istringstream lines(text);
  std::string line;
  std::string current;
  for (int number = 1; std::getline(lines, line); ++number) {
    CLI::detail::trim(line);
    if (line.starts_with('[') && line.ends_with(']')) {
      current = line.substr(1, line.size() - 2);
      if (key.empty() && current == section) return fmt::format("{}:{}", file, number);
    } else if (current == section && !key.empty()) {
      std::string name = CLI::detail::trim_copy(line.substr(0, line.find('=')));
      if (CLI::detail::remove_quotes(name) == key) return fmt::format("{}:{}", file, number);
    }
  }
  return file;
}

Result<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  if (!file || std::filesystem::is_directory(path, error)) {
    return InvalidArgument("--config: {} cannot be read: {}; give a file of options, or leave --config out", path,
                           std::generic_category().message(file ? EISDIR : errno));
  }
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// One key of a file.
struct Key {
  std::string section;  // a command; empty: of all
  std::string name;     // empty: the section's own line
  Setting setting;
};

Status CheckKey(const CLI::App& program, const Key& key) {
  std::vector<std::string> commands;
  std::vector<std::string> keys;
  for (const CLI::App* command : CommandsOf(program)) {
    if (command->get_option_no_throw(kConfig) == nullptr) continue;
    commands.push_back(command->get_name());
    if (!key.section.empty() && key.section != command->get_name()) continue;
    for (const CLI::Option* option : SettableOptions(*command)) keys.push_back(SettableName(*option).substr(2));
  }
  if (!key.section.empty() && std::find(commands.begin(), commands.end(), key.section) == commands.end()) {
    return InvalidArgument("{}: [{}] is no command with options{}", key.setting.from, key.section,
                           DidYouMean(key.section, commands));
  }
  if (key.name.empty()) return OkStatus();
  if (std::find(keys.begin(), keys.end(), key.name) == keys.end()) {
    return InvalidArgument("{}: '{}' is no option{}{}", key.setting.from, key.name,
                           key.section.empty() ? "" : " of kontor " + key.section, DidYouMean(key.name, keys));
  }
  for (const std::string& value : key.setting.values) {
    if (value.starts_with('"') || value.starts_with('\'') || value.empty()) {
      return InvalidArgument("{}: {} must be a value, as \"text\", 12 or true, on one line and without #",
                             key.setting.from, key.name);
    }
  }
  return OkStatus();
}

// What the option's own check cannot see once the values are words.
Status CheckShape(const CLI::Option& option, const Setting& setting) {
  if (setting.values.size() > 1 && !IsList(option)) {
    return InvalidArgument("{}: {} takes one value; text stands in \"quotes\"", setting.from, setting.option);
  }
  if (IsFlag(option) && setting.values.front() != "true" && setting.values.front() != "false") {
    return InvalidArgument("{}: {} is true or false, not '{}'", setting.from, setting.option, setting.values.front());
  }
  return OkStatus();
}

Result<std::vector<Key>> KeysOf(const CLI::App& program, const std::string& path) {
  KONTOR_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  std::istringstream input(text);
  std::vector<Key> keys;
  for (CLI::ConfigItem& item : CLI::ConfigTOML().from_config(input)) {
    if (item.name == "--") continue;  // a section's end
    Key key;
    key.section = CLI::detail::join(item.parents, ".");
    if (item.name != "++") key.name = item.name;
    key.setting = {"--" + key.name, std::move(item.inputs), PlaceOf(path, text, key.section, key.name)};
    KONTOR_RETURN_IF_ERROR(CheckKey(program, key));
    if (key.name.empty()) continue;
    const bool twice = std::any_of(keys.begin(), keys.end(), [&](const Key& other) {
      return other.section == key.section && other.name == key.name;
    });
    if (twice) return InvalidArgument("{}: '{}' stands there a second time", path, key.name);
    keys.push_back(std::move(key));
  }
  return keys;
}

Status CheckVariables(const CLI::App& program, const Environment& environment) {
  std::vector<std::string> known = {VariableOf(kConfig, "")};
  for (const CLI::App* command : CommandsOf(program)) {
    if (command->get_option_no_throw(kConfig) == nullptr) continue;
    for (const CLI::Option* option : SettableOptions(*command)) {
      known.push_back(VariableOf(SettableName(*option), ""));
      known.push_back(VariableOf(SettableName(*option), command->get_name()));
    }
  }
  for (const auto& [name, value] : environment) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string hint = DidYouMean(name, known);
    if (!hint.empty()) return InvalidArgument("{} in the environment is no option{}", name, hint);
  }
  return OkStatus();
}

std::optional<Setting> FromEnvironment(const Environment& environment, const std::string& option,
                                       const std::string& command, bool is_list) {
  for (const std::string& name : {VariableOf(option, command), VariableOf(option, "")}) {
    const auto variable = environment.find(name);
    if (variable == environment.end() || variable->second.empty()) continue;
    return Setting{
        option, is_list ? CLI::detail::split(variable->second, ';') : std::vector<std::string>{variable->second}, name};
  }
  return std::nullopt;
}

std::optional<Setting> FromFile(const std::vector<Key>& keys, const std::string& option, const std::string& command) {
  for (const std::string& section : {command, std::string()}) {
    for (const Key& key : keys) {
      if (key.section == section && key.setting.option == option) return key.setting;
    }
  }
  return std::nullopt;
}

// The file that --config or KONTOR_CONFIG names; empty where neither does.
std::string FileOf(const std::vector<std::string>& words, const Environment& environment) {
  const std::string option = kConfig;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i].starts_with(option + "=")) return words[i].substr(option.size() + 1);
    if (words[i] == option && i + 1 < words.size()) return words[i + 1];
  }
  const auto variable = environment.find(VariableOf(option, ""));
  return variable == environment.end() ? "" : variable->second;
}

}  // namespace

void AddConfigOption(CLI::App* command) {
  command->add_option(kConfig, "Options from this file (TOML) too; KONTOR_... variables and the command line go before")
      ->type_name("FILE");
}

std::string SettableName(const CLI::Option& option) {
  if (!option.nonpositional() || option.get_lnames().empty()) return "";
  std::string name = "--" + option.get_lnames().front();
  return name == "--help" || name == kConfig ? "" : name;
}

Result<std::vector<Setting>> SettingsFor(const CLI::App& program, const CLI::App& command,
                                         const std::vector<std::string>& words, const Environment& environment) {
  KONTOR_RETURN_IF_ERROR(CheckVariables(program, environment));
  std::set<const CLI::Option*> taken;
  const auto shut_out = [&taken](const CLI::Option* option) {
    const auto excluded = option->get_excludes();
    return std::any_of(excluded.begin(), excluded.end(), [&](CLI::Option* other) { return taken.count(other) > 0; });
  };
  const std::vector<const CLI::Option*> options = SettableOptions(command);
  for (const CLI::Option* option : options) {
    if (IsGiven(words, SettableName(*option))) taken.insert(option);
  }
  std::vector<Key> keys;
  if (const std::string file = FileOf(words, environment); !file.empty()) {
    KONTOR_ASSIGN_OR_RETURN(keys, KeysOf(program, file));
  }
  std::vector<std::pair<const CLI::Option*, Setting>> found;
  const auto take = [&](const std::function<std::optional<Setting>(const CLI::Option*)>& place) {
    std::vector<std::pair<const CLI::Option*, Setting>> here;  // of one place: these may contradict each other
    for (const CLI::Option* option : options) {
      if (taken.count(option) > 0 || shut_out(option)) continue;
      if (std::optional<Setting> setting = place(option)) here.emplace_back(option, *std::move(setting));
    }
    for (auto& [option, setting] : here) {
      taken.insert(option);
      found.emplace_back(option, std::move(setting));
    }
  };
  take([&](const CLI::Option* option) {
    return FromEnvironment(environment, SettableName(*option), command.get_name(), IsList(*option));
  });
  take([&](const CLI::Option* option) { return FromFile(keys, SettableName(*option), command.get_name()); });

  std::vector<Setting> settings;
  for (auto& [option, setting] : found) {
    const auto needed = option->get_needs();
    const bool goes = std::all_of(needed.begin(), needed.end(), [&](CLI::Option* n) { return taken.count(n) > 0; });
    if (!goes) continue;
    KONTOR_RETURN_IF_ERROR(CheckShape(*option, setting));
    settings.push_back(std::move(setting));
  }
  return settings;
}

std::vector<std::string> WordsOf(const std::vector<Setting>& settings, const CLI::App& command) {
  std::vector<std::string> words;
  for (const Setting& setting : settings) {
    if (!IsFlag(*command.get_option(setting.option))) {
      for (const std::string& value : setting.values) words.push_back(setting.option + "=" + value);
    } else if (setting.values.front() == "true") {
      words.push_back(setting.option);
    }
  }
  return words;
}

}  // namespace kontor
