// What must be told of single rows: counted by reason, the first of them kept, all of them written to a file if wished.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"

namespace kontor {

// What became of a row that is told of.
enum class RowTrouble {
  kInvalid,         // it gives no valid event: never sent
  kUnacknowledged,  // sent, or tried to, and nobody said that it arrived
  kNoted,           // the mapping has a word to say of it, whatever else became of it
};
inline constexpr size_t kRowTroubles = 3;
std::string_view RowTroubleText(RowTrouble trouble);

struct ListedRow {
  RowTrouble trouble{};
  std::string where;     // "line 17", "orders line 17", or the mapping's own words
  std::string event_id;  // empty where there is none
  std::string reason;
};

// Reasons that differ only in what is quoted ('...') or counted ([3]) are one reason.
std::string ReasonClass(std::string_view reason);

// Threads: any; one call at a time gets through.
class RowLedger {
 public:
  // Reasons told apart per trouble; further ones are counted as "other reasons".
  static constexpr size_t kReasonsMax = 200;

  explicit RowLedger(size_t listed_max) : listed_max_(listed_max) {}

  // Writes every row entered from now on to the file, as CSV: what, where, event_id, reason.
  Status OpenFile(const std::string& path);
  void Enter(ListedRow row);
  // Unavailable where the file could not be written whole.
  Status CloseFile();

  uint64_t total(RowTrouble trouble) const;
  std::map<std::string, uint64_t> by_reason(RowTrouble trouble) const;
  // The first `listed_max` rows of that trouble.
  std::vector<ListedRow> listed(RowTrouble trouble) const;

 private:
  struct Page {
    uint64_t total = 0;
    std::map<std::string, uint64_t> by_reason;
    std::vector<ListedRow> listed;
  };
  struct CloseStream {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  const size_t listed_max_;
  mutable std::mutex mutex_;
  std::array<Page, kRowTroubles> pages_;
  std::string path_;
  std::unique_ptr<std::FILE, CloseStream> file_;
};

}  // namespace kontor
