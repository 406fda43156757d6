#include "tools/kontor/import/import.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <set>
#include <utility>
#include <variant>

#include "engine/event/json.h"
#include "tools/kontor/import/mapping_query.h"
#include "tools/kontor/import/row_event.h"
#include "tools/kontor/import/sql_functions.h"
#include "tools/kontor/import/sqlite.h"

namespace kontor {
namespace {

constexpr uint64_t kProgressRows = 1'000;

// What was sent and not yet answered. Answers come on the sink's threads, late ones even after the import has ended: so
// callbacks share it.
class Deliveries {
 public:
  explicit Deliveries(std::shared_ptr<RowLedger> ledger) : ledger_(std::move(ledger)) {}

  void Sent(uint64_t number, std::string where, std::string event_id) {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(number, ListedRow{RowTrouble::kUnacknowledged, std::move(where), std::move(event_id), ""});
  }

  void Answered(uint64_t number, const Status& status) {
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(number);
    if (found == waiting_.end()) return;
    if (status.ok()) {
      ++acknowledged_;
    } else {
      found->second.reason = Text(status);
      ledger_->Enter(std::move(found->second));
    }
    waiting_.erase(found);
  }

  // Enters what is still waiting, and returns how many were acknowledged.
  uint64_t Close(const Status& flushed) {
    const std::lock_guard lock(mutex_);
    for (auto& [number, row] : waiting_) {
      row.reason = flushed.ok() ? "no answer came" : Text(flushed);
      ledger_->Enter(std::move(row));
    }
    waiting_.clear();
    return acknowledged_;
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<RowLedger> ledger_;
  std::map<uint64_t, ListedRow> waiting_;
  uint64_t acknowledged_ = 0;
};

class Run {
 public:
  Run(const ImportOptions& options, const ImportOutput& output)
      : options_(options),
        output_(output),
        ledger_(std::make_shared<RowLedger>(options.listed_max)),
        deliveries_(std::make_shared<Deliveries>(ledger_)) {}

  ImportReport Report() {
    report_.status = LoadAndMap();
    const Status finished = Finish();
    if (report_.status.ok()) report_.status = finished;
    report_.invalid = TroubleOf(RowTrouble::kInvalid);
    report_.unacknowledged = TroubleOf(RowTrouble::kUnacknowledged);
    report_.noted = TroubleOf(RowTrouble::kNoted);
    return std::move(report_);
  }

 private:
  Status LoadAndMap() {
    KONTOR_RETURN_IF_ERROR(CheckFiles(options_));
    if (!options_.list_path.empty()) KONTOR_RETURN_IF_ERROR(ledger_->OpenFile(options_.list_path));
    KONTOR_ASSIGN_OR_RETURN(SqlDatabase db, SqlDatabase::OpenTemporary());
    KONTOR_RETURN_IF_ERROR(RegisterSqlFunctions(&db));
    for (const CsvTable& csv : options_.tables) {
      const auto progress = [&](uint64_t rows) {
        if (options_.on_progress) options_.on_progress({csv.table, rows, 0, 0});
      };
      KONTOR_ASSIGN_OR_RETURN(const uint64_t rows,
                              LoadTable(csv, options_.format, options_.standard_input, &db, ledger_.get(), progress));
      report_.csv_rows.emplace_back(csv.table, rows);
    }
    KONTOR_ASSIGN_OR_RETURN(MappingQuery mapping, MappingQuery::Open(options_.mapping_path, &db));
    uint64_t total = 0;
    if (options_.counts_rows) {
      KONTOR_ASSIGN_OR_RETURN(total, mapping.CountRows());
    }
    while (true) {
      KONTOR_ASSIGN_OR_RETURN(const std::optional<MappedRow> row, mapping.Next());
      if (!row) return OkStatus();
      ++report_.query_rows;
      KONTOR_RETURN_IF_ERROR(Take(*row));
      if (options_.on_progress && report_.query_rows % kProgressRows == 0) {
        options_.on_progress({"", 0, report_.query_rows, total});
      }
    }
  }

  Status Take(const MappedRow& row) {
    if (!row.note.empty()) ledger_->Enter({RowTrouble::kNoted, row.where, "", std::string(row.note)});
    auto outcome = EventOfRow(row, options_.now);
    if (auto* reason = std::get_if<std::string>(&outcome)) {
      ledger_->Enter({RowTrouble::kInvalid, row.where, "", std::move(*reason)});
      return OkStatus();
    }
    RowEvent& event = std::get<RowEvent>(outcome);
    ++report_.valid;
    if (output_.sink != nullptr) return Send(row, &event);
    if (output_.json_lines != nullptr) {
      ++report_.sent;
      if (!(*output_.json_lines << EventToJson(event.event) << '\n')) return Unavailable("cannot write the JSON lines");
    }
    return OkStatus();
  }

