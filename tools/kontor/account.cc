#include <memory>

#include "engine/server/target.h"
#include "tools/kontor/commands.h"
#include "tools/kontor/common_options.h"
#include "tools/kontor/reading_command.h"
#include "tools/kontor/view_text.h"

namespace kontor {
namespace {

struct AccountOptions {
  ReadingOptions reading;
  std::string id;
  std::optional<Instant> as_of;
  int months = 12;
};

}  // namespace

void AddAccount(CLI::App* app, CommandContext* context) {
  auto* command = app->add_subcommand("account", "Show one account: value, growth, satisfaction, findings");
  command->group(kReadGroup);
  command->footer(R"(Examples:
  kontor account acme
  kontor account acme --as-of 2026-01-01          as the world was then
  kontor account acme --data-dir /var/lib/kontor  of an engine that does not run)");
  auto options = std::make_shared<AccountOptions>();
  command->add_option("ID", options->id, "The account's id")->required();
  AddAsOfOption(command, &options->as_of);
  AddNowOption(command, &options->reading.reporting.now, "Measure ages at this instant (RFC 3339, or a day)");
  AddMonthsOption(command, &options->months);
  AddReadingOptions(command, &options->reading);
  command->callback([context, options] {
    context->run = [context, options] {
      const std::string target =
          TargetText("/v1/accounts/" + PercentEncode(options->id)).AddInstants(options->reading, options->as_of).str();
      return Reading(options->reading, *context, [&](Readings& readings) {
        return Show<view::v1::AccountView>(
            readings, target, options->reading.json, context->console, [&](const view::v1::AccountView& account) {
              return AccountText(options->id, account, options->months, context->console);
            });
      });
    };
  });
}

}  // namespace kontor
