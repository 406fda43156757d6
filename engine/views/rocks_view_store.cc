#include "engine/views/rocks_view_store.h"

#include <rocksdb/filter_policy.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include <algorithm>

#include "engine/base/check.h"
#include "engine/log/rocks_database.h"
#include "engine/views/index_codec.h"
#include "engine/views/view_keys.h"

namespace kontor {
namespace {

constexpr char kCheckpointKey[] = "meta:checkpoint";

// Every table lives in one column family, told apart by its keys' first byte. One family is written out as one, so a
// crash without a write-ahead log cannot part what one commit wrote. (RocksDB's atomic flush of several families can,
// up to 7.9: its pull request 11148.)
constexpr char kEventsTable = 'e';
constexpr char kIdentitiesTable = 'i';
constexpr char kRowsTable = 'r';

// Behind the table's byte and the account's id: a zero byte and the bucket.
constexpr size_t kEventKeySuffix = 3;
constexpr size_t kIdentityKeyBytes = 2;
constexpr double kFilterBitsPerKey = 10;

std::string KeyIn(char table, std::string_view key) {
  std::string bytes;
  bytes.reserve(1 + key.size());
  bytes.push_back(table);
  bytes.append(key);
  return bytes;
}

void PutIdentityKey(size_t key, std::string* bytes) {
  bytes->assign({kIdentitiesTable, static_cast<char>(key >> 8), static_cast<char>(key)});
}

void PutEventKey(std::string_view account, uint16_t bucket, std::string* bytes) {
  bytes->assign(1, kEventsTable)
      .append(account)
      .append({'\0', static_cast<char>(bucket >> 8), static_cast<char>(bucket)});
}

uint16_t LastTwoBytes(std::string_view key) {
  return static_cast<uint16_t>(static_cast<uint8_t>(key[key.size() - 2]) << 8 | static_cast<uint8_t>(key.back()));
}

// From so many entries on a commit is written as a sorted file and taken in whole: random keys cost a memtable several
// times what sorting costs. For fewer, the file's own syncs would.
constexpr size_t kIngestedEntries = 10'000;
// A leap over rows looks into every table, so that many are passed one by one before.
constexpr int kStepsBeforeSeek = 16;

// Gives the sink the whole commit in the order of its keys. A sink is a rocksdb::WriteBatch or SstFileWriter.
template <typename Sink>
rocksdb::Status WriteSorted(const ViewCommit& commit, Sink& sink) {
  rocksdb::Status status;
  std::string key;
  std::string value;
  const std::span<const AccountEvent> events = commit.events;
  for (size_t from = 0; from < events.size() && status.ok();) {
    const std::string_view account = events[from].account;
    const uint16_t bucket = TimeBucketOf(events[from].occurred_at);
    size_t to = from + 1;
    while (to < events.size() && TimeBucketOf(events[to].occurred_at) == bucket && events[to].account == account) ++to;
    PutEventKey(account, bucket, &key);
    value.clear();
    AppendEvents(events.subspan(from, to - from), &value);
    status = sink.Merge(key, value);
    from = to;
  }

  const std::vector<IdentityEntry> identities = ByIdentityKey(commit.identities);
  for (size_t i = 0; i < identities.size() && status.ok();) {
    const size_t identity_key = IdentityKeyOf(identities[i].identity);
    value.clear();
    for (; i < identities.size() && IdentityKeyOf(identities[i].identity) == identity_key; ++i) {
      AppendIdentity(identities[i], &value);
    }
    PutIdentityKey(identity_key, &key);
    status = sink.Merge(key, value);
  }

  if (status.ok()) status = sink.Put(kCheckpointKey, EncodeCheckpoint(commit.checkpoint));

  std::vector<const RowWrite*> rows;
  rows.reserve(commit.rows.size());
  for (const RowWrite& row : commit.rows) rows.push_back(&row);
  const auto key_of = [](const RowWrite* row) { return row->key; };
  if (!std::ranges::is_sorted(rows, {}, key_of)) std::ranges::sort(rows, {}, key_of);
  KONTOR_CHECK(std::ranges::adjacent_find(rows, {}, key_of) == rows.end());
  for (const RowWrite* row : rows) {
    key.assign(1, kRowsTable).append(row->key);
    if (!status.ok()) break;
    status = !row->value ? sink.Delete(key) : row->adds ? sink.Merge(key, *row->value) : sink.Put(key, *row->value);
  }
  return status;
}

std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// A commit adds to values without reading them. In both indexes bytes are put behind bytes; what rows that are added to
// come to is theirs to say who wrote them.
class AddToValue final : public rocksdb::MergeOperator {
 public:
  explicit AddToValue(AddValues add_rows) : add_rows_(add_rows) {}

