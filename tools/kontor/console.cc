#include "tools/kontor/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

namespace kontor {
namespace {

// 0 where the descriptor is no terminal that tells.
int ColumnsOf(int descriptor) {
  winsize size = {};
  if (isatty(descriptor) == 0 || ioctl(descriptor, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

std::string_view Variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): read before other threads are there
  return value == nullptr ? std::string_view() : value;
}

std::string_view Sequence(Style style) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kBold:
      return "\x1b[1m";
    case Style::kDim:
      return "\x1b[2m";
    case Style::kGood:
      return "\x1b[32m";
    case Style::kWarning:
      return "\x1b[33m";
    case Style::kBad:
      return "\x1b[31m";
  }
  return "";
}

}  // namespace

std::string Console::Styled(std::string_view text, Style style) const {
  const std::string_view sequence = Sequence(style);
  if (!colour || sequence.empty() || text.empty()) return std::string(text);
  return std::string(sequence) + std::string(text) + "\x1b[0m";
}

void Console::Error(std::string_view message) const { *err << "kontor: " << message << "\n"; }

Console SystemConsole() {
  Console console;
  console.in = &std::cin;
  console.out = &std::cout;
  console.err = &std::cerr;
  console.width = ColumnsOf(STDOUT_FILENO);
  console.colour = isatty(STDOUT_FILENO) != 0 && Variable("NO_COLOR").empty() && Variable("TERM") != "dumb";
  console.shows_progress = isatty(STDERR_FILENO) != 0;
  if (const int columns = ColumnsOf(STDERR_FILENO); columns > 0) console.err_width = columns;
  return console;
}

}  // namespace kontor
