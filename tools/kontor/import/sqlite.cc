#include "tools/kontor/import/sqlite.h"

#include <utility>

namespace kontor {

Result<SqlDatabase> SqlDatabase::OpenTemporary() {
  SqlDatabase db;
  sqlite3* handle = nullptr;
  // The empty name is SQLite's word for a temporary database on disk.
  const int code = sqlite3_open_v2("", &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  db.handle_.reset(handle);
  if (code != SQLITE_OK) return Unavailable("SQLite cannot open a temporary database: {}", sqlite3_errstr(code));
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
  KONTOR_RETURN_IF_ERROR(
      db.Execute("PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                 "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -65536"));
  return db;
}

Status SqlDatabase::Execute(const std::string& sql) {
  if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return OkStatus();
  return LastError(sql);
}

Status SqlDatabase::LastError(std::string_view doing) const {
  const char* what = sqlite3_errmsg(handle());
  switch (sqlite3_errcode(handle()) & 0xFF) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
      return ResourceExhausted("{}: {}; the temporary database needs room: set TMPDIR to a folder that has it", doing,
                               what);
    default:
      return InvalidArgument("{}: {}", doing, what);
  }
}

Result<SqlStatement> SqlStatement::Prepare(const SqlDatabase& db, std::string_view sql, std::string_view* rest) {
  SqlStatement statement;
  statement.db_ = &db;
  sqlite3_stmt* handle = nullptr;
  const char* tail = nullptr;
  if (sqlite3_prepare_v2(db.handle(), sql.data(), static_cast<int>(sql.size()), &handle, &tail) != SQLITE_OK) {
    return db.LastError("SQL");
  }
  statement.handle_.reset(handle);
  if (rest != nullptr) *rest = sql.substr(static_cast<size_t>(tail - sql.data()));
  return statement;
}

Result<bool> SqlStatement::Step() {
  switch (sqlite3_step(handle())) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      sqlite3_reset(handle());
      return false;
    default:
      return db_->LastError("SQL");
  }
}

std::string_view SqlStatement::column_text(int column) const {
  const unsigned char* text = sqlite3_column_text(handle(), column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text), static_cast<size_t>(sqlite3_column_bytes(handle(), column))};
}

std::string SqlName(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  return quoted + '"';
}

}  // namespace kontor
