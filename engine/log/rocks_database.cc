#include "engine/log/rocks_database.h"

#include <fcntl.h>
#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/listener.h>
#include <rocksdb/statistics.h>
#include <rocksdb/table.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <thread>

#include "engine/base/check.h"
#include "engine/base/codec.h"
#include "engine/base/thread_priority.h"
#include "engine/log/rocks_info_log.h"

namespace kontor {
namespace {

namespace fs = std::filesystem;

constexpr char kFormatKey[] = "meta:format";

std::string EncodeFormat(std::string_view kind, uint32_t version) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.String(kind);
  out.Varint(version);
  return bytes;
}

Status FailureOf(const RocksSpec& spec, const rocksdb::Status& status, std::string_view doing) {
  const std::string text = status.ToString();
  if (status.IsCorruption()) {
    return DataLoss("{} {}: {} failed: {}; {}", spec.noun, spec.path, doing, text, spec.remedy);
  }
  if (status.IsNoSpace()) {
    return ResourceExhausted("{} {}: {} failed: {}; make room on this disk and start again", spec.noun, spec.path,
                             doing, text);
  }
  return Internal("{} {}: {} failed: {}; check the disk and the system's log, then start again", spec.noun, spec.path,
                  doing, text);
}

Status FailureOfSystem(const RocksSpec& spec, int error, std::string_view doing) {
  const std::string text = std::system_category().message(error);
  switch (error) {
    case EACCES:
    case EPERM:
    case EROFS:
      return PermissionDenied("{} {}: {} failed: {}; give this user the right to write there, or choose another folder",
                              spec.noun, spec.path, doing, text);
    case ENOSPC:
    case EDQUOT:
      return ResourceExhausted("{} {}: {} failed: {}; make room on this disk and start again", spec.noun, spec.path,
                               doing, text);
    case ENOTDIR:
    case EEXIST:
      return FailedPrecondition("{} {}: {} failed: {}; a file stands where a folder must be: choose another folder",
                                spec.noun, spec.path, doing, text);
    default:
      return Internal("{} {}: {} failed: {}; check the path and the disk", spec.noun, spec.path, doing, text);
  }
}

// Makes the names in a folder durable.
int SyncFolder(const fs::path& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return errno;
  const int error = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  return error;
}

// Makes a folder's name durable, and those of the folders above it as far as this user may.
int SyncNames(const fs::path& folder) {
  const int error = SyncFolder(folder.parent_path());
  for (fs::path above = folder.parent_path(); above != above.root_path(); above = above.parent_path()) {
    static_cast<void>(SyncFolder(above.parent_path()));
  }
  return error;
}

rocksdb::Env* EnvOf(const RocksSpec& spec) {
  return spec.options.env != nullptr ? spec.options.env : rocksdb::Env::Default();
}

// A folder without its write-ahead logs, which opening would read through.
class TablesOnly final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "kontor.TablesOnly"; }
  rocksdb::IOStatus GetChildren(const std::string& folder, const rocksdb::IOOptions& options,
                                std::vector<std::string>* names, rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = target()->GetChildren(folder, options, names, debug);
    std::erase_if(*names, [](const std::string& name) { return name.ends_with(".log"); });
    return status;
  }
};

fs::path WithSuffix(const std::string& path, const char* suffix) { return fs::path(path).concat(suffix); }

// What stands at a path before RocksDB has touched it.
enum class Found { kNothing, kDatabase, kDamaged, kForeign, kFile };

Found Look(const std::string& path, std::error_code* error) {
  const fs::file_status status = fs::status(path, *error);
  if (status.type() == fs::file_type::not_found) {
    error->clear();
    return Found::kNothing;
  }
  if (*error) return Found::kNothing;
  if (status.type() != fs::file_type::directory) return Found::kFile;
  bool empty = true;
  bool manifest = false;
  for (fs::directory_iterator entry(path, *error), end; !*error && entry != end; entry.increment(*error)) {
    empty = false;
    const std::string name = entry->path().filename();
    if (name == "CURRENT") return Found::kDatabase;
    manifest |= name.starts_with("MANIFEST-");
  }
  return empty ? Found::kNothing : manifest ? Found::kDamaged : Found::kForeign;
}

// Whoever reads or appends comes before merging. Where that falls too far behind, writes wait for it.
class MergingStandsBack final : public rocksdb::EventListener {
 public:
  void OnCompactionBegin(rocksdb::DB*, const rocksdb::CompactionJobInfo&) override { SetPriority(StandBack::kMerging); }
};

}  // namespace

std::shared_ptr<rocksdb::Cache> NewBlockCache(size_t bytes) { return rocksdb::NewLRUCache(bytes); }

