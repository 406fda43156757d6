#include "engine/server/field_paths.h"

#include <google/protobuf/descriptor.h>

#include <optional>
#include <string>
#include <vector>

#include "engine/base/nearest.h"

namespace kontor {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

std::string_view TakeUntil(char end, std::string_view* text) {
  const size_t at = text->find(end);
  const std::string_view taken = text->substr(0, at);
  text->remove_prefix(at == std::string_view::npos ? text->size() : at + 1);
  return taken;
}

const FieldDescriptor* FieldOf(const Descriptor& message, std::string_view json_name) {
  for (int i = 0; i < message.field_count(); ++i) {
    if (std::string_view(message.field(i)->json_name()) == json_name) return message.field(i);
  }
  return nullptr;
}

// A path as far as it leads.
struct Walk {
  std::vector<const FieldDescriptor*> fields;
  std::optional<std::string_view> unknown;  // the first name on it that is no field
  const Descriptor* at = nullptr;           // of this; null where no name could be one
};

Walk Follow(std::string_view path, const Descriptor& message) {
  Walk walk;
  walk.at = &message;
  do {
    const bool ends_in_dot = path.ends_with('.');
    const std::string_view name = ends_in_dot ? std::string_view() : TakeUntil('.', &path);
    // What JSON shows as one value, an instant, has no fields to choose.
    if (walk.at != nullptr && walk.at->file()->package() == "google.protobuf") walk.at = nullptr;
    const FieldDescriptor* const field = walk.at == nullptr ? nullptr : FieldOf(*walk.at, name);
    if (field == nullptr) {
      walk.unknown = name;
      return walk;
    }
    walk.fields.push_back(field);
    walk.at = field->message_type();
  } while (!path.empty());
  return walk;
}

// A path that leads from the elements of a list, or else the field nearest to the unknown name.
std::string Meant(std::string_view path, const Walk& walk) {
  if (walk.at == nullptr) return "";
  std::vector<std::string> names;
  names.reserve(static_cast<size_t>(walk.at->field_count()));
  for (int i = 0; i < walk.at->field_count(); ++i) {
    const FieldDescriptor& field = *walk.at->field(i);
    names.push_back(field.json_name());
    if (walk.fields.empty() && field.is_repeated() && field.message_type() != nullptr &&
        !Follow(path, *field.message_type()).unknown) {
      return fmt::format("; did you mean {}.{}?", field.json_name(), path);
    }
  }
  return DidYouMean(*walk.unknown, names);
}

}  // namespace

Result<FieldPaths> FieldPaths::Parse(std::string_view paths, const Descriptor& message) {
  FieldPaths parsed;
  if (paths.empty() || paths.ends_with(','))
    return InvalidArgument("fields: must name one behind the other, with commas between; leave it out for all");
  while (!paths.empty()) {
    const std::string_view path = TakeUntil(',', &paths);
    const Walk walk = Follow(path, message);
    if (walk.unknown) {
      return InvalidArgument("fields: there is no '{}' in this answer: '{}' is no field{}{}", path, *walk.unknown,
                             walk.at == nullptr ? "" : fmt::format(" of {}", walk.at->name()), Meant(path, walk));
    }
    Node* node = &parsed.root_;
    for (const FieldDescriptor* field : walk.fields) node = &node->children[field->name()];
    node->whole = true;
  }
  return parsed;
}

void FieldPaths::Keep(std::string_view name) { root_.children[std::string(name)].whole = true; }

void FieldPaths::TrimTo(const Node& node, google::protobuf::Message* message) {
  const auto* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    const auto child = node.children.find(field->name());
    if (child == node.children.end()) {
      reflection->ClearField(message, field);
    } else if (!child->second.whole && field->is_repeated()) {
      for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
        TrimTo(child->second, reflection->MutableRepeatedMessage(message, field, i));
      }
    } else if (!child->second.whole) {
      TrimTo(child->second, reflection->MutableMessage(message, field));
    }
  }
}

}  // namespace kontor
