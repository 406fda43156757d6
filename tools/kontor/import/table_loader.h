// CSV files become tables that a mapping can query.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "tools/kontor/import/row_ledger.h"
#include "tools/kontor/import/sqlite.h"

namespace kontor {

// A CSV file and the table that it becomes.
struct CsvTable {
  std::string table;
  std::string path;  // "-": standard input
};

// "orders=export/2026.csv", "orders=-", or a path alone: the table is then named as the file, without folder and
// ending. InvalidArgument where no name comes out.
Result<CsvTable> ParseCsvTable(std::string_view argument);

struct CsvFormat {
  char separator = ',';
  bool header = true;  // the first row names the columns; else they are c1, c2, ...
};

// One character, or "tab" or "\t". InvalidArgument on what cannot part fields.
Result<char> ParseSeparator(std::string_view text);

// Loads the CSV into a new table: its columns, all TEXT, and `line`, the number of the line on which the row begins
// (from 1, the header's included), which is the table's integer key. Where the file has a column `line` of its own, the
// number is `csv_line`. A column without a name is named by its place, c3. An empty field is '', never NULL.
//
// A row with another number of fields than the first, or that is no UTF-8 text, is entered in the ledger and left out.
// `progress` is told now and then of how many rows were read. Returns how many rows were read, those left out included.
// Errors: NotFound where there is no such file; InvalidArgument where the file is no CSV, is empty, or names a column
// twice.
Result<uint64_t> LoadTable(const CsvTable& csv, const CsvFormat& format, std::FILE* standard_input, SqlDatabase* db,
                           RowLedger* ledger, const std::function<void(uint64_t)>& progress);

}  // namespace kontor
