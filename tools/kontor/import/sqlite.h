// SQLite behind RAII: a private database of one run, and its statements.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace kontor {

// A temporary database on disk, gone when closed. It lives in SQLITE_TMPDIR, TMPDIR or /var/tmp, and takes 64 MiB of
// memory however much is put into it. Without journal: after an error it is of no use any more.
//
// Threads: one. A word in double quotes is a name, never a string; no other database can be attached.
class SqlDatabase {
 public:
  static Result<SqlDatabase> OpenTemporary();

  // Runs statements that yield no rows.
  Status Execute(const std::string& sql);
  sqlite3* handle() const { return handle_.get(); }
  // What SQLite said last, as a status: ResourceExhausted where the disk is full, else InvalidArgument.
  Status LastError(std::string_view doing) const;

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close(db); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

// A prepared statement. The database must outlive it.
class SqlStatement {
 public:
  // Takes the first statement of `sql` and sets `rest` to what follows it. Without a statement (blanks, comments) it is
  // empty.
  static Result<SqlStatement> Prepare(const SqlDatabase& db, std::string_view sql, std::string_view* rest = nullptr);

  bool empty() const { return handle_ == nullptr; }
  sqlite3_stmt* handle() const { return handle_.get(); }
  // Whether there is a row; the statement is reset after the last one.
  Result<bool> Step();
  int column_count() const { return sqlite3_column_count(handle_.get()); }
  std::string_view column_name(int column) const { return sqlite3_column_name(handle_.get(), column); }
  int column_type(int column) const { return sqlite3_column_type(handle_.get(), column); }
  // Valid until the next Step.
  std::string_view column_text(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  const SqlDatabase* db_ = nullptr;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

// The name as SQL writes it: in double quotes.
std::string SqlName(std::string_view name);

}  // namespace kontor
