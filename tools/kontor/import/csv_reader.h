// Reads CSV as RFC 4180 has it, row by row, whatever its size.
//
// Lines end in LF, CRLF or CR; fields may be quoted, and then hold separators, line ends and doubled quotes; a byte
// order mark is skipped, and so are empty lines. Spaces belong to the field. A quote where none may stand is an error,
// for from there on nobody knows where rows begin.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string_view>

#include "engine/base/status.h"

namespace kontor {

// Told of each field, then of the end of the row. `line` is that on which the row begins, from 1. An error ends
// reading.
class CsvSink {
 public:
  virtual ~CsvSink() = default;
  virtual void OnField(std::string_view field) = 0;
  virtual Status OnRow(int64_t line) = 0;
};

// Reads the file to its end. `name` is for messages. Requires: the separator is no quote and no line end.
// Errors: InvalidArgument with the line where quotes are wrong; Unavailable where reading fails; the sink's own.
Status ReadCsv(std::FILE* file, std::string_view name, char separator, CsvSink* sink);

}  // namespace kontor
