// One RocksDB folder of ours: made whole or not at all, opened only where its kind and format version are known, and
// its errors put into our words. The stores of this room and of engine/views stand on it.
//
// Ownership:   options, and the free-space function in them, are copied.
// Threads:     as RocksDB's; CheckFreeSpace from any.
// Errors:      see Open and ToStatus.
// Format:      every database has the key "meta:format" in its default family: its kind (a length-prefixed string) and
//              its format version (a varint). It is read before anything else, and without writing, so that a folder of
//              another kind or version is refused as it was found.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/rocks_options.h"
#include "engine/log/store_figures.h"

namespace kontor {

// What a folder must be, and how it is opened.
struct RocksSpec {
  std::string path;
  std::string kind;             // stored: "kontor.log"
  std::string noun;             // in messages: "event log"
  std::string remedy;           // in messages, after damage: "restore the folder from a copy"
  uint32_t format_version = 0;  // what this program reads and writes
  // In messages, where another version was found.
  std::string other_version = "use the program that wrote it, or one that says it reads both";
  RocksOptions options;
  rocksdb::DBOptions db;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;      // the default family first
  std::vector<std::pair<std::string, std::string>> contents;  // of a new database's default family, the format aside
  // Refuses a folder for what stands in its default family. Called twice: of what its tables hold, opened for reading,
  // and once all of it is open.
  std::function<Status(rocksdb::DB&)> admit = [](rocksdb::DB&) { return OkStatus(); };
};

class RocksDatabase {
 public:
  enum class Access { kCreate, kWrite, kRead };

  // Opens the folder; with kCreate, makes it where it is missing or empty: whole or, after a crash, not at all.
  // kRead writes nothing, and holds the database's lock so that no engine starts upon what is being read.
  //
  // FailedPrecondition: in use, not a database, of another kind, or of a version that this program does not know.
  // PermissionDenied: may not be read or written. NotFound: nothing there, and not to be made. DataLoss: damaged.
  // ResourceExhausted: no space. Internal: the system failed otherwise. In every case the folder is left as it was.
  static Result<std::unique_ptr<RocksDatabase>> Open(RocksSpec spec, Access access);

  // What every database of ours is opened with: nothing is taken for good that does not verify, and a failure of the
  // disk stays a failure until the process is started again.
  static rocksdb::DBOptions BaseOptions();
  // The same for a family: `families` of a spec begin from it.
  static rocksdb::ColumnFamilyOptions BaseFamily(const RocksOptions& options);

  ~RocksDatabase();
  RocksDatabase(const RocksDatabase&) = delete;
  RocksDatabase& operator=(const RocksDatabase&) = delete;

  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* family(size_t index) const { return families_[index]; }
  const RocksSpec& spec() const { return spec_; }

  // ResourceExhausted below RocksOptions::free_bytes_min.
  Status CheckFreeSpace() const;
  // DataLoss on the first table block that differs from its checksum.
  Status VerifyChecksums() const;

  StoreFigures Figures() const;

  // RocksDB's word in ours: Corruption is DataLoss, a full disk ResourceExhausted, the rest Internal. `doing` says what
  // failed: "reading position 7".
  Status ToStatus(const rocksdb::Status& status, std::string_view doing) const;
  // Remembers the first DataLoss that a reading or writing met, and hands it on. Any thread.
  Status Damaged(Status damage) const;
  Status Damage() const;

  // Moves the folder of a closed database aside and deletes it. A crash leaves it whole or gone.
  static Status Remove(const std::string& path);

 private:
  class Lock;
  explicit RocksDatabase(RocksSpec spec);
  static Status Create(const RocksSpec& spec);
  static Status Admit(const RocksSpec& spec);
  // Whether what is open is of our kind and version, and admitted by the spec.
  Status CheckAdmitted() const;
  rocksdb::Status OpenFamilies(Access access);

  RocksSpec spec_;
  std::unique_ptr<Lock> lock_;  // kRead only: a writer's is RocksDB's own
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  mutable std::atomic<bool> is_damaged_ = false;
  mutable std::mutex mutex_;
  mutable Status damage_;
};

}  // namespace kontor
