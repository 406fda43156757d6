#include "tools/kontor/line_reader.h"

#include <streambuf>

namespace kontor {

std::optional<Line> LineReader::Next() {
  using Traits = std::char_traits<char>;
  std::streambuf* const buffer = stream_->rdbuf();
  Line line;
  line.number = lines_ + 1;
  bool any = false;
  for (auto c = buffer->sbumpc(); !Traits::eq_int_type(c, Traits::eof()); c = buffer->sbumpc()) {
    any = true;
    ++bytes_read_;
    if (Traits::to_char_type(c) == '\n') break;
    if (line.text.size() == bytes_max_) {
      line.too_long = true;
    } else {
      line.text += Traits::to_char_type(c);
    }
  }
  if (!any) return std::nullopt;
  ++lines_;
  if (line.too_long) line.text.clear();
  if (!line.text.empty() && line.text.back() == '\r') line.text.pop_back();
  return line;
}

}  // namespace kontor
