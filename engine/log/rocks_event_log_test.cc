// What only the RocksDB event log can show: owners, damage, torn tails, full disks. The rest is in the conformance
// suite.
#include "engine/log/rocks_event_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "engine/base/codec.h"
#include "engine/base/sha256.h"
#include "engine/log/rocks_database.h"
#include "tests/conformance/log_records.h"
#include "tests/conformance/temp_folder.h"

namespace kontor {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class RocksEventLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<RocksEventLog> Open() {
    auto log = RocksEventLog::Open(path_, EventsOwner(), options_);
    EXPECT_TRUE(log.ok()) << Text(log.status());
    return log.ok() ? *std::move(log) : nullptr;
  }
  // Appends batches of `size` records, whose offsets are their positions.
  static void Append(EventLog& log, int batches, int size) {
    for (int batch = 0; batch < batches; ++batch) {
      std::vector<std::string> records;
      int64_t offset = log.NextOffset().value();
      for (int i = 0; i < size; ++i, ++offset) records.push_back(Record(offset));
      const Status status = AppendAll(log, records, Offset(offset));
      ASSERT_TRUE(status.ok()) << Text(status);
    }
  }
  // Does not compress: a flipped byte of a table flips a byte of a record.
  static std::string Record(int64_t offset) {
    std::string noise;
    for (int64_t i = 0; i < 4; ++i) noise += Sha256Text(offset * 4 + i);
    return RecordAt(offset, noise);
  }
  static std::string Sha256Text(int64_t seed) {
    const Sha256Hash hash = Sha256::Of(std::to_string(seed));
    return {hash.begin(), hash.end()};
  }
  // Opens the database past Kontor.
  void Tamper(const std::function<void(rocksdb::DB&, rocksdb::ColumnFamilyHandle* records)>& change) {
    rocksdb::DB* db = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> families;
    ASSERT_TRUE(
        rocksdb::DB::Open({}, path_, {{rocksdb::kDefaultColumnFamilyName, {}}, {"records", {}}}, &families, &db).ok());
    change(*db, families[1]);
    for (rocksdb::ColumnFamilyHandle* family : families) EXPECT_TRUE(db->DestroyColumnFamilyHandle(family).ok());
    delete db;
  }
  static std::string Key(uint64_t position) {
    std::string key;
    ByteWriter(&key).BigEndian64(position);
    return key;
  }
  static std::string Progress(uint64_t end, int64_t next_offset) {
    std::string bytes;
    ByteWriter out(&bytes);
    out.Varint(end);
    out.Signed(next_offset);
    return bytes;
  }
  void ExpectOpenIsDataLoss(const std::string& words) {
    const Status status = RocksEventLog::Open(path_, EventsOwner()).status();
    EXPECT_EQ(status.code(), StatusCode::kDataLoss) << Text(status);
    EXPECT_THAT(std::string(Text(status)), HasSubstr(words));
    EXPECT_EQ(RocksEventLog::OpenForReading(path_).status().code(), StatusCode::kDataLoss);
  }
  // Appends to a disk that has so many bytes left.
  void ExpectFailedAppend(uint64_t room);
  std::vector<fs::path> FilesOf(const std::string& extension) const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(path_)) {
      if (entry.path().extension() == extension) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
  }
  static void Flip(const fs::path& file, uint64_t at) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(static_cast<std::streamoff>(at));
    const auto byte = static_cast<char>(bytes.get() ^ 0x40);
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes.put(byte);
  }

  TempFolder folder_;
  std::string path_ = folder_ / "log";
  RocksOptions options_;
};

TEST_F(RocksEventLogTest, FiguresTellWhatIsOnTheDiskAndWhatWasWritten) {
  {
    const auto log = Open();
    Append(*log, 2, 10);
    const StoreFigures figures = log->Figures();
    EXPECT_GT(figures.bytes_logged, 2U * 10U * 4U * 32U);  // the noise alone
    EXPECT_GT(figures.memory_bytes, 0U);
    EXPECT_FALSE(figures.writes_stopped);
    EXPECT_EQ(figures.background_errors, 0U);
  }
  const auto log = Open();  // what was in memory was written out
  EXPECT_GT(log->Figures().table_bytes, 2U * 10U * 4U * 32U);
  ASSERT_TRUE(log->Read(Position(3)).ok());
  EXPECT_GT(log->Figures().cache_hits + log->Figures().cache_misses, 0U);
}