  const char* Name() const override { return "kontor.AddToValue"; }

  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override {
    std::vector<std::string_view> values;
    values.reserve(in.operand_list.size() + 1);
    if (in.existing_value != nullptr) values.push_back(View(*in.existing_value));
    for (const rocksdb::Slice& operand : in.operand_list) values.push_back(View(operand));
    return Add(in.key, values, &out->new_value);
  }

  bool PartialMergeMulti(const rocksdb::Slice& key, const std::deque<rocksdb::Slice>& operands, std::string* sum,
                         rocksdb::Logger*) const override {
    std::vector<std::string_view> values;
    values.reserve(operands.size());
    for (const rocksdb::Slice& operand : operands) values.push_back(View(operand));
    return Add(key, values, sum);
  }

 private:
  bool Add(const rocksdb::Slice& key, const std::vector<std::string_view>& values, std::string* sum) const {
    if (key.starts_with(rocksdb::Slice(&kRowsTable, 1))) return add_rows_ != nullptr && add_rows_(values, sum);
    sum->clear();
    for (const std::string_view value : values) sum->append(value);
    return true;
  }

  const AddValues add_rows_;
};

// How many bytes of a key name its table and its account, the zero byte behind it included; 0 in a table without.
size_t AccountBytes(std::string_view key) {
  if (!key.starts_with(kRowsTable) && !key.starts_with(kEventsTable)) return 0;
  const size_t end = key.find('\0', 1);
  return end == std::string_view::npos ? 0 : end + 1;
}

// A filter says which files hold nothing of an account: a commit holds few of the accounts, and a reading looks into no
// other's.
class ByAccount final : public rocksdb::SliceTransform {
 public:
  const char* Name() const override { return "kontor.account"; }
  bool InDomain(const rocksdb::Slice& key) const override { return AccountBytes(View(key)) > 0; }
  rocksdb::Slice Transform(const rocksdb::Slice& key) const override { return {key.data(), AccountBytes(View(key))}; }
};

RocksSpec SpecOf(const std::string& path, const RocksOptions& options, AddValues add_rows) {
  RocksSpec spec;
  spec.path = path;
  spec.kind = "kontor.views";
  spec.noun = "views";
  spec.remedy = "rebuild them from the log (kontor rebuild)";
  spec.other_version = "use the program that wrote them, or fold them anew with this one (kontor rebuild)";
  spec.format_version = kViewsFormatVersion;
  spec.options = options;
  spec.contents = {{kCheckpointKey, EncodeCheckpoint(Checkpoint())}};
  spec.db = RocksDatabase::BaseOptions();

  rocksdb::ColumnFamilyOptions family = RocksDatabase::BaseFamily(options);
  rocksdb::BlockBasedTableOptions table = *family.table_factory->GetOptions<rocksdb::BlockBasedTableOptions>();
  // Almost every identity that is looked up is new: the filter answers, also on the last level. Filters stay in memory,
  // 10 bits a key, outside the cache: the cache holds no block larger than one of its shards, so whole filters (5 MB a
  // table) were read anew at each lookup; and cut into parts that it does hold, they took three times as long.
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBitsPerKey));
  table.cache_index_and_filter_blocks = false;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.optimize_filters_for_hits = false;
  // Few passes over what random keys spread everywhere; the filters pay for more runs to look into.
  family.compaction_style = rocksdb::kCompactionStyleUniversal;
  // Twelve runs before a merge instead of four: beside folding and reading it is merging that takes the cores, and the
  // filters spare most of a look into the runs. Of sixteen, files take a fifth more room.
  family.level0_file_num_compaction_trigger = 12;
  family.merge_operator = std::make_shared<AddToValue>(add_rows);
  family.prefix_extractor = std::make_shared<ByAccount>();
  spec.families = {{rocksdb::kDefaultColumnFamilyName, family}};
  return spec;
}

}  // namespace

// The state that one commit left: a RocksDB snapshot and the checkpoint that belongs to it, shared by its readings.
class RocksViewStore::Committed {
 public:
  Committed(const RocksDatabase* database, Checkpoint at)
      : checkpoint(std::move(at)), database_(database), snapshot_(database->db().GetSnapshot()) {}
  ~Committed() { database_->db().ReleaseSnapshot(snapshot_); }
  Committed(const Committed&) = delete;
  Committed& operator=(const Committed&) = delete;

  const RocksDatabase& database() const { return *database_; }
  rocksdb::ReadOptions ReadOptions() const {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    return options;
  }

