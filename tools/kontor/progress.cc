#include "tools/kontor/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/kontor/text.h"

namespace kontor {
namespace {

constexpr std::chrono::milliseconds kPause{100};
constexpr int kBarWidth = 20;
// Before that, what is left is no more than a guess.
constexpr double kSecondsToJudgeBy = 1;

}  // namespace

Progress::Progress(std::string what, const Console& console)
    : what_(std::move(what)), console_(console), began_(std::chrono::steady_clock::now()), shown_(began_) {}

Progress::~Progress() {
  if (is_shown_) *console_.err << "\r\x1b[K" << std::flush;
}

void Progress::Update(uint64_t count, uint64_t done, uint64_t total) {
  if (!console_.shows_progress) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - shown_ < kPause) return;
  shown_ = now;
  is_shown_ = true;
  const std::string line = ProgressText(what_, count, done, total, now - began_, console_.err_width - 1);
  *console_.err << "\r\x1b[K" << console_.Shown(line) << std::flush;
}

std::string ProgressText(std::string_view what, uint64_t count, uint64_t done, uint64_t total,
                         std::chrono::duration<double> elapsed, int width) {
  const double seconds = elapsed.count();
  const double rate = seconds > 0 ? static_cast<double>(count) / seconds : 0;
  std::string text = fmt::format("{} {}  {}/s", CountText(static_cast<int64_t>(count)), what, NumberText(rate, 0));
  if (total > 0) {
    const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    const int full = static_cast<int>(share * kBarWidth);
    std::string bar;
    for (int i = 0; i < kBarWidth; ++i) bar += i < full ? "█" : "░";
    text = fmt::format("[{}] {:3} %  {}", bar, static_cast<int>(share * 100), text);
    if (done > 0 && seconds >= kSecondsToJudgeBy)
      text += fmt::format("  {} left", DurationText(seconds * (1 - share) / share));
  }
  return Truncated(text, width);
}

}  // namespace kontor
