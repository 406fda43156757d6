#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/server/target.h"
#include "tools/kontor/commands.h"
#include "tools/kontor/common_options.h"
#include "tools/kontor/reading_command.h"
#include "tools/kontor/record_text.h"
#include "tools/kontor/sending.h"
#include "tools/kontor/table.h"
#include "tools/kontor/text.h"

namespace kontor {
namespace {

using api::v1::RecordSummary;

// Written by whoever took the record for a dead letter; the next one may write its own.
constexpr std::string_view kErrorHeaders = "__connect.errors.";

struct RejectedOptions {
  ReadingOptions reading;
  std::string id;  // empty: all of them are listed
  int64_t rows_max = 50;
  std::vector<std::string> reemit;
  BrokerOptions broker;
};

// How far the logs are searched, once for each disposition, from their ends down: the records that were found tell.
class Search {
 public:
  explicit Search(const api::v1::ListShardsResponse& shards) {
    for (const api::v1::ShardSummary& shard : shards.shards()) {
      ends_[{shard.topic(), shard.partition()}] = shard.position();
      records_ += shard.position();
    }
    left_ = ends_;
  }

  uint64_t total() const { return 2 * records_; }
  // Records searched. search: the first or the second, from 0.
  uint64_t Done(uint64_t search, const api::v1::ListRecordsResponse& found) {
    if (std::exchange(search_, search) != search) left_ = ends_;
    for (const RecordSummary& record : found.records()) left_[{record.topic(), record.partition()}] = record.position();
    uint64_t left = 0;
    for (const auto& [shard, position] : left_) left += position;
    return (search + 1) * records_ - std::min(left, records_);
  }

