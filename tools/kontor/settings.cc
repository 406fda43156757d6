#include "tools/kontor/settings.h"

#include <fmt/format.h>
#include <toml++/toml.h>

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

// "kontor.toml:12"
std::string PlaceOf(const std::string& file, const toml::source_region& source) {
  return fmt::format("{}:{}", file, source.begin.line);
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
  Setting setting;
};

using Commands = std::vector<const CLI::App*>;

// Those with options, `first` before the others: of two names that are as near to a misspelt one, its own was meant.
Commands CommandsWithOptions(const CLI::App& program, const CLI::App& first) {
  Commands commands = CommandsOf(program);
  std::erase_if(commands, [](const CLI::App* command) { return command->get_option_no_throw(kConfig) == nullptr; });
  std::stable_partition(commands.begin(), commands.end(), [&](const CLI::App* command) { return command == &first; });
  return commands;
}

std::vector<std::string> NamesOf(const Commands& commands) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  return names;
}

Status CheckSection(const Commands& commands, const std::string& place, const std::string& section) {
  const std::vector<std::string> names = NamesOf(commands);
  if (std::ranges::count(names, section) > 0) return OkStatus();
  return InvalidArgument("{}: [{}] is no command with options{}", place, section, DidYouMean(section, names));
}

// section: empty where the key may be of any command.
Status CheckName(const Commands& commands, const std::string& place, const std::string& section,
                 const std::string& name) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands) {
    if (!section.empty() && section != command->get_name()) continue;
    for (const CLI::Option* option : SettableOptions(*command)) names.push_back(SettableName(*option).substr(2));
  }
  if (std::ranges::count(names, name) > 0) return OkStatus();
  if (section.empty() && std::ranges::count(NamesOf(commands), name) > 0) {
    return InvalidArgument("{}: '{}' is a command, whose options stand in a section: write [{}]", place, name, name);
  }
  return InvalidArgument("{}: '{}' is no option{}{}", place, name, section.empty() ? "" : " of kontor " + section,
                         DidYouMean(name, names));
}

// A value as a word of the command line; nothing for lists and tables, and for what is empty, which is no word.
std::optional<std::string> WordOf(const toml::node& node) {
  std::ostringstream word;
  node.visit([&word](const auto& value) {
    if constexpr (toml::is_boolean<decltype(value)>) {
      word << (*value ? "true" : "false");
    } else if constexpr (toml::is_floating_point<decltype(value)>) {
      word << fmt::format("{}", *value);
    } else if constexpr (toml::is_value<decltype(value)>) {
      word << *value;
    }
  });
  if (word.str().empty()) return std::nullopt;
  return word.str();
}

Result<std::vector<std::string>> ValuesOf(const std::string& place, const std::string& name, const toml::node& node) {
  std::vector<const toml::node*> nodes;
  if (const toml::array* list = node.as_array()) {
    for (const toml::node& item : *list) nodes.push_back(&item);
  } else {
    nodes.push_back(&node);
  }
  std::vector<std::string> values;
  for (const toml::node* item : nodes) {
    std::optional<std::string> word = WordOf(*item);
    if (!word) {
      return InvalidArgument("{}: {} must be a value that is not empty, as \"text\", 12 or true, or a list of such",
                             place, name);
    }
    values.push_back(*std::move(word));
  }
  return values;
}

// Adds what stands in a table: the file itself, or a section of it.
Status AddKeys(const Commands& commands, const std::string& path, const std::string& section, const toml::table& table,
               std::vector<Key>* keys) {
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const std::string place = PlaceOf(path, key.source());
    if (section.empty() && node.is_table()) {
      KONTOR_RETURN_IF_ERROR(CheckSection(commands, place, name));
      KONTOR_RETURN_IF_ERROR(AddKeys(commands, path, name, *node.as_table(), keys));
      continue;
    }
    KONTOR_RETURN_IF_ERROR(CheckName(commands, place, section, name));
    KONTOR_ASSIGN_OR_RETURN(std::vector<std::string> values, ValuesOf(place, name, node));
    keys->push_back({section, {"--" + name, std::move(values), place}});
  }
  return OkStatus();
}

