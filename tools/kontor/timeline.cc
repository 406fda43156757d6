#include <algorithm>
#include <memory>

#include "engine/server/target.h"
#include "tools/kontor/commands.h"
#include "tools/kontor/common_options.h"
#include "tools/kontor/reading_command.h"
#include "tools/kontor/table.h"
#include "tools/kontor/text.h"
#include "tools/kontor/view_text.h"

namespace kontor {
namespace {

constexpr int kChangedShown = 3;

struct TimelineOptions {
  ReadingOptions reading;
  std::string id;
  std::optional<Instant> as_of;
  int64_t rows_max = 100;
};

// What is said of an event: its summary, and what a reader must know before trusting it.
Cell SummaryOf(const view::v1::TimelineEntry& entry) {
  if (entry.voided()) return {"voided: " + entry.summary(), Style::kDim};
  if (!entry.understood()) return {"not understood by this version", Style::kWarning};
  if (entry.ahead()) return {"not counting yet: " + entry.summary(), Style::kDim};
  return {entry.summary()};
}

// The first figures that it changed, and how many more; --json tells all.
std::string ChangedText(const view::v1::TimelineEntry& entry) {
  std::string text;
  for (int i = 0; i < std::min(entry.changed_size(), kChangedShown); ++i) {
    const std::string& figure = entry.changed(i);  // "value.invoiced_net"
    text += (i == 0 ? "" : ", ") + WordsOf(figure.substr(figure.find('.') + 1), "");
  }
  if (entry.changed_size() > kChangedShown) text += fmt::format(" and {} more", entry.changed_size() - kChangedShown);
  return text;
}

// How many events the timeline has; 0 where nobody knows.
uint64_t CountOf(Readings& readings, const TimelineOptions& options) {
  TargetText target("/v1/accounts/" + PercentEncode(options.id));
  target.AddInstants(options.reading, options.as_of).Add("fields", "profile");
  const auto account = readings.Read<view::v1::AccountView>(target.str());
  return account.ok() ? static_cast<uint64_t>(account->profile().events() + account->profile().voided()) : 0;
}

Status ShowTimeline(Readings& readings, const TimelineOptions& options, const Console& console) {
  Table table(
      {Left("Occurred"), Words("What", 40), Spare(Left("Record")), Spare(Words("Changed")), Spare(Words("By"))});
  view::v1::Basis basis;
  std::unique_ptr<Progress> progress = ProgressOfAll("events", options.rows_max, options.reading.json, console);
  const uint64_t total = progress == nullptr ? 0 : CountOf(readings, options);
  uint64_t count = 0;
  const auto add_rows = [&](const api::v1::TimelineResponse& page) -> int64_t {
    for (const view::v1::TimelineEntry& entry : page.entries()) {
      table.Add({TimeText(entry.occurred_at()), SummaryOf(entry),
                 fmt::format("{}/{}@{}", entry.topic(), entry.partition(), entry.position()), ChangedText(entry),
                 entry.actor().empty() ? entry.source() : entry.actor() + ", " + entry.source()});
    }
    basis = page.basis();
    count += static_cast<uint64_t>(page.entries_size());
    if (progress != nullptr) progress->Update(count, count, total);
    return page.entries_size();
  };
  const auto target = [&] {
    return TargetText("/v1/accounts/" + PercentEncode(options.id) + "/timeline")
        .AddInstants(options.reading, options.as_of);
  };
  bool more = false;
  KONTOR_RETURN_IF_ERROR(ForEachPage<api::v1::TimelineResponse>(readings, target, options.rows_max,
                                                                options.reading.json, console, add_rows, &more));
  progress.reset();
  if (options.reading.json) return OkStatus();
  console.Print((table.empty() ? "No events up to this instant.\n" : table.Text(console)) +
                MoreText(more, options.rows_max, console) + BasisText(basis, console));
  return OkStatus();
}

}  // namespace

void AddTimeline(CLI::App* app, CommandContext* context) {
  auto* command = app->add_subcommand("timeline", "Show the events of one account, oldest first");
  command->group(kReadGroup);
  command->footer(R"(Examples:
  kontor timeline acme
  kontor timeline acme --all --json | jq '.entries[].summary'
  kontor rejected kontor.events/1@7      one of its records whole, refused or not)");
  auto options = std::make_shared<TimelineOptions>();
  command->add_option("ID", options->id, "The account's id")->required();
  AddLimitOptions(command, &options->rows_max);
  AddAsOfOption(command, &options->as_of);
  AddNowOption(command, &options->reading.reporting.now, "Take this instant for the present (RFC 3339, or a day)");
  AddReadingOptions(command, &options->reading);
  command->callback([context, options] {
    context->run = [context, options] {
      return Reading(options->reading, *context,
                     [&](Readings& readings) { return ShowTimeline(readings, *options, context->console); });
    };
  });
}

}  // namespace kontor