 private:
  using PositionOf = std::map<std::pair<std::string, int32_t>, uint64_t>;
  PositionOf ends_;
  PositionOf left_;
  uint64_t records_ = 0;
  uint64_t search_ = 0;
};

Status List(Readings& readings, const RejectedOptions& options, const Console& console) {
  std::vector<RecordSummary> records;
  bool more = false;
  std::unique_ptr<Progress> progress = ProgressOfAll("records", options.rows_max, options.reading.json, console);
  std::optional<Search> search;
  if (progress != nullptr) {
    KONTOR_ASSIGN_OR_RETURN(const auto shards, readings.Read<api::v1::ListShardsResponse>("/v1/shards"));
    search.emplace(shards);
  }
  uint64_t searches = 0;
  for (const char* disposition : {"rejected", "conflict"}) {
    bool more_of_these = false;
    const auto target = [&] { return TargetText("/v1/records").Add("disposition", disposition); };
    const auto add_rows = [&](const api::v1::ListRecordsResponse& page) -> int64_t {
      records.insert(records.end(), page.records().begin(), page.records().end());
      if (search) progress->Update(records.size(), search->Done(searches, page), search->total());
      return page.records_size();
    };
    KONTOR_RETURN_IF_ERROR(ForEachPage<api::v1::ListRecordsResponse>(
        readings, target, options.rows_max, options.reading.json, console, add_rows, &more_of_these));
    more = more || more_of_these;
    ++searches;
  }
  progress.reset();
  if (options.reading.json) return OkStatus();

  std::stable_sort(records.begin(), records.end(), [](const RecordSummary& a, const RecordSummary& b) {
    return std::pair(a.recorded_at().seconds(), a.recorded_at().nanos()) >
           std::pair(b.recorded_at().seconds(), b.recorded_at().nanos());
  });
  if (options.rows_max > 0 && records.size() > static_cast<size_t>(options.rows_max)) {
    records.resize(static_cast<size_t>(options.rows_max));
    more = true;
  }
  Table table({Left("Record"), Spare(Left("Reason")), Words("What is wrong", 35), Words("Key"), Spare(Left("Recorded")),
               Spare(Words("Source")), Spare(Left("Dead letter"))});
  for (const RecordSummary& record : records) {
    table.Add({record.id(), Cell(ReasonText(record), Style::kBad), WhatText(record), KeyText(record),
               record.has_recorded_at() ? TimeText(record.recorded_at()) : std::string(kUnknown),
               record.source().empty() ? std::string(kUnknown) : record.source(),
               record.dead_letter_sent() ? Cell("sent") : Cell(kUnknown)});
  }
  console.Print((table.empty() ? "No rejected and no conflicting records.\n" : table.Text(console)) +
                MoreText(more, options.rows_max, console));
  return OkStatus();
}

std::string TargetOf(const std::string& id) { return "/v1/records/" + PercentEncode(id); }

Status ShowOne(Readings& readings, const RejectedOptions& options, const Console& console) {
  return Show<RecordSummary>(readings, TargetOf(options.id), options.reading.json, console,
                             [&](const RecordSummary& record) { return RecordText(record, console); });
}

// The record as it came, but for what made it a dead letter.
Result<OutRecord> AsItCame(const RecordSummary& summary) {
  if (!IsRefused(summary)) {
    return FailedPrecondition("it is {}, so there is nothing to send again",
                              WordsOf(log::v1::Disposition_Name(summary.disposition()), "DISPOSITION_"));
  }
  if (!summary.has_record()) return DataLoss("its raw bytes are not there");
  const log::v1::LogRecord& raw = summary.record();
  OutRecord record;
  record.topic = summary.topic();
  if (raw.has_key()) record.key = raw.key();
  if (raw.has_value()) record.value = raw.value();
  for (const log::v1::Header& header : raw.headers()) {
    if (header.name().rfind(kErrorHeaders, 0) == 0) continue;
    record.headers.emplace_back(header.name(),
                                header.has_value() ? std::optional<std::string>(header.value()) : std::nullopt);
  }
  return record;
}

Status Reemit(Readings& readings, const RejectedOptions& options, const CommandContext& context) {
  Sending sending;
  for (size_t i = 0; i < options.reemit.size(); ++i) {
    const Result<RecordSummary> summary = readings.Read<RecordSummary>(TargetOf(options.reemit[i]));
    Result<OutRecord> record = summary.ok() ? AsItCame(*summary) : summary.status();
    if (record.ok() && !sending.has_sink()) {  // what cannot be sent needs no broker to say so
      KONTOR_ASSIGN_OR_RETURN(auto sink, context.wiring.open_sink(options.broker));
      sending.SetSink(std::move(sink));
    }
    if (record.ok()) {
      sending.Send(i, *std::move(record));
    } else {
      sending.Refuse(i, record.status());
    }
  }
  sending.Finish();
  const auto failed = sending.unacknowledged();
  for (const auto& [i, why] : failed) {
    *context.console.err << fmt::format("{}: {}\n", options.reemit[i], Printable(Text(why)));
  }
  *context.console.out << fmt::format("{} of {} records sent again and acknowledged\n", sending.acknowledged(),
                                      options.reemit.size());
  return failed.empty() ? OkStatus() : Unavailable("not every record was sent again");
}

}  // namespace

void AddRejected(CLI::App* app, CommandContext* context) {
  auto* command = app->add_subcommand("rejected", "Show rejected and conflicting records, or send them again");
  command->group(kReadGroup);
  command->footer(R"(Examples:
  kontor rejected
  kontor rejected kontor.events/3@1041               one whole: reason, headers, and the event or its bytes
  kontor rejected --all --json                       a line a page: first what was rejected, then what conflicts
  kontor rejected --reemit kontor.events/3@1041      after a repair, the record's bytes as they came

Behind the @ of an id stands the record's place in Kontor's log, which is not its offset in Kafka. The ids that
`kontor timeline` gives are shown likewise.)");
  auto options = std::make_shared<RejectedOptions>();
  auto* id = command->add_option("ID", options->id, "Show this record whole, by the id that the list gives it");
  AddLimitOptions(command, &options->rows_max);
  command
      ->add_option("--reemit", options->reemit,
                   "Send this record again, by the id that the list gives it; may be given often")
      ->type_name("ID")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->excludes(id);
  AddReadingOptions(command, &options->reading);
  AddBrokerOptions(command, &options->broker);
  command->callback([context, options] {
    context->run = [context, options] {
      return Reading(options->reading, *context, [&](Readings& readings) {
        if (!options->id.empty()) return ShowOne(readings, *options, context->console);
        return options->reemit.empty() ? List(readings, *options, context->console)
                                       : Reemit(readings, *options, *context);
      });
    };
  });
}

}  // namespace kontor
