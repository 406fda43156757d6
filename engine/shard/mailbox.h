// What other threads ask of a loop: answered by the loop's thread between two steps, so that nothing inside needs a
// lock.
//
// Threads: Open, Answer, Wait and Close by the loop's thread (Open before it runs); Ask and Wake by any other.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace kontor {

class Mailbox {
 public:
  // `nudge` makes a loop that waits elsewhere come back to its mailbox; it is called on the asking thread.
  explicit Mailbox(std::function<void()> nudge) : nudge_(std::move(nudge)) {}

  // Has the letter run and waits until it was: by the loop between Open and Close, before and after that right here.
  void Ask(const std::function<void()>& letter);
  // Ends a Wait at once, or the next one.
  void Wake();

  void Open();
  // Runs the letters that have come.
  void Answer();
  // Waits for a letter or a Wake, or so long.
  void Wait(std::chrono::milliseconds time_max);
  // Answers what has come; what comes later is run by who asks, one at a time.
  void Close();

 private:
  struct Letter {
    const std::function<void()>* body;
    bool done = false;
  };

  const std::function<void()> nudge_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable answered_;
  std::deque<Letter*> letters_;
  bool open_ = false;
  bool woken_ = false;
};

}  // namespace kontor
