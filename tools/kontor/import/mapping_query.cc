#include "tools/kontor/import/mapping_query.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

namespace kontor {
namespace {

// What stands before the next statement: blanks, comments, lone semicolons.
std::string_view SkipToStatement(std::string_view sql) {
  while (!sql.empty()) {
    size_t skip = 0;
    if (sql.starts_with("--")) {
      skip = std::min(sql.find('\n'), sql.size());
    } else if (sql.starts_with("/*")) {
      const size_t end = sql.find("*/", 2);
      skip = end == std::string_view::npos ? sql.size() : end + 2;
    } else if (std::strchr(" \t\r\n\f;", sql[0]) != nullptr) {
      skip = 1;
    }
    if (skip == 0) break;
    sql.remove_prefix(skip);
  }
  return sql;
}

// The first column of every row, with commas between.
std::string Listed(const SqlDatabase& db, std::string_view sql) {
  std::string list;
  auto statement = SqlStatement::Prepare(db, sql);
  if (!statement.ok()) return list;
  for (auto row = statement->Step(); row.ok() && *row; row = statement->Step()) {
    if (!list.empty()) list += ", ";
    list += statement->column_text(0);
  }
  return list;
}

// What helps with the error that SQLite has just reported.
std::string Hint(const SqlDatabase& db, std::string_view error) {
  if (error.find("no such table") != std::string_view::npos) {
    return fmt::format("; the tables are: {}; TABLE=FILE.csv names one",
                       Listed(db, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name"));
  }
  if (error.find("no such column") != std::string_view::npos) {
    return fmt::format("; the columns are: {} (a string stands in single quotes)",
                       Listed(db,
                              "SELECT t.name || '.' || c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c"
                              " WHERE t.type IN ('table', 'view') ORDER BY t.name, c.cid"));
  }
  return "";
}

}  // namespace

Result<MappingQuery> MappingQuery::Open(const std::string& path, SqlDatabase* db) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound("cannot read the mapping {}: {}", path, std::strerror(errno));
  const std::string sql((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());

  MappingQuery mapping;
  mapping.path_ = path;
  mapping.db_ = db;
  std::string_view rest = SkipToStatement(sql);
  if (rest.empty()) return InvalidArgument("{}: the mapping holds no query", path);
  while (true) {
    const auto line_of = [&sql](const char* at) { return 1 + std::count(sql.data(), at, '\n'); };
    const char* begin = rest.data();
    auto statement = SqlStatement::Prepare(*db, rest, &rest);
    if (!statement.ok()) {
      const int offset = sqlite3_error_offset(db->handle());
      const std::string error(Text(statement.status()));
      return InvalidArgument("{}:{}: {}{}", path, line_of(begin + std::max(offset, 0)), error, Hint(*db, error));
    }
    const char* end = rest.data();
    rest = SkipToStatement(rest);
    const bool is_query = statement->column_count() > 0;
    if (rest.empty()) {
      if (!is_query) return InvalidArgument("{}:{}: the last statement must be the query", path, line_of(begin));
      mapping.query_ = *std::move(statement);
      mapping.sql_.assign(begin, end);
      break;
    }
    if (is_query) {
      return InvalidArgument("{}:{}: only the last statement may be a query; those before it prepare it", path,
                             line_of(begin));
    }
    if (auto done = statement->Step(); !done.ok()) {
      return InvalidArgument("{}:{}: {}", path, line_of(begin), Text(done.status()));
    }
  }
  KONTOR_RETURN_IF_ERROR(mapping.FindColumns());
  return mapping;
}

Status MappingQuery::FindColumns() {
  for (int column = 0; column < query_.column_count(); ++column) {
    const std::string_view name = query_.column_name(column);
    int* place = name == "event" ? &event_ : name == "recorded_at" ? &recorded_at_ : name == "line" ? &line_ : nullptr;
    if (name == "note") place = &note_;
    if (place == nullptr) {
      return InvalidArgument("{}: the query yields a column '{}'; it may yield event, recorded_at, line and note",
                             path_, name);
    }
    if (*place >= 0) return InvalidArgument("{}: the query yields the column '{}' twice", path_, name);
    *place = column;
  }
  if (event_ < 0) return InvalidArgument("{}: the query yields no column 'event'", path_);
  return OkStatus();
}

Result<uint64_t> MappingQuery::CountRows() const {
  std::string query = sql_;
  query.erase(query.find_last_not_of("; \t\r\n") + 1);
  // A line of its own ends the query's last comment.
  const std::string counting = fmt::format("SELECT count(*) FROM ({}\n)", query);
  std::string_view rest;
  KONTOR_ASSIGN_OR_RETURN(SqlStatement count, SqlStatement::Prepare(*db_, counting, &rest));
  KONTOR_ASSIGN_OR_RETURN(const bool has_row, count.Step());
  uint64_t rows = 0;
  const std::string_view text = has_row ? count.column_text(0) : "";
  std::from_chars(text.data(), text.data() + text.size(), rows);
  return rows;
}

Result<std::optional<MappedRow>> MappingQuery::Next() {
  const auto stepped = query_.Step();
  if (!stepped.ok()) {
    return MakeStatus(stepped.status().code(),
                      fmt::format("{}: after row {}: {}", path_, rows_, Text(stepped.status())));
  }
  if (!*stepped) return std::optional<MappedRow>();
  ++rows_;
  MappedRow row;
  const int type = query_.column_type(event_);
  row.event_state = type == SQLITE_TEXT   ? MappedRow::kText
                    : type == SQLITE_NULL ? MappedRow::kNull
                                          : MappedRow::kNoText;
  if (type == SQLITE_TEXT) row.event = query_.column_text(event_);
  if (recorded_at_ >= 0 && query_.column_type(recorded_at_) != SQLITE_NULL) {
    row.recorded_at = query_.column_text(recorded_at_);
  }
  const int line_type = line_ < 0 ? SQLITE_NULL : query_.column_type(line_);
  row.where = line_type == SQLITE_NULL      ? fmt::format("row {}", rows_)
              : line_type == SQLITE_INTEGER ? fmt::format("line {}", query_.column_text(line_))
                                            : std::string(query_.column_text(line_));
  if (note_ >= 0) row.note = query_.column_text(note_);
  return std::optional<MappedRow>(std::move(row));
}

}  // namespace kontor
