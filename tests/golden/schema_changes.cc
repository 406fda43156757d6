#include "tests/golden/schema_changes.h"

#include <fmt/format.h>

#include <map>
#include <string_view>

namespace kontor {
namespace {

using google::protobuf::DescriptorProto;
using google::protobuf::EnumDescriptorProto;
using google::protobuf::FieldDescriptorProto;
using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;

template <typename T, typename Key>
std::map<std::decay_t<std::invoke_result_t<Key, const T&>>, const T*> By(
    const google::protobuf::RepeatedPtrField<T>& all, Key key) {
  std::map<std::decay_t<std::invoke_result_t<Key, const T&>>, const T*> found;
  for (const T& one : all) found.emplace(key(one), &one);
  return found;
}

constexpr auto kName = [](const auto& x) { return x.name(); };
constexpr auto kNumber = [](const auto& x) { return x.number(); };

template <typename Map>
auto Find(const Map& map, const typename Map::key_type& key) -> typename Map::mapped_type {
  const auto place = map.find(key);
  return place == map.end() ? nullptr : place->second;
}

std::string TypeOf(const FieldDescriptorProto& field) {
  std::string type = FieldDescriptorProto::Type_Name(field.type()).substr(sizeof("TYPE_") - 1);
  return field.has_type_name() ? type + " " + field.type_name() : type;
}

std::string LabelOf(const FieldDescriptorProto& field) {
  if (field.label() == FieldDescriptorProto::LABEL_REPEATED) return "repeated";
  if (field.label() == FieldDescriptorProto::LABEL_REQUIRED) return "required";
  return field.proto3_optional() ? "optional" : "singular";
}

// The oneof that people wrote; those that protoc makes for `optional` say nothing.
std::string OneofOf(const FieldDescriptorProto& field, const DescriptorProto* message) {
  if (message == nullptr || !field.has_oneof_index() || field.proto3_optional()) return "no oneof";
  return "oneof " + message->oneof_decl(field.oneof_index()).name();
}

class Comparison {
 public:
  std::vector<std::string> Run(const FileDescriptorSet& before, const FileDescriptorSet& now) {
    const auto files = By(now.file(), kName);
    for (const FileDescriptorProto& file : before.file()) {
      if (const auto* today = Find(files, file.name())) {
        CompareFile(file, *today);
      } else {
        Add(file.name(), "the file was removed");
      }
    }
    return std::move(breaches_);
  }

 private:
  void CompareFile(const FileDescriptorProto& before, const FileDescriptorProto& now) {
    if (before.package() != now.package()) {
      Add(before.name(), fmt::format("moved from package {} to {}", before.package(), now.package()));
      return;
    }
    if (before.syntax() != now.syntax()) Add(before.name(), "another syntax");
    const std::string prefix = before.package() + ".";
    CompareMessages(prefix, before.message_type(), now.message_type());
    CompareEnums(prefix, before.enum_type(), now.enum_type());
    CompareFields(prefix, before.extension(), nullptr, now.extension(), nullptr);
  }

  void CompareMessages(const std::string& prefix, const google::protobuf::RepeatedPtrField<DescriptorProto>& before,
                       const google::protobuf::RepeatedPtrField<DescriptorProto>& now) {
    const auto messages = By(now, kName);
    for (const DescriptorProto& message : before) {
      const std::string name = prefix + message.name();
      const auto* today = Find(messages, message.name());
      if (today == nullptr) {
        Add(name, "the message was removed or renamed");
        continue;
      }
      CompareFields(name + ".", message.field(), &message, today->field(), today);
      CompareMessages(name + ".", message.nested_type(), today->nested_type());
      CompareEnums(name + ".", message.enum_type(), today->enum_type());
    }
  }

  void CompareFields(const std::string& prefix, const google::protobuf::RepeatedPtrField<FieldDescriptorProto>& before,
                     const DescriptorProto* message,
                     const google::protobuf::RepeatedPtrField<FieldDescriptorProto>& now,
                     const DescriptorProto* message_now) {
    const auto by_number = By(now, kNumber);
    const auto by_name = By(now, kName);
    for (const FieldDescriptorProto& field : before) {
      const std::string name = prefix + field.name();
      const auto* same_name = Find(by_name, field.name());
      if (same_name != nullptr && same_name->number() != field.number()) {
        Add(name, fmt::format("renumbered from {} to {}", field.number(), same_name->number()));
        continue;
      }
      const auto* today = Find(by_number, field.number());
      if (today == nullptr) {
        Add(name, fmt::format("field {} was removed", field.number()));
        continue;
      }
      CompareWords(name, "renamed", field.name(), today->name());
      CompareWords(name, "retyped", TypeOf(field), TypeOf(*today));
      CompareWords(name, "relabelled", LabelOf(field), LabelOf(*today));
      CompareWords(name, "moved", OneofOf(field, message), OneofOf(*today, message_now));
      CompareWords(name, "renamed in JSON", field.json_name(), today->json_name());
      CompareWords(name, "extends another message:", field.extendee(), today->extendee());
    }
  }

  void CompareEnums(const std::string& prefix, const google::protobuf::RepeatedPtrField<EnumDescriptorProto>& before,
                    const google::protobuf::RepeatedPtrField<EnumDescriptorProto>& now) {
    const auto enums = By(now, kName);
    for (const EnumDescriptorProto& one : before) {
      const std::string name = prefix + one.name();
      const auto* today = Find(enums, one.name());
      if (today == nullptr) {
        Add(name, "the enum was removed or renamed");
        continue;
      }
      const auto by_number = By(today->value(), kNumber);
      const auto by_name = By(today->value(), kName);
      for (const auto& value : one.value()) {
        const std::string value_name = name + "." + value.name();
        const auto* same_name = Find(by_name, value.name());
        const auto* same_number = Find(by_number, value.number());
        if (same_name != nullptr && same_name->number() != value.number()) {
          Add(value_name, fmt::format("renumbered from {} to {}", value.number(), same_name->number()));
        } else if (same_number == nullptr) {
          Add(value_name, fmt::format("value {} was removed", value.number()));
        } else {
          CompareWords(value_name, "renamed", value.name(), same_number->name());
        }
      }
    }
  }

  void CompareWords(std::string_view name, std::string_view what, const std::string& before, const std::string& now) {
    if (before != now) Add(name, fmt::format("{} from {} to {}", what, before, now));
  }

  void Add(std::string_view name, std::string_view what) { breaches_.push_back(fmt::format("{}: {}", name, what)); }

  std::vector<std::string> breaches_;
};

}  // namespace

std::vector<std::string> BreakingChanges(const FileDescriptorSet& before, const FileDescriptorSet& now) {
  return Comparison().Run(before, now);
}

}  // namespace kontor
