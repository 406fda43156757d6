#include "engine/log/rocks_event_log.h"

#include <endian.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "engine/base/check.h"
#include "engine/base/codec.h"
#include "engine/log/rocks_database.h"
#include "kontor/log/v1/record.pb.h"

namespace kontor {
namespace {

constexpr char kOwnerKey[] = "meta:owner";
constexpr char kProgressKey[] = "meta:progress";
constexpr char kRemedy[] = "restore the folder from a copy";
constexpr size_t kRecords = 1;  // the family's index; family 0 holds the meta keys

// How far back opening looks for holes.
constexpr uint64_t kTailRecords = 1024;

// A position as the key of its record.
class RecordKey {
 public:
  explicit RecordKey(Position position) : bytes_(htobe64(position.value())) {}
  static Position PositionOf(const rocksdb::Slice& key) {
    uint64_t bytes = 0;
    if (key.size() != sizeof(bytes)) return Position(std::numeric_limits<uint64_t>::max());
    std::memcpy(&bytes, key.data(), sizeof(bytes));
    return Position(be64toh(bytes));
  }
  // Points into this.
  rocksdb::Slice slice() const { return {reinterpret_cast<const char*>(&bytes_), sizeof(bytes_)}; }

 private:
  uint64_t bytes_;
};

std::string EncodeOwner(const LogOwner& owner) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.String(owner.cluster_id);
  out.String(owner.topic);
  out.Signed(owner.partition.value());
  out.Signed(owner.partition_count);
  out.Byte(owner.role == TopicRole::kEvents ? 0 : 1);
  return bytes;
}

bool DecodeOwner(std::string_view bytes, LogOwner* owner) {
  ByteReader in(bytes);
  owner->cluster_id = in.String();
  owner->topic = in.String();
  owner->partition = Partition(static_cast<int32_t>(in.Signed()));
  owner->partition_count = static_cast<int32_t>(in.Signed());
  const uint8_t role = in.Byte();
  owner->role = role == 0 ? TopicRole::kEvents : TopicRole::kReference;
  return in.ok() && in.AtEnd() && role <= 1;
}

std::string EncodeProgress(Position end, Offset next_offset) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.Varint(end.value());
  out.Signed(next_offset.value());
  return bytes;
}

std::string Describe(const LogOwner& owner) {
  return fmt::format("{} topic {}, partition {} of {}, cluster {}",
                     owner.role == TopicRole::kEvents ? "events" : "reference", owner.topic, owner.partition.value(),
                     owner.partition_count, owner.cluster_id.empty() ? "not yet known" : owner.cluster_id);
}

// Refuses a log of another owner than the one that asks.
Status AdmitOwner(const std::string& path, rocksdb::DB& db, const LogOwner& asking) {
  std::string bytes;
  LogOwner stored;
  const rocksdb::Status status = db.Get({}, kOwnerKey, &bytes);
  if (!status.ok() || !DecodeOwner(bytes, &stored)) {
    return DataLoss("event log {}: its owner is missing or unreadable ({}); {}", path, status.ToString(), kRemedy);
  }
  LogOwner expected = asking;
  if (asking.cluster_id.empty() || stored.cluster_id.empty()) expected.cluster_id = stored.cluster_id;
  if (stored == expected) return OkStatus();
  return FailedPrecondition(
      "event log {} belongs to {}, and was asked for as {}; choose the folder of that topic, or an "
      "empty one",
      path, Describe(stored), Describe(asking));
}

RocksSpec SpecOf(const std::string& path, const RocksOptions& options) {
  RocksSpec spec;
  spec.path = path;
  spec.kind = "kontor.log";
  spec.noun = "event log";
  spec.remedy = kRemedy;
  spec.format_version = kEventLogFormatVersion;
  spec.options = options;

  spec.db = RocksDatabase::BaseOptions();
  // Each batch is synced before Append returns, so what a crash can tear is the last record, which nobody was promised;
  // damage anywhere before it is an error. (The default would silently drop all that follows a damaged record.)
  spec.db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // The family of the next offset fills a memtable never; without a bound it would hold back every write-ahead file.
  spec.db.max_total_wal_size = 2 * options.write_buffer_bytes;

  // The next offset stands in a family of its own. Among the records its key would make all files overlap, and
  // compaction would rewrite the log; as it is, the keys of each file lie behind those of the file before, and files
  // move down the levels as they are.
  rocksdb::ColumnFamilyOptions meta = RocksDatabase::BaseFamily(options);
  meta.write_buffer_size = size_t{4} << 20;
  rocksdb::ColumnFamilyOptions records = RocksDatabase::BaseFamily(options);
  records.target_file_size_base = options.write_buffer_bytes;
  // Until a thread has time to move them down, files wait on the first level, and hinder nobody there: each holds keys
  // of its own. By default appends are slowed down from twenty on, and one long merge of views keeps that many waiting:
  // they came to a fifth of their rate.
  records.level0_slowdown_writes_trigger = 1'000;
  records.level0_stop_writes_trigger = 2'000;
  rocksdb::BlockBasedTableOptions table = *records.table_factory->GetOptions<rocksdb::BlockBasedTableOptions>();
  table.block_size = size_t{16} << 10;
  records.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  spec.families = {{rocksdb::kDefaultColumnFamilyName, meta}, {"records", records}};
  return spec;
}

}  // namespace

