#include "tests/bench/measure.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace kontor::bench {
namespace {

// The number behind "NAME:" in a file of /proc/self.
uint64_t ProcField(const char* file, const std::string& name) {
  std::ifstream in(file);
  std::string word;
  while (in >> word) {
    if (word != name + ":") continue;
    uint64_t value = 0;
    in >> value;
    return value;
  }
  return 0;
}

}  // namespace

double PeakRssMib() { return static_cast<double>(ProcField("/proc/self/status", "VmHWM")) / 1'024; }

uint64_t BytesWritten() { return ProcField("/proc/self/io", "write_bytes"); }

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double Quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  const auto place = std::min(values.size() - 1, static_cast<size_t>(q * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(place), values.end());
  return values[place];
}

Line& Line::Add(const std::string& name, double value) { return AddJson(name, fmt::format("{}", value)); }
Line& Line::Add(const std::string& name, uint64_t value) { return AddJson(name, fmt::format("{}", value)); }
Line& Line::AddText(const std::string& name, const std::string& text) {
  return AddJson(name, fmt::format("\"{}\"", text));
}
Line& Line::AddJson(const std::string& name, const std::string& json) {
  fields_ += fmt::format("{}\"{}\":{}", fields_.empty() ? "" : ",", name, json);
  return *this;
}

void Line::Print() const {
  fmt::print("{{{}}}\n", fields_);
  std::fflush(stdout);
}

}  // namespace kontor::bench
