// The whole terminal as a picture that is drawn again and again: the alternate screen, without cursor and echo, keys
// one by one. When it goes, and while the process is suspended, the terminal is as it was.
//
// Threads: one; make it before any other thread starts: these inherit the mask of signals.
#pragma once

#include <termios.h>

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

namespace kontor {

class Screen {
 public:
  enum class Input { kNothing, kKey, kResize, kStop };

  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // What happens first: a key (see key()), another size, or that the process is to stop (SIGINT, SIGTERM, SIGHUP).
  Input Wait(std::chrono::milliseconds patience);
  char key() const { return key_; }

  int columns() const { return columns_; }
  int rows() const { return rows_; }
  // Requires: no line is wider than the screen, and there are no more than it has rows.
  void Draw(const std::vector<std::string>& lines);

 private:
  void Enter();
  void Leave();
  void Measure();
  void Suspend();

  sigset_t signals_;
  sigset_t signals_before_;
  int signals_fd_;
  bool has_keys_;  // standard input is a terminal
  termios before_;
  char key_ = 0;
  int columns_ = 80;
  int rows_ = 24;
};

}  // namespace kontor
