// Walks through a month's row in its bytes: nothing is copied, and a day that nobody asks for is passed over.
//
// Ownership: borrows the bytes. Threads: one at a time.
// Errors:    ok() is false, and there are no more days, where the bytes are no row.
// Format:    STATE.md beside the rows (a month's row); no bytes are a row without days.
#pragma once

#include <string_view>
#include <vector>

#include "engine/base/civil.h"
#include "engine/base/codec.h"
#include "projections/account/tally.h"

namespace kontor {

struct TallyView {
  TallyRef key;
  Int128 amount = 0;
};

class MonthReader {
 public:
  explicit MonthReader(std::string_view bytes);

  // Goes to the next day. False at the end.
  bool Next();
  bool ok() const { return ok_; }

  Day day() const { return day_; }
  // The day's tally: its entries in order, good until the next one and views of the bytes; and its bytes.
  const std::vector<TallyView>& entries() const { return entries_; }
  std::string_view bytes() const { return bytes_; }

 private:
  bool ReadTally();

  ByteReader reader_;
  uint64_t left_ = 0;
  bool ok_ = true;
  bool any_ = false;  // day_ is one of the row's
  Day day_;
  std::vector<TallyView> entries_;
  std::string_view bytes_;
};

}  // namespace kontor
