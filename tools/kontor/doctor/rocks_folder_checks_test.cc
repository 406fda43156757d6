// The doctor on folders that are wrong in each way.
#include <gmock/gmock.h>
#include <rocksdb/db.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "engine/log/rocks_event_log.h"
#include "engine/views/rocks_view_store.h"
#include "tests/conformance/temp_folder.h"
#include "tools/kontor/data_directory.h"
#include "tools/kontor/doctor/check_matcher.h"
#include "tools/kontor/doctor/folder_checks.h"

namespace kontor {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::Not;

const InstanceOwner kOwner{.cluster_id = "c", .events_topic = "e", .reference_topic = "r", .rejected_topic = "x"};

class FolderChecksTest : public ::testing::Test {
 protected:
  std::string path() const { return (folder_.path() / "data").string(); }
  // As an engine leaves it.
  void Fill() {
    const auto directory = DataDirectory::Open(path());
    ASSERT_TRUE(directory.ok());
    ASSERT_TRUE((*directory)->OpenInstance(kOwner).ok());
    const ShardId shard{"e", Partition(0)};
    ASSERT_TRUE(
        (*directory)->OpenLog(shard, LogOwner{.cluster_id = "c", .topic = "e", .partition = Partition(0)}).ok());
    ASSERT_TRUE((*directory)->OpenViews(shard, false).ok());
    shard_ = (*directory)->ShardPath(shard);
  }
  // Another version of what is stored, and nothing else.
  static void Age(const std::string& store, const std::string& kind, char version) {
    rocksdb::DB* db = nullptr;
    std::vector<std::string> names;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), store, &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    families.reserve(names.size());
    for (const std::string& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    ASSERT_TRUE(rocksdb::DB::Open(rocksdb::DBOptions(), store, families, &handles, &db).ok());
    std::string format = std::string(1, static_cast<char>(kind.size())) + kind + version;
    ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), "meta:format", format).ok());
    ASSERT_TRUE(db->Flush(rocksdb::FlushOptions()).ok());
    for (auto* handle : handles) ASSERT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
    delete db;
  }
  Checks Judge(const InstanceOwner& owner = kOwner) { return CheckFolder(path(), owner).checks; }

  TempFolder folder_;
  std::string shard_;
};

TEST_F(FolderChecksTest, NewFolderIsWell) {
  EXPECT_THAT(Judge(), AllOf(Each(Field(&Check::verdict, Verdict::kOk)), Contains(Is(Verdict::kOk, "is new"))));
  EXPECT_FALSE(fs::exists(path()));
  fs::create_directories(path());
  EXPECT_THAT(Judge(), Contains(Is(Verdict::kOk, "is new")));
  EXPECT_TRUE(fs::is_empty(path()));
}

TEST_F(FolderChecksTest, WhatCannotBeBegunIsNotCalledNew) {
  // Nobody may make a folder there, not even root, who may write it.
  const Checks checks = CheckFolder("/proc/kontor", kOwner).checks;
  EXPECT_THAT(checks, Contains(Is(Verdict::kFailed, "/proc is on a file system without any room", "--data-dir")));
  EXPECT_THAT(checks, Not(Contains(Is(Verdict::kOk, "is new"))));
  fs::create_directories(path());
  fs::permissions(path(), fs::perms::others_write, fs::perm_options::add);
  EXPECT_THAT(Judge(), AllOf(Contains(Is(Verdict::kFailed, "others than its owner may write")),
                             Not(Contains(Is(Verdict::kOk, "is new")))));
}

// As a user who may write none of it, in a process of its own: root becomes nobody there.
TEST_F(FolderChecksTest, WhatThisUserMayNotWriteIsNotToBeGivenAwayAbove) {
  const auto judged_by_another = [this] {
    constexpr uid_t kNobody = 65534;
    if (geteuid() == 0 && setuid(kNobody) != 0) std::_Exit(2);
    for (const Check& check : Judge()) std::cerr << check.what << " > " << check.remedy << "\n";
    std::_Exit(0);
  };
  const auto may_write = [this](bool may) {
    fs::permissions(folder_.path(), fs::perms(may ? 0755 : 0555));
    if (fs::exists(path())) fs::permissions(path(), fs::perms(may ? 0755 : 0555));
  };
  may_write(false);
  EXPECT_EXIT(judged_by_another(), ::testing::ExitedWithCode(0),
              path() + " is not there, and .* cannot be written: Permission denied > .*: install -d -o USER -m 700 " +
                  path() + "\n[^\n]* free on the disk of [^\n]*\n$");  // and not that it is new
  may_write(true);
  fs::create_directories(path());
  std::ofstream(path() + "/mine.txt") << "mine";
  may_write(false);
  EXPECT_EXIT(judged_by_another(), ::testing::ExitedWithCode(0),
              "cannot be written: Permission denied > run as the folder's owner, or name another folder");
  may_write(true);
  std::ofstream(path() + "/LOCK").flush();
  may_write(false);
  EXPECT_EXIT(judged_by_another(), ::testing::ExitedWithCode(0), "or give it to this user: chown -R USER " + path());
  may_write(true);
}

