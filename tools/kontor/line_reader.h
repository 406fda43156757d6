// Lines of a file or of standard input, of bounded length.
#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>

namespace kontor {

struct Line {
  uint64_t number = 0;    // from 1
  std::string text;       // without its end
  bool too_long = false;  // then the text is not kept
};

// Threads: one.
class LineReader {
 public:
  // Borrows the stream.
  LineReader(std::istream* stream, size_t bytes_max) : stream_(stream), bytes_max_(bytes_max) {}

  // Nothing after the last line.
  std::optional<Line> Next();
  uint64_t bytes_read() const { return bytes_read_; }

 private:
  std::istream* const stream_;
  const size_t bytes_max_;
  uint64_t lines_ = 0;
  uint64_t bytes_read_ = 0;
};

}  // namespace kontor
