#include "tools/kontor/data_directory.h"

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>

#include "tests/conformance/log_records.h"
#include "tests/conformance/temp_folder.h"

namespace kontor {
namespace {

class DataDirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = DataDirectory::Open(path_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    directory_ = *std::move(opened);
  }
  // A shard with a log, and with views that stand at a position.
  void Store(const ShardId& shard) {
    const LogOwner owner = {.cluster_id = "c", .topic = shard.topic, .partition = shard.partition};
    ASSERT_TRUE(directory_->OpenLog(shard, owner).ok());
    auto views = directory_->OpenViews(shard, /*anew=*/false);
    ASSERT_TRUE(views.ok()) << views.status();
    ViewCommit commit;
    commit.checkpoint = {.position = Position(1), .last_record = {}, .fold_version = 1, .zone = "UTC"};
    ASSERT_EQ((*views)->Commit(commit), OkStatus());
  }
  void DamageViews(const ShardId& shard) {
    std::ofstream(fmt::format("{}/shards/{}-{}/views/CURRENT", path_, shard.topic, shard.partition.value())) << "x";
  }

  const ShardId first_{"kontor.events", Partition(0)};
  TempFolder folder_;
  const std::string path_ = folder_ / "data";
  std::unique_ptr<DataDirectory> directory_;
};

TEST_F(DataDirectoryTest, WithoutAnInstancesStoreItSaysWhatIsWrong) {
  const Status empty = directory_->ReadInstance().status();
  EXPECT_EQ(empty.code(), StatusCode::kNotFound);
  EXPECT_NE(Text(empty).find("nothing was stored in it yet"), std::string_view::npos) << empty;
  Store(first_);
  const Status missing = directory_->ReadInstance().status();
  EXPECT_EQ(missing.code(), StatusCode::kNotFound);
  EXPECT_NE(Text(missing).find("it holds shards, as kontor.events/0, and instance/ is missing"), std::string_view::npos)
      << missing;
}

TEST_F(DataDirectoryTest, InstancesStoreIsReadAsItWasLeft) {
  const InstanceOwner owner = {.cluster_id = "c", .events_topic = "e", .reference_topic = "r", .rejected_topic = "x"};
  ASSERT_TRUE(directory_->OpenInstance(owner).ok());
  const auto read = directory_->ReadInstance();
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ((*read)->Owner(), owner);
}

TEST_F(DataDirectoryTest, ViewsThatCannotBeReadAreMadeAnew) {
  Store(first_);
  DamageViews(first_);
  EXPECT_FALSE(directory_->OpenViews(first_, /*anew=*/false).ok());
  const auto views = directory_->OpenViews(first_, /*anew=*/true);
  ASSERT_TRUE(views.ok()) << views.status();
  EXPECT_EQ((*views)->Snapshot()->checkpoint(), Checkpoint());
}

TEST_F(DataDirectoryTest, AnotherProcessIsKeptOut) {
  EXPECT_EQ(DataDirectory::Open(path_).status().code(), StatusCode::kFailedPrecondition);
  directory_.reset();
  EXPECT_TRUE(DataDirectory::Open(path_).ok());
}

TEST_F(DataDirectoryTest, FolderWithFilesOfOthersIsRefused) {
  std::ofstream(folder_ / "mine.txt") << "mine";
  EXPECT_EQ(DataDirectory::Open(folder_ / ".").status().code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace kontor
