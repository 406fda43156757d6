// What the RocksDB adapters of one process share, and what bounds them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/base/status.h"

namespace rocksdb {
class Cache;
class Env;
}  // namespace rocksdb

namespace kontor {

// Blocks of tables read lately, of every database that is given it. What reading takes is bounded by it, the filters
// and indexes of views aside, which stay in memory.
std::shared_ptr<rocksdb::Cache> NewBlockCache(size_t bytes);

// Bytes that this process may still write to the file system of `path`.
Result<uint64_t> FreeBytes(const std::string& path);

struct RocksOptions {
  // None: each database has a small one of its own.
  std::shared_ptr<rocksdb::Cache> block_cache = nullptr;
  // What is written stands in memory up to this size, before it becomes a file.
  size_t write_buffer_bytes = size_t{32} << 20;
  // A write is refused where less is free: RocksDB needs room to write out and merge what it already took, and a disk
  // that runs full under it may not open again.
  uint64_t free_bytes_min = uint64_t{256} << 20;
  std::function<Result<uint64_t>(const std::string& path)> free_bytes = FreeBytes;
  // Where tests lose what was not synced. None: the system. It outlives the database.
  rocksdb::Env* env = nullptr;
};

}  // namespace kontor
