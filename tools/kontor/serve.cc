#include <memory>

#include "tools/kontor/commands.h"
#include "tools/kontor/common_options.h"

namespace kontor {

void AddServe(CLI::App* app, CommandContext* context) {
  auto* command = app->add_subcommand("serve", "Keep the events of a topic, fold them into views, answer readings");
  command->group(kRunGroup);
  command->footer(R"(Examples:
  kontor serve --brokers localhost:9092 --data-dir /var/lib/kontor
  kontor serve --brokers kafka:9093 --data-dir d \
      --kafka security.protocol=SASL_SSL --kafka sasl.username=kontor \
      --kafka sasl.password=@/etc/kontor/kafka.password
  kontor serve --data-dir d --listen 0.0.0.0:8686 --auth-token-file token

It stops on SIGINT and SIGTERM, and starts again where its log stands.)");
  auto options = std::make_shared<ServeOptions>();
  AddDataDirOption(command, &options->data_dir, "Folder of the log and the views; made where it is missing")
      ->required();
  AddListenOptions(command, &options->http);
  AddNowOption(command, &options->reporting.now, "Freeze the clock at this instant (RFC 3339, or a day)");
  AddReportingOptions(command, &options->reporting);
  AddBrokerOptions(command, &options->broker);
  AddTopicOptions(command, &options->topics);
  AddRejectedTopicOption(command, &options->topics);
  AddLogOptions(command, &options->log);
  command
      ->add_option("--group-id", options->broker.kafka.group_id,
                   "Consumer group; instances of one group share the partitions")
      ->type_name("NAME")
      ->capture_default_str()
      ->group("Kafka");
  command
      ->add_option("--member-id", options->broker.kafka.member_id,
                   "This instance in its group, the same after a restart; from host and folder unless set")
      ->type_name("NAME")
      ->group("Kafka");
  AddHttpLimitOptions(command, &options->http);
  command->callback([context, options] {
    CheckListenOptions(options->http);
    context->run = [context, options] { return context->wiring.serve(*options, context->console); };
  });
}

}  // namespace kontor