Result<uint64_t> FreeBytes(const std::string& path) {
  struct statvfs facts;
  if (statvfs(path.c_str(), &facts) != 0) {
    return Internal("asking for the free space at {} failed: {}", path, std::system_category().message(errno));
  }
  return static_cast<uint64_t>(facts.f_bavail) * facts.f_frsize;
}

// RocksDB's own lock on a folder, taken without opening it. Only through RocksDB's Env: were we to open and close the
// lock file ourselves, the system would drop the lock that this very process may hold on it.
class RocksDatabase::Lock {
 public:
  static Result<std::unique_ptr<Lock>> Take(const RocksSpec& spec) {
    rocksdb::FileLock* lock = nullptr;
    rocksdb::Env* env = EnvOf(spec);
    const rocksdb::Status status = env->LockFile(spec.path + "/LOCK", &lock);
    if (status.ok()) return std::make_unique<Lock>(env, lock);
    const std::string text = status.ToString();
    // RocksDB gives no code of its own for this.
    if (text.find("While lock file") != std::string::npos ||
        text.find("lock hold by current process") != std::string::npos) {
      return FailedPrecondition("{} {} is in use by a running engine or another command; stop that one, or ask it",
                                spec.noun, spec.path);
    }
    return PermissionDenied("{} {} cannot be locked: {}; give this user the right to write there, or work on a copy",
                            spec.noun, spec.path, text);
  }
  Lock(rocksdb::Env* env, rocksdb::FileLock* lock) : env_(env), lock_(lock) {}
  ~Lock() { env_->UnlockFile(lock_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  rocksdb::Env* env_;
  rocksdb::FileLock* lock_;
};

rocksdb::DBOptions RocksDatabase::BaseOptions() {
  rocksdb::DBOptions options;
  options.paranoid_checks = true;
  // After a failed write or flush nothing is retried behind our back: every later write fails, and the process ends.
  options.max_bgerror_resume_count = 0;
  // One thread writes: the single-writer memtable path is the faster one.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  options.bytes_per_sync = 1 << 20;
  // Counters alone: clocks and histograms would be asked at every read.
  options.statistics = rocksdb::CreateDBStatistics();
  options.statistics->set_stats_level(rocksdb::StatsLevel::kExceptHistogramOrTimers);
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.skip_stats_update_on_db_open = true;
  options.listeners.push_back(std::make_shared<MergingStandsBack>());
  return options;
}

rocksdb::ColumnFamilyOptions RocksDatabase::BaseFamily(const RocksOptions& options) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = options.block_cache;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.paranoid_file_checks = true;
  family.write_buffer_size = options.write_buffer_bytes;
  family.level_compaction_dynamic_level_bytes = true;
  // One kind on every level, so that a file can move down as it is.
  family.compression = rocksdb::kLZ4Compression;
  return family;
}

Result<std::unique_ptr<RocksDatabase>> RocksDatabase::Open(RocksSpec spec, Access access) {
  KONTOR_CHECK(!spec.families.empty() && spec.families.front().name == rocksdb::kDefaultColumnFamilyName);
  std::error_code error;
  switch (Look(spec.path, &error)) {
    case Found::kNothing:
      if (error) return FailureOfSystem(spec, error.value(), "looking at the folder");
      if (access != Access::kCreate) return NotFound("there is no {} at {}; check the path", spec.noun, spec.path);
      KONTOR_RETURN_IF_ERROR(Create(spec));
      break;
    case Found::kDatabase:
      break;
    case Found::kDamaged:
      return DataLoss("{} {} has lost its file CURRENT; {}", spec.noun, spec.path, spec.remedy);
    case Found::kForeign:
      return FailedPrecondition("{} holds other files and no {}; choose an empty folder", spec.path, spec.noun);
    case Found::kFile:
      return FailedPrecondition("{} is a file, and the {} needs a folder; choose another path", spec.path, spec.noun);
  }
  if (error) return FailureOfSystem(spec, error.value(), "looking at the folder");

  KONTOR_ASSIGN_OR_RETURN(std::unique_ptr<Lock> lock, Lock::Take(spec));
  KONTOR_RETURN_IF_ERROR(Admit(spec));
  std::unique_ptr<RocksDatabase> database(new RocksDatabase(std::move(spec)));
  if (access == Access::kRead) {
    database->lock_ = std::move(lock);
  } else {
    lock.reset();  // RocksDB takes it again itself
  }
  if (const rocksdb::Status opened = database->OpenFamilies(access); !opened.ok()) {
    return database->ToStatus(opened, "opening");
  }
  // The write-ahead log may say otherwise: it holds the owner's cluster for a while.
  KONTOR_RETURN_IF_ERROR(database->CheckAdmitted());
  return database;
}

rocksdb::Status RocksDatabase::OpenFamilies(Access access) {
  rocksdb::DB* db = nullptr;
  rocksdb::Status status;
  rocksdb::DBOptions options = spec_.db;
  if (access == Access::kRead) {
    options.info_log = NewSilentLog();
    status = rocksdb::DB::OpenForReadOnly(options, spec_.path, spec_.families, &families_, &db);
  } else {
    options.info_log = NewInfoLog(spec_.path);
    // RocksDB's background threads serve all databases of a process; by default one merges and one writes tables.
    const int threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency() / 2));
    EnvOf(spec_)->IncBackgroundThreadsIfNeeded(threads, rocksdb::Env::Priority::LOW);
    EnvOf(spec_)->IncBackgroundThreadsIfNeeded(threads, rocksdb::Env::Priority::HIGH);
    status = rocksdb::DB::Open(options, spec_.path, spec_.families, &families_, &db);
  }
  db_.reset(db);
  return status;
}

