// How any folder of ours is opened or refused. The event log stands for all that are built on RocksDatabase.
#include "engine/log/rocks_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "engine/base/codec.h"
#include "engine/log/rocks_event_log.h"
#include "tests/conformance/log_records.h"
#include "tests/conformance/temp_folder.h"

namespace kontor {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class RocksDatabaseTest : public ::testing::Test {
 protected:
  // A log with records, closed.
  void MakeLog() {
    const auto log = RocksEventLog::Open(path_, EventsOwner());
    ASSERT_TRUE(log.ok()) << Text(log.status());
    ASSERT_TRUE(AppendAll(**log, {RecordAt(0), RecordAt(1)}, Offset(2)).ok());
  }
  // Puts a key of the default family, past Kontor, into a table as Kontor does.
  void PutRaw(const std::string& key, const std::string& value) {
    rocksdb::DB* db = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> families;
    ASSERT_TRUE(
        rocksdb::DB::Open({}, path_, {{rocksdb::kDefaultColumnFamilyName, {}}, {"records", {}}}, &families, &db).ok());
    EXPECT_TRUE(db->Put({}, key, value).ok());
    EXPECT_TRUE(db->Flush({}).ok());
    for (rocksdb::ColumnFamilyHandle* family : families) EXPECT_TRUE(db->DestroyColumnFamilyHandle(family).ok());
    delete db;
  }
  static void Write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

  // Opening fails with the code and the words, to write and to read, and changes no file.
  void ExpectRefused(StatusCode code, const std::string& words, const LogOwner& owner = EventsOwner()) {
    const auto before = FilesIn(folder_.path());
    const Status written = RocksEventLog::Open(path_, owner).status();
    EXPECT_EQ(written.code(), code) << Text(written);
    EXPECT_THAT(std::string(Text(written)), HasSubstr(words));
    EXPECT_THAT(std::string(Text(written)), HasSubstr(path_));
    EXPECT_EQ(FilesIn(folder_.path()), before);
  }
  void ExpectReadingRefused(StatusCode code, const std::string& words) {
    const auto before = FilesIn(folder_.path());
    const Status read = RocksEventLog::OpenForReading(path_).status();
    EXPECT_EQ(read.code(), code) << Text(read);
    EXPECT_THAT(std::string(Text(read)), HasSubstr(words));
    EXPECT_THAT(std::string(Text(read)), HasSubstr(path_));
    EXPECT_EQ(FilesIn(folder_.path()), before);
  }

  TempFolder folder_;
  std::string path_ = folder_ / "log";
};

TEST_F(RocksDatabaseTest, AMissingFolderIsMadeWithAllAboveIt) {
  path_ = folder_ / "shards/events-3/log";
  MakeLog();
  const auto log = RocksEventLog::Open(path_, EventsOwner());
  ASSERT_TRUE(log.ok());
  EXPECT_EQ((*log)->End(), Position(2));
}

TEST_F(RocksDatabaseTest, AnEmptyFolderIsTaken) {
  fs::create_directory(path_);
  MakeLog();
}

TEST_F(RocksDatabaseTest, WhatACrashLeftOfTheMakingIsNoObstacle) {
  fs::create_directory(path_ + ".new");
  Write(path_ + ".new/MANIFEST-000001", "torn");
  fs::create_directory(path_ + ".old");
  Write(path_ + ".old/000004.sst", "half deleted");
  MakeLog();
  EXPECT_FALSE(fs::exists(path_ + ".new"));
  EXPECT_FALSE(fs::exists(path_ + ".old"));
}

TEST_F(RocksDatabaseTest, AFolderInUseIsRefused) {
  const auto log = RocksEventLog::Open(path_, EventsOwner());
  ASSERT_TRUE(log.ok());
  ExpectRefused(StatusCode::kFailedPrecondition, "in use");
  ExpectReadingRefused(StatusCode::kFailedPrecondition, "in use");
}

TEST_F(RocksDatabaseTest, AFolderBeingReadIsInUse) {
  MakeLog();
  const auto log = RocksEventLog::OpenForReading(path_);
  ASSERT_TRUE(log.ok());
  ExpectRefused(StatusCode::kFailedPrecondition, "in use");
}

TEST_F(RocksDatabaseTest, ANewerFormatVersionIsRefused) {
  MakeLog();
  std::string format;
  ByteWriter out(&format);
  out.String("kontor.log");
  out.Varint(2);
  PutRaw("meta:format", format);
  ExpectRefused(StatusCode::kFailedPrecondition, "format version 2, and this program knows version 1");
  ExpectReadingRefused(StatusCode::kFailedPrecondition, "format version 2, and this program knows version 1");
}

TEST_F(RocksDatabaseTest, ANewerFormatWithOtherFamiliesIsRefusedByItsVersion) {
  MakeLog();
  std::string format;
  ByteWriter out(&format);
  out.String("kontor.log");
  out.Varint(3);
  PutRaw("meta:format", format);
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  rocksdb::DBOptions options;
  options.create_missing_column_families = true;
  const std::vector<rocksdb::ColumnFamilyDescriptor> newer = {
      {rocksdb::kDefaultColumnFamilyName, {}}, {"records", {}}, {"leaves", {}}};
  ASSERT_TRUE(rocksdb::DB::Open(options, path_, newer, &families, &db).ok());
  for (rocksdb::ColumnFamilyHandle* family : families) EXPECT_TRUE(db->DestroyColumnFamilyHandle(family).ok());
  delete db;
  ExpectRefused(StatusCode::kFailedPrecondition, "format version 3, and this program knows version 1");
  ExpectReadingRefused(StatusCode::kFailedPrecondition, "format version 3, and this program knows version 1");
}

TEST_F(RocksDatabaseTest, ADatabaseOfAnotherKindIsRefused) {
  MakeLog();
  std::string format;
  ByteWriter out(&format);
  out.String("kontor.views");
  out.Varint(1);
  PutRaw("meta:format", format);
  ExpectRefused(StatusCode::kFailedPrecondition, "holds a database of kind kontor.views, not kontor.log");
  ExpectReadingRefused(StatusCode::kFailedPrecondition, "holds a database of kind kontor.views, not kontor.log");
}

TEST_F(RocksDatabaseTest, ADatabaseThatIsNotKontorsIsRefused) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, path_, &db).ok());
  delete db;
  ExpectRefused(StatusCode::kFailedPrecondition, "none of Kontor's");
  ExpectReadingRefused(StatusCode::kFailedPrecondition, "none of Kontor's");
}

