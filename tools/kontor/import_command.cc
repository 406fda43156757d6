#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "tools/kontor/cli.h"
#include "tools/kontor/commands.h"
#include "tools/kontor/common_options.h"
#include "tools/kontor/import/import.h"
#include "tools/kontor/progress.h"

namespace kontor {
namespace {

enum class To { kKafka, kJsonLines };

struct ImportCommandOptions {
  BrokerOptions broker;
  TopicOptions topics;
  std::optional<Instant> now;
  std::string mapping;
  std::string list;
  CsvFormat format;
  std::vector<CsvTable> tables;
  To to = To::kKafka;
  bool dry_run = false;
  bool no_header = false;
};

int RunImport(const ImportCommandOptions& options, const Wiring& wiring, const Console& console) {
  ImportOptions order;
  order.mapping_path = options.mapping;
  order.tables = options.tables;
  order.format = options.format;
  order.format.header = !options.no_header;
  order.events_topic = options.topics.events;
  order.reference_topic = options.topics.reference;
  order.now = options.now.value_or(SystemClock().Now());
  order.list_path = options.list;

  ImportOutput output;
  std::unique_ptr<EventSink> sink;
  if (const Status files = CheckFiles(order); !files.ok()) {  // no broker is needed to say so
    console.Error(Text(files));
    return kExitFailed;
  }
  if (!options.dry_run && options.to == To::kKafka) {
    Result<std::unique_ptr<EventSink>> opened = wiring.open_sink(options.broker);
    if (!opened.ok()) {
      console.Error(Text(opened.status()));
      return kExitFailed;
    }
    sink = *std::move(opened);
    output.sink = sink.get();
  } else if (!options.dry_run) {
    output.json_lines = console.out;
  }
  ImportReport report;
  {
    // Of loading nobody knows the end; of mapping and sending the query tells it.
    std::optional<Progress> progress(std::in_place, "rows read", console);
    bool loads = true;
    order.counts_rows = console.shows_progress;
    order.on_progress = [&](const ImportProgress& now) {
      if (loads && now.table.empty()) progress.emplace("rows sent", console);
      loads = !now.table.empty();
      progress->Update(loads ? now.csv_rows : now.query_rows, now.query_rows, now.query_rows_total);
    };
    report = Import(order, output);
  }
  // With JSON lines on standard output, the report is not for whoever reads these.
  std::ostream& words = output.json_lines == nullptr ? *console.out : *console.err;
  words << Describe(report) << std::flush;
  return report.exit_code();
}

}  // namespace

void AddImport(CLI::App* app, CommandContext* context) {
  auto* command = app->add_subcommand("import", "Turn CSV files into events by a mapping in SQL, and send them");
  command->group(kWriteGroup);
  command->footer(R"(Examples:
  kontor import --mapping online_retail.sql --dry-run online_retail.csv
  xz -dc retail.csv.xz | kontor import --mapping retail.sql retail=-
  kontor import --mapping my.sql --to jsonl orders.csv lines=l.csv > e.jsonl

A mapping is a SQL query over the tables that the files become; it yields the columns event (JSON) and, if it likes,
recorded_at and line. tools/mappings/README.md tells how to write one. Exit code 1 where any row gave no valid event or
any event was not acknowledged; what failed is listed.)");
  auto options = std::make_shared<ImportCommandOptions>();
  command->add_option("--mapping", options->mapping, "The SQL query that yields events")
      ->type_name("FILE.sql")
      ->required();
  command->add_flag("--dry-run", options->dry_run, "Check every row and send nothing");
  AddParsed(
      command, "--to", "kafka|jsonl",
      [options](const std::string& to) {
        if (to != "kafka" && to != "jsonl") return InvalidArgument("'{}' is neither kafka nor jsonl", to);
        options->to = to == "jsonl" ? To::kJsonLines : To::kKafka;
        return OkStatus();
      },
      "kafka, or jsonl: one event of JSON a line on standard output")
      ->default_str("kafka");
  AddParsed(
      command, "--separator", "C",
      [options](const std::string& text) -> Status {
        KONTOR_ASSIGN_OR_RETURN(options->format.separator, ParseSeparator(text));
        return OkStatus();
      },
      "What parts the fields of the files: one character, or tab")
      ->default_str(",");
  command->add_flag("--no-header", options->no_header, "The first row is data; columns are c1, c2, ...");
  command->add_option("--list", options->list, "Write every row in trouble to this CSV file")->type_name("FILE");
  AddNowOption(command, &options->now, "The Kafka timestamp of rows without recorded_at; the present unless set");
  AddBrokerOptions(command, &options->broker);
  AddTopicOptions(command, &options->topics);
  command
      ->add_option_function<std::vector<std::string>>(
          "CSV",
          [options](const std::vector<std::string>& files) {
            for (const std::string& file : files) {
              Result<CsvTable> table = ParseCsvTable(file);
              if (!table.ok()) throw CLI::ValidationError("CSV", std::string(Text(table.status())));
              options->tables.push_back(*std::move(table));
            }
          },
          "Files, or TABLE=FILE to name the table; TABLE=- reads standard input")
      ->required();
  command->callback([context, options] {
    context->run = [context, options] { return RunImport(*options, context->wiring, context->console); };
  });
}

}  // namespace kontor
