// Where a fold finds and leaves rows. The shard keeps them in a cache over its view store; a reading lays its own
// changes over what a shard published; a test keeps them in a map. The fold knows none of these.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/arena.h"
#include "projections/account/projection.h"
#include "projections/account/rows.h"

namespace kontor {

// What a fold works in, kept from one step (one accepted event) to the next.
struct FoldMemory {
  Arena arena;  // what lives to the end of the step: texts, lists, rows that were found
  AccountId account;
  std::string key;
  std::string bytes;
  Statements statements;
  Contributions contributions;
  std::vector<LinkedStatement> links_before;
  std::vector<LinkedStatement> links_after;
};

// Threads: one at a time.
class RowStore {
 public:
  virtual ~RowStore() = default;

  // The bytes of an entity row or of a head; empty where there is none. They live to the end of the step.
  virtual std::string_view Find(std::string_view key) = 0;
  // Puts an entity row or a head; without bytes it is gone.
  virtual void Put(std::string_view key, std::string_view bytes) = 0;
  // Adds to the account's row of the day's month.
  virtual void AddToMonth(const AccountId& account, Day day, const TallyRef& key, Int128 amount) = 0;

  // Told that the bytes that Find gave are no row.
  virtual void Broken(std::string_view key) = 0;
  // Whether a row could not be read or is broken. The fold then ends its step, and what it changed is worthless.
  virtual bool failed() const = 0;

  FoldMemory& memory() { return memory_; }
  // Between two steps.
  void EndStep() { memory_.arena.Reset(); }

 private:
  FoldMemory memory_;
};

}  // namespace kontor
