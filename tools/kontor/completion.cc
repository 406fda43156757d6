// What a shell completes: commands, their options, and files and folders where an option takes one. Made from the same
// declarations as the help.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "engine/base/check.h"
#include "engine/portfolio/listed_figures.h"
#include "tools/kontor/cli.h"
#include "tools/kontor/commands.h"
#include "tools/kontor/common_options.h"
#include "tools/kontor/help.h"

namespace kontor {
namespace {

enum class Takes { kNothing, kFile, kFolder, kChoice, kOther };

Takes TakesOf(const CLI::Option& option) {
  if (!option.get_positional() && option.get_expected_max() == 0) return Takes::kNothing;
  if (option.get_type_name().find('|') != std::string::npos) return Takes::kChoice;
  if (option.get_type_name() == kFigure) return Takes::kChoice;
  const std::string type = option.get_positional() ? option.get_name(true, false) : option.get_type_name();
  if (type.starts_with("FILE") || type == "CSV") return Takes::kFile;
  return type == "DIR" ? Takes::kFolder : Takes::kOther;
}

std::string LongName(const CLI::Option& option) { return "--" + option.get_lnames().front(); }

std::vector<std::string> OptionsThatTake(const CLI::App& command, Takes takes) {
  std::vector<std::string> names;
  for (const CLI::Option* option : NamedOptions(command)) {
    if (TakesOf(*option) == takes) names.push_back(LongName(*option));
  }
  return names;
}

// "text|json" as "text json".
std::string ChoicesOf(const CLI::Option& option) {
  if (option.get_type_name() == kFigure) return fmt::format("{}", fmt::join(ListedFigureNames(), " "));
  std::string choices = option.get_type_name();
  std::replace(choices.begin(), choices.end(), '|', ' ');
  return choices;
}

bool TakesFiles(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional() && TakesOf(*option) == Takes::kFile) return true;
  }
  return false;
}

// Of an argument without a name; of a command that takes another one with its words, the names of those.
std::string ArgumentChoices(const CLI::App& command) {
  if (command.get_prefix_command()) {
    std::vector<std::string> others;
    for (const CLI::App* other : CommandsOf(*command.get_parent())) {
      if (other != &command && other->get_option_no_throw("--config") != nullptr) others.push_back(other->get_name());
    }
    return fmt::format("{}", fmt::join(others, " "));
  }
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional() && TakesOf(*option) == Takes::kChoice) return ChoicesOf(*option);
  }
  return "";
}

std::string CommandNames(const CLI::App& program) {
  std::vector<std::string> names;
  for (const CLI::App* command : CommandsOf(program)) names.push_back(command->get_name());
  return fmt::format("{}", fmt::join(names, " "));
}

// The command that takes another one with its words: behind that one's name, its options are completed.
const CLI::App& PrefixCommand(const CLI::App& program) {
  const std::vector<const CLI::App*> commands = CommandsOf(program);
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [](const CLI::App* command) { return command->get_prefix_command(); });
  KONTOR_CHECK(found != commands.end());
  return **found;
}

// A shell's 'single quoted' word; a quote in it is written as the shell wants it.
std::string Quoted(std::string_view text, std::string_view quote) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += quote;
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string BashScript(const CLI::App& program) {
  const std::string commands = CommandNames(program);
  std::string cases = fmt::format("    help)\n      words='{}'\n      ;;\n", commands);
  for (const CLI::App* command : CommandsOf(program)) {
    std::vector<std::string> options = {"--help"};
    std::string choices;
    for (const CLI::Option* option : NamedOptions(*command)) {
      options.push_back(LongName(*option));
      if (TakesOf(*option) != Takes::kChoice) continue;
      choices += fmt::format("      [[ $prev != {} ]] || choices='{}'\n", LongName(*option), ChoicesOf(*option));
    }
    cases += fmt::format("    {})\n      options='{}' files='{}' folders='{}' values='{}' words='{}'\n{}      ;;\n",
                         command->get_name(), fmt::join(options, " "),
                         fmt::join(OptionsThatTake(*command, Takes::kFile), " "),
                         fmt::join(OptionsThatTake(*command, Takes::kFolder), " "),
                         fmt::join(OptionsThatTake(*command, Takes::kOther), " "),
                         TakesFiles(*command) ? "files" : ArgumentChoices(*command), choices);
  }
  return fmt::format(R"(# Completion of kontor for bash; made by: kontor completion bash
_kontor() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} options files folders values choices words
  local command=${{COMP_WORDS[1]}} valued=
  COMPREPLY=()
  # bash takes --name=value for three words
  if [[ $cur == = ]]; then
    valued=1 cur=
  elif [[ $prev == = ]]; then
    valued=1 prev=${{COMP_WORDS[COMP_CWORD-2]}}
  fi
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '{} help --help --version' -- "$cur"))
    return
  fi
  if [[ $command == {} ]] && ((COMP_CWORD > 2)) && [[ ${{COMP_WORDS[2]}} != -* ]]; then
    command=${{COMP_WORDS[2]}}
  fi
  case $command in
{}  esac
  if [[ $choices ]]; then
    COMPREPLY=($(compgen -W "$choices" -- "$cur"))
  elif [[ " $folders " == *" $prev "* ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -d -- "$cur"))
  elif [[ " $files " == *" $prev "* ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
  elif [[ " $values " == *" $prev "* ]]; then
    return
  elif [[ $cur == -* || -z $words ]]; then
    [[ -z $valued ]] || return
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
  elif [[ $words != files ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  else
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
  fi
}}
complete -F _kontor kontor
)",
                     commands, PrefixCommand(program).get_name(), cases);
}

