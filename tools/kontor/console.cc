#include "tools/kontor/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <utility>

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

// By its name alone: the terminal at the other end may have a locale that this machine has not.
bool LocaleHasUtf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string value(Variable(name));
    if (value.empty()) continue;
    for (char& c : value) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return value.ends_with("utf-8") || value.ends_with("utf8");
  }
  return false;
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

std::string Console::Shown(std::string_view text) const {
  // Each as wide as what it stands for.
  static constexpr std::pair<std::string_view, char> kPlain[] = {
      {"─", '-'}, {"–", '-'}, {"…", '~'}, {"░", '.'}, {"·", '?'}, {"▁", '_'}, {"▂", '.'}, {"▃", '-'},
      {"▄", '='}, {"▅", '+'}, {"▆", '*'}, {"▇", '%'}, {"█", '#'}, {"●", '*'}, {"±", '~'}};
  if (utf8) return std::string(text);
  std::string plain;
  plain.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const auto* drawn = std::find_if(std::begin(kPlain), std::end(kPlain),
                                     [&](const auto& pair) { return text.substr(at).starts_with(pair.first); });
    const bool found = drawn != std::end(kPlain);
    plain += found ? drawn->second : text[at];
    at += found ? drawn->first.size() : 1;
  }
  return plain;
}

void Console::Print(std::string_view text) const { *out << Shown(text); }

void Console::Error(std::string_view message) const { *err << "kontor: " << message << "\n"; }

Console SystemConsole() {
  Console console;
  console.in = &std::cin;
  console.out = &std::cout;
  console.err = &std::cerr;
  console.width = ColumnsOf(STDOUT_FILENO);
  console.is_terminal = isatty(STDOUT_FILENO) != 0;
  console.utf8 = LocaleHasUtf8();
  console.colour = console.is_terminal && Variable("NO_COLOR").empty() && Variable("TERM") != "dumb";
  console.shows_progress = isatty(STDERR_FILENO) != 0;
  if (const int columns = ColumnsOf(STDERR_FILENO); columns > 0) console.err_width = columns;
  return console;
}

}  // namespace kontor
