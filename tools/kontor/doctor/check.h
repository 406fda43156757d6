// What the doctor finds: each check with its verdict, and where it is not well, what to do.
#pragma once

#include <string>
#include <vector>

namespace kontor {

enum class Verdict { kOk, kWarning, kFailed };

struct Check {
  std::string about;  // "broker", "topic kontor.events"
  Verdict verdict = Verdict::kOk;
  std::string what;    // what is so
  std::string remedy;  // what to do about it; empty where all is well
};

using Checks = std::vector<Check>;

inline Check Well(std::string about, std::string what) { return {std::move(about), Verdict::kOk, std::move(what), ""}; }
inline Check Doubtful(std::string about, std::string what, std::string remedy) {
  return {std::move(about), Verdict::kWarning, std::move(what), std::move(remedy)};
}
inline Check Ill(std::string about, std::string what, std::string remedy) {
  return {std::move(about), Verdict::kFailed, std::move(what), std::move(remedy)};
}

}  // namespace kontor
