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

// Which accounts a list holds: those for which everything given is so.
struct AccountFilter {
  std::optional<std::string> segment;
  std::optional<std::string> industry;
  std::optional<std::string> country;
  std::optional<std::string> manager;
  std::optional<std::string> currency;  // in which it has booked, been invoiced or paid
  std::optional<std::string> text;      // stands in the id or the name, in whatever case
  bool operator==(const AccountFilter&) const = default;
};

struct AccountsQuery {
  Page page;
  ReadAt at;
  AccountFilter filter;
  std::optional<size_t> order_by;  // an index of kListedFigures; not given: by the account's id
  bool descending = false;
  // Waits, up to a bound, for what had changed when it was asked; otherwise a list in order of a figure may be behind.
  bool settled = false;
};

// A record of a Kafka partition.
struct TopicOffset {
  std::string topic;
  Partition partition;
  Offset offset;
};

class Queries {
 public:
  virtual ~Queries() = default;

  // By account id, or by a figure, unknown ones last; merged accounts stand once, under their survivor. Pages go on
  // behind the last account shown, by the figure that it had then: what does not change in between is shown once. In
  // another order than that of ids, or with a filter, the present instant only.
  virtual Result<api::v1::ListAccountsResponse> ListAccounts(const AccountsQuery& query) const = 0;
  // An absorbed account answers as its survivor and says so. The view is empty before; best on an arena, for it has
  // hundreds of messages. What it holds after an error is worthless.
  virtual Status Account(const AccountId& account, const ReadAt& at, view::v1::AccountView* view) const = 0;
  // Oldest first.
  virtual Result<api::v1::TimelineResponse> Timeline(const AccountId& account, const Page& page,
                                                     const ReadAt& at) const = 0;
  // At the present instant.
  virtual Result<view::v1::PortfolioView> Portfolio() const = 0;
  // Newest first. Unspecified: every disposition.
  virtual Result<api::v1::ListRecordsResponse> Records(log::v1::Disposition disposition, const Page& page) const = 0;
  // One record, raw bytes included. id: "kontor.events/3@1041".
  virtual Result<api::v1::RecordSummary> Record(const std::string& id) const = 0;
  // With digests each log is read whole and each view store too.
  virtual Result<api::v1::ListShardsResponse> Shards(bool digest) const = 0;
  virtual api::v1::Readiness Ready() const = 0;
  // Whether what is read now reflects the record; not so where its partition is not read here, or not yet. Does not
  // wait. InvalidArgument ("wait_for: ...") where there is no such topic or partition; the failure of a shard that has
  // failed.
  virtual Result<bool> Folded(const TopicOffset& record) const = 0;
};

}  // namespace kontor
