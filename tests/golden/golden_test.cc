// Today's schema and bytes against those that are frozen beside this file. The schema's case is part of the build too.
//
// An addition to the schema passes. Freeze it too before it is released, for until then nothing guards it:
//
//   KONTOR_UPDATE_GOLDEN=1 ctest --preset dev -R '^GoldenTest'
//
// A breaking change is not written even so: what it breaks is out in the world.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "engine/event/decoder.h"
#include "kontor/api/v1/api.pb.h"
#include "kontor/cloudevents/v1/cloudevents.pb.h"
#include "kontor/event/v1/event.pb.h"
#include "kontor/log/v1/record.pb.h"
#include "tests/golden/schema_changes.h"

namespace kontor {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorSet;
using google::protobuf::TextFormat;

// Tests run in the repository's root.
constexpr char kFolder[] = "tests/golden/";

bool IsUpdate() {
  const char* wish = std::getenv("KONTOR_UPDATE_GOLDEN");
  return wish != nullptr && std::string_view(wish) == "1";
}

std::string ReadGolden(const std::string& name) {
  std::ifstream file(kFolder + name, std::ios::binary);
  EXPECT_TRUE(file) << kFolder << name << " cannot be read";
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void WriteGolden(const std::string& name, const std::string& bytes) {
  std::ofstream file(kFolder + name, std::ios::binary | std::ios::trunc);
  file << bytes;
  file.close();
  ASSERT_TRUE(file) << kFolder << name << " cannot be written";
}

// The file after those that it imports, each once.
void AddWithImports(const FileDescriptor* file, std::set<const FileDescriptor*>* done, FileDescriptorSet* out) {
  if (!done->insert(file).second) return;
  for (int i = 0; i < file->dependency_count(); ++i) AddWithImports(file->dependency(i), done, out);
  auto* proto = out->add_file();
  file->CopyTo(proto);
  file->CopyJsonNameTo(proto);
}

// A program holds the descriptors of the files whose messages it names, and of those that they import.
void LinkEveryFile() {
  api::v1::VersionInfo::descriptor();
  cloudevents::v1::CloudEvent::descriptor();
  event::v1::Event::descriptor();
}

// As protoc --include_imports --descriptor_set_out writes it for every file under proto/kontor, in order of their
// names.
FileDescriptorSet SchemaOfToday() {
  LinkEveryFile();
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("proto/kontor")) {
    if (entry.path().extension() == ".proto") names.insert(std::filesystem::relative(entry.path(), "proto").string());
  }
  EXPECT_FALSE(names.empty());
  FileDescriptorSet set;
  std::set<const FileDescriptor*> done;
  for (const std::string& name : names) {
    const FileDescriptor* file = DescriptorPool::generated_pool()->FindFileByName(name);
    if (file == nullptr) {
      ADD_FAILURE() << "proto/" << name << ": list it in proto/CMakeLists.txt, and a message of it in LinkEveryFile";
    } else {
      AddWithImports(file, &done, &set);
    }
  }
  return set;
}

// protobuf's own files are in the set so that it stands by itself; they are not ours to freeze.
FileDescriptorSet OursOf(const FileDescriptorSet& set) {
  FileDescriptorSet ours;
  for (const auto& file : set.file()) {
    if (file.package().starts_with("kontor.")) *ours.add_file() = file;
  }
  return ours;
}

TEST(GoldenTest, SchemaIsAppendOnly) {
  FileDescriptorSet golden;
  ASSERT_TRUE(golden.ParseFromString(ReadGolden("schema.binpb")));
  ASSERT_GT(golden.file_size(), 0);
  const FileDescriptorSet today = SchemaOfToday();
  for (const std::string& breach : BreakingChanges(OursOf(golden), OursOf(today))) {
    ADD_FAILURE() << breach << "\nThe schema is append-only: give it back, and add a new field or value instead.";
  }
  if (IsUpdate() && !HasFailure()) WriteGolden("schema.binpb", today.SerializeAsString());
}

// A message and its frozen bytes: written, it gives them; read, they give it.
template <typename Message>
void CompareBytes(const std::string& stem) {
  Message message;
  ASSERT_TRUE(TextFormat::ParseFromString(ReadGolden(stem + ".txtpb"), &message)) << stem;
  if (IsUpdate()) WriteGolden(stem + ".binpb", message.SerializeAsString());
  const std::string bytes = ReadGolden(stem + ".binpb");
  EXPECT_EQ(testing::PrintToString(message.SerializeAsString()), testing::PrintToString(bytes));
  Message back;
  ASSERT_TRUE(back.ParseFromString(bytes));
  EXPECT_EQ(back.DebugString(), message.DebugString());
}

TEST(GoldenTest, EventHasTheFrozenBytes) { CompareBytes<event::v1::Event>("event"); }

TEST(GoldenTest, LogRecordHasTheFrozenBytes) { CompareBytes<log::v1::LogRecord>("log_record"); }

TEST(GoldenTest, FrozenLogRecordHoldsTheFrozenEvent) {
  log::v1::LogRecord record;
  ASSERT_TRUE(record.ParseFromString(ReadGolden("log_record.binpb")));
  google::protobuf::Arena arena;
  const auto decoded = DecodeEvent(RawRecordOf(record), &arena);
  ASSERT_TRUE(std::holds_alternative<const event::v1::Event*>(decoded));
  event::v1::Event event;
  ASSERT_TRUE(event.ParseFromString(ReadGolden("event.binpb")));
  EXPECT_TRUE(SameContent(*std::get<const event::v1::Event*>(decoded), event));
}

}  // namespace
}  // namespace kontor
