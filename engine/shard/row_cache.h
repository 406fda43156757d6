// The rows of a shard in memory: where its folds find and leave them, and where readers see them.
//
// Additions to months are only written down, and reach the store as additions: no month's row is ever read to be
// changed. Entity rows and heads are kept by their last version, as bytes; a version that is replaced stays for whoever
// reads it. Publish makes visible what was done up to a position, by that position alone (changes.h). A commit takes up
// what is published, and writes it to the view store while changes begin anew over it: folding and readers do not wait.
// Row versions stay behind as a bounded cache: of the last commit all, of those before what is still the last of its
// row.
//
// Ownership:   keeps the view store alive while a version reads from it.
// Threads:     what RowStore declares and the methods of the first half by the shard's thread, but for Collect; it,
//              Read and AccountsFrom by any. One lock is held while pointers are taken, never during input or output.
// Invariants:  a version holds whole events only, up to a position that was published.
// Errors:      after a row that cannot be read, failed(): what was folded since the last Publish is worthless and must
//              never be published nor committed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/shard/account_version.h"
#include "engine/shard/changes.h"
#include "engine/shard/identity_filter.h"
#include "engine/shard/stored_keys.h"
#include "engine/views/view_store.h"
#include "projections/account/month_sum.h"
#include "projections/account/row_store.h"

namespace kontor {

class RowCache final : public RowStore {
 public:
  // `clean_bytes_max` bounds the memory of committed rows, but for those of the last commit.
  RowCache(std::shared_ptr<const ViewStore> store, size_t clean_bytes_max);

  // --- The shard's thread ---

  std::string_view Find(std::string_view key) override;
  void Put(std::string_view key, std::string_view bytes) override;
  void AddToMonth(const AccountId& account, Day day, const TallyRef& key, Int128 amount) override;
  void Broken(std::string_view key) override;
  bool failed() const override { return !status_.ok(); }
  const Status& status() const { return status_; }

  // Where an account that will change some events ahead stands, and a row of its (without a key: none). Far ahead the
  // tables' slots are brought near, then what they name.
  struct Ahead {
    uint64_t account = 0;
    uint64_t row = 0;
    bool has_row = false;
  };
  Ahead PrefetchFar(std::string_view account, std::string_view row) const;
  void PrefetchNear(const Ahead& ahead) const;

  // The event at hand is the account's own, to be listed among its events.
  void AddEvent(const AccountId& account, Instant occurred_at);
  // Ends the event at hand: what was changed since the one before is what it changed. Requires: positions rise.
  void EndEvent(Position position);

  // Makes visible what was done up to here, as the state at `position`. Returns the accounts that changed since the
  // last Publish, once each, in any order; good until the next one. Requires: not failed.
  std::span<const std::string_view> Publish(Position position);

  // Rows that were asked for since it was made: found here, or looked for in the store.
  struct Lookups {
    uint64_t hits = 0;
    uint64_t misses = 0;
  };
  const Lookups& lookups() const { return lookups_; }

  // What no commit has taken up.
  size_t dirty_bytes() const { return changes_->bytes() + row_memory_->bytes() - row_bytes_taken_up_; }

  // The last commit, as the shard's thread reads it.
  const ViewSnapshot& committed() const { return *layers_.stored; }
  // Begins a commit: takes up what was changed since the last one. Requires: everything is published; no other commit
  // is under way.
  std::shared_ptr<const Changes> TakeUp();
  // Puts what was taken up into the commit: rows by key, events in the order of account, instant and position; it views
  // them there. By any thread.
  static void Collect(const std::shared_ptr<const Changes>& taken_up, ViewCommit* commit);
  // The store holds what was taken up.
  void Committed();

  // --- Any thread ---

  AccountVersion Read(const AccountId& account) const;
  // The ids of the accounts that have rows, from one on, in order, at most so many.
  Result<std::vector<AccountId>> AccountsFrom(const AccountId& from, size_t limit) const;
  // The position that a version taken now would have.
  Position published() const;

 private:
  // What the event at hand changes of an account. Nearly every event changes one account.
  struct Pending {
    ChangedAccount* account = nullptr;
    Change change;
    std::string additions;
    AdditionWriter writer{&additions};
  };
  // Memory of row versions, which are linked by `next_in_memory`.
  struct Segment {
    std::shared_ptr<Arena> memory;
    RowVersion* versions = nullptr;
    uint64_t generation = 0;  // the last that wrote to it
  };

  std::pair<Layers, Position> Now() const;
  Pending& PendingOf(std::string_view account);
  struct Slot {
    uint64_t hash = 0;
    RowVersion* version = nullptr;
  };
  // Where the last version of a row is in the table, or would be.
  Slot& SlotOf(uint64_t hash, std::string_view key);
  // The store has no row of this key, and had none.
  bool IsNew(IdentityHash key) const;
  static RowVersion* NewVersion(uint64_t hash, std::string_view key, std::string_view value, Segment* segment);
  void Insert(RowVersion* version);
  void Erase(RowVersion* version);
  void Grow();
  void StartSegment();
  void LetGo();
  void Keep(RowVersion* version);

  const std::shared_ptr<const ViewStore> store_;
  const size_t clean_bytes_max_;

  // The shard's thread's own.
  Status status_;
  // Most rows that are asked for are new. Of the keys of rows that were made here; and what the store held before, read
  // once it is seen to be worth it.
  IdentityFilter made_;
  std::unique_ptr<const StoredKeys> stored_keys_;
  bool stored_any_ = false;
  Lookups lookups_;
  // Of the keys of all rows under no account. Every event asks for its void, and nearly none has one.
  IdentityFilter unowned_{1 << 12};
  std::shared_ptr<Arena> row_memory_;  // of the last segment
  size_t row_bytes_taken_up_ = 0;      // of it, what the last commit took up
  std::deque<Segment> segments_;       // the oldest first
  std::deque<Segment> kept_;           // what moved on from segments that went; the oldest first
  size_t kept_bytes_ = 0;
  std::vector<Slot> table_;  // the last versions; open addressing by hash, at most half full
  size_t table_count_ = 0;
  std::deque<Pending> pending_;
  size_t pending_count_ = 0;
  uint64_t slice_ = 1;
  std::vector<std::string_view> slice_accounts_;  // that changed since the last Publish
  std::vector<std::string_view> published_accounts_;
  std::shared_ptr<Changes> changes_;
  uint64_t generation_ = 1;            // of the changes
  uint64_t generation_committed_ = 0;  // the last
  Position taken_up_;                  // of what is under way: its position

  // What readers take; changed by the shard's thread alone, under the lock.
  mutable std::mutex mutex_;
  Position published_;
  Layers layers_;
};

}  // namespace kontor
