// The stage behind the shards: totals over all accounts, kept up to date account by account.
//
// Shards say which accounts changed; the stage reads each anew, takes its old components out of the totals and puts the
// new ones in, so a change costs one account and the totals are exact. All of it is for one instant, now: at the turn
// of the local day every account is renewed, and so it is when the reference topic moves (rates, merges, parameters); a
// fact that is dated ahead is taken in when its instant comes, and with its first one an account. The stage looks at
// the clock twice a second, and meanwhile totals say that they are not settled.
//
// What it added for an account it must know to take it out again. These parts are kept packed beside what lists are
// made of. While shards run ahead of the stage it takes a small part of a core and lets them, and while one catches up
// none: reading an account costs a hundred times what folding an event does.
//
// Ownership:   what the constructor takes must outlive it.
// Threads:     one of its own; OnChanged by shards' threads; Read by any.
// Durability:  none: it is made again from the views at start.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/clock.h"
#include "engine/portfolio/account_reader.h"
#include "engine/portfolio/account_table.h"
#include "engine/shard/shard.h"
#include "projections/reading/components.h"

namespace kontor {

// The totals as they stood at one moment.
struct PortfolioReading {
  Components components;
  Instant now;
  int64_t accounts = 0;  // that have an event by now; merged ones are one
  int64_t key_accounts = 0;
  bool made = false;     // all was added up once
  bool settled = false;  // every change known when it was asked is in
  Status failure;        // why not all that the totals cover could be read
  std::vector<ReadPosition> positions;
  Position reference_position;
  int32_t sentiment_half_life_days = 0;
};

class PortfolioStage final : public ShardObserver {
 public:
  PortfolioStage(const AccountReader* reader, const Clock* clock);
  ~PortfolioStage() override;
  PortfolioStage(const PortfolioStage&) = delete;
  PortfolioStage& operator=(const PortfolioStage&) = delete;

  void Start();
  void Stop();

  // Waits up to `patience` for what had changed when it was called.
  PortfolioReading Read(std::chrono::milliseconds patience) const;

  // Every account with what lists are ordered and filtered by, as of the stage's last look at it.
  const AccountTable& accounts() const { return accounts_; }

  // ShardObserver.
  void OnReadable(const ShardId& shard, Position position) override;
  void OnGone(const ShardId& shard) override;
  void OnChanged(const ShardId& shard, std::span<const std::string_view> accounts, Position position) override;

 private:
  // What an account that counts adds, and what lists show of it.
  struct Part {
    Components components;
    bool key_account = false;
    ListedAccount listed;
  };
  // How the stage shares the cores with shards that run ahead of it.
  struct Pace {
    std::chrono::nanoseconds began;  // what it had worked by then
    size_t left;                     // accounts until it looks up
    uint64_t announced;
  };

  void Run();
  bool AnyCatchesUp() const;
  // Each gives false where it is time to stop.
  bool RenewShard(const Shard& shard, const Merges& merges, Instant now, Pace* pace);
  bool Renew(const std::set<AccountId>& accounts, const Merges& merges, Instant now, Pace* pace);
  bool Rest(Pace* pace);
  void RenewOne(const AccountId& survivor, Instant now);
  // No part: the account counts no more.
  void Replace(const AccountId& survivor, std::optional<Part> part);
  // Takes out what is of no shard of ours, or of none that can be read.
  void TakeOutGone();
  void LeaveOut(const Status& why);

  const AccountReader* reader_;
  const Clock* clock_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;  // work for the stage
  std::condition_variable stopping_;         // ends its rests
  mutable std::condition_variable settled_;  // work done
  bool stop_ = false;
  bool renew_all_ = false;
  bool gone_ = false;                // a shard
  std::set<ShardId> readable_;       // all of whose accounts may be new
  std::string dirty_;                // ids of accounts that changed, a 0x00 behind each
  uint64_t asked_ = 0;               // changes announced
  uint64_t announced_accounts_ = 0;  // in them
  uint64_t done_ = 0;                // of these, the ones in the totals
  std::map<ShardId, Position> announced_;
  Day day_;                      // of the totals
  std::optional<Instant> next_;  // when something begins to count, or to hold, that is dated ahead of the totals
  PortfolioReading totals_;
  AccountTable accounts_;

  // The stage's thread's own.
  std::map<Instant, std::set<AccountId>> deadlines_;  // when a fact dated ahead begins to count
  std::shared_ptr<const ReferenceReading> reference_;
  std::optional<Instant> next_reference_;  // when something of it that is dated ahead begins to hold
  Status failure_;                         // of reading what the totals say they cover
  std::thread thread_;
};

}  // namespace kontor
