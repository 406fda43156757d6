// Folds accepted events into rows, slice by slice, and commits what it folded.
//
// Live folding, catching up and rebuilding go through it alike: the same events in the same order give the same views,
// however they are cut into slices, batches and commits.
//
// Ownership:   borrows everything that its parts name, which outlive it.
// Threads:     the shard's thread, but for what BeginCommit gives.
// Errors:      DataLoss of Fold: rows or an event that cannot be read; nothing of the slice is published, and nothing
//              may be committed from then on. Any failure of a commit: what is on the disk is unknown; the process must
//              end.
#pragma once

#include <google/protobuf/arena.h>

#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/event/event_arena.h"
#include "engine/log/event_log.h"
#include "engine/shard/identity_index.h"
#include "engine/shard/intake.h"
#include "engine/shard/row_cache.h"
#include "engine/views/view_store.h"
#include "projections/account/fold.h"

namespace kontor {

class Folder {
 public:
  struct Parts {
    const AccountFold* fold = nullptr;
    const EventLog* log = nullptr;
    ViewStore* store = nullptr;
    RowCache* rows = nullptr;
    IdentityIndex* identities = nullptr;
    std::chrono::microseconds slice{1'000};
    // Told of each slice: the accounts that changed, and the position that they now reflect.
    std::function<void(std::span<const std::string_view>, Position)> changed;
  };
  explicit Folder(Parts parts);

  // Folds the accepted events of the records from position() to `end`, which are in the log and whose identities are
  // claimed. `last_record` is the stored record before `end`.
  Status Fold(std::span<const AcceptedEvent> events, Position end, std::string_view last_record);

  // Folds the log's records from position() on: so many, or so many bytes, or to the log's end.
  Status FoldLogged(size_t records_max, size_t bytes_max);

  // Begins a commit of what is folded. What it gives does it, by any thread and while folding goes on; EndCommit
  // follows where it succeeded. Requires: no commit is under way.
  std::function<Status()> BeginCommit();
  void EndCommit();

  // The number of records folded in; of them, those that a commit has taken up, and those committed.
  Position position() const { return position_; }
  Position taken_up() const { return taken_up_; }
  Position committed() const { return committed_; }

 private:
  // Begins to bring near what folding the event will look at.
  RowCache::Ahead PrefetchFar(const event::v1::Event& event);
  Status FoldOne(const AcceptedEvent& accepted);
  // The event of an identity among those accepted before a position.
  Result<const event::v1::Event*> FindBefore(const Identity& identity, Position before);

  Parts parts_;
  std::string key_;  // kept for its memory
  Position position_;
  Position taken_up_;
  Position committed_;
  Sha256Hash last_record_{};
  EventArena arena_;                      // of FoldLogged
  google::protobuf::Arena target_arena_;  // of the targets of voids
};

}  // namespace kontor
