#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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

std::string FigureText(const api::v1::OrderedFigure& figure) {
  switch (figure.value_case()) {
    case api::v1::OrderedFigure::kAmount:
      return ReportingText(figure.amount());
    case api::v1::OrderedFigure::kRatio:
      return figure.unit() == api::v1::FIGURE_UNIT_SHARE ? PercentText(figure.ratio()) : RatioText(figure.ratio(), 1);
    case api::v1::OrderedFigure::kCount:
      return CountText(figure.count());
    case api::v1::OrderedFigure::kNumber:
      return NumberText(figure.number(), 1);
    case api::v1::OrderedFigure::kDate:
      return DateText(figure.date());
    case api::v1::OrderedFigure::kInstant:
      return TimeText(figure.instant());
    case api::v1::OrderedFigure::VALUE_NOT_SET:
      break;
  }
  return std::string(kUnknown);
}

// Its name as it was asked for, and its unit where neither the name nor the cells tell.
std::string FigureTitle(const api::v1::OrderedFigure& figure, const std::string& currency) {
  static const std::map<api::v1::FigureUnit, std::string> kUnits = {
      {api::v1::FIGURE_UNIT_DAYS, "days"},    {api::v1::FIGURE_UNIT_HOURS, "hours"},
      {api::v1::FIGURE_UNIT_TIMES, "times"},  {api::v1::FIGURE_UNIT_POINTS, "points"},
      {api::v1::FIGURE_UNIT_MONEY, currency}, {api::v1::FIGURE_UNIT_MONEY_A_DAY, currency + " a day"}};
  const auto unit = kUnits.find(figure.unit());
  if (unit == kUnits.end() || figure.name().find(unit->second) != std::string::npos) return figure.name();
  return fmt::format("{}, {}", figure.name(), unit->second);
}

std::string TableText(const std::vector<api::v1::AccountSummary>& accounts, const std::string& currency,
                      const Console& console) {
  const std::string unit = " " + currency;
  // With the figure that each shows, where lists are ordered by it.
  std::vector<std::pair<std::string_view, Column>> columns = {{"", Words("Account")},
                                                              {"", Words("Name")},
                                                              {"net_value", Spare(Right("Net value" + unit))},
                                                              {"ttm_net_value", Right("12 months" + unit)},
                                                              {"ttm_invoiced_net", Spare(Right("Invoiced, 12 m."))},
                                                              {"year_on_year", Spare(Right("On year"))},
                                                              {"outstanding", Right("Outstanding")},
                                                              {"overdue", Right("Overdue")},
                                                              {"commitments_kept", Spare(Right("Kept"))},
                                                              {"findings", Spare(Right("Findings"))},
                                                              {"", Spare(Left("12 months"))}};
  constexpr ptrdiff_t kBehindName = 2;
  const api::v1::OrderedFigure& ordered = accounts.front().ordered_by();
  const auto shown = std::ranges::find(columns, ordered.name(), &std::pair<std::string_view, Column>::first);
  const bool own_column = shown == columns.end();
  if (own_column)
    columns.insert(columns.begin() + kBehindName, {ordered.name(), Right(FigureTitle(ordered, currency))});
  if (!own_column && !ordered.name().empty()) shown->second.spare = 0;
  std::vector<Column> heads;
  heads.reserve(columns.size());
  for (auto& [figure, column] : columns) heads.push_back(std::move(column));
  Table table(std::move(heads));

  double largest = 0;
  for (const api::v1::AccountSummary& account : accounts) {
    largest = std::max(largest, Units(account.net_value().ttm()).value_or(0));
  }
  for (const api::v1::AccountSummary& account : accounts) {
    const view::v1::AccountProfile& profile = account.profile();
    const std::optional<double> year = Units(account.net_value().ttm());
    std::vector<Cell> cells = {
        Cell(profile.account_id(), profile.key_account() ? Style::kBold : Style::kPlain),
        profile.name(),
        ReportingText(account.net_value().lifetime()),
        ReportingText(account.net_value().ttm()),
        ReportingText(account.invoiced_net().ttm()),
        PercentText(account.year_on_year()),
        ReportingText(account.outstanding()),
        Alarming(account.overdue()),
        PercentText(account.commitments_kept()),
        Cell(CountText(account.findings()), account.findings() > 0 ? Style::kWarning : Style::kPlain),
        Cell(year && largest > 0 ? Bar(*year / largest, kBarWidth) : "", Style::kGood)};
    if (own_column) cells.insert(cells.begin() + kBehindName, FigureText(account.ordered_by()));
    table.Add(std::move(cells));
  }
  return table.Text(console);
}

// How many accounts the list has; 0 where it is narrowed: nobody knows before it is read.
uint64_t CountOf(Readings& readings, const AccountsOptions& options) {
  if (options.wanted.size() > options.wanted.count("order_by")) return 0;
  const auto portfolio = readings.Read<view::v1::PortfolioView>("/v1/portfolio?fields=accounts");
  return portfolio.ok() ? static_cast<uint64_t>(portfolio->accounts()) : 0;
}

Status ShowAccounts(Readings& readings, const AccountsOptions& options, const Console& console) {
  std::vector<api::v1::AccountSummary> accounts;
  api::v1::ListAccountsResponse last;
  std::unique_ptr<Progress> progress = ProgressOfAll("accounts", options.rows_max, options.reading.json, console);
  uint64_t total = 0;
  uint64_t count = 0;
  const auto add_rows = [&](const api::v1::ListAccountsResponse& page) -> int64_t {
    if (!options.reading.json) accounts.insert(accounts.end(), page.accounts().begin(), page.accounts().end());
    last = page;
    count += static_cast<uint64_t>(page.accounts_size());
    if (progress != nullptr) progress->Update(count, count, total);
    return page.accounts_size();
  };
  const auto target = [&] {
    TargetText text("/v1/accounts");
    for (const auto& [parameter, value] : options.wanted) text.Add(parameter, value);
    return text.AddInstants(options.reading, std::nullopt);
  };
  // A folder's list is in order once its totals are settled.
  if (!options.reading.data_dir.empty() && !options.wanted.empty()) KONTOR_RETURN_IF_ERROR(AwaitSettled(readings));
  if (progress != nullptr) total = CountOf(readings, options);
  bool more = false;
  KONTOR_RETURN_IF_ERROR(ForEachPage<api::v1::ListAccountsResponse>(readings, target, options.rows_max,
                                                                    options.reading.json, console, add_rows, &more));
  progress.reset();
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