TEST_F(RocksEventLogTest, AnotherOwnerIsRefused) {
  ASSERT_NE(Open(), nullptr);
  const auto before = FilesIn(path_);
  std::vector<LogOwner> others(5, EventsOwner());
  others[0].cluster_id = "cluster-b";
  others[1].topic = "other.events";
  others[2].partition = Partition(4);
  others[3].partition_count = 16;
  others[4].role = TopicRole::kReference;
  for (const LogOwner& other : others) {
    const Status status = RocksEventLog::Open(path_, other).status();
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(Text(status)),
                HasSubstr("belongs to events topic kontor.events, partition 3 of 8, cluster cluster-a"));
  }
  EXPECT_EQ(FilesIn(path_), before);
}

TEST_F(RocksEventLogTest, AnExistingLogOpensWhosever) {
  EXPECT_EQ(RocksEventLog::OpenExisting(path_).status().code(), StatusCode::kNotFound);
  EXPECT_FALSE(fs::exists(path_));
  Append(*Open(), 1, 3);
  const auto log = RocksEventLog::OpenExisting(path_);
  ASSERT_TRUE(log.ok()) << Text(log.status());
  EXPECT_EQ((*log)->Owner(), EventsOwner());
  Append(**log, 1, 3);
  EXPECT_EQ((*log)->End(), Position(6));
}

