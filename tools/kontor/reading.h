// Where reading commands read: from a running engine over HTTP, or from the folder of one that does not run. Both give
// the same JSON.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/civil.h"
#include "engine/base/status.h"
#include "engine/server/json.h"
#include "tools/kontor/options.h"
#include "tools/kontor/wiring.h"

namespace kontor {

// Threads: one.
class Readings {
 public:
  virtual ~Readings() = default;

  // The JSON that a target of the HTTP interface is answered with.
  virtual Result<std::string> Get(const std::string& target) = 0;

  template <typename Message>
  Result<Message> Read(const std::string& target) {
    KONTOR_ASSIGN_OR_RETURN(const std::string json, Get(target));
    Message message;
    KONTOR_RETURN_IF_ERROR(AnswerFromJson(json, &message));
    return message;
  }
};

Result<std::unique_ptr<Readings>> OpenReadings(const ReadingOptions& options, const Wiring& wiring);

// Builds a target: TargetText("/v1/accounts").Add("page_size", "7").
class TargetText {
 public:
  explicit TargetText(std::string path) : text_(std::move(path)) {}
  TargetText& Add(std::string_view name, std::string_view value);
  // now and as_of, where they are given. The clock of a folder's readings is frozen already.
  TargetText& AddInstants(const ReadingOptions& options, std::optional<Instant> as_of);
  const std::string& str() const { return text_; }

 private:
  std::string text_;
  char separator_ = '?';
};

}  // namespace kontor