// Builds the database beside its place and moves it there, so that a folder of that name is always a whole database.
Status RocksDatabase::Create(const RocksSpec& spec) {
  std::error_code error;
  const fs::path place = fs::absolute(spec.path, error);
  if (!error) fs::create_directories(place.parent_path(), error);
  if (error) return FailureOfSystem(spec, error.value(), "making the folder");
  for (const char* leftover : {".new", ".old"}) {
    fs::remove_all(WithSuffix(spec.path, leftover), error);
    if (error) return FailureOfSystem(spec, error.value(), "removing what an earlier start left");
  }

  RocksSpec fresh = spec;
  fresh.path = WithSuffix(spec.path, ".new");
  fs::create_directory(fresh.path, error);
  if (error) return FailureOfSystem(spec, error.value(), "making the folder");
  fresh.db.create_if_missing = true;
  fresh.db.create_missing_column_families = true;
  {
    RocksDatabase database(fresh);
    if (const rocksdb::Status opened = database.OpenFamilies(Access::kCreate); !opened.ok()) {
      return FailureOf(spec, opened, "making the database");
    }
    rocksdb::WriteBatch batch(0, 0, 8, 0);
    rocksdb::Status status = batch.Put(kFormatKey, EncodeFormat(spec.kind, spec.format_version));
    for (const auto& [key, value] : spec.contents) {
      if (status.ok()) status = batch.Put(key, value);
    }
    rocksdb::WriteOptions synced;
    synced.sync = true;
    if (status.ok()) status = database.db_->Write(synced, &batch);
    // In a table, what the folder is stays readable whatever becomes of the write-ahead log.
    if (status.ok()) status = database.db_->Flush(rocksdb::FlushOptions());
    if (!status.ok()) return FailureOf(spec, status, "making the database");
  }
  fs::rename(fresh.path, place, error);
  if (error) return FailureOfSystem(spec, error.value(), "putting the new database in its place");
  if (const int failed = SyncNames(place); failed != 0) return FailureOfSystem(spec, failed, "syncing the folder");
  return OkStatus();
}

// The default family alone is opened, so this answers for databases whose other families this version does not know.
// What the folder is stands in a table; to read the write-ahead log twice would take as long as everything else.
Status RocksDatabase::Admit(const RocksSpec& spec) {
  const std::unique_ptr<rocksdb::Env> tables =
      rocksdb::NewCompositeEnv(std::make_shared<TablesOnly>(EnvOf(spec)->GetFileSystem()));
  RocksSpec peeked = spec;
  peeked.options.env = tables.get();
  peeked.families.resize(1);
  RocksDatabase database(peeked);
  if (const rocksdb::Status opened = database.OpenFamilies(Access::kRead); !opened.ok()) {
    if (opened.IsNotSupported()) {
      return FailedPrecondition("{} {} was written in a way that this program does not know ({}); {}", spec.noun,
                                spec.path, opened.ToString(), spec.other_version);
    }
    return FailureOf(spec, opened, "opening");
  }
  return database.CheckAdmitted();
}

