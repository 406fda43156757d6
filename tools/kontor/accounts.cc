#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/portfolio/listed_figures.h"
#include "tools/kontor/charts.h"
#include "tools/kontor/commands.h"
#include "tools/kontor/common_options.h"
#include "tools/kontor/reading_command.h"
#include "tools/kontor/table.h"
#include "tools/kontor/text.h"
#include "tools/kontor/view_blocks.h"
#include "tools/kontor/view_text.h"

namespace kontor {
namespace {

constexpr int kFooterWidth = 100;

struct AccountsOptions {
  ReadingOptions reading;
  int64_t rows_max = 50;
  std::map<std::string, std::string> wanted;  // parameters of the HTTP interface, as they are given
};

// What narrows or orders the list: the option, the parameter, and what it is for.
struct WantedOption {
  const char* option;
  const char* parameter;
  const char* type;
  const char* description;
};
constexpr WantedOption kWanted[] = {
    {"--order-by", "order_by", kFigure, "By a figure, as overdue or 'overdue desc' for the largest first; else by id"},
    {"--segment", "segment", "NAME", "Only accounts of this segment"},
    {"--industry", "industry", "NAME", "Only accounts of this industry"},
    {"--country", "country", "NAME", "Only accounts of this country, as the event told it"},
    {"--manager", "manager", "NAME", "Only accounts of this manager"},
    {"--currency", "currency", "CODE", "Only accounts that have booked, were invoiced or paid in this currency"},
    {"--text", "text", "TEXT", "Only accounts whose id or name holds this; the case of A to Z is passed over"},
};

Cell Alarming(const view::v1::Amount& amount) {
  return {ReportingText(amount), amount.by_currency_size() > 0 ? Style::kBad : Style::kPlain};
}

std::string TableText(const std::vector<api::v1::AccountSummary>& accounts, const std::string& currency,
                      const Console& console) {
  const std::string unit = " " + currency;
  Table table({Words("Account"), Words("Name"), Spare(Right("Net value" + unit)), Right("12 months" + unit),
               Spare(Right("Invoiced, 12 m.")), Spare(Right("On year")), Right("Outstanding"), Right("Overdue"),
               Spare(Right("Kept")), Spare(Right("Findings")), Spare(Left("12 months"))});
  double largest = 0;
  for (const api::v1::AccountSummary& account : accounts) {
    largest = std::max(largest, Units(account.net_value().ttm()).value_or(0));
  }
  for (const api::v1::AccountSummary& account : accounts) {
    const view::v1::AccountProfile& profile = account.profile();
    const std::optional<double> year = Units(account.net_value().ttm());
    table.Add({Cell(profile.account_id(), profile.key_account() ? Style::kBold : Style::kPlain), profile.name(),
               ReportingText(account.net_value().lifetime()), ReportingText(account.net_value().ttm()),
               ReportingText(account.invoiced_net().ttm()), PercentText(account.year_on_year()),
               ReportingText(account.outstanding()), Alarming(account.overdue()),
               PercentText(account.commitments_kept()),
               Cell(CountText(account.findings()), account.findings() > 0 ? Style::kWarning : Style::kPlain),
               Cell(year && largest > 0 ? Bar(*year / largest, kBarWidth) : "", Style::kGood)});
  }
  return table.Text(console);
}

Status ShowAccounts(Readings& readings, const AccountsOptions& options, const Console& console) {
  std::vector<api::v1::AccountSummary> accounts;
  api::v1::ListAccountsResponse last;
  const auto add_rows = [&](const api::v1::ListAccountsResponse& page) -> int64_t {
    if (!options.reading.json) accounts.insert(accounts.end(), page.accounts().begin(), page.accounts().end());
    last = page;
    return page.accounts_size();
  };
  const auto target = [&] {
    TargetText text("/v1/accounts");
    for (const auto& [parameter, value] : options.wanted) text.Add(parameter, value);
    return text.AddInstants(options.reading, std::nullopt);
  };
  // A folder's list is in order once its totals are settled.
  if (!options.reading.data_dir.empty() && !options.wanted.empty()) KONTOR_RETURN_IF_ERROR(AwaitSettled(readings));
  bool more = false;
  KONTOR_RETURN_IF_ERROR(ForEachPage<api::v1::ListAccountsResponse>(readings, target, options.rows_max,
                                                                    options.reading.json, console, add_rows, &more));
  if (options.reading.json) return OkStatus();
  console.Print((accounts.empty() ? options.wanted.empty() ? "No accounts yet.\n" : "No such accounts.\n"
                                  : TableText(accounts, last.basis().reporting_currency(), console)) +
                MoreText(more, options.rows_max, console) + CoveringsText(last.covers(), console) +
                BasisText(last.basis(), console));
  return OkStatus();
}

}  // namespace

void AddAccounts(CLI::App* app, CommandContext* context) {
  auto* command = app->add_subcommand("accounts", "List accounts with their main figures");
  command->group(kReadGroup);
  const std::string figures = fmt::format("{}", fmt::join(ListedFigureNames(), ", "));
  command->footer(R"(Examples:
  kontor accounts --limit 20
  kontor accounts --order-by 'overdue desc' --segment enterprise
  kontor accounts --all --json | jq -r '.accounts[].profile.accountId'

)" + Wrapped("Figures to order by: " + figures + ".", kFooterWidth, 0));
  auto options = std::make_shared<AccountsOptions>();
  for (const WantedOption& wanted : kWanted) {
    command
        ->add_option_function<std::string>(
            wanted.option, [options, &wanted](const std::string& value) { options->wanted[wanted.parameter] = value; },
            wanted.description)
        ->type_name(wanted.type);
  }
  AddLimitOptions(command, &options->rows_max);
  AddNowOption(command, &options->reading.reporting.now, "Measure ages at this instant (RFC 3339, or a day)");
  AddReadingOptions(command, &options->reading);
  command->callback([context, options] {
    context->run = [context, options] {
      return Reading(options->reading, *context,
                     [&](Readings& readings) { return ShowAccounts(readings, *options, context->console); });
    };
  });
}

}  // namespace kontor
