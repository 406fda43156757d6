#include "engine/log/rocks_info_log.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdarg>
#include <cstdio>

namespace kontor {
namespace {

constexpr int64_t kFileBytesMax = int64_t{8} << 20;
constexpr size_t kLineBytesMax = 2048;

class SilentLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

class InfoLog final : public rocksdb::Logger {
 public:
  explicit InfoLog(int file) : rocksdb::Logger(rocksdb::InfoLogLevel::INFO_LEVEL), file_(file) {}
  ~InfoLog() override { close(file_); }

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    std::array<char, kLineBytesMax> text;
    const int size = vsnprintf(text.data(), text.size(), format, arguments);
    if (size < 0 || written_.load(std::memory_order_relaxed) > kFileBytesMax) return;
    const std::string line =
        fmt::format("{:%Y-%m-%dT%H:%M:%S}Z {}\n",
                    fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())), text.data());
    // One write, appending: lines of several threads do not mix. What cannot be written is left out.
    const ssize_t put = write(file_, line.data(), line.size());
    if (put > 0) written_.fetch_add(put, std::memory_order_relaxed);
  }

 private:
  const int file_;
  std::atomic<int64_t> written_ = 0;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> NewInfoLog(const std::string& folder) {
  const std::string path = folder + "/LOG";
  static_cast<void>(rename(path.c_str(), (path + ".old").c_str()));
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return NewSilentLog();
  return std::make_shared<InfoLog>(file);
}

std::shared_ptr<rocksdb::Logger> NewSilentLog() { return std::make_shared<SilentLog>(); }

}  // namespace kontor
