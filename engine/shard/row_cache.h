// The rows of a shard in memory: where its folds change them, and where readers see them.
//
// The shard's thread changes rows through RowStore. At a slice's end Publish makes the changes visible, all at once and
// account by account, as immutable versions; a row that was published is copied before it changes again. A commit
// writes what is published to the view store; readers then find it there. Committed rows stay in a bounded cache.
//
// Ownership:   keeps the view store alive while a version reads from it.
// Threads:     what RowStore declares and the methods of the first half by the shard's thread; Read and AccountsFrom by
//              any. One lock is held while pointers are swapped or taken, never during input or output.
// Invariants:  a version holds whole slices only; between commits the store's content is that of the last one.
// Errors:      a row that cannot be read is handed out empty and failed() says so from then on: what was folded since
// the
//              last Publish is worthless and must never be published nor committed.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/shard/account_overlay.h"
#include "engine/shard/account_version.h"
#include "engine/views/view_store.h"
#include "projections/account/row_store.h"

namespace kontor {

class RowCache final : public RowStore {
 public:
  // `clean_bytes_max` bounds the committed rows that are kept, as estimated.
  RowCache(std::shared_ptr<const ViewStore> store, size_t clean_bytes_max);

  // --- The shard's thread ---

  const Row* Find(const RowKey& key) override;
  EntityRow& MutableEntity(const RowKey& key) override;
  MonthRow& MutableMonth(const RowKey& key) override;
  bool failed() const override { return !status_.ok(); }
  const Status& status() const { return status_; }

  // Adds an accepted event to the account's index.
  void AddEvent(const AccountId& account, Instant occurred_at, Position position);

  // Ends a slice: what changed since the last one becomes visible, as the state at `position`. Ends a step too:
  // references to rows are no longer good. Returns the accounts that changed, by id. Requires: not failed.
  std::vector<AccountId> Publish(Position position);

  // What is published and not committed, as estimated.
  size_t dirty_bytes() const { return dirty_bytes_; }
  bool dirty() const { return !dirty_.empty() || !tail_.empty(); }

  // The last commit as the shard's thread reads it. Requires: not between Collect and Committed.
  const ViewSnapshot& committed() const { return *committed_; }
  // Puts what is published and not committed into the commit: rows by key, events in the order of account, instant and
  // position. Lets go of committed(): Committed must follow. Requires: everything is published.
  void Collect(ViewCommit* commit);
  // The store holds what Collect gave.
  void Committed();

  // --- Any thread ---

  AccountVersion Read(const AccountId& account) const;
  // Versions of one position.
  std::vector<AccountVersion> Read(std::span<const AccountId> accounts) const;
  // The ids of the accounts that have rows, from one on, in order, at most so many.
  Result<std::vector<AccountId>> AccountsFrom(const AccountId& from, size_t limit) const;
  // The position that a version taken now would have.
  Position published() const;

 private:
  struct Cached {
    std::shared_ptr<KeyedRow> row;
    bool shared = false;   // a version has it: copy before changing it
    bool dirty = false;    // differs from the store
    bool changed = false;  // since the last Publish
    bool stored = false;   // the store has a row of this key
    size_t bytes = 0;
  };
  using CachedRows = std::list<Cached>;

  struct Overlays {
    std::unordered_map<std::string, std::shared_ptr<const AccountOverlay>> by_account;
    std::set<std::string_view> accounts;  // the keys of by_account, in order
  };

  Cached& Mutable(const RowKey& key);
  // Null where neither cache nor store has the row, or it cannot be read.
  Cached* Lookup(const RowKey& key);
  Cached& Keep(Cached cached, CachedRows* rows);
  void Evict();
  std::shared_ptr<const AccountOverlay> OverlayOf(const std::string& account) const;
  std::shared_ptr<AccountVersion::Stored> NewReading() const;

  const std::shared_ptr<const ViewStore> store_;
  const size_t clean_bytes_max_;

  // The shard's thread's own.
  Status status_;
  std::unique_ptr<ViewSnapshot> committed_;
  // Whether there may be rows under no account. Every event asks for its void, and nearly none has one.
  bool any_unowned_ = false;
  std::unordered_map<std::string_view, CachedRows::iterator> index_;  // by key, whose bytes are the row's
  CachedRows dirty_;
  CachedRows clean_;                  // the last used first
  std::vector<Cached*> changed_;      // since the last Publish
  std::vector<AccountEvent> events_;  // since the last Publish
  std::vector<AccountEvent> tail_;    // published, not committed
  size_t dirty_bytes_ = 0;
  size_t clean_bytes_ = 0;

  // What readers take; changed by the shard's thread alone, under the lock.
  mutable std::mutex mutex_;
  Position published_;
  Overlays overlays_;
};

}  // namespace kontor
