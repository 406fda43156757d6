#include "tools/kontor/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

#include "tools/kontor/text.h"

namespace kontor {
namespace {

constexpr int kIndent = 2;
constexpr int kGap = 2;
constexpr int kNamesMax = 30;  // a longer name has its description on the next line
constexpr int kWidth = 100;    // where the terminal does not tell, and at most: longer lines read badly
constexpr int kWidthMin = 60;

using Entry = std::pair<std::string, std::string>;  // a name, and what is said of it

bool IsFlag(const CLI::Option& option) { return option.get_expected_max() == 0; }

std::string Section(const std::string& title, const std::vector<Entry>& entries, int names, int width) {
  if (entries.empty()) return "";
  const int indent = kIndent + names + kGap;
  std::string text = "\n" + title + ":\n";
  for (const auto& [name, description] : entries) {
    text.append(kIndent, ' ');
    text += name;
    const bool fits = DisplayWidth(name) <= names;
    if (!fits) text += "\n";
    text.append(static_cast<size_t>(fits ? indent - kIndent - DisplayWidth(name) : indent), ' ');
    text += Wrapped(description, width, indent, indent) + "\n";
  }
  return text;
}

// The widest name that is still set beside its description.
int NamesWidth(const std::vector<std::pair<std::string, std::vector<Entry>>>& sections) {
  int names = 0;
  for (const auto& [title, entries] : sections) {
    for (const auto& [name, description] : entries) {
      if (DisplayWidth(name) <= kNamesMax) names = std::max(names, DisplayWidth(name));
    }
  }
  return names;
}

// A line of examples as it stands; where that is too wide, what is said of it stands below.
std::string ExampleText(const std::string& line, int width) {
  constexpr int kBelow = 6;
  const Example example = ExampleOf(line);
  if (DisplayWidth(line) <= width || example.said.empty()) return line;
  return fmt::format("{:{}}{}\n{:{}}{}", "", kIndent, example.command, "", kBelow,
                     Wrapped(example.said, width, kBelow, kBelow));
}

// Examples stand indented, a line each; all else is filled.
std::string Footer(const std::string& footer, int width) {
  std::string text;
  std::string paragraph;
  const auto end_paragraph = [&] {
    if (!paragraph.empty()) text += Wrapped(paragraph, width, 0) + "\n";
    paragraph.clear();
  };
  std::istringstream lines(footer);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.front() != ' ') {
      paragraph += (paragraph.empty() ? "" : " ") + line;
      continue;
    }
    end_paragraph();
    text += ExampleText(line, width) + "\n";
  }
  end_paragraph();
  return text;
}

}  // namespace

Example ExampleOf(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const size_t end = std::min(line.find("  "), line.size());
  const size_t said = std::min(line.find_first_not_of(' ', end), line.size());
  return {line.substr(0, end), line.substr(said)};
}

std::string OptionName(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true, false);
  std::string name;
  for (const std::string& letter : option.get_snames()) name += fmt::format("-{}, ", letter);
  name += "--" + option.get_lnames().front();
  if (!IsFlag(option)) name += " " + option.get_type_name();
  return name;
}

std::string OptionText(const CLI::Option& option) {
  std::string text = option.get_description();
  if (option.get_required()) text += " (required)";
  for (const CLI::Option* needed : option.get_needs()) text += fmt::format(" (with {})", needed->get_name());
  if (!IsFlag(option) && !option.get_default_str().empty()) text += fmt::format(" [{}]", option.get_default_str());
  return text;
}

std::string UsageText(const CLI::App& command) {
  std::string usage = "kontor ";
  if (command.get_parent() == nullptr) return usage + "COMMAND [OPTION...]";
  usage += command.get_name();
  std::string positionals;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) {
      std::string name = option->get_name(true, false);
      if (option->get_expected_max() > 1) name += "...";
      positionals += option->get_required() ? " " + name : " [" + name + "]";
    } else if (option->get_required()) {
      usage += " " + OptionName(*option);
    }
  }
  return usage + " [OPTION...]" + positionals;
}

std::vector<const CLI::Option*> NamedOptions(const CLI::App& command) {
  std::vector<const CLI::Option*> options;
  for (const CLI::Option* option : command.get_options()) {
    if (option->nonpositional() && option != command.get_help_ptr()) options.push_back(option);
  }
  return options;
}

std::vector<const CLI::App*> CommandsOf(const CLI::App& program) {
  const auto commands = program.get_subcommands([](const CLI::App*) { return true; });
  return {commands.begin(), commands.end()};
}

std::string HelpText(const CLI::App& command, int width) {
  width = width == 0 ? kWidth : std::clamp(width, kWidthMin, kWidth);
  std::vector<std::pair<std::string, std::vector<Entry>>> sections;  // in the order of their first entry
  const auto entries_of = [&](const std::string& title) -> std::vector<Entry>& {
    for (auto& [known, entries] : sections) {
      if (known == title) return entries;
    }
    return sections.emplace_back(title, std::vector<Entry>()).second;
  };
  for (const CLI::App* sub : CommandsOf(command)) {
    entries_of(sub->get_group()).emplace_back(sub->get_name(), sub->get_description());
  }
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) entries_of("Arguments").emplace_back(OptionName(*option), OptionText(*option));
  }
  const CLI::Option* help = command.get_help_ptr();  // last: who reads this has found it
  for (const CLI::Option* option : NamedOptions(command)) {
    entries_of(option->get_group()).emplace_back(OptionName(*option), OptionText(*option));
  }
  if (help != nullptr) entries_of("Options").emplace_back(OptionName(*help), OptionText(*help));

  std::string text = "Usage: " + UsageText(command) + "\n\n" + Wrapped(command.get_description(), width, 0) + "\n";
  const int names = NamesWidth(sections);
  for (const auto& [title, entries] : sections) text += Section(title, entries, names, width);
  const std::string footer = Footer(command.get_footer(), width);
  return footer.empty() ? text : text + "\n" + footer;
}

}  // namespace kontor
