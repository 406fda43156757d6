#include "tests/golden/schema_changes.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace kontor {
namespace {

using google::protobuf::DescriptorProto;
using google::protobuf::FieldDescriptorProto;
using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kSchema[] = R"(
  file {
    name: "a.proto" package: "p" syntax: "proto3"
    message_type {
      name: "Deal"
      field {
        name: "id" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL json_name: "id" proto3_optional: true
        oneof_index: 1
      }
      field { name: "won" number: 2 type: TYPE_MESSAGE type_name: ".p.Won" label: LABEL_OPTIONAL oneof_index: 0 }
      field { name: "lost" number: 3 type: TYPE_BOOL label: LABEL_OPTIONAL oneof_index: 0 }
      field { name: "lines" number: 4 type: TYPE_INT32 label: LABEL_REPEATED }
      oneof_decl { name: "outcome" }
      oneof_decl { name: "_id" }
      nested_type { name: "Inner" field { name: "x" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL } }
      enum_type { name: "Mood" value { name: "MOOD_UNSPECIFIED" number: 0 } }
    }
    message_type { name: "Won" }
    enum_type { name: "Kind" value { name: "KIND_UNSPECIFIED" number: 0 } value { name: "KIND_NEW" number: 1 } }
    extension {
      name: "rule" number: 51820 type: TYPE_STRING label: LABEL_OPTIONAL extendee: ".google.protobuf.FieldOptions"
    }
  })";

class SchemaChangesTest : public testing::Test {
 protected:
  SchemaChangesTest() { EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kSchema, &before_)); }

  // What is said once `change` was done to the file.
  std::vector<std::string> After(const std::function<void(FileDescriptorProto*)>& change) {
    FileDescriptorSet now = before_;
    change(now.mutable_file(0));
    return BreakingChanges(before_, now);
  }

  std::vector<std::string> AfterField(int index, const std::function<void(FieldDescriptorProto*)>& change) {
    return After([&](FileDescriptorProto* file) { change(file->mutable_message_type(0)->mutable_field(index)); });
  }

  FileDescriptorSet before_;
};

TEST_F(SchemaChangesTest, NothingChangedIsNoBreach) {
  EXPECT_THAT(After([](FileDescriptorProto*) {}), IsEmpty());
}

TEST_F(SchemaChangesTest, AddingIsNoBreach) {
  EXPECT_THAT(After([](FileDescriptorProto* file) {
                DescriptorProto* deal = file->mutable_message_type(0);
                FieldDescriptorProto* field = deal->add_field();
                field->set_name("stage");
                field->set_number(5);
                deal->add_oneof_decl()->set_name("other");
                deal->add_nested_type()->set_name("Other");
                file->add_message_type()->set_name("Lost");
                file->add_enum_type()->set_name("Colour");
                file->mutable_enum_type(0)->add_value()->set_name("KIND_OLD");
                file->mutable_enum_type(0)->mutable_value(2)->set_number(2);
              }),
              IsEmpty());
  FileDescriptorSet now = before_;
  now.add_file()->set_name("b.proto");
  EXPECT_THAT(BreakingChanges(before_, now), IsEmpty());
}

TEST_F(SchemaChangesTest, MovingTextWithinAFileIsNoBreach) {
  EXPECT_THAT(After([](FileDescriptorProto* file) {
                file->mutable_message_type()->SwapElements(0, 1);
                file->mutable_message_type(1)->mutable_field()->SwapElements(1, 2);
                file->mutable_enum_type(0)->mutable_value()->SwapElements(0, 1);
              }),
              IsEmpty());
}

TEST_F(SchemaChangesTest, FileRemovedOrOfAnotherPackage) {
  EXPECT_THAT(BreakingChanges(before_, FileDescriptorSet()), ElementsAre("a.proto: the file was removed"));
  EXPECT_THAT(After([](auto* file) { file->set_package("q"); }), ElementsAre("a.proto: moved from package p to q"));
}

TEST_F(SchemaChangesTest, MessageRemovedOrRenamed) {
  EXPECT_THAT(After([](auto* file) { file->mutable_message_type(1)->set_name("Gained"); }),
              ElementsAre("p.Won: the message was removed or renamed"));
  EXPECT_THAT(After([](auto* file) { file->mutable_message_type(0)->clear_nested_type(); }),
              ElementsAre("p.Deal.Inner: the message was removed or renamed"));
}