// What the option's own check cannot see once the values are words.
Status CheckShape(const CLI::Option& option, const Setting& setting) {
  if (setting.values.size() != 1 && !IsList(option)) {
    return InvalidArgument("{}: {} takes one value, and no list", setting.from, setting.option);
  }
  if (IsFlag(option) && setting.values.front() != "true" && setting.values.front() != "false") {
    return InvalidArgument("{}: {} is true or false, not '{}'", setting.from, setting.option, setting.values.front());
  }
  return OkStatus();
}

Result<std::vector<Key>> KeysOf(const Commands& commands, const std::string& path) {
  KONTOR_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const toml::parse_result file = toml::parse(text);
  if (!file) {
    return InvalidArgument("{}: this is no TOML: {}", PlaceOf(path, file.error().source()), file.error().description());
  }
  std::vector<Key> keys;
  KONTOR_RETURN_IF_ERROR(AddKeys(commands, path, "", file.table(), &keys));
  return keys;
}

Status CheckVariables(const Commands& commands, const Environment& environment) {
  std::vector<std::string> names;  // behind the prefix
  const auto add = [&names](const std::string& variable) { names.push_back(variable.substr(kPrefix.size())); };
  add(VariableOf(kConfig, ""));
  for (const CLI::App* command : commands) {
    for (const CLI::Option* option : SettableOptions(*command)) {
      add(VariableOf(SettableName(*option), ""));
      add(VariableOf(SettableName(*option), command->get_name()));
    }
  }
  // Others' variables may begin as ours do. One is meant for us where what stands behind that is nearly an option's;
  // short words, as TEST, are near to many.
  constexpr size_t kShort = 4;
  for (const auto& [variable, value] : environment) {
    const std::string name = variable.substr(kPrefix.size());
    if (name.size() <= kShort || std::ranges::count(names, name) > 0) continue;
    const std::string nearest = Nearest(name, names);
    if (nearest.empty()) continue;
    return InvalidArgument("{} in the environment is no option; did you mean {}{}?", variable, kPrefix, nearest);
  }
  return OkStatus();
}

// The commands of which an option is asked for, the nearest first; the last, without a name, is all of them. The doctor
// looks at what an engine is started with.
std::vector<std::string> CommandsFor(const CLI::App& program, const CLI::App& command, const std::string& option) {
  std::vector<std::string> names = {command.get_name()};
  const bool is_engines = program.get_subcommand("serve")->get_option_no_throw(option) != nullptr;
  if (command.get_name() == "doctor" && is_engines) names.emplace_back("serve");
  names.emplace_back();
  return names;
}

std::optional<Setting> FromEnvironment(const Environment& environment, const std::string& option,
                                       const std::vector<std::string>& commands, bool is_list) {
  for (const std::string& command : commands) {
    const std::string name = VariableOf(option, command);
    const auto variable = environment.find(name);
    if (variable == environment.end() || variable->second.empty()) continue;
    return Setting{
        option, is_list ? CLI::detail::split(variable->second, ';') : std::vector<std::string>{variable->second}, name};
  }
  return std::nullopt;
}

std::optional<Setting> FromFile(const std::vector<Key>& keys, const std::string& option,
                                const std::vector<std::string>& sections) {
  for (const std::string& section : sections) {
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
  const Commands commands = CommandsWithOptions(program, command);
  KONTOR_RETURN_IF_ERROR(CheckVariables(commands, environment));
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
    KONTOR_ASSIGN_OR_RETURN(keys, KeysOf(commands, file));
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
    const std::string name = SettableName(*option);
    return FromEnvironment(environment, name, CommandsFor(program, command, name), IsList(*option));
  });
  take([&](const CLI::Option* option) {
    const std::string name = SettableName(*option);
    return FromFile(keys, name, CommandsFor(program, command, name));
  });

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
