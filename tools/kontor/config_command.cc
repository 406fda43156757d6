#include <fmt/format.h>
#include <fmt/ranges.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/nearest.h"
#include "tools/kontor/cli.h"
#include "tools/kontor/commands.h"
#include "tools/kontor/help.h"
#include "tools/kontor/settings.h"
#include "tools/kontor/table.h"
#include "tools/kontor/text.h"

namespace kontor {
namespace {

constexpr const char* kDefaultCommand = "serve";

struct ConfigOptions {
  bool json = false;
  std::string file;
};

// What one option of a command comes to.
struct InForce {
  std::string option;
  std::string value;  // empty: none
  std::string from;
};

std::vector<InForce> RowsOf(const CLI::App& command, const std::vector<Setting>& settings,
                            const std::set<const CLI::Option*>& required) {
  std::vector<InForce> rows;
  for (const CLI::Option* option : NamedOptions(command)) {
    const std::string name = SettableName(*option);
    if (name.empty()) continue;
    const auto setting =
        std::find_if(settings.begin(), settings.end(), [&](const Setting& s) { return s.option == name; });
    if (setting != settings.end()) {
      rows.push_back({name, fmt::format("{}", fmt::join(setting->values, " ")), setting->from});
    } else if (option->count() > 0) {
      const bool is_flag = option->get_expected_max() == 0;
      rows.push_back({name, is_flag ? "true" : fmt::format("{}", fmt::join(option->results(), " ")), "command line"});
    } else if (required.count(option) > 0) {
      rows.push_back({name, "", "required, and not given"});
    } else {
      rows.push_back({name, option->get_expected_max() == 0 ? "false" : option->get_default_str(), "default"});
    }
  }
  return rows;
}

std::string JsonOf(const std::string& command, const std::vector<InForce>& rows) {
  google::protobuf::Struct all;
  (*all.mutable_fields())["command"].set_string_value(command);
  auto* options = (*all.mutable_fields())["options"].mutable_list_value();
  for (const InForce& row : rows) {
    auto& fields = *options->add_values()->mutable_struct_value()->mutable_fields();
    fields["option"].set_string_value(row.option.substr(2));
    if (!row.value.empty()) fields["value"].set_string_value(row.value);
    fields["from"].set_string_value(row.from);
  }
  std::string text;
  KONTOR_CHECK(google::protobuf::util::MessageToJsonString(all, &text).ok());
  return text;
}

std::string TextOf(const std::vector<InForce>& rows, const Console& console) {
  Table table({Left("Option"), Words("Value"), Left("From")});
  for (const InForce& row : rows) {
    const Style style = row.from == "default" ? Style::kDim : Style::kPlain;
    table.Add({row.option, row.value.empty() ? std::string(kUnknown) : row.value, Cell(row.from, style)});
  }
  return table.Text(console);
}

int ShowConfig(const ConfigOptions& options, std::vector<std::string> words, const CommandContext& context) {
  const Console& console = context.console;
  if (words.empty() || words.front().starts_with('-')) words.insert(words.begin(), kDefaultCommand);
  CommandContext asked{context.wiring, context.console};
  const std::unique_ptr<CLI::App> program = MakeProgram(&asked);
  const auto named = program->get_subcommands([&](CLI::App* known) { return known->get_name() == words.front(); });
  CLI::App* command = named.empty() ? nullptr : named.front();
  if (command == nullptr || command->get_option_no_throw("--config") == nullptr || words.front() == "config") {
    std::vector<std::string> names;
    for (const CLI::App* known : CommandsOf(*program)) names.push_back(known->get_name());
    console.Error(fmt::format("'{}' is no command with options{}", words.front(), DidYouMean(words.front(), names)));
    return kExitUsage;
  }
  if (!options.file.empty()) words.insert(words.begin() + 1, "--config=" + options.file);
  const Result<std::vector<Setting>> settings = SettingsFor(*program, *command, words, context.wiring.environment);
  if (!settings.ok()) {
    console.Error(Text(settings.status()));
    return kExitUsage;
  }
  std::set<const CLI::Option*> required;  // what is missing is shown, and no reason to show nothing
  for (CLI::Option* option : command->get_options()) {
    if (!option->get_required()) continue;
    required.insert(option);
    option->required(false);
  }
  const std::vector<std::string> more = WordsOf(*settings, *command);
  words.insert(words.begin() + 1, more.begin(), more.end());
  try {
    program->parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    // Made anew: of this one no option is required any more.
    *console.out << HelpText(*MakeProgram(&asked)->get_subcommand(command->get_name()), console.width);
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    return ReportFault(*program, error, *settings, console);
  }
  const std::vector<InForce> rows = RowsOf(*command, *settings, required);
  if (options.json) {
    *console.out << JsonOf(command->get_name(), rows) << "\n";
  } else {
    console.Print(TextOf(rows, console));
  }
  return kExitOk;
}

}  // namespace

void AddConfig(CLI::App* app, CommandContext* context) {
  auto* command = app->add_subcommand("config", "Show the options in force for a command, and where each comes from");
  command->group(kSetUpGroup);
  command->prefix_command();
  command->footer(R"(Examples:
  kontor config --config /etc/kontor/kontor.toml
  kontor config accounts --json --limit 10

Of kontor serve, unless another COMMAND with options stands behind. A file and variables give options too:
  kontor.toml     listen = "127.0.0.1:8686" above all sections, or under [serve] for that command alone
  environment     KONTOR_LISTEN, or KONTOR_SERVE_LISTEN for that command alone
What is for kontor serve alone, kontor doctor takes too, after what is its own.
What is nearer goes before: command line, environment, file, default. Secrets are named by their files only. What the
command would refuse of them is refused here, and so is a KONTOR_ variable that nearly is an option's.)");
  auto options = std::make_shared<ConfigOptions>();
  command->add_flag("--json", options->json, "Print them in JSON");
  command->add_option("--config", options->file, "The file of options")->type_name("FILE");
  command->callback([context, command, options] {
    context->run = [context, command, options] { return ShowConfig(*options, command->remaining(), *context); };
  });
}

}  // namespace kontor
