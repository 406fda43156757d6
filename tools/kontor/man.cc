#include <fmt/format.h>

#include <memory>
#include <sstream>

#include "tools/kontor/cli.h"
#include "tools/kontor/commands.h"
#include "tools/kontor/help.h"

namespace kontor {
namespace {

// Text that roff sets as it is.
std::string Roff(std::string_view text) {
  std::string escaped;
  bool at_line_start = true;
  for (const char c : text) {
    if (at_line_start && (c == '.' || c == '\'')) escaped += "\\&";
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else {
      escaped += c;
    }
    at_line_start = c == '\n';
  }
  return escaped;
}

std::string Entry(const std::string& name, const std::string& text) {
  return fmt::format(".TP\n\\fB{}\\fR\n{}\n", Roff(name), Roff(text));
}

// A line of examples: the command, and what is said of it below, each broken where the page ends.
std::string ExampleText(std::string_view line) {
  const Example example = ExampleOf(line);
  std::string text = fmt::format(".HP 4\n{}\n", Roff(example.command));
  if (!example.said.empty()) text += fmt::format(".br\n{}\n", Roff(example.said));
  return text;
}

// Examples stand indented, a line each; all else is filled.
std::string Footer(const std::string& text) {
  if (text.empty()) return "";
  std::string page = ".PP\n";
  std::istringstream lines(text);
  bool in_examples = false;
  for (std::string line; std::getline(lines, line);) {
    const bool is_example = line.starts_with("  ");
    if (is_example != in_examples) page += is_example ? ".RS 2\n.PD 0\n" : ".PD\n.RE\n.PP\n";
    in_examples = is_example;
    if (is_example) {
      page += ExampleText(line);
    } else {
      page += line.empty() ? ".PP\n" : Roff(line) + "\n";
    }
  }
  return in_examples ? page + ".PD\n.RE\n" : page;
}

std::string CommandText(const CLI::App& command) {
  std::string text = fmt::format(".SS kontor {}\n{}.\n.PP\n.B {}\n", Roff(command.get_name()),
                                 Roff(command.get_description()), Roff(UsageText(command)));
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) text += Entry(OptionName(*option), OptionText(*option));
  }
  for (const CLI::Option* option : NamedOptions(command)) text += Entry(OptionName(*option), OptionText(*option));
  return text + Footer(command.get_footer());
}

std::string ManPage(const CLI::App& program, const std::string& version) {
  std::string text = fmt::format(".TH KONTOR 1 \"\" \"kontor {}\" \"Kontor\"\n", Roff(version));
  text += ".nh\n.ad l\n";
  text += ".SH NAME\nkontor \\- event\\-sourced account tracking\n";
  text += fmt::format(".SH SYNOPSIS\n.B {}\n", Roff(UsageText(program)));
  text += fmt::format(".SH DESCRIPTION\n{}\n", Roff(program.get_description()));
  text += Footer(program.get_footer());
  text += ".SH COMMANDS\n";
  for (const CLI::App* command : CommandsOf(program)) text += CommandText(*command);
  text += ".SH EXIT STATUS\n";
  text += Entry("0", "Done.") + Entry("1", "It failed, as standard error says.");
  text += Entry("2", "The command line, a variable or the file of options is wrong.");
  text += ".SH ENVIRONMENT\n";
  text += Entry(
      "KONTOR_OPTION, KONTOR_COMMAND_OPTION",
      "Options that are not on the command line, as KONTOR_LISTEN or KONTOR_SERVE_LISTEN; KONTOR_CONFIG names "
      "a file of options. 'kontor config' shows what is in force. A variable that nearly is one of these is refused; "
      "others that begin with KONTOR_ are let be.");
  return text + Entry("NO_COLOR", "Not empty: no colour on terminals.");
}

}  // namespace

void AddMan(CLI::App* app, CommandContext* context) {
  auto* command = app->add_subcommand("man", "Print the manual page, for man(1)");
  command->group(kSetUpGroup);
  command->footer(R"(Example:
  kontor man | man -l -)");
  command->callback([context, app] {
    context->run = [context, app] {
      *context->console.out << ManPage(*app, context->wiring.version.version());
      return kExitOk;
    };
  });
}

}  // namespace kontor
