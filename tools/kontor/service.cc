#include "tools/kontor/service.h"

#include <spdlog/spdlog.h>
#include <systemd/sd-daemon.h>

#include <cstdlib>
#include <cstring>

namespace kontor {
namespace {

// How often the status is renewed where no watchdog asks for more.
constexpr std::chrono::milliseconds kStatusInterval{5'000};

}  // namespace

ServiceManager::ServiceManager() : listens_(std::getenv("NOTIFY_SOCKET") != nullptr), interval_(kStatusInterval) {
  uint64_t micros = 0;
  if (sd_watchdog_enabled(/*unset_environment=*/0, &micros) > 0) {
    watchdog_ = true;
    interval_ = std::min(interval_, std::chrono::milliseconds(micros / 2'000));
  }
}

void ServiceManager::Ready(const std::string& status) { Send("READY=1\n", status); }

void ServiceManager::Tick(bool alive, const std::string& status) {
  if (!alive)
    spdlog::error("a shard's thread gave no sign for {} s: the watchdog is not fed", patience().count() / 1000);
  Send(watchdog_ && alive ? "WATCHDOG=1\n" : "", status);
}

void ServiceManager::Stopping() { Send("STOPPING=1\n", "stopping"); }

void ServiceManager::Send(std::string state, const std::string& status) {
  if (!listens_) return;
  if (status != status_) {
    state += "STATUS=" + status + "\n";
    status_ = status;
  }
  if (state.empty()) return;
  if (const int sent = sd_notify(/*unset_environment=*/0, state.c_str()); sent < 0) {
    spdlog::warn("the service manager cannot be told: {}", std::strerror(-sent));
  }
}

}  // namespace kontor
