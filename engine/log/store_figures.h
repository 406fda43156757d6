// What a store on disk says of its own work, for whoever watches it.
#pragma once

#include <cstdint>

namespace kontor {

// Counts are those since the store was opened. All zero where a store has none of it (the twin in memory).
struct StoreFigures {
  // Now.
  uint64_t table_bytes = 0;               // on disk, in sorted tables
  uint64_t memory_bytes = 0;              // written and not yet a table
  uint64_t reader_bytes = 0;              // filters and indexes that stay in memory
  uint64_t pending_compaction_bytes = 0;  // to be merged, as estimated
  uint64_t running_merges = 0;            // compactions and flushes
  uint64_t background_errors = 0;
  bool writes_stopped = false;  // until merging has caught up
  uint64_t cache_bytes = 0;     // of the block cache, which stores may share
  // Since it was opened.
  uint64_t cache_hits = 0;
  uint64_t cache_misses = 0;
  uint64_t filter_hits = 0;   // lookups that a filter answered: not there
  uint64_t bytes_logged = 0;  // to the write-ahead log
  uint64_t bytes_flushed = 0;
  uint64_t bytes_merged = 0;  // written by compactions
  uint64_t stall_micros = 0;  // that writes were held up
};

}  // namespace kontor
