// The stored bytes, frozen: every key and value that the stores leave in RocksDB for one small history, as the files
// *.golden.txt beside this one hold them. Where a difference is meant, the format version is raised with it, the
// FORMAT.md of the room says so, and KONTOR_UPDATE_GOLDEN=1 freezes it.
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/merge_operator.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "engine/log/rocks_event_log.h"
#include "engine/views/rocks_instance_store.h"
#include "engine/views/rocks_view_store.h"
#include "kontor/log/v1/record.pb.h"
#include "tests/conformance/log_records.h"
#include "tests/conformance/temp_folder.h"

namespace kontor {
namespace {

// Letters and digits as they are, every other byte as <hex>.
std::string Readable(const rocksdb::Slice& bytes) {
  std::string text;
  for (const char byte : bytes.ToString()) {
    const bool plain = isalnum(static_cast<unsigned char>(byte)) != 0 || byte == ':' || byte == '.' || byte == '-';
    text += plain ? std::string(1, byte) : fmt::format("<{:02x}>", static_cast<unsigned char>(byte));
  }
  return text;
}

// What is added to a value stands behind it.
class Behind final : public rocksdb::AssociativeMergeOperator {
 public:
  const char* Name() const override { return "Behind"; }
  bool Merge(const rocksdb::Slice&, const rocksdb::Slice* existing, const rocksdb::Slice& value, std::string* merged,
             rocksdb::Logger*) const override {
    *merged = (existing != nullptr ? existing->ToString() : "") + value.ToString();
    return true;
  }
};

// Every pair of every family, one a line.
std::string Dump(const std::string& path) {
  rocksdb::Options options;
  options.merge_operator = std::make_shared<Behind>();
  std::vector<std::string> names;
  EXPECT_TRUE(rocksdb::DB::ListColumnFamilies(options, path, &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  descriptors.reserve(names.size());
  for (const std::string& name : names) descriptors.emplace_back(name, options);
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(options, path, descriptors, &families, &opened);
  EXPECT_TRUE(status.ok()) << status.ToString();
  const std::unique_ptr<rocksdb::DB> db(opened);
  std::string text;
  for (rocksdb::ColumnFamilyHandle* family : families) {
    const std::unique_ptr<rocksdb::Iterator> at(db->NewIterator({}, family));
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
      text += fmt::format("{} | {} | {}\n", family->GetName(), Readable(at->key()), Readable(at->value()));
    }
    EXPECT_TRUE(at->status().ok()) << at->status().ToString();
  }
  for (rocksdb::ColumnFamilyHandle* family : families) EXPECT_TRUE(db->DestroyColumnFamilyHandle(family).ok());
  return text;
}

// Compares with the frozen file; with KONTOR_UPDATE_GOLDEN set, writes it instead.
void ExpectGolden(const std::string& dump, const std::string& name) {
  const std::string path = "tests/golden/storage/" + name;
  if (std::getenv("KONTOR_UPDATE_GOLDEN") != nullptr) {  // NOLINT(concurrency-mt-unsafe): one thread
    std::ofstream(path) << dump;
    return;
  }
  std::ifstream in(path);
  EXPECT_EQ(dump, std::string(std::istreambuf_iterator<char>(in), {}));
}

class StoredFormatsTest : public ::testing::Test {
 protected:
  TempFolder folder_;
};

TEST_F(StoredFormatsTest, EventLog) {
  log::v1::LogRecord accepted;
  accepted.set_offset(300);
  accepted.set_timestamp_ms(1'795'478'400'000);
  accepted.set_timestamp_type(log::v1::TIMESTAMP_TYPE_LOG_APPEND);
  accepted.set_disposition(log::v1::DISPOSITION_ACCEPTED);
  accepted.set_intake_version(1);
  accepted.set_key("account-1");
  log::v1::Header* header = accepted.add_headers();
  header->set_name("ce_id");
  header->set_value("e1");
  accepted.add_headers()->set_name("empty");
  accepted.set_value(std::string("\x0a\x00\xff", 3));
  log::v1::LogRecord conflict = accepted;
  conflict.set_offset(302);
  conflict.set_disposition(log::v1::DISPOSITION_CONFLICT);
  conflict.set_original_position(0);
  log::v1::LogRecord rejected;
  rejected.set_offset(303);
  rejected.set_disposition(log::v1::DISPOSITION_REJECTED);
  rejected.set_intake_version(1);
  rejected.set_value("");
  rejected.set_reject_reason(log::v1::REJECT_REASON_MISSING_FIELD);
  rejected.set_reject_field("source");
  rejected.set_reject_text("not there");

  const std::string path = folder_ / "log";
  const LogOwner owner = {.cluster_id = "cluster",
                          .topic = "kontor.reference",
                          .partition = Partition(0),
                          .partition_count = 1,
                          .role = TopicRole::kReference};
  auto log = RocksEventLog::Open(path, owner).value();
  ASSERT_TRUE(AppendAll(*log,
                        {accepted.SerializeAsString(), conflict.SerializeAsString(), rejected.SerializeAsString()},
                        Offset(305))
                  .ok());
  log.reset();
  ExpectGolden(Dump(path), "log.golden.txt");
}

TEST_F(StoredFormatsTest, Views) {
  ViewCommit commit;
  commit.Put("row", "value");
  commit.Add(std::string("\0\xff", 2), "added");
  commit.identities = {{HashOf({Source("crm"), EventId("e1")}), Position(0)},
                       {HashOf({Source("crm"), EventId("e2")}), Position(258)},
                       {HashOf({Source("crm"), EventId("e2")}), Position(299)}};
  commit.events = {{"account-1", Instant(-1), Position(0)},
                   {"account-1", Instant(1'795'478'400'000'000'000), Position(299)},
                   {"account-1", Instant(1'795'478'460'000'000'000), Position(258)}};
  commit.checkpoint = {
      .position = Position(300), .last_record = Sha256::Of("record"), .fold_version = 3, .zone = "Europe/Berlin"};
  const std::string path = folder_ / "views";
  ASSERT_TRUE(RocksViewStore::Open(path, nullptr).value()->Commit(commit).ok());
  ExpectGolden(Dump(path), "views.golden.txt");
}

TEST_F(StoredFormatsTest, InstanceStore) {
  const std::string path = folder_ / "instance";
  const InstanceOwner owner = {.cluster_id = "cluster",
                               .events_topic = "kontor.events",
                               .reference_topic = "kontor.reference",
                               .rejected_topic = "kontor.rejected"};
  ASSERT_TRUE(RocksInstanceStore::Open(path, owner).value()->Put("key", "value").ok());
  ExpectGolden(Dump(path), "instance.golden.txt");
}

// Digests are compared between instances and kept by auditors: what goes into them is a format too. Both were computed
// apart, from the words of FORMAT.md.
TEST_F(StoredFormatsTest, Digests) {
  const auto log = RocksEventLog::Open(folder_ / "log", {.cluster_id = "", .topic = "t", .partition = Partition(0)});
  ASSERT_TRUE(AppendAll(**log, {"\x08\x01", "\x08\x02"}, Offset(3)).ok());
  // sha256sum of the bytes 08 01 08 02.
  EXPECT_EQ(LogDigest(**log, Position(2)).value(), "7b609cd48dfa77363c7c28331483572d05365053e38f1b072d5ae806f3317e29");
  const auto views = RocksViewStore::Open(folder_ / "views", nullptr);
  ViewCommit commit;
  commit.Put("k", "v");
  commit.identities = {{HashOf({Source("crm"), EventId("e1")}), Position(0)}};
  commit.events = {{"a", Instant(0), Position(0)}};
  commit.checkpoint.position = Position(1);
  ASSERT_TRUE((*views)->Commit(commit).ok());
  EXPECT_EQ(ViewsDigest(*(*views)->Snapshot()).value(),
            "7dd0619dd010908df9116ddc97f6de41c5e267f875183da1ee5fc2ecab5f08fb");
}

}  // namespace
}  // namespace kontor
