#include "engine/shard/mailbox.h"

namespace kontor {

void Mailbox::Ask(const std::function<void()>& letter) {
  Letter mine = {&letter};
  {
    const std::lock_guard lock(mutex_);
    if (!open_) {
      letter();
      return;
    }
    letters_.push_back(&mine);
    arrived_.notify_all();
  }
  nudge_();
  std::unique_lock lock(mutex_);
  answered_.wait(lock, [&mine] { return mine.done; });
}

void Mailbox::Wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  arrived_.notify_all();
}

void Mailbox::Open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
}

void Mailbox::Answer() {
  std::unique_lock lock(mutex_);
  while (!letters_.empty()) {
    Letter* const letter = letters_.front();
    letters_.pop_front();
    lock.unlock();
    (*letter->body)();
    lock.lock();
    letter->done = true;
    answered_.notify_all();
  }
}

void Mailbox::Wait(std::chrono::milliseconds time_max) {
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, time_max, [this] { return woken_ || !letters_.empty(); });
  woken_ = false;
}

void Mailbox::Close() {
  std::unique_lock lock(mutex_);
  while (!letters_.empty()) {
    lock.unlock();
    Answer();
    lock.lock();
  }
  open_ = false;
}

}  // namespace kontor