TEST_F(RocksDatabaseTest, AFolderOfOtherFilesIsRefused) {
  fs::create_directory(path_);
  Write(path_ + "/letters.txt", "dear");
  ExpectRefused(StatusCode::kFailedPrecondition, "holds other files");
  ExpectReadingRefused(StatusCode::kFailedPrecondition, "holds other files");
}

TEST_F(RocksDatabaseTest, AFileInTheFoldersPlaceIsRefused) {
  Write(path_, "dear");
  ExpectRefused(StatusCode::kFailedPrecondition, "is a file");
  ExpectReadingRefused(StatusCode::kFailedPrecondition, "is a file");
}

TEST_F(RocksDatabaseTest, AFileAboveTheFolderIsRefused) {
  Write(folder_ / "shards", "dear");
  path_ = folder_ / "shards/log";
  ExpectRefused(StatusCode::kFailedPrecondition, "a file stands where a folder must be");
}

TEST_F(RocksDatabaseTest, ReadingWhatIsNotThereIsNotFound) {
  ExpectReadingRefused(StatusCode::kNotFound, "there is no event log");
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(RocksDatabaseTest, ALostFileIsDataLoss) {
  MakeLog();
  fs::remove(path_ + "/CURRENT");
  ExpectRefused(StatusCode::kDataLoss, "has lost its file CURRENT");
  ExpectReadingRefused(StatusCode::kDataLoss, "has lost its file CURRENT");
}

TEST_F(RocksDatabaseTest, ALostTableIsDataLoss) {
  MakeLog();
  ASSERT_TRUE(RocksEventLog::Open(path_, EventsOwner()).ok());  // what is in the write-ahead log becomes tables
  int removed = 0;
  for (const auto& entry : fs::directory_iterator(path_)) {
    if (entry.path().extension() == ".sst" && fs::remove(entry.path())) ++removed;
  }
  ASSERT_GT(removed, 0);
  ExpectRefused(StatusCode::kDataLoss, "restore the folder from a copy");
  ExpectReadingRefused(StatusCode::kDataLoss, "restore the folder from a copy");
}

// Acts as a user without rights for a while, where the test is run by root, whom permissions do not bind.
class Unprivileged {
 public:
  Unprivileged() { KONTOR_CHECK(geteuid() != 0 || seteuid(65534) == 0); }
  ~Unprivileged() { KONTOR_CHECK(getuid() != 0 || seteuid(0) == 0); }
};

TEST_F(RocksDatabaseTest, AFolderThatMayNotBeWrittenIsRefused) {
  fs::permissions(folder_.path(), fs::perms(0555));
  {
    const Unprivileged unprivileged;
    ExpectRefused(StatusCode::kPermissionDenied, "give this user the right to write there");
  }
  fs::permissions(folder_.path(), fs::perms(0755));
}

TEST_F(RocksDatabaseTest, ADatabaseThatMayNotBeWrittenIsRefused) {
  MakeLog();
  fs::permissions(folder_.path(), fs::perms(0755));
  for (const auto& entry : fs::directory_iterator(path_)) fs::permissions(entry.path(), fs::perms(0444));
  fs::permissions(path_, fs::perms(0555));
  {
    const Unprivileged unprivileged;
    ExpectRefused(StatusCode::kPermissionDenied, "give this user the right to write there");
    ExpectReadingRefused(StatusCode::kPermissionDenied, "work on a copy");
  }
  fs::permissions(path_, fs::perms(0755));
}

TEST_F(RocksDatabaseTest, ReadingWritesNothing) {
  MakeLog();
  const auto before = FilesIn(folder_.path());
  {
    const auto log = RocksEventLog::OpenForReading(path_);
    ASSERT_TRUE(log.ok()) << Text(log.status());
    EXPECT_EQ((*log)->End(), Position(2));
    EXPECT_EQ((*log)->NextOffset(), Offset(2));
    EXPECT_EQ((*log)->Owner(), EventsOwner());
    EXPECT_EQ((*log)->Read(Position(1)).value(), RecordAt(1));
    EXPECT_TRUE((*log)->Verify().ok());
  }
  EXPECT_EQ(FilesIn(folder_.path()), before);
}

TEST_F(RocksDatabaseTest, FreeBytesAreThoseOfTheFileSystem) {
  EXPECT_GT(FreeBytes(folder_.path()).value(), 0u);
  EXPECT_EQ(FreeBytes(folder_ / "absent").status().code(), StatusCode::kInternal);
}

}  // namespace
}  // namespace kontor
