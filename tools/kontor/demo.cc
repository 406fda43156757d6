#include <memory>

#include "tools/kontor/commands.h"
#include "tools/kontor/common_options.h"

namespace kontor {

void AddDemo(CLI::App* app, CommandContext* context) {
  auto* command = app->add_subcommand("demo", "Show a portfolio with a story, on a broker inside this process");
  command->group(kRunGroup);
  command->footer(R"(Examples:
  kontor demo                              several years of history, then a live trickle, until Ctrl-C
  kontor demo --exit                       the history and a fixed number of live events, then a summary
  kontor demo --seed 7 --now 2026-11-24    the same events on every run)");
  auto options = std::make_shared<DemoCommandOptions>();
  command->add_option("--seed", options->seed, "Which of the many possible portfolios")
      ->type_name("N")
      ->check(NumberFrom(0))
      ->capture_default_str();
  AddNowOption(command, &options->reporting.now, "Where the clock starts (RFC 3339, or a day); the present unless set");
  command->add_flag("--exit", options->exit, "Run through and end with a summary");
  AddDataDirOption(command, &options->data_dir, "An empty or new folder; a temporary one unless set");
  AddListenOptions(command, &options->http);
  AddReportingOptions(command, &options->reporting);
  AddLogOptions(command, &options->log);
  command->callback([context, options] {
    CheckListenOptions(options->http);
    context->run = [context, options] { return context->wiring.demo(*options, context->console); };
  });
}

}  // namespace kontor