  const Checkpoint checkpoint;

 private:
  const RocksDatabase* database_;
  const rocksdb::Snapshot* snapshot_;
};

class RocksViewStore::Reading final : public ViewSnapshot {
 public:
  explicit Reading(std::shared_ptr<const Committed> committed) : committed_(std::move(committed)) {}

  const Checkpoint& checkpoint() const override { return committed_->checkpoint; }

  Result<std::optional<std::string>> Row(std::string_view key) const override {
    KONTOR_ASSIGN_OR_RETURN(std::optional<std::string> value, Get(KeyIn(kRowsTable, key), "reading a row"));
    if (value && value->empty()) value.reset();  // added up to nothing
    return value;
  }

  Status ScanRows(std::string_view prefix, std::string_view from,
                  const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    return Scan(
        KeyIn(kRowsTable, prefix), KeyIn(kRowsTable, from), /*whole=*/prefix.empty(), "scanning rows",
        [&](std::string_view key, std::string_view value) { return value.empty() || visit(key.substr(1), value); });
  }

  Status LeapOverRows(std::string_view from,
                      const std::function<bool(std::string_view, std::string*)>& visit) const override {
    const std::string upper = EndOfPrefix(std::string(1, kRowsTable));
    const rocksdb::Slice bound(upper);
    rocksdb::ReadOptions options = committed_->ReadOptions();
    options.iterate_upper_bound = &bound;
    options.total_order_seek = true;
    const std::unique_ptr<rocksdb::Iterator> at(committed_->database().db().NewIterator(options));
    std::string next;
    std::string target = KeyIn(kRowsTable, from);
    for (at->Seek(target); at->Valid();) {
      const std::string_view key = View(at->key());
      if (at->value().empty()) {  // added up to nothing
        at->Next();
        continue;
      }
      if (!visit(key.substr(1), &next)) return OkStatus();
      target = KeyIn(kRowsTable, next);
      KONTOR_CHECK(target > key);
      int steps = 0;
      while (at->Valid() && View(at->key()) < target && steps++ < kStepsBeforeSeek) at->Next();
      if (at->Valid() && View(at->key()) < target) at->Seek(target);
    }
    return committed_->database().ToStatus(at->status(), "scanning rows");
  }

  Result<std::vector<Position>> Positions(const IdentityHash& identity) const override {
    std::string key;
    PutIdentityKey(IdentityKeyOf(identity), &key);
    KONTOR_ASSIGN_OR_RETURN(const std::optional<std::string> value, Get(key, "looking an identity up"));
    std::vector<Position> positions;
    if (value && !ReadPositions(identity, *value, &positions)) return Broken("the identity index");
    std::ranges::sort(positions);
    return positions;
  }

  Status ScanIdentities(const std::function<void(std::span<const IdentityEntry>)>& visit) const override {
    return VisitIdentities([&](std::vector<IdentityEntry>& entries) {
      visit(entries);
      return true;
    });
  }

  Status ScanEvents(const AccountId& account, Instant at, Position position,
                    const std::function<bool(Instant, Position)>& visit) const override {
    std::string from;
    PutEventKey(account.value(), TimeBucketOf(at), &from);
    bool broken = false;
    std::vector<IndexedEvent> events;
    KONTOR_RETURN_IF_ERROR(Scan(KeyIn(kEventsTable, EventKeyPrefix(account.value())), from, /*whole=*/false,
                                "scanning the events of an account", [&](std::string_view key, std::string_view value) {
                                  events.clear();
                                  broken = !ReadEvents(LastTwoBytes(key), value, &events);
                                  if (broken) return false;
                                  const auto first = std::ranges::lower_bound(events, IndexedEvent{at, position});
                                  return std::all_of(first, events.end(), [&](const IndexedEvent& event) {
                                    return visit(event.occurred_at, event.position);
                                  });
                                }));
    return broken ? Broken("the account index") : OkStatus();
  }

  Status ScanAll(
      const std::function<bool(std::string_view, std::string_view, std::string_view)>& visit) const override {
    bool more = true;
    bool broken = false;
    std::vector<IndexedEvent> events;
    KONTOR_RETURN_IF_ERROR(ScanTable(kEventsTable, [&](std::string_view key, std::string_view value) {
      events.clear();
      broken = key.size() < kEventKeySuffix || !ReadEvents(LastTwoBytes(key), value, &events);
      for (size_t i = 0; i < events.size() && more && !broken; ++i) {
        more =
            visit("events",
                  EventKey(key.substr(0, key.size() - kEventKeySuffix), events[i].occurred_at, events[i].position), "");
      }
      return more && !broken;
    }));
    if (broken) return Broken("the account index");
    if (!more) return OkStatus();
    KONTOR_RETURN_IF_ERROR(VisitIdentities([&](std::vector<IdentityEntry>& entries) {
      std::ranges::sort(entries);
      for (const IdentityEntry& entry : entries) {
        more = more && visit("identities", IdentityKey(entry), "");
      }
      return more;
    }));
    if (!more) return OkStatus();
    return ScanTable(kRowsTable, [&](std::string_view key, std::string_view value) {
      return value.empty() || visit("rows", key, value);
    });
  }

