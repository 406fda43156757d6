// What RocksDB says of its work: lines in the file LOG of its folder, for whoever must find out what went on.
//
// RocksDB's own logger aborts the process when a line cannot be written twice (in builds with assertions, as Debian's
// is), which is just what happens on a full disk, before the database's own error can be told. This one drops the line.
//
// Threads: any. The file is bounded; the one of the opening before stays as LOG.old.
#pragma once

#include <rocksdb/env.h>

#include <memory>
#include <string>

namespace kontor {

std::shared_ptr<rocksdb::Logger> NewInfoLog(const std::string& folder);

// For a database that is only read: nothing is written.
std::shared_ptr<rocksdb::Logger> NewSilentLog();

}  // namespace kontor
