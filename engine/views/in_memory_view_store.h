// The views in memory: the twin of RocksViewStore for tests. The same commits give the same digest.
//
// Threads:     Commit and Clear by one thread; the rest by any.
// Durability:  none; the object is the disk.
// A commit copies the whole state where a snapshot still reads it: made for small data.
#pragma once

#include <memory>
#include <mutex>

#include "engine/views/view_store.h"

namespace kontor {

class InMemoryViewStore final : public ViewStore {
 public:
  // Without `add`, no row may be added to.
  explicit InMemoryViewStore(AddValues add = nullptr);
  ~InMemoryViewStore() override;

  Status Commit(const ViewCommit& commit) override;
  std::unique_ptr<ViewSnapshot> Snapshot() const override;
  Status Clear() override;
  Status Verify() const override { return OkStatus(); }

 private:
  struct State;
  class Reading;
  const AddValues add_;
  mutable std::mutex mutex_;
  mutable int readings_ = 0;      // snapshots that are alive
  std::shared_ptr<State> state_;  // changed in place while there are none, else in a copy
};

}  // namespace kontor