 private:
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;

  Result<std::optional<std::string>> Get(const std::string& key, std::string_view doing) const {
    std::string value;
    const rocksdb::Status status = committed_->database().db().Get(committed_->ReadOptions(), key, &value);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) return committed_->database().ToStatus(status, doing);
    return value;
  }

  // The entries of each key in turn, those of one key in any order, until `visit` returns false.
  Status VisitIdentities(const std::function<bool(std::vector<IdentityEntry>&)>& visit) const {
    bool broken = false;
    std::vector<IdentityEntry> entries;
    KONTOR_RETURN_IF_ERROR(ScanTable(kIdentitiesTable, [&](std::string_view key, std::string_view value) {
      entries.clear();
      broken = key.size() != kIdentityKeyBytes || !ReadIdentities(LastTwoBytes(key), value, &entries);
      return !broken && visit(entries);
    }));
    return broken ? Broken("the identity index") : OkStatus();
  }

  Status ScanTable(char table, const Visit& visit) const {
    return Scan(std::string(1, table), "", /*whole=*/true, "scanning a table",
                [&](std::string_view key, std::string_view value) { return visit(key.substr(1), value); });
  }

  // Keys of `prefix` that are not below `from`. A scan of a whole table reads far ahead and leaves the cache to others.
  Status Scan(const std::string& prefix, const std::string& from, bool whole, std::string_view doing,
              const Visit& visit) const {
    const std::string upper = EndOfPrefix(prefix);
    const rocksdb::Slice bound(upper);
    rocksdb::ReadOptions options = committed_->ReadOptions();
    options.iterate_upper_bound = &bound;
    options.total_order_seek = AccountBytes(prefix) == 0;
    if (whole) {
      options.readahead_size = size_t{2} << 20;
      options.fill_cache = false;
    }
    const std::unique_ptr<rocksdb::Iterator> at(committed_->database().db().NewIterator(options));
    for (at->Seek(std::max(prefix, from)); at->Valid(); at->Next()) {
      if (!visit(View(at->key()), View(at->value()))) return OkStatus();
    }
    return committed_->database().ToStatus(at->status(), doing);
  }

  Status Broken(std::string_view table) const {
    const RocksSpec& spec = committed_->database().spec();
    return committed_->database().Damaged(
        DataLoss("views {}: an entry of {} is unreadable; {}", spec.path, table, spec.remedy));
  }

  const std::shared_ptr<const Committed> committed_;
};

RocksViewStore::RocksViewStore(std::unique_ptr<RocksDatabase> database) : database_(std::move(database)) {}

RocksViewStore::~RocksViewStore() {
  // RocksDB writes out what is in memory when it is closed; here only the snapshot must go before the database does.
  KONTOR_CHECK(committed_.use_count() <= 1);
}

Result<std::unique_ptr<RocksViewStore>> RocksViewStore::Open(const std::string& path, AddValues add_rows,
                                                             const RocksOptions& options) {
  return Over(RocksDatabase::Open(SpecOf(path, options, add_rows), RocksDatabase::Access::kCreate));
}

Result<std::unique_ptr<const ViewStore>> RocksViewStore::OpenForReading(const std::string& path, AddValues add_rows,
                                                                        const RocksOptions& options) {
  return Over(RocksDatabase::Open(SpecOf(path, options, add_rows), RocksDatabase::Access::kRead));
}

Result<std::unique_ptr<RocksViewStore>> RocksViewStore::Over(Result<std::unique_ptr<RocksDatabase>> database) {
  if (!database.ok()) return database.status();
  std::unique_ptr<RocksViewStore> store(new RocksViewStore(*std::move(database)));
  KONTOR_RETURN_IF_ERROR(store->Load());
  return store;
}

