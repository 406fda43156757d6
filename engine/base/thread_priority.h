// Work that nobody waits for stands back for work that somebody does.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace kontor {

// How far a thread stands back where cores are short, as nice(2) counts: of a core that two want, one at kMerging gets
// a quarter, one at kTotals a tenth. With cores to spare it makes no difference.
enum class StandBack { kMerging = 5, kTotals = 10 };

// The calling thread, from now on; Linux keeps it by thread. A thread that already stands further back stays there.
inline void SetPriority(StandBack far) {
  const auto self = static_cast<id_t>(gettid());
  if (getpriority(PRIO_PROCESS, self) < static_cast<int>(far)) setpriority(PRIO_PROCESS, self, static_cast<int>(far));
}

}  // namespace kontor
