// What the doctor finds: each check with its verdict, and where it is not well, what to do.
#pragma once

#include <string>
#include <string_view>
#include <utility>
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
// Of a message that tells what is wrong, and after its first semicolon what to do.
inline Check Ill(std::string about, std::string_view message) {
  constexpr std::string_view kThen = "; ";
  const size_t end = message.find(kThen);
  if (end == std::string_view::npos) return {std::move(about), Verdict::kFailed, std::string(message), ""};
  return {std::move(about), Verdict::kFailed, std::string(message.substr(0, end)),
          std::string(message.substr(end + kThen.size()))};
}

}  // namespace kontor
