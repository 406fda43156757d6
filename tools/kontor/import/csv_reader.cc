#include "tools/kontor/import/csv_reader.h"

#include <csv.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace kontor {
namespace {

constexpr size_t kChunkBytes = 1 << 18;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

int NeverSpace(unsigned char) { return 0; }

// Libcsv tells no line numbers; so it is fed line by line, and the count is kept here.
class Reader {
 public:
  Reader(std::string_view name, char separator, CsvSink* sink) : name_(name), sink_(sink) {
    csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_delim(&parser_, static_cast<unsigned char>(separator));
    csv_set_space_func(&parser_, NeverSpace);
  }
  ~Reader() { csv_free(&parser_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Status Read(std::string_view chunk) {
    while (!chunk.empty()) {
      size_t end = chunk.find_first_of("\r\n");
      end = end == std::string_view::npos ? chunk.size() : end + 1;
      KONTOR_RETURN_IF_ERROR(Feed(chunk.substr(0, end)));
      chunk.remove_prefix(end);
    }
    return OkStatus();
  }

  Status Finish() {
    if (csv_fini(&parser_, OnField, OnRow, this) != 0) {
      return InvalidArgument("{} line {}: a quoted field begins in this row and never ends; close its quote", name_,
                             row_line_);
    }
    return status_;
  }

 private:
  // A line with its end, or a part of one.
  Status Feed(std::string_view piece) {
    const char last = piece.back();
    const bool ends_line = last == '\r' || last == '\n';
    if (!row_open_) row_line_ = line_;
    row_ended_ = false;
    if (csv_parse(&parser_, piece.data(), piece.size(), OnField, OnRow, this) != piece.size()) {
      if (csv_error(&parser_) != CSV_EPARSE) return ResourceExhausted("{} line {}: out of memory", name_, line_);
      return InvalidArgument(
          "{} line {}: a quote stands inside a field; quote the whole field and write \"\" for a quote in it", name_,
          line_);
    }
    row_open_ = !row_ended_ && (row_open_ || piece.size() > (ends_line ? 1 : 0));
    if (last == '\r' || (last == '\n' && !(piece.size() == 1 && previous_ == '\r'))) ++line_;
    previous_ = last;
    return status_;
  }

  static void OnField(void* field, size_t size, void* self) {
    auto* reader = static_cast<Reader*>(self);
    if (reader->status_.ok()) reader->sink_->OnField({static_cast<const char*>(field), size});
  }
  static void OnRow(int, void* self) {
    auto* reader = static_cast<Reader*>(self);
    reader->row_ended_ = true;
    if (reader->status_.ok()) reader->status_ = reader->sink_->OnRow(reader->row_line_);
  }

  std::string_view name_;
  CsvSink* sink_;
  csv_parser parser_{};
  Status status_;
  int64_t line_ = 1;      // of the next byte
  int64_t row_line_ = 1;  // on which the row begins that is being read
  bool row_open_ = false;
  bool row_ended_ = false;  // by the piece that is fed
  char previous_ = 0;       // the byte before the piece
};

}  // namespace

Status ReadCsv(std::FILE* file, std::string_view name, char separator, CsvSink* sink) {
  Reader reader(name, separator, sink);
  std::vector<char> buffer(kChunkBytes);
  bool first = true;
  while (true) {
    const size_t size = std::fread(buffer.data(), 1, buffer.size(), file);
    if (size < buffer.size() && std::ferror(file)) return Unavailable("{}: {}", name, std::strerror(errno));
    if (size == 0) break;
    std::string_view chunk(buffer.data(), size);
    if (first && chunk.starts_with(kByteOrderMark)) chunk.remove_prefix(kByteOrderMark.size());
    first = false;
    KONTOR_RETURN_IF_ERROR(reader.Read(chunk));
  }
  return reader.Finish();
}

}  // namespace kontor
