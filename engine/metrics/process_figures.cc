#include "engine/metrics/process_figures.h"

#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace kontor {
namespace {

// Where the fields of /proc/self/stat stand behind the program's name, counted from its state (proc(5)).
constexpr size_t kUserTicks = 11;
constexpr size_t kSystemTicks = 12;
constexpr size_t kThreads = 17;
constexpr size_t kStartTicks = 19;
constexpr size_t kVirtualBytes = 20;
constexpr size_t kResidentPages = 21;

// Seconds since 1970 at which the system started; 0: it does not tell.
double BootTime() {
  std::ifstream stat("/proc/stat");
  for (std::string word; stat >> word;) {
    double seconds = 0;
    if (word == "btime" && stat >> seconds) return seconds;
  }
  return 0;
}

}  // namespace

ProcessFigures ReadProcessFigures() {
  ProcessFigures figures;
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  // The name may hold blanks and brackets of its own.
  std::istringstream words(line.substr(line.rfind(')') == std::string::npos ? line.size() : line.rfind(')') + 1));
  std::string state;
  words >> state;
  std::vector<double> fields{0};
  for (double field = 0; words >> field;) fields.push_back(field);
  if (fields.size() > kResidentPages) {
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    figures.cpu_seconds = (fields[kUserTicks] + fields[kSystemTicks]) / ticks;
    figures.threads = static_cast<uint64_t>(fields[kThreads]);
    figures.start_time_seconds = BootTime() + fields[kStartTicks] / ticks;
    figures.virtual_bytes = static_cast<uint64_t>(fields[kVirtualBytes]);
    figures.resident_bytes =
        static_cast<uint64_t>(fields[kResidentPages]) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  }
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
       entry.increment(error)) {
    ++figures.open_files;
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.open_files_max = limit.rlim_cur;
  return figures;
}

}  // namespace kontor
