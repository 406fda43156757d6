#include "tools/kontor/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "engine/base/nearest.h"
#include "tools/kontor/commands.h"
#include "tools/kontor/common_options.h"
#include "tools/kontor/help.h"
#include "tools/kontor/settings.h"

namespace kontor {
namespace {

constexpr const char* kDescription =
    "Kontor tracks the value, growth and satisfaction of key accounts: it keeps every event that sales systems emit, "
    "and folds them into live views.";

constexpr const char* kExamples = R"(Examples:
  kontor demo                                     a portfolio with a story; needs no broker
  kontor serve --brokers kafka:9092 --data-dir d  keep events and answer readings on 127.0.0.1:8686
  kontor emit events.jsonl                        send events, one of JSON a line
  kontor account acme --as-of 2026-01-01          one account as the world was then

'kontor COMMAND --help', or 'kontor help COMMAND', tells a command's options.)";

// The command that was begun, or the program itself.
const CLI::App& Begun(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? app : *commands.front();
}

std::vector<std::string> CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : CommandsOf(app)) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> OptionNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// What is wrong with the words that nothing took; empty where all were taken.
std::string UnknownWord(const CLI::App& app) {
  const std::vector<std::string> left = app.remaining(true);
  if (left.empty()) return "";
  const CLI::App& command = Begun(app);
  const auto is_option = [](const std::string& word) { return word.size() > 1 && word.front() == '-'; };
  const auto option = std::find_if(left.begin(), left.end(), is_option);
  const bool names_command = &command == &app && !is_option(left.front());
  const std::string word = names_command || option == left.end() ? left.front() : option->substr(0, option->find('='));
  const std::string text = names_command     ? fmt::format("'{}' is no command", word)
                           : is_option(word) ? fmt::format("{} is no option here", word)
                                             : fmt::format("'{}' is one word too many", word);
  return text + DidYouMean(word, names_command ? CommandNames(app) : OptionNames(command));
}

int UsageError(const CLI::App& app, const std::string& message, const Console& console) {
  const CLI::App& command = Begun(app);
  const std::string name = &command == &app ? "kontor" : "kontor " + command.get_name();
  console.Error(fmt::format("{}\nTry '{} --help'.", message, name));
  return kExitUsage;
}

// The command that the words begin with.
const CLI::App* Named(const CLI::App& program, const std::vector<std::string>& words) {
  for (const CLI::App* command : CommandsOf(program)) {
    if (!words.empty() && words.front() == command->get_name()) return command;
  }
  return nullptr;
}

bool AsksForHelp(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [](const std::string& w) { return w == "-h" || w == "--help"; });
}

// What people try first elsewhere, as it is said here: `kontor help serve` and `kontor --version`.
std::vector<std::string> AsSaidHere(const std::vector<std::string>& words) {
  if (words.empty()) return words;
  if (words.front() == "help") {
    std::vector<std::string> said(words.begin() + 1, words.end());
    said.emplace_back("--help");
    return said;
  }
  return words == std::vector<std::string>{"--version"} ? std::vector<std::string>{"version"} : words;
}

// What is wrong with values, with the places that they came from where these are not the command line.
std::string WithPlace(const std::string& message, const std::vector<Setting>& settings) {
  const std::string wrong = message.substr(0, message.find("; "));  // what stands behind is what to do
  std::string places;
  for (const Setting& setting : settings) {
    const size_t at = wrong.find(setting.option);
    if (at == std::string::npos) continue;
    const size_t end = at + setting.option.size();
    if (end != wrong.size() && wrong[end] != ':' && wrong[end] != ' ') continue;
    places += (places.empty() ? "" : ", ") + setting.from;
  }
  return places.empty() ? message : places + ": " + message;
}

// What CLI11 says is wrong; in our words where its own count arguments.
std::string MessageOf(const CLI::ParseError& error) {
  std::string text = error.what();
  if (error.get_name() != "ArgumentMismatch") return text;
  const std::string option = text.substr(0, text.find(':'));
  constexpr std::string_view kRequired = " required ";
  constexpr std::string_view kMissing = " missing";
  if (const size_t required = text.find(kRequired); required != std::string::npos && text.ends_with(kMissing)) {
    const size_t type = required + kRequired.size();
    return fmt::format("{} needs a value: {}", option, text.substr(type, text.size() - kMissing.size() - type));
  }
  return text.find("At Most 1 ") != std::string::npos ? option + " is given more than once; give it once" : text;
}

}  // namespace

std::unique_ptr<CLI::App> MakeProgram(CommandContext* context) {
  auto app = std::make_unique<CLI::App>(kDescription, "kontor");
  app->set_help_flag("-h,--help", "Print this help");
  app->require_subcommand(1);
  for (const auto add : {AddServe, AddDemo, AddRebuild, AddWatch, AddAccounts, AddAccount, AddTimeline, AddPortfolio,
                         AddShards, AddRejected, AddEmit, AddImport, AddDoctor}) {
    add(app.get(), context);
  }
  for (CLI::App* command : app->get_subcommands([](CLI::App*) { return true; })) AddConfigOption(command);
  for (const auto add : {AddConfig, AddCompletion, AddMan, AddVersion}) add(app.get(), context);
  app->callback([program = app.get()] { CheckTopicOptions(Begun(*program)); });
  app->footer(kExamples);  // last: a command without one takes it over
  return app;
}

int ReportFault(const CLI::App& program, const CLI::ParseError& error, const std::vector<Setting>& settings,
                const Console& console) {
  const std::string unknown = UnknownWord(program);  // said first: what else is wrong may follow from it
  return UsageError(program, unknown.empty() ? WithPlace(MessageOf(error), settings) : unknown, console);
}

int RunKontor(const std::vector<std::string>& arguments, const Wiring& wiring, const Console& console) {
  CommandContext context{wiring, console};
  const std::unique_ptr<CLI::App> app = MakeProgram(&context);
  std::vector<Setting> settings;
  std::vector<std::string> words = AsSaidHere(arguments);
  const CLI::App* named = Named(*app, words);
  if (named != nullptr && named->get_option_no_throw("--config") != nullptr && named->get_name() != "config" &&
      !AsksForHelp(words)) {
    Result<std::vector<Setting>> found = SettingsFor(*app, *named, words, wiring.environment);
    if (!found.ok()) {
      console.Error(Text(found.status()));
      return kExitUsage;
    }
    settings = *std::move(found);
    const std::vector<std::string> more = WordsOf(settings, *named);
    words.insert(words.begin() + 1, more.begin(), more.end());
  }
  try {
    app->parse(std::vector<std::string>(words.rbegin(), words.rend()));  // CLI11 takes them from the back
  } catch (const CLI::CallForHelp&) {
    if (&Begun(*app) == app.get()) {
      const std::string unknown = UnknownWord(*app);
      if (!unknown.empty()) return UsageError(*app, unknown, console);
    }
    *console.out << HelpText(Begun(*app), console.width);
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    if (arguments.empty()) return UsageError(*app, "name a command", console);
    return ReportFault(*app, error, settings, console);
  }
  return context.run();
}

}  // namespace kontor
