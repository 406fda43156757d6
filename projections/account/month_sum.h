// Sums of contributions, as a shard keeps and writes them: additions to months, written one behind the other as events
// bring them, added up only where somebody reads them or a commit writes them.
//
// Format: of what MonthSum encodes, STATE.md (a month's row).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projections/account/projection.h"
#include "projections/account/rows.h"

namespace kontor {

// Appends one addition after another to a string, each as a step from the one before.
class AdditionWriter {
 public:
  explicit AdditionWriter(std::string* out) : out_(out) {}
  void Add(Day day, const TallyRef& key, Int128 amount);

 private:
  std::string* out_;
  Day last_;
};

// Additions in any order, of any number of strings, to one account.
class MonthSum {
 public:
  void Clear() { entries_.clear(); }
  // What an AdditionWriter wrote; the bytes must live until the sum is read.
  void Add(std::string_view additions);
  // A month's row, on the same terms; no bytes are one without days. False where the bytes are none.
  bool AddRow(std::string_view bytes);
  bool empty() const { return entries_.empty(); }

  // Adds up what is alike and drops what comes to nothing; needed before the months are read.
  void Settle();

  // The months that are there, in order; of each, its row's bytes.
  struct Part {
    Month month;
    size_t begin;
    size_t end;
  };
  std::vector<Part> Months() const;
  void Encode(const Part& part, std::string* bytes) const;

 private:
  struct Entry {
    Day day;
    TallyRef key;
    Int128 amount;
  };
  struct Place {
    uint64_t rank;
    const Entry* entry;
  };
  std::vector<Entry> entries_;
  std::vector<Place> order_;  // kept for their memory
  std::vector<Entry> settled_;
};

// The values of a month's row added: an AddValues of the view store.
bool AddMonthValues(std::span<const std::string_view> values, std::string* sum);

}  // namespace kontor