TEST_F(SchemaChangesTest, FieldRemoved) {
  EXPECT_THAT(After([](auto* file) { file->mutable_message_type(0)->mutable_field()->DeleteSubrange(3, 1); }),
              ElementsAre("p.Deal.lines: field 4 was removed"));
  EXPECT_THAT(After([](auto* file) { file->mutable_message_type(0)->mutable_nested_type(0)->clear_field(); }),
              ElementsAre("p.Deal.Inner.x: field 1 was removed"));
  EXPECT_THAT(After([](auto* file) { file->clear_extension(); }), ElementsAre("p.rule: field 51820 was removed"));
}

TEST_F(SchemaChangesTest, FieldRenumbered) {
  EXPECT_THAT(AfterField(3, [](auto* field) { field->set_number(9); }),
              ElementsAre("p.Deal.lines: renumbered from 4 to 9"));
}

TEST_F(SchemaChangesTest, NumberReusedForAnotherField) {
  EXPECT_THAT(AfterField(3,
                         [](auto* field) {
                           field->set_name("places");
                           field->set_type(FieldDescriptorProto::TYPE_STRING);
                         }),
              ElementsAre("p.Deal.lines: renamed from lines to places", "p.Deal.lines: retyped from INT32 to STRING"));
}

TEST_F(SchemaChangesTest, FieldRetyped) {
  EXPECT_THAT(AfterField(3, [](auto* field) { field->set_type(FieldDescriptorProto::TYPE_SINT32); }),
              ElementsAre("p.Deal.lines: retyped from INT32 to SINT32"));
  EXPECT_THAT(AfterField(1, [](auto* field) { field->set_type_name(".p.Deal"); }),
              ElementsAre("p.Deal.won: retyped from MESSAGE .p.Won to MESSAGE .p.Deal"));
}

TEST_F(SchemaChangesTest, FieldRelabelled) {
  EXPECT_THAT(AfterField(3, [](auto* field) { field->set_label(FieldDescriptorProto::LABEL_OPTIONAL); }),
              ElementsAre("p.Deal.lines: relabelled from repeated to singular"));
  EXPECT_THAT(AfterField(0,
                         [](auto* field) {
                           field->clear_proto3_optional();
                           field->clear_oneof_index();
                         }),
              ElementsAre("p.Deal.id: relabelled from optional to singular"));
}

TEST_F(SchemaChangesTest, FieldMovedOutOfOrBetweenOneofs) {
  EXPECT_THAT(AfterField(2, [](auto* field) { field->clear_oneof_index(); }),
              ElementsAre("p.Deal.lost: moved from oneof outcome to no oneof"));
  EXPECT_THAT(After([](auto* file) { file->mutable_message_type(0)->mutable_oneof_decl(0)->set_name("end"); }),
              ElementsAre("p.Deal.won: moved from oneof outcome to oneof end",
                          "p.Deal.lost: moved from oneof outcome to oneof end"));
}

TEST_F(SchemaChangesTest, FieldRenamedInJson) {
  EXPECT_THAT(AfterField(0, [](auto* field) { field->set_json_name("ID"); }),
              ElementsAre("p.Deal.id: renamed in JSON from id to ID"));
}

TEST_F(SchemaChangesTest, EnumOrValueRemovedRenamedOrRenumbered) {
  EXPECT_THAT(After([](auto* file) { file->mutable_enum_type(0)->set_name("Sort"); }),
              ElementsAre("p.Kind: the enum was removed or renamed"));
  EXPECT_THAT(After([](auto* file) { file->mutable_message_type(0)->clear_enum_type(); }),
              ElementsAre("p.Deal.Mood: the enum was removed or renamed"));
  EXPECT_THAT(After([](auto* file) { file->mutable_enum_type(0)->mutable_value()->DeleteSubrange(1, 1); }),
              ElementsAre("p.Kind.KIND_NEW: value 1 was removed"));
  EXPECT_THAT(After([](auto* file) { file->mutable_enum_type(0)->mutable_value(1)->set_name("KIND_FRESH"); }),
              ElementsAre("p.Kind.KIND_NEW: renamed from KIND_NEW to KIND_FRESH"));
  EXPECT_THAT(After([](auto* file) { file->mutable_enum_type(0)->mutable_value(1)->set_number(7); }),
              ElementsAre("p.Kind.KIND_NEW: renumbered from 1 to 7"));
}

}  // namespace
}  // namespace kontor
