// Field masks: which fields of an answer a reader wants, as google.protobuf.FieldMask's paths in JSON names,
// "profile.name,value.netValue.ttm". Unlike a FieldMask's, a path goes through a list into each of its messages.
#pragma once

#include <google/protobuf/message.h>

#include <map>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace kontor {

class FieldPaths {
 public:
  // InvalidArgument ("fields: ...") names the first path that is none of the message.
  static Result<FieldPaths> Parse(std::string_view paths, const google::protobuf::Descriptor& message);

  // Keeps a field beside the chosen ones; no word where the message has none of that name.
  void Keep(std::string_view name);
  // Takes out of the message what no path leads to.
  void Trim(google::protobuf::Message* message) const { TrimTo(root_, message); }

 private:
  // What is wanted of a message, by field name; a node without children: all of it.
  struct Node {
    std::map<std::string, Node, std::less<>> children;
    bool whole = false;
  };
  static void TrimTo(const Node& node, google::protobuf::Message* message);

  Node root_;
};

}  // namespace kontor
