#include <memory>

#include "tools/kontor/commands.h"
#include "tools/kontor/common_options.h"

namespace kontor {

void AddRebuild(CLI::App* app, CommandContext* context) {
  auto* command = app->add_subcommand("rebuild", "Make the views anew from the log of a stopped engine");
  command->group(kRunGroup);
  command->footer(R"(Example:
  kontor rebuild --data-dir /var/lib/kontor

The log is read and never changed. Other views come of it only where the zone or the version of the folds is another.)");
  auto options = std::make_shared<RebuildOptions>();
  AddDataDirOption(command, &options->data_dir, "Folder of the stopped engine")->required();
  AddReportingOptions(command, &options->reporting);
  command->callback([context, options] {
    context->run = [context, options] { return context->wiring.rebuild(*options, context->console); };
  });
}

}  // namespace kontor
