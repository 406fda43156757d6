// Import: CSV files, a mapping in SQL, and events on their way to Kafka.
//
// Each CSV becomes a table of a temporary SQLite database (table_loader.h), the mapping's query turns its rows into
// events (mapping_query.h, sql_functions.h), each is checked by intake's own rules, and goes out in the query's order,
// keyed by its account, with `recorded_at` as its timestamp, to the topic of its body. What gives no valid event is
// told of and never sent. Sending goes on while the query runs; an import broken off can be run again, since the same
// rows give the same identities, and those that arrived are duplicates then.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/civil.h"
#include "engine/base/status.h"
#include "engine/source/event_source.h"
#include "tools/kontor/import/row_ledger.h"
#include "tools/kontor/import/table_loader.h"

namespace kontor {

// Told now and then, on the calling thread: while a table is loaded, then while rows are mapped.
struct ImportProgress {
  std::string_view table;         // the one being loaded; empty while rows are mapped
  uint64_t csv_rows = 0;          // of that table, so far
  uint64_t query_rows = 0;        // so far
  uint64_t query_rows_total = 0;  // where ImportOptions::counts_rows asks for it; 0: nobody knows
};

struct ImportOptions {
  std::string mapping_path;
  std::vector<CsvTable> tables;
  CsvFormat format;
  std::string events_topic = "kontor.events";
  std::string reference_topic = "kontor.reference";
  Instant now;             // the timestamp of rows without recorded_at
  size_t listed_max = 20;  // rows kept for the screen, of each kind of trouble
  std::string list_path;   // every row in trouble is written there, as CSV; empty: nowhere
  std::chrono::milliseconds acknowledge_timeout = std::chrono::minutes(5);  // after the last row
  std::FILE* standard_input = stdin;
  std::function<void(const ImportProgress&)> on_progress;
  bool counts_rows = false;  // runs the query once more, before, so that progress knows how much is left
};

// Where events go: one of the two, or neither for a dry run.
struct ImportOutput {
  EventSink* sink = nullptr;
  std::ostream* json_lines = nullptr;  // one event a line in protobuf's JSON mapping, without its timestamp
};

struct ImportReport {
  struct Trouble {
    uint64_t total = 0;
    std::map<std::string, uint64_t> by_reason;
    std::vector<ListedRow> listed;  // the first of them
  };

  // Not OK where the import was broken off: the files, the SQL, or the sink. The counts tell how far it came.
  Status status;
  std::vector<std::pair<std::string, uint64_t>> csv_rows;  // of each table, in the order of the options
  uint64_t query_rows = 0;
  uint64_t valid = 0;
  uint64_t sent = 0;  // handed to the sink or written as a line
  uint64_t acknowledged = 0;
  Trouble invalid;
  Trouble unacknowledged;
  Trouble noted;  // the mapping's own words on rows; they make nothing invalid

  // Every row gave a valid event, and every event sent was acknowledged.
  bool complete() const { return status.ok() && invalid.total == 0 && unacknowledged.total == 0; }
  int exit_code() const { return complete() ? 0 : 1; }
};

// Whether the mapping and the tables' files are there to be read, each table once. Import begins with it; whoever opens
// a sink asks before.
Status CheckFiles(const ImportOptions& options);

ImportReport Import(const ImportOptions& options, const ImportOutput& output);

// The report in words, for the screen.
std::string Describe(const ImportReport& report);

}  // namespace kontor
