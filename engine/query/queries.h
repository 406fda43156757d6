// The read side as its faces see it: what HTTP and the command line ask, and what they get.
//
// Threads: any; an answer reads one version of each account and never waits for a shard's loop.
// Errors:  InvalidArgument names the parameter first ("page_token: ..."); NotFound; Unavailable where a shard that is
//          needed is not readable yet; FailedPrecondition where a basis is asked for that cannot be given, and why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/civil.h"
#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "kontor/api/v1/api.pb.h"
#include "kontor/view/v1/view.pb.h"

namespace kontor {

// The instants that a reading is for. t = as_of where given, else now.
struct ReadAt {
  std::optional<Instant> now;    // not given: the instance's clock
  std::optional<Instant> as_of;  // not given: up to now
};

struct Page {
  int32_t size = 50;  // 1 to 1,000
  std::string token;  // empty: the first page
};

class Queries {
 public:
  virtual ~Queries() = default;

  // By account id; merged accounts stand once, under their survivor.
  virtual Result<api::v1::ListAccountsResponse> ListAccounts(const Page& page, const ReadAt& at) const = 0;
  // An absorbed account answers as its survivor and says so.
  virtual Result<view::v1::AccountView> Account(const AccountId& account, const ReadAt& at) const = 0;
  // Oldest first.
  virtual Result<api::v1::TimelineResponse> Timeline(const AccountId& account, const Page& page,
                                                     const ReadAt& at) const = 0;
  // Now only: another instant is refused.
  virtual Result<view::v1::PortfolioView> Portfolio(const ReadAt& at) const = 0;
  // Newest first. Unspecified: every disposition.
  virtual Result<api::v1::ListRecordsResponse> Records(log::v1::Disposition disposition, const Page& page) const = 0;
  // One record, raw bytes included. id: "kontor.events/3@1041".
  virtual Result<api::v1::RecordSummary> Record(const std::string& id) const = 0;
  // With digests each log is read whole and each view store too.
  virtual Result<api::v1::ListShardsResponse> Shards(bool digest) const = 0;
  virtual api::v1::Readiness Ready() const = 0;
};

}  // namespace kontor
