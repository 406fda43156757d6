// A plausible portfolio of several years, told event by event, and what goes on in it from now on.
//
// The firm makes measuring instruments and sells them in eleven countries and four currencies. Its systems (a CRM,
// three ERPs, a bank, a helpdesk, …) began to emit to Kafka so many years ago, on the first day of a month; what they
// knew by then came first. Since then they emit as real ones do: soon, in nightly batches, late, twice. The records
// come in the order of recording: those of the history up to now first, then an endless trickle of about one a second
// whose clock runs on from now.
//
// Invariants:  the same options give the same records for ever, on any machine: every draw is integer arithmetic on the
//              seed, and no clock, hash table, locale or zone database is asked. A change of that story changes the
//              golden hash in demo_story_test.cc. Timestamps never decrease. Identities are unique but for the
//              duplicates and conflicts that are marked as such.
// Threads:     one at a time.
// Memory:      the history is held until it has been given out: about 300 bytes a record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/status.h"
#include "tools/kontor/demo/journal.h"
#include "tools/kontor/demo/stories.h"
#include "tools/kontor/demo/trickle.h"

namespace kontor::demo {

struct DemoOptions {
  uint64_t seed = 1;
  Instant now;             // from 1990 to 2200; cut to whole milliseconds
  int32_t accounts = 300;  // 25 to 5,000
  int32_t years = 4;       // 2 to 10
};

// How many records of the history intake must make what of.
struct DemoTally {
  size_t accepted = 0;
  size_t duplicates = 0;
  size_t conflicts = 0;
  size_t rejected = 0;
  size_t reference = 0;  // of the accepted: on the reference topic
  size_t total() const { return accepted + duplicates + conflicts + rejected; }
};

class DemoStory {
 public:
  // InvalidArgument names the option that is out of bounds.
  static Result<DemoStory> Make(const DemoOptions& options);

  // The next record of the history, then of the trickle. Never ends.
  DemoRecord Next();
  // Whether the next record is of the history.
  bool InHistory() const { return given_ < tally_.total(); }
  size_t HistorySize() const { return tally_.total(); }
  const DemoTally& HistoryTally() const { return tally_; }
  const std::vector<Story>& Stories() const { return stories_; }

 private:
  DemoStory(const DemoOptions& options, const Horizon& horizon);

  std::vector<DemoRecord> written_;  // the history, and what of it comes late
  size_t given_ = 0;                 // of written_
  DemoTally tally_;
  std::vector<Story> stories_;
  std::unique_ptr<Trickle> trickle_;
  DemoRecord next_live_;
};

}  // namespace kontor::demo