TEST_F(RocksEventLogTest, TheFirstClusterKnownIsKept) {
  LogOwner unknown = EventsOwner();
  unknown.cluster_id.clear();
  ASSERT_TRUE(RocksEventLog::Open(path_, unknown).ok());
  EXPECT_EQ(Open()->Owner(), EventsOwner());
  // Which only the write-ahead log holds by now.
  LogOwner other = EventsOwner();
  other.cluster_id = "cluster-b";
  EXPECT_EQ(RocksEventLog::Open(path_, other).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(RocksEventLog::Open(path_, unknown).value()->Owner(), EventsOwner());
}

TEST_F(RocksEventLogTest, AHoleIsDataLoss) {
  Append(*Open(), 30, 100);
  Tamper([](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* records) {
    ASSERT_TRUE(db.Delete({}, records, Key(1'234)).ok());
  });
  const auto log = Open();
  EXPECT_EQ(log->Damage(), OkStatus());
  const Status read = log->Read(Position(1'234)).status();
  EXPECT_EQ(read.code(), StatusCode::kDataLoss);
  EXPECT_EQ(log->Damage(), read);
  EXPECT_TRUE(log->Read(Position(1'235)).ok());
  EXPECT_EQ(log->Verify().code(), StatusCode::kDataLoss);
  uint64_t visited = 0;
  const Status status = log->Scan(Position(0), log->End(), [&](Position, std::string_view) { return ++visited > 0; });
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_THAT(std::string(Text(status)), HasSubstr("no record at position 1234"));
  EXPECT_EQ(visited, 1'234u);
}

TEST_F(RocksEventLogTest, AHoleNearTheEndRefusesOpening) {
  Append(*Open(), 3, 100);
  Tamper([](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* records) {
    ASSERT_TRUE(db.Delete({}, records, Key(250)).ok());
  });
  ExpectOpenIsDataLoss("the record at 250 is not where it should be");
}

TEST_F(RocksEventLogTest, AMissingBeginningRefusesOpening) {
  Append(*Open(), 20, 100);
  Tamper(
      [](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* records) { ASSERT_TRUE(db.Delete({}, records, Key(0)).ok()); });
  ExpectOpenIsDataLoss("its first record is not there");
}

TEST_F(RocksEventLogTest, AnEndOtherThanTheRecordsRefusesOpening) {
  Append(*Open(), 1, 10);
  for (const std::string& progress : {Progress(9, 10), Progress(11, 11), Progress(0, 10)}) {
    Tamper([&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle*) {
      ASSERT_TRUE(db.Put({}, "meta:progress", progress).ok());
    });
    ExpectOpenIsDataLoss("restore the folder from a copy");
  }
}

TEST_F(RocksEventLogTest, ANextOffsetBehindTheLastRecordRefusesOpening) {
  Append(*Open(), 1, 10);
  Tamper([](rocksdb::DB& db, rocksdb::ColumnFamilyHandle*) {
    ASSERT_TRUE(db.Put({}, "meta:progress", Progress(10, 9)).ok());
  });
  ExpectOpenIsDataLoss("its last record, at position 9");
}

TEST_F(RocksEventLogTest, AnUnreadableLastRecordOrOwnerRefusesOpening) {
  Append(*Open(), 1, 10);
  Tamper([](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* records) {
    ASSERT_TRUE(db.Put({}, records, Key(9), "\x0a").ok());
  });
  ExpectOpenIsDataLoss("its last record, at position 9");
  Tamper([](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* records) {
    ASSERT_TRUE(db.Put({}, records, Key(9), Record(9)).ok());
    ASSERT_TRUE(db.Put({}, "meta:owner", "\x7f").ok());
  });
  ExpectOpenIsDataLoss("its owner");
}

// No flipped byte of any table is ever read as another record.
TEST_F(RocksEventLogTest, AFlippedByteInATableIsDataLoss) {
  options_.write_buffer_bytes = 64 << 10;
  Append(*Open(), 20, 100);
  ASSERT_NE(Open(), nullptr);  // what is left in the write-ahead log becomes a table
  const std::vector<fs::path> tables = FilesOf(".sst");
  ASSERT_GT(tables.size(), 3u);
  int found = 0;
  for (const fs::path& table : tables) {
    const uint64_t size = fs::file_size(table);
    for (uint64_t at = 0; at < size; at += 1 + size / 9) {
      Flip(table, at);
      const auto log = RocksEventLog::OpenForReading(path_, options_);
      bool lost = !log.ok();
      EXPECT_TRUE(log.ok() || log.status().code() == StatusCode::kDataLoss) << Text(log.status());
      if (log.ok()) {
        const Status scanned =
            (*log)->Scan(Position(0), Position(2'000), [&](Position position, std::string_view record) {
              EXPECT_EQ(record, Record(static_cast<int64_t>(position.value())));
              return true;
            });
        const Status verified = (*log)->Verify();
        lost = !scanned.ok() || !verified.ok();
        EXPECT_EQ(!(*log)->Damage().ok(), lost);
        EXPECT_TRUE(scanned.ok() || scanned.code() == StatusCode::kDataLoss) << Text(scanned);
        EXPECT_TRUE(verified.ok() || verified.code() == StatusCode::kDataLoss) << Text(verified);
      }
      found += lost ? 1 : 0;
      EXPECT_TRUE(lost) << table << " at " << at << " of " << size;
      Flip(table, at);
    }
  }
  EXPECT_GT(found, 20);
}

// Promise 1, the torn write: what a crash can leave of the batch being written is any part of it.
TEST_F(RocksEventLogTest, ATornTailLosesNothingThatAppendAcknowledged) {
  auto log = Open();
  Append(*log, 5, 7);
  const fs::path wal = FilesOf(".log").back();
  const uint64_t acknowledged = fs::file_size(wal);
  Append(*log, 1, 7);
  const uint64_t whole = fs::file_size(wal);
  const TempFolder copies;
  const std::string copy = copies / "copy";
  fs::copy(path_, copy, fs::copy_options::recursive);
  log.reset();

  ASSERT_GT(whole, acknowledged + 100);
  const uint64_t middle = (acknowledged + whole) / 2;
  for (const uint64_t size :
       {acknowledged, acknowledged + 1, acknowledged + 7, acknowledged + 30, middle, whole - 1, whole}) {
    fs::remove_all(path_);
    fs::copy(copy, path_, fs::copy_options::recursive);
    fs::resize_file(fs::path(path_) / wal.filename(), size);
    log = Open();
    ASSERT_NE(log, nullptr) << "cut to " << size << " of " << whole;
    const uint64_t end = size == whole ? 42 : 35;
    ASSERT_EQ(log->End(), Position(end)) << "cut to " << size << " of " << whole;
    ASSERT_EQ(log->NextOffset(), Offset(static_cast<int64_t>(end)));
    Append(*log, 2, 5);
    log.reset();
    ASSERT_EQ(Open()->End(), Position(end + 10));
  }
}

// Damage among what was acknowledged is never passed over, as RocksDB's default of recovery would.
TEST_F(RocksEventLogTest, DamageInsideTheWriteAheadLogIsDataLoss) {
  auto log = Open();
  Append(*log, 3, 7);
  const fs::path wal = FilesOf(".log").back();
  const uint64_t before_last = fs::file_size(wal);
  Append(*log, 1, 7);
  const TempFolder copies;
  const std::string copy = copies / "copy";
  fs::copy(path_, copy, fs::copy_options::recursive);
  log.reset();

  for (uint64_t at = 0; at < before_last; at += 41) {
    fs::remove_all(path_);
    fs::copy(copy, path_, fs::copy_options::recursive);
    Flip(fs::path(path_) / wal.filename(), at);
    ExpectOpenIsDataLoss("restore the folder from a copy");
  }
}

TEST_F(RocksEventLogTest, AnAlmostFullDiskIsRefusedBeforeAnythingIsWritten) {
  uint64_t free = uint64_t{1} << 40;
  options_.free_bytes_min = 1'000;
  options_.free_bytes = [&](const std::string& path) -> Result<uint64_t> {
    EXPECT_EQ(path, path_);
    return free;
  };
  const auto log = Open();
  Append(*log, 1, 5);
  free = 999;
  const Status status = AppendAll(*log, {RecordAt(5)}, Offset(6));
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(Text(status)), HasSubstr("make room"));
  EXPECT_EQ(log->End(), Position(5));
  EXPECT_EQ(log->NextOffset(), Offset(5));
  free = 1'000;
  Append(*log, 1, 1);
  EXPECT_EQ(log->End(), Position(6));
}

// What is written once stays where it is: a table moves down the levels by its name alone.
TEST_F(RocksEventLogTest, MergingDoesNotRewriteTheLog) {
  options_.write_buffer_bytes = 64 << 10;
  Append(*Open(), 200, 100);
  std::ifstream said(path_ + "/LOG");
  int flushes = 0;
  int moves = 0;
  for (std::string line; std::getline(said, line);) {
    flushes += line.find("\"flush_finished\"") != std::string::npos ? 1 : 0;
    moves += line.find("\"trivial_move\"") != std::string::npos ? 1 : 0;
    const size_t merged = line.find("\"input_data_size\": ");
    if (merged == std::string::npos) continue;
    EXPECT_LT(std::stoull(line.substr(merged + 19)), 20'000u) << line;  // the next offset's few bytes
  }
  // RocksDB stops writes at 36 tables that were not yet merged or moved.
  EXPECT_GT(flushes, 36);
  EXPECT_GT(moves, 0);
}

// Promise 5: on doubt it stops. The failure comes at the first byte of the batch, or in its middle.
TEST_F(RocksEventLogTest, AfterAFailedWriteEveryAppendFailsAndTheNextStartTells) {
  for (const uint64_t room : {0, 1'000}) {
    ExpectFailedAppend(room);
    fs::remove_all(path_);
  }
}

void RocksEventLogTest::ExpectFailedAppend(uint64_t room) {
  auto log = Open();
  Append(*log, 4, 50);
  // No file of this process may grow beyond this, as if the disk were full; without the signal, writes just fail.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = room == 0 ? 1'000 : fs::file_size(FilesOf(".log").back()) + room;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status failed = AppendAll(*log, {RecordAt(200, std::string(100'000, 'x'))}, Offset(201));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);

  EXPECT_EQ(failed.code(), StatusCode::kInternal) << Text(failed);
  EXPECT_THAT(std::string(Text(failed)), HasSubstr("appending at position 200 failed"));
  EXPECT_EQ(AppendAll(*log, {RecordAt(200)}, Offset(201)), failed);
  EXPECT_EQ(log->End(), Position(200));
  EXPECT_EQ(log->Read(Position(199)).value(), Record(199));
  log.reset();

  log = Open();
  EXPECT_EQ(log->End(), Position(200));
  EXPECT_EQ(log->NextOffset(), Offset(200));
  Append(*log, 1, 1);
}

}  // namespace
}  // namespace kontor