Status RocksDatabase::CheckAdmitted() const {
  const RocksSpec& spec = spec_;
  std::string value;
  const rocksdb::Status read = db_->Get(rocksdb::ReadOptions(), kFormatKey, &value);
  if (read.IsNotFound()) {
    return FailedPrecondition("{} is a database, but none of Kontor's; choose another folder for the {}", spec.path,
                              spec.noun);
  }
  if (!read.ok()) return FailureOf(spec, read, "reading its format");
  ByteReader in(value);
  const std::string kind(in.String());
  const uint64_t version = in.Varint();
  if (!in.ok()) return DataLoss("{} {}: its format is unreadable; {}", spec.noun, spec.path, spec.remedy);
  if (kind != spec.kind) {
    return FailedPrecondition("{} holds a database of kind {}, not {}; choose another folder for the {}", spec.path,
                              kind, spec.kind, spec.noun);
  }
  if (version != spec.format_version) {
    return FailedPrecondition("{} {} has format version {}, and this program knows version {} only; {}", spec.noun,
                              spec.path, version, spec.format_version, spec.other_version);
  }
  return spec.admit(*db_);
}

RocksDatabase::RocksDatabase(RocksSpec spec) : spec_(std::move(spec)) { spec_.db.env = EnvOf(spec_); }

RocksDatabase::~RocksDatabase() {
  for (rocksdb::ColumnFamilyHandle* family : families_) db_->DestroyColumnFamilyHandle(family);
}

Status RocksDatabase::CheckFreeSpace() const {
  KONTOR_ASSIGN_OR_RETURN(const uint64_t free, spec_.options.free_bytes(spec_.path));
  if (free >= spec_.options.free_bytes_min) return OkStatus();
  return ResourceExhausted("{} {}: {} MiB are free on its disk, and writing stops below {}; make room and start again",
                           spec_.noun, spec_.path, free >> 20, spec_.options.free_bytes_min >> 20);
}

Status RocksDatabase::VerifyChecksums() const {
  rocksdb::ReadOptions options;
  options.readahead_size = size_t{2} << 20;
  options.fill_cache = false;
  return ToStatus(db_->VerifyChecksum(options), "verifying checksums");
}

StoreFigures RocksDatabase::Figures() const {
  using Properties = rocksdb::DB::Properties;
  // Of one family, or of all: every store of ours has one.
  const auto property = [this](const std::string& name) {
    uint64_t value = 0;
    return db_->GetAggregatedIntProperty(name, &value) ? value : 0;
  };
  const rocksdb::Statistics& counted = *spec_.db.statistics;
  StoreFigures figures;
  figures.table_bytes = property(Properties::kTotalSstFilesSize);
  figures.memory_bytes = property(Properties::kCurSizeAllMemTables);
  figures.reader_bytes = property(Properties::kEstimateTableReadersMem);
  figures.pending_compaction_bytes = property(Properties::kEstimatePendingCompactionBytes);
  figures.running_merges = property(Properties::kNumRunningCompactions) + property(Properties::kNumRunningFlushes);
  figures.background_errors = property(Properties::kBackgroundErrors);
  figures.writes_stopped = property(Properties::kIsWriteStopped) != 0;
  figures.cache_bytes = property(Properties::kBlockCacheUsage);
  figures.cache_hits = counted.getTickerCount(rocksdb::BLOCK_CACHE_HIT);
  figures.cache_misses = counted.getTickerCount(rocksdb::BLOCK_CACHE_MISS);
  figures.filter_hits = counted.getTickerCount(rocksdb::BLOOM_FILTER_USEFUL);
  figures.bytes_logged = counted.getTickerCount(rocksdb::WAL_FILE_BYTES);
  figures.bytes_flushed = counted.getTickerCount(rocksdb::FLUSH_WRITE_BYTES);
  figures.bytes_merged = counted.getTickerCount(rocksdb::COMPACT_WRITE_BYTES);
  figures.stall_micros = counted.getTickerCount(rocksdb::STALL_MICROS);
  return figures;
}

Status RocksDatabase::ToStatus(const rocksdb::Status& status, std::string_view doing) const {
  if (status.ok()) return OkStatus();
  Status failure = FailureOf(spec_, status, doing);
  return failure.code() == StatusCode::kDataLoss ? Damaged(std::move(failure)) : failure;
}

Status RocksDatabase::Damaged(Status damage) const {
  const std::lock_guard lock(mutex_);
  damage_.Update(damage);
  is_damaged_ = true;
  return damage;
}

Status RocksDatabase::Damage() const {
  if (!is_damaged_) return OkStatus();
  const std::lock_guard lock(mutex_);
  return damage_;
}

Status RocksDatabase::Remove(const std::string& path) {
  const fs::path aside = WithSuffix(path, ".old");
  std::error_code error;
  fs::remove_all(aside, error);
  if (!error) fs::rename(path, aside, error);
  if (!error) fs::remove_all(aside, error);
  if (error) return Internal("removing the folder {} failed: {}; check its permissions", path, error.message());
  return OkStatus();
}

}  // namespace kontor
