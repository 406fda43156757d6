#include "tools/kontor/reading.h"

#include <utility>

#include "engine/server/http_api.h"
#include "engine/server/http_client.h"
#include "engine/server/http_error.h"
#include "engine/server/target.h"

namespace kontor {
namespace {

constexpr int32_t kPageSizeMax = 1'000;

class ServerReadings final : public Readings {
 public:
  explicit ServerReadings(HttpClient client) : client_(std::move(client)) {}
  Result<std::string> Get(const std::string& target) override { return client_.Get(target); }

 private:
  HttpClient client_;
};

class FolderReadings final : public Readings {
 public:
  FolderReadings(std::shared_ptr<const Queries> queries, const api::v1::VersionInfo& version)
      : queries_(std::move(queries)), api_(queries_.get(), version, kPageSizeMax, /*streams=*/false) {}

  Result<std::string> Get(const std::string& target) override {
    HttpAnswer answer = api_.Answer({.method = "GET", .target = target, .caller = Caller::kTrusted});
    if (answer.code == 200) return std::move(answer.body);
    return StatusOfError(answer.code, answer.body);
  }

 private:
  const std::shared_ptr<const Queries> queries_;
  const HttpApi api_;
};

}  // namespace

Result<std::unique_ptr<Readings>> OpenReadings(const ReadingOptions& options, const Wiring& wiring) {
  if (!options.data_dir.empty()) {
    KONTOR_ASSIGN_OR_RETURN(auto queries,
                            wiring.open_queries({options.data_dir, options.reporting, options.digest_progress}));
    return std::make_unique<FolderReadings>(std::move(queries), wiring.version);
  }
  HttpClientOptions client_options;
  client_options.url = options.server;
  client_options.auth_token = options.auth_token;
  client_options.otherwise = options.otherwise;
  KONTOR_ASSIGN_OR_RETURN(HttpClient client, HttpClient::Open(client_options));
  return std::make_unique<ServerReadings>(std::move(client));
}

TargetText& TargetText::Add(std::string_view name, std::string_view value) {
  text_ += std::exchange(separator_, '&');
  text_ += name;
  text_ += '=';
  text_ += PercentEncode(value);
  return *this;
}

TargetText& TargetText::AddInstants(const ReadingOptions& options, std::optional<Instant> as_of) {
  if (as_of) Add("as_of", InstantText(*as_of));
  if (options.reporting.now && options.data_dir.empty()) Add("now", InstantText(*options.reporting.now));
  return *this;
}

}  // namespace kontor
