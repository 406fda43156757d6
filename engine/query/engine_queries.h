// The read side over the shards of this instance.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "engine/base/clock.h"
#include "engine/portfolio/account_reader.h"
#include "engine/portfolio/portfolio_stage.h"
#include "engine/query/queries.h"

namespace kontor {

// How long a reading of the portfolio stage waits for what had changed when it was asked.
inline constexpr std::chrono::milliseconds kStagePatience{2'000};

struct QueryConfig {
  std::string version;
  // Whether the dead-letter topic has the record of this shard at this position. May be empty: then nobody knows.
  std::function<bool(const ShardId&, Position)> dead_letter_sent;
  // Told, on the thread that asks, how far the digests of all logs are. May be empty.
  std::function<void(uint64_t records, uint64_t total)> digest_progress{};
};

// Ownership: what the constructor takes must outlive it. Threads: any.
class EngineQueries final : public Queries {
 public:
  EngineQueries(const AccountReader* reader, const PortfolioStage* portfolio, const Clock* clock, QueryConfig config);

  Result<api::v1::ListAccountsResponse> ListAccounts(const AccountsQuery& query) const override;
  Status Account(const AccountId& account, const ReadAt& at, view::v1::AccountView* view) const override;
  Result<api::v1::TimelineResponse> Timeline(const AccountId& account, const Page& page,
                                             const ReadAt& at) const override;
  Result<view::v1::PortfolioView> Portfolio() const override;
  Result<api::v1::ListRecordsResponse> Records(log::v1::Disposition disposition, const Page& page) const override;
  Result<api::v1::RecordSummary> Record(const std::string& id) const override;
  Result<api::v1::ListShardsResponse> Shards(bool digest) const override;
  api::v1::Readiness Ready() const override;
  Result<bool> Folded(const TopicOffset& record) const override;

  // Has digests that are being made given up, Unavailable: they may take longer than anybody who stops would wait.
  void Stop() { stopping_ = true; }

 private:
  // The instant that figures are for, and the two that it comes from.
  struct Moment {
    Instant now;
    std::optional<Instant> as_of;
    Instant t;
  };
  Moment MomentOf(const ReadAt& at) const;
  void RenderBasis(const Moment& moment, const std::vector<ReadPosition>& positions, Position reference_position,
                   view::v1::Basis* basis) const;
  view::v1::Coverings Covers() const;
  view::v1::Coverings CoversOf(const std::set<int32_t>& readable) const;
  // Whole: with the months, the coverage of targets and the rates, which lists do without.
  Status Render(const AccountId& account, const Moment& moment, bool whole, view::v1::AccountView* view) const;
  // A list by id reads ids from the shards, at any instant; any other one asks the portfolio stage.
  struct ListedPage;
  Status ListOne(const AccountId& account, const Moment& moment, ListedPage* out) const;
  Status ListById(const Page& page, const Moment& moment, const Merges& merges, ListedPage* out) const;
  Status ListByStage(const AccountsQuery& query, const Moment& moment, ListedPage* out) const;
  api::v1::RecordSummary Describe(const Shard& shard, Position position, const log::v1::LogRecord& record) const;

  const AccountReader* reader_;
  const PortfolioStage* portfolio_;
  const Clock* clock_;
  QueryConfig config_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace kontor
