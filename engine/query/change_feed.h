// Which accounts change, for readers that want to be told: batches of account ids, each behind the positions of all
// shards, kept for a while so that a reader who was away can go on where it stood.
//
//   shards ── Changed ──► pending (a set, bounded) ── Cut, at intervals ──► batches (bounded) ── Next ──► readers
//
// Merged accounts are read as one, so a batch names beside each account the others that are read as it. Who they are is
// asked when the batch is made, once for all of it: shards need not know, and merges change.
//
// While nobody reads, and nobody did lately, nothing but positions is kept, so that shards at full speed pay nothing.
// A reader holds a number, not a copy: one that is slower than batches come and go finds its next one gone.
//
// Ownership:  none.
// Threads:    any. Changed is called by shards' threads and waits only for another call, and for none that asks for
//             merges.
// Invariants: a batch's positions are at or behind those of the batch before it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine/base/ids.h"
#include "kontor/api/v1/api.pb.h"

namespace kontor {

struct ChangeFeedLimits {
  size_t accounts_max = 10'000;        // named in one batch
  size_t bytes_max = size_t{8} << 20;  // of batches kept
};

class ChangeFeed {
 public:
  // Where shards are: (topic, partition) -> number of log records that readers see.
  using Positions = std::map<std::pair<std::string, int32_t>, uint64_t>;
  // "kontor.events/0@17,kontor.events/1@4". Topic names hold none of these signs.
  static std::string IdOf(const Positions& positions);
  // Nothing where the text is no such id.
  static std::optional<Positions> ParseId(std::string_view id);

  // All accounts that are read as one with an account, itself among them. Empty: each is read by itself.
  using MembersOf = std::function<std::vector<AccountId>(const AccountId&)>;

  // merges: gives what holds at the present. Whoever it asks tells the feed, by Came, when that becomes something else.
  explicit ChangeFeed(
      ChangeFeedLimits limits = {}, std::function<MembersOf()> merges = [] { return MembersOf(); })
      : limits_(limits), merges_(std::move(merges)) {}

  // --- Whoever observes shards ---

  void Changed(const std::string& topic, Partition partition, std::span<const std::string_view> accounts,
               Position position);
  // The shard can be read now, or is ours no more: everything may read otherwise.
  void Came(const std::string& topic, Partition partition, Position position);
  void Went(const std::string& topic, Partition partition);

  // --- Readers ---

  // A place in the feed: the number of the next batch.
  struct Cursor {
    uint64_t next = 0;
    bool reset = false;  // what was before is not known here: the first event, `reset`, says so
  };
  // Begins to read behind the id where that is known here; otherwise at the present, with a reset. Each Open needs a
  // Close.
  Cursor Open(std::string_view last_event_id);
  // `too_slow`: it did not leave by itself.
  void Close(bool too_slow = false);

  // Makes a batch of what has changed since the last one. Whether there was anything.
  bool Cut();
  // Moves on, and gives the next event as it is written; null where that is nothing yet. nullopt: the reader was too
  // slow.
  std::optional<std::shared_ptr<const std::string>> Next(Cursor* cursor);

  // --- Any thread ---

  struct Figures {
    size_t open = 0;       // readers
    uint64_t dropped = 0;  // of those that were, too slow ones
    uint64_t resets = 0;   // readers that came back, and could not go on where they stood
  };
  Figures figures() const;

 private:
  struct Batch {
    uint64_t number = 0;
    Positions positions;
    std::shared_ptr<const std::string> text;
  };

  bool Kept() const;  // requires: mutex_ held, as the next does
  Cursor Find(std::string_view last_event_id) const;
  bool CutPending(const MembersOf& members_of);
  void Name(const MembersOf& members_of, api::v1::ChangedAccounts* changed) const;
  void Append(std::string text);
  std::string TextOf(std::string_view event, api::v1::ChangedAccounts changed) const;
  void Forget();

  const ChangeFeedLimits limits_;
  const std::function<MembersOf()> merges_;
  mutable std::mutex mutex_;
  size_t readers_ = 0;
  uint64_t dropped_ = 0;
  uint64_t resets_ = 0;
  std::optional<std::chrono::steady_clock::time_point> left_;  // when the last reader did
  Positions positions_;
  bool moved_ = false;    // positions, since the last batch
  bool unknown_ = false;  // everything may have changed since the last batch
  bool truncated_ = false;
  std::unordered_set<std::string> pending_;
  Positions begin_;  // behind which every change is in a batch or pending
  uint64_t next_number_ = 0;
  std::deque<Batch> batches_;
  size_t bytes_ = 0;
};

}  // namespace kontor
