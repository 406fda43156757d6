// What the reading commands have in common: they open where they read, ask, and print JSON or text.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "tools/kontor/cli.h"
#include "tools/kontor/commands.h"
#include "tools/kontor/progress.h"
#include "tools/kontor/reading.h"
#include "tools/kontor/text.h"

namespace kontor {

// Prints what went wrong; the exit code.
inline int Failed(const Status& status, const Console& console) {
  console.Error(Text(status));
  return kExitFailed;
}

// Opens the readings, runs the command on them, and turns its status into the exit code.
inline int Reading(const ReadingOptions& options, const CommandContext& context,
                   const std::function<Status(Readings&)>& command) {
  const Result<std::unique_ptr<Readings>> readings = OpenReadings(options, context.wiring);
  if (!readings.ok()) return Failed(readings.status(), context.console);
  const Status status = command(**readings);
  return status.ok() ? kExitOk : Failed(status, context.console);
}

// Asks for one message and prints it: as the JSON that came, or as `text` tells it.
template <typename Message>
Status Show(Readings& readings, const std::string& target, bool json, const Console& console,
            const std::function<std::string(const Message&)>& text) {
  KONTOR_ASSIGN_OR_RETURN(const std::string answer, readings.Get(target));
  if (json) {
    *console.out << answer << "\n";
    return OkStatus();
  }
  Message message;
  KONTOR_RETURN_IF_ERROR(AnswerFromJson(answer, &message));
  console.Print(text(message));
  return OkStatus();
}

// Nothing changes a folder's totals any more, so they are waited for. Each answer waits a while by itself.
inline Status AwaitSettled(Readings& readings) {
  while (true) {
    KONTOR_ASSIGN_OR_RETURN(const auto portfolio, readings.Read<view::v1::PortfolioView>("/v1/portfolio"));
    if (portfolio.settled()) return OkStatus();
  }
}

// How far --all is, on a terminal; null where that is not to be shown: a few rows are there at once, and pages of JSON
// on the same terminal would be torn.
inline std::unique_ptr<Progress> ProgressOfAll(std::string what, int64_t rows_max, bool json, const Console& console) {
  const bool is_shown = console.shows_progress && rows_max == 0 && !(json && console.is_terminal);
  return is_shown ? std::make_unique<Progress>(std::move(what), console) : nullptr;
}

// Asks for page after page until `rows_max` rows (0: all) are there. rows: takes a page, and returns how many rows it
// has. `more` tells whether rows are left over. In JSON each page is a line.
template <typename Message>
Status ForEachPage(Readings& readings, const std::function<TargetText()>& target, int64_t rows_max, bool json,
                   const Console& console, const std::function<int64_t(const Message&)>& rows, bool* more) {
  constexpr int64_t kPageRows = 1'000;
  std::string token;
  int64_t left = rows_max;
  do {
    TargetText page = target();
    page.Add("page_size", std::to_string(rows_max == 0 ? kPageRows : std::min(left, kPageRows)));
    if (!token.empty()) page.Add("page_token", token);
    KONTOR_ASSIGN_OR_RETURN(const std::string answer, readings.Get(page.str()));
    Message message;
    KONTOR_RETURN_IF_ERROR(AnswerFromJson(answer, &message));
    if (json) *console.out << answer << "\n";
    left -= rows(message);
    token = message.next_page_token();
  } while (!token.empty() && (rows_max == 0 || left > 0));
  *more = !token.empty();
  return OkStatus();
}

// "Only the first 50 are shown…", where rows are left over.
inline std::string MoreText(bool more, int64_t rows_max, const Console& console) {
  if (!more) return "";
  const std::string text = fmt::format("Only the first {} are shown; --limit N or --all shows more.", rows_max);
  return console.Styled(Wrapped(text, console.width, 2), Style::kDim) + "\n";
}

}  // namespace kontor