RocksEventLog::RocksEventLog(std::unique_ptr<RocksDatabase> database)
    : database_(std::move(database)),
      batch_(std::make_unique<rocksdb::WriteBatch>(/*reserved_bytes=*/0, /*max_bytes=*/0,
                                                   /*protection_bytes_per_key=*/8,
                                                   /*default_cf_ts_sz=*/0)) {}

RocksEventLog::~RocksEventLog() = default;

Result<std::unique_ptr<RocksEventLog>> RocksEventLog::Open(const std::string& path, const LogOwner& owner,
                                                           const RocksOptions& options) {
  RocksSpec spec = SpecOf(path, options);
  spec.contents = {{kOwnerKey, EncodeOwner(owner)}, {kProgressKey, EncodeProgress(Position(0), Offset(0))}};
  spec.admit = [path, owner](rocksdb::DB& db) { return AdmitOwner(path, db, owner); };
  KONTOR_ASSIGN_OR_RETURN(auto log, Over(RocksDatabase::Open(std::move(spec), RocksDatabase::Access::kCreate)));
  KONTOR_RETURN_IF_ERROR(log->KeepCluster(owner.cluster_id));
  return log;
}

Result<std::unique_ptr<RocksEventLog>> RocksEventLog::OpenExisting(const std::string& path,
                                                                   const RocksOptions& options) {
  return Over(RocksDatabase::Open(SpecOf(path, options), RocksDatabase::Access::kWrite));
}

Result<std::unique_ptr<const EventLog>> RocksEventLog::OpenForReading(const std::string& path,
                                                                      const RocksOptions& options) {
  return Over(RocksDatabase::Open(SpecOf(path, options), RocksDatabase::Access::kRead));
}

Result<std::unique_ptr<RocksEventLog>> RocksEventLog::Over(Result<std::unique_ptr<RocksDatabase>> database) {
  if (!database.ok()) return database.status();
  std::unique_ptr<RocksEventLog> log(new RocksEventLog(*std::move(database)));
  KONTOR_RETURN_IF_ERROR(log->Load());
  return log;
}

Status RocksEventLog::Load() {
  const RocksSpec& spec = database_->spec();
  std::string owner;
  std::string progress;
  rocksdb::Status status = database_->db().Get({}, kOwnerKey, &owner);
  if (status.ok()) status = database_->db().Get({}, kProgressKey, &progress);
  if (!status.ok() && !status.IsNotFound()) return database_->ToStatus(status, "reading its owner and end");
  ByteReader in(progress);
  end_ = in.Varint();
  next_offset_ = in.Signed();
  if (!status.ok() || !in.ok() || !in.AtEnd() || !DecodeOwner(owner, &owner_)) {
    return DataLoss("event log {}: its owner or its end is missing or unreadable; {}", spec.path, spec.remedy);
  }
  return CheckTail();
}

Status RocksEventLog::CheckTail() const {
  const RocksSpec& spec = database_->spec();
  const uint64_t end = end_;
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> at(database_->db().NewIterator(options, database_->family(kRecords)));

  at->SeekToFirst();
  if (at->Valid() ? at->key() != RecordKey(Position(0)).slice() : end != 0) {
    KONTOR_RETURN_IF_ERROR(database_->ToStatus(at->status(), "reading its first record"));
    return DataLoss("event log {} says that it ends at position {}, and its first record is not there; {}", spec.path,
                    end, spec.remedy);
  }
  if (end == 0 && !at->Valid()) return database_->ToStatus(at->status(), "reading its first record");

  at->SeekToLast();
  for (uint64_t position = end; position-- > end - std::min(end, kTailRecords); at->Prev()) {
    if (at->Valid() && at->key() == RecordKey(Position(position)).slice()) {
      if (position + 1 < end) continue;
      log::v1::LogRecord record;
      const rocksdb::Slice bytes = at->value();
      if (record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) && record.offset() < next_offset_)
        continue;
      return DataLoss(
          "event log {}: its last record, at position {}, is unreadable or not below the next offset {}; {}", spec.path,
          position, next_offset_.load(), spec.remedy);
    }
    KONTOR_RETURN_IF_ERROR(database_->ToStatus(at->status(), "reading its last records"));
    return DataLoss("event log {} says that it ends at position {}, and the record at {} is not where it should be; {}",
                    spec.path, end, position, spec.remedy);
  }
  if (end == 0) {
    return DataLoss("event log {} says that it is empty, and it holds records; {}", spec.path, spec.remedy);
  }
  return OkStatus();
}

