#include <memory>
#include <optional>

#include "tools/kontor/commands.h"
#include "tools/kontor/common_options.h"
#include "tools/kontor/progress.h"
#include "tools/kontor/reading_command.h"
#include "tools/kontor/table.h"
#include "tools/kontor/text.h"

namespace kontor {
namespace {

struct ShardsOptions {
  ReadingOptions reading;
  bool digest = false;
};

std::string NameOf(const api::v1::ShardSummary& shard) {
  return fmt::format("{}/{}", shard.topic(), shard.partition());
}

std::string KnownCount(int64_t count) { return count < 0 ? std::string(kUnknown) : CountText(count); }

Cell StateOf(const api::v1::ShardSummary& shard) {
  const std::string text = WordsOf(api::v1::ShardState_Name(shard.state()), "SHARD_STATE_");
  switch (shard.state()) {
    case api::v1::SHARD_STATE_RUNNING:
      return {text, Style::kGood};
    case api::v1::SHARD_STATE_FAILED:
      return {text, Style::kBad};
    default:
      return {text, Style::kWarning};
  }
}

std::string StatesText(const api::v1::ListShardsResponse& shards, const Console& console) {
  Table table({Left("Shard"), Left("State"), Right("Records"), Right("In views"), Spare(Right("Next offset")),
               Right("Lag"), Spare(Right("Accepted")), Spare(Right("Duplicate")), Spare(Right("Conflict")),
               Spare(Right("Rejected")), Spare(Right("Gaps"))});
  std::string failures;
  for (const api::v1::ShardSummary& shard : shards.shards()) {
    // Counts are those since a start: of what does not run there are none.
    const auto counted = [&](int64_t count) {
      return shard.state() == api::v1::SHARD_STATE_STOPPED ? std::string(kUnknown) : CountText(count);
    };
    table.Add({NameOf(shard), StateOf(shard), CountText(static_cast<int64_t>(shard.position())),
               CountText(static_cast<int64_t>(shard.checkpoint())), CountText(shard.next_offset()),
               KnownCount(shard.lag()), counted(shard.accepted()), counted(shard.duplicates()),
               counted(shard.conflicts()), counted(shard.rejected()), counted(shard.offset_gaps())});
    if (!shard.failure().empty()) {
      failures +=
          console.Styled(Wrapped(Printable(NameOf(shard) + ": " + shard.failure()), console.width, 2), Style::kBad) +
          "\n";
    }
  }
  if (table.empty()) return "No shards yet.\n";
  return table.Text(console) + failures;
}

// Nothing that differs between two instances that hold the same.
std::string DigestsText(const api::v1::ListShardsResponse& shards, const Console& console) {
  Table table({Left("Shard"), Right("Records"), Left("Log"), Left("Views")});  // whole, for comparing
  for (const api::v1::ShardSummary& shard : shards.shards()) {
    const auto known = [](const std::string& digest) { return digest.empty() ? std::string(kUnknown) : digest; };
    table.Add({NameOf(shard), CountText(static_cast<int64_t>(shard.digest_position())), known(shard.log_digest()),
               known(shard.views_digest())});
  }
  return table.empty() ? "No shards yet.\n" : table.Text(console);
}

}  // namespace

void AddShards(CLI::App* app, CommandContext* context) {
  auto* command = app->add_subcommand("shards", "Show how far each partition is read and folded");
  command->group(kReadGroup);
  command->footer(R"(Examples:
  kontor shards
  kontor shards --digest --data-dir /var/lib/kontor

Two engines that read the same topic print the same digests, whatever happened to either.)");
  auto options = std::make_shared<ShardsOptions>();
  command->add_flag("--digest", options->digest, "SHA-256 of each log and its views, which reads them whole");
  AddReadingOptions(command, &options->reading);
  command->callback([context, options] {
    context->run = [context, options] {
      TargetText target("/v1/shards");
      std::optional<Progress> progress;
      if (options->digest) {
        target.Add("digest", "true");
        progress.emplace("records digested", context->console);
        options->reading.digest_progress = [&progress](uint64_t records, uint64_t total) {
          progress->Update(records, records, total);
        };
      }
      return Reading(options->reading, *context, [&](Readings& readings) {
        return Show<api::v1::ListShardsResponse>(readings, target.str(), options->reading.json, context->console,
                                                 [&](const api::v1::ListShardsResponse& shards) {
                                                   progress.reset();
                                                   return options->digest ? DigestsText(shards, context->console)
                                                                          : StatesText(shards, context->console);
                                                 });
      });
    };
  });
}

}  // namespace kontor