TEST_F(FolderChecksTest, FolderOfAStoppedEngineIsWell) {
  Fill();
  EXPECT_THAT(Judge(), AllOf(Each(Field(&Check::verdict, Verdict::kOk)), Contains(Is(Verdict::kOk, "log of e")),
                             Contains(Is(Verdict::kOk, "1 shards; logs of format"))));
}

TEST_F(FolderChecksTest, RunningEngineIsNamedAndLeftAlone) {
  Fill();
  const auto directory = DataDirectory::OpenExisting(path());
  const FolderReport report = CheckFolder(path(), kOwner);
  EXPECT_TRUE(report.engine_runs);
  EXPECT_THAT(report.checks, AllOf(Each(Field(&Check::verdict, Verdict::kOk)),
                                   Contains(Is(Verdict::kOk, "an engine runs on " + path()))));
}

TEST_F(FolderChecksTest, ForeignFolderIsIll) {
  fs::create_directories(path());
  std::ofstream(path() + "/mine.txt") << "mine";
  EXPECT_THAT(Judge(), Contains(Is(Verdict::kFailed, "not Kontor's", "--data-dir")));
  EXPECT_THAT(CheckFolder(path() + "/mine.txt", kOwner).checks, Contains(Is(Verdict::kFailed, "is not a folder")));
}

TEST_F(FolderChecksTest, FolderThatOthersMayWriteIsIll) {
  Fill();
  fs::permissions(path(), fs::perms::others_write, fs::perm_options::add);
  EXPECT_THAT(Judge(), Contains(Is(Verdict::kFailed, "others than its owner may write", "chmod go-w " + path())));
}

TEST_F(FolderChecksTest, FolderOfOtherTopicsIsIll) {
  Fill();
  InstanceOwner other = kOwner;
  other.events_topic = "f";
  EXPECT_THAT(Judge(other), Contains(Is(Verdict::kFailed, "its topic of events is e, not f", "--topic")));
  other = kOwner;
  other.cluster_id = "d";
  EXPECT_THAT(Judge(other), Contains(Is(Verdict::kFailed, "its Kafka cluster is c, not d")));
  other.cluster_id = "";  // nobody answers
  EXPECT_THAT(Judge(other), Each(Field(&Check::verdict, Verdict::kOk)));
}

TEST_F(FolderChecksTest, LogOfANewerVersionIsIll) {
  Fill();
  Age(shard_ + "/log", "kontor.log", kEventLogFormatVersion + 1);
  EXPECT_THAT(Judge(), AllOf(Contains(Is(Verdict::kFailed, "version")), Not(Contains(Is(Verdict::kOk, "shards;")))));
}

TEST_F(FolderChecksTest, ViewsOfANewerVersionAreIllAndCanBeRebuilt) {
  Fill();
  Age(shard_ + "/views", "kontor.views", kViewsFormatVersion + 1);
  EXPECT_THAT(Judge(), Contains(Is(Verdict::kFailed, "version", "kontor rebuild --data-dir " + path())));
}

TEST(SpaceTest, LittleRoomIsDoubtfulAndNoneIll) {
  const uint64_t least = RocksOptions().free_bytes_min;
  EXPECT_EQ(JudgeSpace("/d", 100 * least, 200 * least).verdict, Verdict::kOk);
  EXPECT_EQ(JudgeSpace("/d", 2 * least, 200 * least).verdict, Verdict::kWarning);
  EXPECT_THAT(JudgeSpace("/d", 0, 0), Is(Verdict::kFailed, "no log can be kept there", "--data-dir"));
  EXPECT_THAT(JudgeSpace("/d", least - 1, 200 * least), Is(Verdict::kFailed, "an engine stops there", "make room"));
}

}  // namespace
}  // namespace kontor