// Of zsh's _arguments: '--listen[text]:HOST\:PORT:' with what completes the value.
std::string ZshArgument(const CLI::Option& option) {
  const auto escaped = [](std::string_view text) {
    std::string safe;
    for (const char c : text) {
      if (c == '[' || c == ']' || c == ':' || c == '\\') safe += '\\';
      safe += c;
    }
    return safe;
  };
  const Takes takes = TakesOf(option);
  const std::string value = takes == Takes::kFile     ? "_files"
                            : takes == Takes::kFolder ? "_files -/"
                            : takes == Takes::kChoice ? fmt::format("({})", ChoicesOf(option))
                                                      : " ";
  if (option.get_positional()) return fmt::format("*:{}:{}", escaped(option.get_name(true, false)), value);
  const char* const joined = takes == Takes::kNothing ? "" : "=";  // --name=value goes as --name value does
  std::string text = fmt::format("{}{}[{}]", LongName(option), joined, escaped(option.get_description()));
  if (takes != Takes::kNothing) text += fmt::format(":{}:{}", escaped(option.get_type_name()), value);
  return text;
}

std::string ZshScript(const CLI::App& program) {
  std::string commands = "    'help:Print the help of a command'\n";
  std::string cases = fmt::format("    help)\n      _arguments '*:COMMAND:({})'\n      ;;\n", CommandNames(program));
  for (const CLI::App* command : CommandsOf(program)) {
    const std::string described = fmt::format("{}:{}", command->get_name(), command->get_description());
    commands += fmt::format("    {}\n", Quoted(described, "'\\''"));
    cases += fmt::format("    {})\n      _arguments '--help[Print this help]'", command->get_name());
    for (const CLI::Option* option : command->get_options()) {
      if (option == command->get_help_ptr()) continue;
      cases += " \\\n        " + Quoted(ZshArgument(*option), "'\\''");
    }
    if (command->get_prefix_command()) {
      cases += fmt::format(" \\\n        '*:COMMAND:({})'", ArgumentChoices(*command));
    }
    cases += "\n      ;;\n";
  }
  return fmt::format(R"(#compdef kontor
# Completion of kontor for zsh; made by: kontor completion zsh
_kontor() {{
  local -a commands
  commands=(
{}  )
  if ((CURRENT == 2)); then
    if [[ $words[2] == -* ]]; then
      _arguments '--help[Print this help]' '--version[Print the version]'
    else
      _describe command commands
    fi
    return
  fi
  shift words
  ((CURRENT--))
  if [[ $words[1] == {} && $words[2] != -* ]] && ((CURRENT > 2)); then
    shift words
    ((CURRENT--))
  fi
  case $words[1] in
{}  esac
}}
_kontor "$@"
)",
                     commands, PrefixCommand(program).get_name(), cases);
}

std::string FishScript(const CLI::App& program) {
  std::string text =
      "# Completion of kontor for fish; made by: kontor completion fish\n"
      "complete -c kontor -f\n"
      "complete -c kontor -l help -d 'Print this help'\n"
      "complete -c kontor -n __fish_use_subcommand -l version -d 'Print the version'\n"
      "complete -c kontor -n __fish_use_subcommand -a help -d 'Print the help of a command'\n";
  text += fmt::format("complete -c kontor -n '__fish_seen_subcommand_from help' -a '{}'\n", CommandNames(program));
  for (const CLI::App* command : CommandsOf(program)) {
    text += fmt::format("complete -c kontor -n __fish_use_subcommand -a {} -d {}\n", command->get_name(),
                        Quoted(command->get_description(), "\\'"));
    const std::string choices = ArgumentChoices(*command);
    std::string condition = fmt::format("__fish_seen_subcommand_from {}", command->get_name());
    if (command->get_prefix_command()) condition += "; and not __fish_seen_subcommand_from " + choices;
    const std::string here = fmt::format("complete -c kontor -n '{}'", condition);
    if (TakesFiles(*command)) text += here + " -F\n";
    if (!choices.empty()) text += fmt::format("{} -a {}\n", here, Quoted(choices, "\\'"));
    for (const CLI::Option* option : NamedOptions(*command)) {
      const Takes takes = TakesOf(*option);
      const std::string value = takes == Takes::kNothing  ? ""
                                : takes == Takes::kFile   ? " -r -F"
                                : takes == Takes::kFolder ? " -x -a '(__fish_complete_directories)'"
                                : takes == Takes::kChoice ? fmt::format(" -x -a '{}'", ChoicesOf(*option))
                                                          : " -x";
      text += fmt::format("{} -l {}{} -d {}\n", here, option->get_lnames().front(), value,
                          Quoted(option->get_description(), "\\'"));
    }
  }
  return text;
}

}  // namespace

void AddCompletion(CLI::App* app, CommandContext* context) {
  auto* command = app->add_subcommand("completion", "Print what makes a shell complete commands and options");
  command->group(kSetUpGroup);
  command->footer(R"(Examples:
  . <(kontor completion bash)
  kontor completion zsh > ~/.zfunc/_kontor
  kontor completion fish > ~/.config/fish/completions/kontor.fish)");
  using Script = std::string (*)(const CLI::App&);
  auto script = std::make_shared<Script>(nullptr);
  AddParsed(
      command, "SHELL", "bash|zsh|fish",
      [script](const std::string& shell) {
        *script = shell == "bash" ? BashScript : shell == "zsh" ? ZshScript : shell == "fish" ? FishScript : nullptr;
        return *script != nullptr ? OkStatus() : InvalidArgument("'{}' is neither bash, zsh nor fish", shell);
      },
      "bash, zsh or fish")
      ->required();
  command->callback([context, app, script] {
    context->run = [context, app, script] {
      *context->console.out << (*script)(*app);
      return kExitOk;
    };
  });
}

}  // namespace kontor
