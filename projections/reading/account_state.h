// What a view of an account is worked out from: the tallies of its days, and the few rows that tallies do not hold.
// Merged accounts are one.
#pragma once

#include <string>
#include <vector>

#include "engine/base/civil.h"
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

// A month's row, as bytes (STATE.md).
struct StoredMonth {
  Month month;
  std::string bytes;
  bool operator==(const StoredMonth&) const = default;
};

struct AccountState {
  std::vector<AccountId> members;   // the survivor first, then the absorbed by id
  std::vector<EntityRow> heads;     // as members
  std::vector<EntityRow> targets;   // a row a period and measure
  std::vector<StoredMonth> months;  // by month; of the asked day what had occurred, and days behind it
};

// Reads the parts, the survivor first. Sums up to an instant are the days before it, and the asked day less what
// occurred later on it; entities that stand in several parts are folded as one. One part without later facts is read
// straight from its rows.
Result<AccountState> ReadAccountState(const AccountFold& fold, const std::vector<AccountPart>& parts);

// What was said of the account itself; empty where nothing was.
Result<EntityRow> ReadHead(const RowSource& rows, const AccountId& account);

}  // namespace kontor
