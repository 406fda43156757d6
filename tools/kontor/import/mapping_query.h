// A mapping: a file of SQL whose last statement is the query that yields the events.
//
// Statements before the last prepare it (CREATE VIEW, CREATE INDEX, CREATE TABLE ... AS SELECT) and are run first; only
// the last may be a query. Its columns:
//   event        the event in protobuf's JSON mapping, as text. Required.
//   recorded_at  when the source recorded it, RFC 3339: the record's timestamp. Not given or NULL: now.
//   line         the line, or some words, by which the row is named where it is told of.
//   note         words on the row, listed and counted by themselves, for dirt that was kept or mended; they do not make
//                the row invalid. NULL: nothing to say.
// Any other column is a mistake.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "tools/kontor/import/sqlite.h"

namespace kontor {

// One row of the query. Views are valid until the next one.
struct MappedRow {
  enum EventState { kText, kNull, kNoText };
  EventState event_state = kNull;
  std::string_view event;
  std::optional<std::string_view> recorded_at;
  std::string where;  // "line 17", the mapping's words, or "row 3"
  std::string_view note;
};

// Errors: NotFound where there is no such file; InvalidArgument with the file, the line and SQLite's words, and for an
// unknown table or column what there is.
class MappingQuery {
 public:
  // Runs the preparing statements. The database must outlive the query.
  static Result<MappingQuery> Open(const std::string& path, SqlDatabase* db);

  // How many rows there will be. Runs the query, but for what its columns hold.
  Result<uint64_t> CountRows() const;
  // Nothing after the last row.
  Result<std::optional<MappedRow>> Next();

 private:
  Status FindColumns();

  std::string path_;
  std::string sql_;
  const SqlDatabase* db_ = nullptr;
  SqlStatement query_;
  int event_ = -1;
  int recorded_at_ = -1;
  int line_ = -1;
  int note_ = -1;
  uint64_t rows_ = 0;
};

}  // namespace kontor
