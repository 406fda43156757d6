#include <memory>

#include "tools/kontor/commands.h"
#include "tools/kontor/common_options.h"

namespace kontor {

void AddDoctor(CLI::App* app, CommandContext* context) {
  auto* command = app->add_subcommand("doctor", "Check broker, topics, folder and machine, and say what to mend");
  command->group(kSetUpGroup);
  command->footer(R"(Examples:
  kontor doctor --brokers localhost:9092 --data-dir /var/lib/kontor
  kontor doctor --config /etc/kontor/kontor.toml
  kontor doctor --json | jq '.checks[] | select(.verdict != "ok")'

It changes nothing, and may run beside an engine. Give it the options that the engine is started with; in a file it
takes those under [serve] too, and of variables those that begin with KONTOR_SERVE_. Exit code 1 where a check failed;
warnings are told and do not fail.)");
  auto options = std::make_shared<DoctorOptions>();
  AddDataDirOption(command, &options->data_dir, "Folder of the log and the views");
  command->add_option("--listen", options->listen, "Where HTTP is to be answered")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  command->add_option("--auth-token-file", options->auth_token_file, "File with the token that readers must show")
      ->type_name("FILE");
  AddBrokerOptions(command, &options->broker);
  AddTopicOptions(command, &options->topics);
  AddRejectedTopicOption(command, &options->topics);
  command->add_flag("--json", options->json, "Print the checks in JSON");
  command->callback([context, options] {
    context->run = [context, options] { return context->wiring.doctor(*options, context->console); };
  });
}

}  // namespace kontor
