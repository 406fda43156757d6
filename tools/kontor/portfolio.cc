#include <memory>

#include "tools/kontor/commands.h"
#include "tools/kontor/common_options.h"
#include "tools/kontor/reading_command.h"
#include "tools/kontor/view_text.h"

namespace kontor {
namespace {

struct PortfolioOptions {
  ReadingOptions reading;
  int months = 12;
};

}  // namespace

void AddPortfolio(CLI::App* app, CommandContext* context) {
  auto* command = app->add_subcommand("portfolio", "Show the totals of all accounts");
  command->group(kReadGroup);
  command->footer(R"(Examples:
  kontor portfolio
  kontor portfolio --months 36)");
  auto options = std::make_shared<PortfolioOptions>();
  AddNowOption(command, &options->reading.reporting.now, "Measure ages at this instant (RFC 3339, or a day)");
  AddMonthsOption(command, &options->months);
  AddReadingOptions(command, &options->reading);
  command->callback([context, options] {
    context->run = [context, options] {
      const std::string target = TargetText("/v1/portfolio").AddInstants(options->reading, std::nullopt).str();
      return Reading(options->reading, *context, [&](Readings& readings) -> Status {
        if (!options->reading.data_dir.empty()) KONTOR_RETURN_IF_ERROR(AwaitSettled(readings));
        return Show<view::v1::PortfolioView>(readings, target, options->reading.json, context->console,
                                             [&](const view::v1::PortfolioView& portfolio) {
                                               return PortfolioText(portfolio, options->months, context->console);
                                             });
      });
    };
  });
}

}  // namespace kontor
