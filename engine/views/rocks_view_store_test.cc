// What is Kontor's own about opening views on RocksDB; the contract is tested by conformance, opening by RocksDatabase.
#include "engine/views/rocks_view_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <memory>
#include <string>

#include "engine/base/codec.h"
#include "tests/conformance/add_numbers.h"
#include "tests/conformance/temp_folder.h"

namespace kontor {
namespace {

TEST(RocksViewStoreTest, ViewsOfAnotherVersionMayBeFoldedAnew) {
  const TempFolder folder;
  const std::string path = folder / "views";
  ASSERT_TRUE(RocksViewStore::Open(path, AddNumbers).ok());
  std::string format;
  ByteWriter out(&format);
  out.String("kontor.views");
  out.Varint(kViewsFormatVersion - 1);
  {
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, path, &db).ok());
    const std::unique_ptr<rocksdb::DB> closes(db);
    ASSERT_TRUE(db->Put({}, "meta:format", format).ok());
  }
  const Status refused = RocksViewStore::Open(path, AddNumbers).status();
  EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(Text(refused)), testing::HasSubstr("fold them anew with this one (kontor rebuild)"));
}

}  // namespace
}  // namespace kontor
