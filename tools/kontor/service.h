// Tells the service manager how the engine fares, by systemd's notification protocol (sd_notify(3)): ready, stopping, a
// line of status, and signs of life for its watchdog. Where no manager listens ($NOTIFY_SOCKET) it says nothing.
//
// Threads: one at a time.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace kontor {

class ServiceManager {
 public:
  ServiceManager();

  // Whether there is one to be told.
  bool listens() const { return listens_; }
  // How often Tick is due, so that the watchdog is fed twice in its time.
  std::chrono::milliseconds interval() const { return interval_; }
  // How long a part may give no sign before it counts as stuck.
  std::chrono::milliseconds patience() const { return 2 * interval_; }

  void Ready(const std::string& status);
  // A sign of life, unless not alive; then the manager ends the process once its time is up, and starts it again.
  void Tick(bool alive, const std::string& status);
  void Stopping();

 private:
  void Send(std::string state, const std::string& status);

  bool listens_ = false;
  bool watchdog_ = false;
  std::chrono::milliseconds interval_;
  std::string status_;  // as last told
};

}  // namespace kontor
