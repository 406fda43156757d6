// Where the command line prints: streams, how wide the terminal is, and whether it shows colour.
#pragma once

#include <istream>
#include <ostream>
#include <string>
#include <string_view>

namespace kontor {

enum class Style { kPlain, kBold, kDim, kGood, kWarning, kBad };

struct Console {
  std::istream* in = nullptr;
  std::ostream* out = nullptr;
  std::ostream* err = nullptr;
  int width = 0;                // columns of out; 0: as wide as it takes
  bool is_terminal = false;     // out is one
  bool colour = false;          // of out
  bool utf8 = true;             // what the locale's terminals show; else ASCII
  bool shows_progress = false;  // err is a terminal
  int err_width = 80;

  // The text in a style, where out shows colour; else as it is.
  std::string Styled(std::string_view text, Style style) const;
  // Text for people, on out: where the locale has no UTF-8, lines, bars and dashes of our own in ASCII.
  void Print(std::string_view text) const;
  std::string Shown(std::string_view text) const;
  // "kontor: …", on err.
  void Error(std::string_view message) const;
};

// Standard input, output and error. Colour where standard output is a terminal that is not "dumb", unless NO_COLOR says
// otherwise (no-color.org).
Console SystemConsole();

}  // namespace kontor
