#include "tools/kontor/import/table_loader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "engine/base/utf8.h"
#include "tools/kontor/import/csv_reader.h"

namespace kontor {
namespace {

constexpr uint64_t kProgressRows = 10'000;

// UTF-8 without a zero byte, at which SQLite's JSON functions would end.
bool IsText(std::string_view field) { return field.find('\0') == std::string_view::npos && IsUtf8(field); }

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Takes rows into the table; the first one makes it.
class TableSink final : public CsvSink {
 public:
  TableSink(const CsvTable& csv, const CsvFormat& format, SqlDatabase* db, RowLedger* ledger,
            const std::function<void(uint64_t)>& progress)
      : csv_(csv), format_(format), db_(db), ledger_(ledger), progress_(progress) {}

  void OnField(std::string_view field) override {
    if (!insert_) {
      first_row_.emplace_back(field);
    } else {
      Bind(field);
    }
  }

  Status OnRow(int64_t line) override {
    if (insert_) return Insert(line);
    KONTOR_RETURN_IF_ERROR(MakeTable());
    if (format_.header) return OkStatus();
    for (const std::string& field : first_row_) Bind(field);
    return Insert(line);
  }

  bool made() const { return insert_.has_value(); }
  uint64_t rows() const { return rows_; }

 private:
  Status MakeTable() {
    columns_ = first_row_.size();
    std::vector<std::string> names;
    std::set<std::string> taken;
    for (size_t i = 0; i < columns_; ++i) {
      std::string name = format_.header ? first_row_[i] : "";
      if (!IsText(name)) return InvalidArgument("{} line 1: the names of the columns are no UTF-8 text", csv_.path);
      if (name.empty()) name = fmt::format("c{}", i + 1);
      if (!taken.insert(Lower(name)).second) {
        return InvalidArgument("{}: two columns are named {}; give each its own name, or --no-header", csv_.path, name);
      }
      names.push_back(std::move(name));
    }
    std::string line = "line";
    while (taken.contains(line)) line.insert(0, "csv_");

    std::string create = fmt::format("CREATE TABLE {} ({} INTEGER PRIMARY KEY", SqlName(csv_.table), SqlName(line));
    std::string insert = fmt::format("INSERT INTO {} VALUES (?", SqlName(csv_.table));
    for (const std::string& name : names) {
      create += ", " + SqlName(name) + " TEXT";
      insert += ", ?";
    }
    KONTOR_RETURN_IF_ERROR(db_->Execute(create + ")"));
    KONTOR_ASSIGN_OR_RETURN(insert_, SqlStatement::Prepare(*db_, insert + ")"));
    return OkStatus();
  }

  void Bind(std::string_view field) {
    ++fields_;
    if (fields_ > columns_) return;
    if (bad_field_ == 0 && !IsText(field)) bad_field_ = fields_;
    sqlite3_bind_text(insert_->handle(), static_cast<int>(fields_) + 1, field.data(), static_cast<int>(field.size()),
                      SQLITE_TRANSIENT);
  }

  Status Insert(int64_t line) {
    const size_t fields = std::exchange(fields_, 0);
    const size_t bad_field = std::exchange(bad_field_, 0);
    if (++rows_ % kProgressRows == 0 && progress_) progress_(rows_);
    if (fields != columns_) {
      Leave(line, fmt::format("{} fields where the first row has {}", fields, columns_));
    } else if (bad_field != 0) {
      Leave(line, fmt::format("field {} is no UTF-8 text; convert the file, for instance with iconv", bad_field));
    } else {
      sqlite3_bind_int64(insert_->handle(), 1, line);
      const auto stepped = insert_->Step();
      if (!stepped.ok()) return stepped.status();
    }
    return OkStatus();
  }

  void Leave(int64_t line, std::string reason) {
    ledger_->Enter({RowTrouble::kInvalid, fmt::format("{} line {}", csv_.table, line), "", std::move(reason)});
  }

  const CsvTable& csv_;
  const CsvFormat& format_;
  SqlDatabase* db_;
  RowLedger* ledger_;
  const std::function<void(uint64_t)>& progress_;
  std::vector<std::string> first_row_;
  size_t columns_ = 0;
  std::optional<SqlStatement> insert_;
  size_t fields_ = 0;     // of the row being read
  size_t bad_field_ = 0;  // its first that is no text, from 1
  uint64_t rows_ = 0;
};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

Result<CsvTable> ParseCsvTable(std::string_view argument) {
  CsvTable csv;
  const size_t equals = argument.find('=');
  // What has a slash before the sign is a path that happens to hold one.
  if (equals != std::string_view::npos && argument.substr(0, equals).find('/') == std::string_view::npos) {
    csv.table = argument.substr(0, equals);
    csv.path = argument.substr(equals + 1);
  } else {
    csv.path = argument;
    if (argument != "-") csv.table = std::filesystem::path(argument).stem().string();
  }
  if (csv.table.empty() || csv.path.empty()) {
    return InvalidArgument(
        "'{}' names no table and file; write TABLE=FILE.csv, TABLE=- for standard input, or FILE.csv", argument);
  }
  return csv;
}

Result<char> ParseSeparator(std::string_view text) {
  if (text == "tab" || text == "\\t") return '\t';
  if (text.size() == 1 && text[0] != '"' && text[0] != '\r' && text[0] != '\n' && text[0] != '\0') return text[0];
  return InvalidArgument("'{}' cannot separate fields; give one character, or tab", text);
}

Result<uint64_t> LoadTable(const CsvTable& csv, const CsvFormat& format, std::FILE* standard_input, SqlDatabase* db,
                           RowLedger* ledger, const std::function<void(uint64_t)>& progress) {
  std::unique_ptr<std::FILE, CloseFile> opened;
  const bool is_standard_input = csv.path == "-";
  if (!is_standard_input) {
    opened.reset(std::fopen(csv.path.c_str(), "rb"));
    if (opened == nullptr) return NotFound("cannot read {}: {}", csv.path, std::strerror(errno));
  }
  TableSink sink(csv, format, db, ledger, progress);
  KONTOR_RETURN_IF_ERROR(db->Execute("BEGIN"));
  KONTOR_RETURN_IF_ERROR(ReadCsv(is_standard_input ? standard_input : opened.get(),
                                 is_standard_input ? csv.table : csv.path, format.separator, &sink));
  if (!sink.made()) return InvalidArgument("{}: the file is empty; not even the columns are known", csv.path);
  KONTOR_RETURN_IF_ERROR(db->Execute("COMMIT"));
  return sink.rows();
}

}  // namespace kontor