  Status Send(const MappedRow& row, RowEvent* event) {
    const bool reference = event->topic == TopicRole::kReference;
    event->record.topic = reference ? options_.reference_topic : options_.events_topic;
    const uint64_t number = report_.sent++;
    deliveries_->Sent(number, row.where, event->event.event_id());
    Status queued = output_.sink->Send(std::move(event->record),
                                       [deliveries = deliveries_, number](const Status& status, Partition, Offset) {
                                         deliveries->Answered(number, status);
                                       });
    if (queued.ok()) return queued;
    deliveries_->Answered(number, queued);
    // A record that cannot be sent is that row's trouble; anything else would be the trouble of every row after it.
    return queued.code() == StatusCode::kInvalidArgument ? OkStatus() : queued;
  }

  Status Finish() {
    if (output_.sink != nullptr) {
      report_.acknowledged = deliveries_->Close(output_.sink->Flush(options_.acknowledge_timeout));
    } else if (output_.json_lines != nullptr) {
      if (!output_.json_lines->flush()) return Unavailable("cannot write the JSON lines");
      report_.acknowledged = report_.sent;
    }
    return ledger_->CloseFile();
  }

  ImportReport::Trouble TroubleOf(RowTrouble trouble) const {
    return {ledger_->total(trouble), ledger_->by_reason(trouble), ledger_->listed(trouble)};
  }

  const ImportOptions& options_;
  const ImportOutput& output_;
  std::shared_ptr<RowLedger> ledger_;
  std::shared_ptr<Deliveries> deliveries_;
  ImportReport report_;
};

// one, many: what is said of one, and of more.
void DescribeTrouble(const ImportReport::Trouble& trouble, std::string_view one, std::string_view many,
                     std::string* text) {
  if (trouble.total == 0) return;
  *text += fmt::format("{} {}\n", trouble.total, trouble.total == 1 ? one : many);
  std::vector<std::pair<std::string, uint64_t>> reasons(trouble.by_reason.begin(), trouble.by_reason.end());
  std::stable_sort(reasons.begin(), reasons.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  for (const auto& [reason, count] : reasons) *text += fmt::format("{:>10}  {}\n", count, reason);
  *text += trouble.listed.size() < trouble.total ? fmt::format("  the first {}:\n", trouble.listed.size())
                                                 : fmt::format("  {}:\n", trouble.total == 1 ? "it is" : "they are");
  for (const ListedRow& row : trouble.listed) {
    const std::string event = row.event_id.empty() ? "" : fmt::format(" ({})", row.event_id);
    *text += fmt::format("    {}{}: {}\n", row.where, event, row.reason);
  }
}

// Without opening it: a pipe can be opened once.
Status CheckReadable(std::string_view what, const std::string& path, std::string_view instead) {
  if (access(path.c_str(), R_OK) == 0) return OkStatus();
  const char* why = std::strerror(errno);  // NOLINT(concurrency-mt-unsafe)
  return NotFound("cannot read {}{}: {}; name {}", what, path, why, instead);
}

}  // namespace

Status CheckFiles(const ImportOptions& options) {
  std::set<std::string> tables;
  bool standard_input = false;
  for (const CsvTable& csv : options.tables) {
    if (!tables.insert(csv.table).second) {
      return InvalidArgument("two files for the table {}; name them apart: TABLE=FILE.csv", csv.table);
    }
    if (csv.path == "-" && std::exchange(standard_input, true)) {
      return InvalidArgument("standard input can be one table only");
    }
  }
  KONTOR_RETURN_IF_ERROR(CheckReadable("the mapping ", options.mapping_path, "the file of the SQL query"));
  for (const CsvTable& csv : options.tables) {
    if (csv.path != "-") KONTOR_RETURN_IF_ERROR(CheckReadable("", csv.path, "a CSV file, or - for standard input"));
  }
  return OkStatus();
}

ImportReport Import(const ImportOptions& options, const ImportOutput& output) { return Run(options, output).Report(); }

std::string Describe(const ImportReport& report) {
  std::string text;
  for (const auto& [table, rows] : report.csv_rows) text += fmt::format("{:>10}  rows of {} read\n", rows, table);
  text += fmt::format("{:>10}  rows from the mapping, {} valid\n", report.query_rows, report.valid);
  text += fmt::format("{:>10}  events sent, {} acknowledged\n", report.sent, report.acknowledged);
  DescribeTrouble(report.invalid,
                  "row gave no valid event and was not sent:", "rows gave no valid event and were not sent:", &text);
  DescribeTrouble(report.unacknowledged, "event was not acknowledged:", "events were not acknowledged:", &text);
  DescribeTrouble(report.noted, "row was noted by the mapping:", "rows were noted by the mapping:", &text);
  if (!report.status.ok()) {
    const bool to_mend = report.status.code() == StatusCode::kInvalidArgument;
    text +=
        fmt::format("broken off: {}{}\n", Text(report.status), to_mend ? "\n  mend it, and try it with --dry-run" : "");
  }
  return text;
}

}  // namespace kontor
