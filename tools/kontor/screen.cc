#include "tools/kontor/screen.h"

#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace kontor {
namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";  // the other screen, and no cursor
constexpr std::string_view kLeave = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view kHome = "\x1b[H";
constexpr std::string_view kToLineEnd = "\x1b[K";
constexpr std::string_view kToScreenEnd = "\x1b[J";

// In one piece, so that nothing half drawn is seen.
void Write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // a terminal that is gone: SIGHUP says so
    text.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace

Screen::Screen() : signals_(), signals_before_(), has_keys_(isatty(STDIN_FILENO) != 0), before_() {
  sigemptyset(&signals_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP}) sigaddset(&signals_, signal);
  pthread_sigmask(SIG_BLOCK, &signals_, &signals_before_);
  signals_fd_ = signalfd(-1, &signals_, SFD_CLOEXEC | SFD_NONBLOCK);
  Enter();
}

Screen::~Screen() {
  Leave();
  close(signals_fd_);
  pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
}

void Screen::Enter() {
  if (has_keys_) {
    tcgetattr(STDIN_FILENO, &before_);
    termios now = before_;
    now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &now);
  }
  Measure();
  Write(kEnter);
}

void Screen::Leave() {
  Write(kLeave);
  if (has_keys_) tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

void Screen::Measure() {
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return;
  columns_ = size.ws_col;
  rows_ = size.ws_row;
}

void Screen::Suspend() {
  Leave();
  raise(SIGSTOP);  // returns when the shell says so
  Enter();
}

Screen::Input Screen::Wait(std::chrono::milliseconds patience) {
  std::array<pollfd, 2> waits = {{{signals_fd_, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
  if (poll(waits.data(), has_keys_ ? 2 : 1, static_cast<int>(patience.count())) <= 0) return Input::kNothing;
  signalfd_siginfo signal = {};
  if (read(signals_fd_, &signal, sizeof signal) == sizeof signal) {
    if (signal.ssi_signo == SIGTSTP) Suspend();
    if (signal.ssi_signo != SIGWINCH && signal.ssi_signo != SIGTSTP) return Input::kStop;
    Measure();
    return Input::kResize;
  }
  if (waits[1].revents == 0) return Input::kNothing;
  if (read(STDIN_FILENO, &key_, 1) == 1) return Input::kKey;
  has_keys_ = false;  // nobody types there any more
  return Input::kNothing;
}

void Screen::Draw(const std::vector<std::string>& lines) {
  std::string text(kHome);
  for (const std::string& line : lines) {
    if (&line != &lines.front()) text += "\r\n";
    text += line;
    text += kToLineEnd;
  }
  text += kToScreenEnd;
  Write(text);
}

}  // namespace kontor
