// Where a fold finds and leaves rows. The shard keeps them in a cache over its view store; a reading lays its own
// changes over what a shard published; a test keeps them in a map. The fold knows none of these.
#pragma once

#include "projections/account/rows.h"

namespace kontor {

// Threads: one at a time.
class RowStore {
 public:
  virtual ~RowStore() = default;

  // The row, or null where there is none. Good until the next call of Mutable for the same key.
  virtual const Row* Find(const RowKey& key) = 0;
  // The row to change; made empty where there is none. References stay good until the store says that a step is over
  // (between two events). A row that is left empty is gone.
  virtual EntityRow& MutableEntity(const RowKey& key) = 0;
  virtual MonthRow& MutableMonth(const RowKey& key) = 0;
  // Whether a row could not be read. It is then handed out empty, and the fold ends its step; what it changed is
  // worthless.
  virtual bool failed() const { return false; }
};

}  // namespace kontor
