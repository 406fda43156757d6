#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "tools/kontor/commands.h"
#include "tools/kontor/common_options.h"
#include "tools/kontor/reading_command.h"
#include "tools/kontor/screen.h"
#include "tools/kontor/watch_frame.h"
#include "tools/kontor/watch_session.h"

namespace kontor {
namespace {

constexpr std::chrono::milliseconds kRedraw{250};
constexpr size_t kPlainAccounts = 10;

struct WatchOptions {
  std::string server = "http://" + std::string(kDefaultListen);
  std::string auth_token;
  std::chrono::milliseconds interval{1'000};
  bool once = false;
};

WatchTime Now() { return std::chrono::steady_clock::now(); }

std::string FrameText(const WatchPicture& picture, const Console& console) {
  std::string text;
  for (const std::string& line : WatchLines(picture, Now(), 0, console)) text += line + "\n";
  return text;
}

// Two looks, for a rate needs both.
int ShowOnce(WatchSession* session, const WatchOptions& options, const Console& console) {
  Status status = session->Look(Now());
  if (status.ok()) {
    session->Follow(Now() + options.interval);
    status = session->Look(Now());
  }
  if (!status.ok()) return Failed(status, console);
  console.Print(FrameText(session->picture(), console));
  return kExitOk;
}

// For a pipe or a file: a frame whenever there is something else to show, until the process is ended.
int Print(WatchSession* session, const WatchOptions& options, const Console& console) {
  std::optional<uint64_t> shown;
  bool was_away = false;
  while (console.out->good()) {
    const Status status = session->Look(Now());
    if (WatchSession::IsFinal(status)) return Failed(status, console);
    if (!status.ok() && !was_away) console.Error(fmt::format("{}; trying again", Text(status)));
    was_away = !status.ok();
    if (status.ok() && shown != session->picture().changes) {
      if (shown) *console.out << "\n";
      console.Print(FrameText(session->picture(), console));
      *console.out << std::flush;
      shown = session->picture().changes;
    }
    session->Follow(Now() + options.interval);
  }
  return kExitOk;
}

// The network on a thread of its own, so that keys are heard while an answer is waited for.
int ShowOnScreen(WatchSession* session, const WatchOptions& options, Console console) {
  auto screen = std::make_unique<Screen>();
  session->SetShown(WatchRows(screen->rows()));
  std::mutex mutex;
  WatchPicture picture = session->picture();  // guarded by mutex
  std::atomic<bool> ends = false;
  std::thread looking([&] {
    while (!ends) {
      const Status status = session->Look(Now());
      {
        const std::lock_guard lock(mutex);
        picture = session->picture();
      }
      if (WatchSession::IsFinal(status)) ends = true;
      if (!ends) session->Follow(Now() + options.interval);
    }
  });
  while (!ends) {
    console.width = screen->columns();
    std::vector<std::string> lines;
    {
      const std::lock_guard lock(mutex);
      lines = WatchLines(picture, Now(), screen->rows(), console);
    }
    for (std::string& line : lines) line = console.Shown(line);
    screen->Draw(lines);
    const Screen::Input input = screen->Wait(kRedraw);
    if (input == Screen::Input::kResize) session->SetShown(WatchRows(screen->rows()));
    const bool quits = input == Screen::Input::kKey && (screen->key() == 'q' || screen->key() == 'Q');
    if (input == Screen::Input::kStop || quits) ends = true;
  }
  screen.reset();  // at once, whatever the network still does
  session->Interrupt();
  looking.join();
  const Status& last = session->picture().trouble;
  return WatchSession::IsFinal(last) ? Failed(last, console) : kExitOk;
}

int Watch(const WatchOptions& options, const Console& console) {
  HttpClientOptions client;
  client.url = options.server;
  client.auth_token = options.auth_token;
  const Result<std::unique_ptr<WatchSession>> session = WatchSession::Make(client, kPlainAccounts);
  if (!session.ok()) return Failed(session.status(), console);
  if (options.once) return ShowOnce(session->get(), options, console);
  return console.is_terminal ? ShowOnScreen(session->get(), options, console) : Print(session->get(), options, console);
}

}  // namespace

void AddWatch(CLI::App* app, CommandContext* context) {
  auto* command = app->add_subcommand("watch", "Show the portfolio live: rate, lag, totals, the accounts that move");
  command->group(kReadGroup);
  command->footer(R"(Examples:
  kontor watch
  kontor watch --once                             one frame, for a script
  kontor watch --interval 5 > frames.txt          a frame whenever something changed

q or Ctrl-C ends it. While no engine answers it says so, and goes on when one does.)");
  auto options = std::make_shared<WatchOptions>();
  AddServerOptions(command, &options->server, &options->auth_token);
  AddSecondsOption(command, "--interval", &options->interval, "Between two looks");
  command->add_flag("--once", options->once, "Show one frame and exit");
  command->callback(
      [context, options] { context->run = [context, options] { return Watch(*options, context->console); }; });
}

}  // namespace kontor