Status RocksViewStore::Load() {
  const RocksSpec& spec = database_->spec();
  std::string bytes;
  Checkpoint checkpoint;
  const rocksdb::Status status = database_->db().Get({}, kCheckpointKey, &bytes);
  if (!status.ok() && !status.IsNotFound()) return database_->ToStatus(status, "reading the checkpoint");
  if (!status.ok() || !DecodeCheckpoint(bytes, &checkpoint)) {
    return DataLoss("views {}: the checkpoint is missing or unreadable; {}", spec.path, spec.remedy);
  }
  const std::scoped_lock lock(mutex_);
  committed_ = std::make_shared<const Committed>(database_.get(), std::move(checkpoint));
  return OkStatus();
}

std::shared_ptr<const RocksViewStore::Committed> RocksViewStore::committed() const {
  const std::scoped_lock lock(mutex_);
  return committed_;
}

Status RocksViewStore::Commit(const ViewCommit& commit) {
  KONTOR_RETURN_IF_ERROR(failed_);
  CheckCommit(commit, committed()->checkpoint);
  KONTOR_RETURN_IF_ERROR(database_->CheckFreeSpace());

  const size_t entries = commit.rows.size() + commit.identities.size() + commit.events.size();
  const bool as_file = entries >= kIngestedEntries && !MergingIsBehind();
  const rocksdb::Status status = as_file ? WriteAsFile(commit) : WriteThroughMemory(commit);
  if (!status.ok()) {
    failed_ = database_->ToStatus(status, fmt::format("committing position {}", commit.checkpoint.position.value()));
    if (failed_.code() != StatusCode::kDataLoss) failed_ = MakeStatus(StatusCode::kInternal, Text(failed_));
    return failed_;
  }
  auto next = std::make_shared<const Committed>(database_.get(), commit.checkpoint);
  const std::scoped_lock lock(mutex_);
  committed_.swap(next);
  return OkStatus();
}

// However far merging tables is behind, RocksDB holds no file back, and would have ever more of them to look into. What
// goes through memory it does hold back, until merging has caught up.
bool RocksViewStore::MergingIsBehind() const {
  uint64_t stopped = 0;
  uint64_t delayed = 0;
  database_->db().GetIntProperty(rocksdb::DB::Properties::kIsWriteStopped, &stopped);
  database_->db().GetIntProperty(rocksdb::DB::Properties::kActualDelayedWriteRate, &delayed);
  return stopped != 0 || delayed != 0;
}

rocksdb::Status RocksViewStore::WriteThroughMemory(const ViewCommit& commit) {
  rocksdb::WriteBatch batch(0, 0, /*protection_bytes_per_key=*/8, 0);
  rocksdb::Status status = WriteSorted(commit, batch);
  if (!status.ok()) return status;
  rocksdb::WriteOptions without_log;
  without_log.disableWAL = true;
  return database_->db().Write(without_log, &batch);
}

// RocksDB first writes out the memtable, whose checkpoint key this file overlaps, so what is durable stays a prefix of
// the commits. A file that a crash left behind is written over.
rocksdb::Status RocksViewStore::WriteAsFile(const ViewCommit& commit) {
  const std::string path = database_->spec().path + "/commit.tmp";
  rocksdb::Options options(database_->spec().db, database_->spec().families.front().options);
  // The file is soon merged away: to compress it took a tenth to a quarter of a commit's time.
  options.compression = rocksdb::kNoCompression;
  rocksdb::SstFileWriter file(rocksdb::EnvOptions(options), options, database_->db().DefaultColumnFamily(),
                              /*invalidate_page_cache=*/false);
  rocksdb::Status status = file.Open(path);
  if (status.ok()) status = WriteSorted(commit, file);
  if (status.ok()) status = file.Finish();
  rocksdb::IngestExternalFileOptions ingestion;
  ingestion.move_files = true;
  ingestion.write_global_seqno = false;
  ingestion.verify_checksums_before_ingest = true;
  return status.ok() ? database_->db().IngestExternalFile({path}, ingestion) : status;
}

std::unique_ptr<ViewSnapshot> RocksViewStore::Snapshot() const { return std::make_unique<Reading>(committed()); }

Status RocksViewStore::Clear() {
  const RocksSpec spec = database_->spec();
  {
    const std::scoped_lock lock(mutex_);
    KONTOR_CHECK(committed_.use_count() == 1);
    committed_.reset();
  }
  database_.reset();
  KONTOR_RETURN_IF_ERROR(RocksDatabase::Remove(spec.path));
  KONTOR_ASSIGN_OR_RETURN(database_, RocksDatabase::Open(spec, RocksDatabase::Access::kCreate));
  return Load();
}

Status RocksViewStore::Damage() const { return database_->Damage(); }

StoreFigures RocksViewStore::Figures() const { return database_->Figures(); }

Status RocksViewStore::Verify() const { return database_->VerifyChecksums(); }

}  // namespace kontor
