#include <memory>

#include "engine/server/json.h"
#include "tools/kontor/cli.h"
#include "tools/kontor/commands.h"

namespace kontor {

void AddVersion(CLI::App* app, CommandContext* context) {
  auto* command = app->add_subcommand("version", "Print this program's versions");
  command->group(kSetUpGroup);
  command->footer(R"(Example:
  kontor version --json | jq -r .version)");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "Print them in JSON");
  command->callback([context, json] {
    context->run = [context, json] {
      const api::v1::VersionInfo& version = context->wiring.version;
      if (*json) {
        const Result<std::string> text = JsonText(version);
        *context->console.out << *text << "\n";
      } else {
        *context->console.out << fmt::format("kontor {}\nintake rules {}, folds {}, log format {}, views format {}\n",
                                             version.version(), version.intake_version(), version.fold_version(),
                                             version.log_format(), version.views_format());
      }
      return kExitOk;
    };
  });
}

}  // namespace kontor