Status RocksEventLog::KeepCluster(const std::string& cluster_id) {
  if (cluster_id == owner_.cluster_id || cluster_id.empty()) return OkStatus();
  owner_.cluster_id = cluster_id;
  KONTOR_RETURN_IF_ERROR(database_->CheckFreeSpace());
  rocksdb::WriteOptions synced;
  synced.sync = true;
  return database_->ToStatus(database_->db().Put(synced, kOwnerKey, EncodeOwner(owner_)), "writing its owner");
}

Status RocksEventLog::Append(std::span<const std::string_view> records, Offset next_offset) {
  KONTOR_RETURN_IF_ERROR(failed_);
  CheckAppend(records, NextOffset(), next_offset);
  if (next_offset == NextOffset()) return OkStatus();
  KONTOR_RETURN_IF_ERROR(database_->CheckFreeSpace());

  // Kept from append to append for its memory.
  batch_->Clear();
  Position end = End();
  rocksdb::Status status;
  for (const std::string_view record : records) {
    const RecordKey key(end);
    if (status.ok()) status = batch_->Put(database_->family(kRecords), key.slice(), {record.data(), record.size()});
    ++end;
  }
  if (status.ok()) status = batch_->Put(kProgressKey, EncodeProgress(end, next_offset));
  rocksdb::WriteOptions synced;
  synced.sync = true;
  if (status.ok()) status = database_->db().Write(synced, batch_.get());
  if (!status.ok()) {
    failed_ = database_->ToStatus(status, fmt::format("appending at position {}", End().value()));
    if (failed_.code() != StatusCode::kDataLoss) failed_ = MakeStatus(StatusCode::kInternal, Text(failed_));
    return failed_;
  }
  end_.store(end.value(), std::memory_order_release);
  next_offset_.store(next_offset.value(), std::memory_order_release);
  return OkStatus();
}

Result<std::string> RocksEventLog::Read(Position position) const {
  const RocksSpec& spec = database_->spec();
  if (position >= End()) {
    return NotFound("event log {} ends at position {}, so there is no record at {}", spec.path, End().value(),
                    position.value());
  }
  std::string record;
  const rocksdb::Status status =
      database_->db().Get({}, database_->family(kRecords), RecordKey(position).slice(), &record);
  if (status.ok()) return record;
  if (!status.IsNotFound()) return database_->ToStatus(status, fmt::format("reading position {}", position.value()));
  return database_->Damaged(DataLoss("event log {} has no record at position {}, below its end {}; {}", spec.path,
                                     position.value(), End().value(), spec.remedy));
}

Status RocksEventLog::Scan(Position from, Position to,
                           const std::function<bool(Position, std::string_view)>& visit) const {
  const Position end = std::min(to, End());
  if (from >= end) return OkStatus();
  const RecordKey upper(end);
  const rocksdb::Slice bound = upper.slice();
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &bound;
  options.readahead_size = size_t{2} << 20;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> at(database_->db().NewIterator(options, database_->family(kRecords)));
  for (at->Seek(RecordKey(from).slice()); from < end; at->Next(), ++from) {
    if (at->Valid() && RecordKey::PositionOf(at->key()) == from) {
      if (!visit(from, {at->value().data(), at->value().size()})) return OkStatus();
      continue;
    }
    KONTOR_RETURN_IF_ERROR(database_->ToStatus(at->status(), fmt::format("reading position {}", from.value())));
    return database_->Damaged(DataLoss("event log {} has no record at position {}, below its end {}; {}",
                                       database_->spec().path, from.value(), End().value(), database_->spec().remedy));
  }
  return OkStatus();
}

Status RocksEventLog::Damage() const { return database_->Damage(); }

StoreFigures RocksEventLog::Figures() const { return database_->Figures(); }

Status RocksEventLog::Verify() const {
  KONTOR_RETURN_IF_ERROR(database_->VerifyChecksums());
  return Scan(Position(0), End(), [](Position, std::string_view) { return true; });
}

}  // namespace kontor
