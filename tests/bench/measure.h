// What a step measures of its own process, and how it says so.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace kontor::bench {

using SteadyClock = std::chrono::steady_clock;

inline double Seconds(SteadyClock::duration duration) { return std::chrono::duration<double>(duration).count(); }

// The peak of the resident set, and the bytes that went to disk by now.
double PeakRssMib();
uint64_t BytesWritten();
// CPU time of all threads.
double CpuSeconds();

// Of values in any order; 0 of none. q from 0 to 1.
double Quantile(std::vector<double> values, double q);

// One JSON object on standard output, flushed.
class Line {
 public:
  Line& Add(const std::string& name, double value);
  Line& Add(const std::string& name, uint64_t value);
  Line& AddText(const std::string& name, const std::string& text);
  // `json` as it is.
  Line& AddJson(const std::string& name, const std::string& json);
  void Print() const;

 private:
  std::string fields_;
};

}  // namespace kontor::bench
