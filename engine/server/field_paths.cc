#include "engine/server/field_paths.h"

#include <google/protobuf/descriptor.h>

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

std::string DidYouMean(std::string_view name, const Descriptor& message) {
  std::vector<std::string> names;
  names.reserve(static_cast<size_t>(message.field_count()));
  for (int i = 0; i < message.field_count(); ++i) names.push_back(message.field(i)->json_name());
  const std::string nearest = Nearest(name, names);
  return nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest);
}

}  // namespace

Result<FieldPaths> FieldPaths::Parse(std::string_view paths, const Descriptor& message) {
  FieldPaths parsed;
  if (paths.empty() || paths.ends_with(','))
    return InvalidArgument("fields: must name one behind the other, with commas between; leave it out for all");
  while (!paths.empty()) {
    const std::string_view path = TakeUntil(',', &paths);
    Node* node = &parsed.root_;
    const Descriptor* at = &message;
    std::string_view rest = path;
    do {
      const bool ends_in_dot = rest.ends_with('.');
      const std::string_view name = ends_in_dot ? std::string_view() : TakeUntil('.', &rest);
      // What JSON shows as one value, an instant, has no fields to choose.
      const bool opaque = at == nullptr || at->file()->package() == "google.protobuf";
      const FieldDescriptor* const field = opaque ? nullptr : FieldOf(*at, name);
      if (field == nullptr) {
        return InvalidArgument("fields: there is no '{}' in this answer: '{}' is no field{}{}", path, name,
                               opaque ? "" : fmt::format(" of {}", at->name()), opaque ? "" : DidYouMean(name, *at));
      }
      node = &node->children[field->name()];
      at = field->message_type();
    } while (!rest.empty());
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
