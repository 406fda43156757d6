// What a view of an account is worked out from: the tallies of its days up to the asked instant, and the few rows that
// tallies do not hold. Merged accounts are one.
#pragma once

#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "projections/account/fold.h"
#include "projections/reading/row_source.h"

namespace kontor {

// An accepted event of the asked day that occurred after the asked instant.
struct LaterEvent {
  const event::v1::Event* event = nullptr;
  bool understood = true;
};

// One account as it stands in its shard, to be read at one instant.
struct AccountPart {
  AccountId account;
  const RowSource* rows = nullptr;
  std::vector<LaterEvent> later;  // in any order
};

struct AccountState {
  std::vector<AccountId> members;  // the survivor first, then the absorbed by id
  std::vector<EntityRow> heads;    // as members
  std::vector<DayTally> days;      // by day, up to the asked one
  std::vector<EntityRow> targets;  // a row a period and measure

  bool known() const;  // whether any event ever named it
};

// Reads the parts at instant t, the survivor first. Sums up to t are the months before, and the asked day less what
// occurred later on it; entities that stand in several parts are folded as one.
Result<AccountState> ReadAccountState(const AccountFold& fold, const std::vector<AccountPart>& parts, Instant t);

}  // namespace kontor
