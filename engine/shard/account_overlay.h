// What is published of an account and not committed yet: rows and events, as immutable versions.
//
// A version is a chain of sorted runs, the newest first, each at least twice as long as the one before it: so
// publishing a slice costs what the slice changed, a reading takes a version by one pointer, and a search visits few
// runs.
//
// Threads: immutable, so any.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/civil.h"
#include "engine/base/ids.h"
#include "projections/account/rows.h"

namespace kontor {

struct KeyedRow {
  RowKey key;
  Row row;  // empty: the row is gone
};

class AccountOverlay {
 public:
  using Rows = std::vector<std::shared_ptr<const KeyedRow>>;  // by key
  using Events = std::vector<std::pair<Instant, Position>>;   // in their order

  // The version that lays `rows` and `events` over `older` (null: nothing).
  static std::shared_ptr<const AccountOverlay> Over(std::shared_ptr<const AccountOverlay> older, Rows rows,
                                                    Events events);

  // The newest version of the row, an empty one included; null where it says nothing of the key.
  std::shared_ptr<const KeyedRow> Find(std::string_view key) const;
  // The newest version of each row whose key starts with the prefix and is not below `from`, by key.
  Rows RowsFrom(std::string_view prefix, std::string_view from) const;
  // The events from (at, position) on, in their order.
  Events EventsFrom(Instant at, Position position) const;

 private:
  size_t size() const { return rows_.size() + events_.size(); }

  Rows rows_;
  Events events_;
  std::shared_ptr<const AccountOverlay> older_;
};

}  // namespace kontor
