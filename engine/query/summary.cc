#include "engine/query/summary.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <vector>

#include "engine/base/civil.h"
#include "engine/base/money.h"

namespace kontor {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kPartsMax = 7;
constexpr size_t kTextMax = 60;

std::string Words(std::string text) {
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

// "CHANNEL_VIDEO" of enum Channel is "video".
std::string EnumWord(const google::protobuf::EnumValueDescriptor& value) {
  std::string prefix;
  for (const char letter : value.type()->name()) {
    if (letter >= 'A' && letter <= 'Z' && !prefix.empty()) prefix += '_';
    prefix += static_cast<char>(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
  }
  prefix += '_';
  std::string name = value.name();
  if (name.rfind(prefix, 0) == 0) name.erase(0, prefix.size());
  std::transform(name.begin(), name.end(), name.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return Words(name);
}

std::string Short(const std::string& text) {
  if (text.size() <= kTextMax) return text;
  size_t end = kTextMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

void Describe(const Message& message, std::vector<std::string>* parts);

void DescribeField(const Message& message, const FieldDescriptor& field, std::vector<std::string>* parts) {
  const Reflection& reflection = *message.GetReflection();
  const std::string name = Words(field.name());
  if (field.is_repeated()) {
    parts->push_back(fmt::format("{} {}", reflection.FieldSize(message, &field), name));
    return;
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const Message& value = reflection.GetMessage(message, &field);
      if (const auto* ref = dynamic_cast<const type::v1::EntityRef*>(&value)) {
        parts->push_back(name + " " + Short(ref->id()));
      } else if (const auto* money = dynamic_cast<const type::v1::Money*>(&value)) {
        parts->push_back(fmt::format("{} {} {}", name, DecimalText(NanosOf(*money)), money->currency_code()));
      } else if (const auto* decimal = dynamic_cast<const type::v1::Decimal*>(&value)) {
        parts->push_back(name + " " + DecimalText(NanosOf(*decimal)));
      } else if (const auto* date = dynamic_cast<const type::v1::Date*>(&value)) {
        const std::optional<Day> day = DayOf(*date);
        if (day) parts->push_back(name + " " + DayText(*day));
      } else {
        Describe(value, parts);
      }
      break;
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      parts->push_back(EnumWord(*reflection.GetEnum(message, &field)));
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      parts->push_back(name + " " + Short(reflection.GetString(message, &field)));
      break;
    case FieldDescriptor::CPPTYPE_INT32:
      parts->push_back(fmt::format("{} {}", name, reflection.GetInt32(message, &field)));
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      parts->push_back(fmt::format("{} {}", name, reflection.GetUInt32(message, &field)));
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      if (reflection.GetBool(message, &field)) parts->push_back(name);
      break;
    default:
      break;
  }
}

void Describe(const Message& message, std::vector<std::string>* parts) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (parts->size() >= kPartsMax) return;
    DescribeField(message, *field, parts);
  }
}

}  // namespace

std::string SummaryOf(const event::v1::Event& event) {
  using event::v1::Event;
  const FieldDescriptor* body =
      Event::GetReflection()->GetOneofFieldDescriptor(event, Event::GetDescriptor()->FindOneofByName("body"));
  if (body == nullptr) return "a body that this version does not know";
  std::vector<std::string> parts;
  Describe(Event::GetReflection()->GetMessage(event, body), &parts);
  std::string text = Words(body->name());
  for (size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? ": " : ", ") + parts[i];
  return text;
}

}  // namespace kontor
