// The rules of the schema (options kontor.rule.v1), read once from its descriptors into flat tables.
//
// A walk over an event then meets no option, no name and no map: each message has its fields in the order of their
// numbers, with what must hold of them. A schema that states a rule which no check keeps does not start.
//
// Threads: any; built at the first use, constant after that.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cstdint>
#include <deque>
#include <vector>

#include "kontor/event/v1/event.pb.h"
#include "kontor/rule/v1/rule.pb.h"

namespace kontor {

struct MessageRules;

// A kind of its own is what the checks reach by generated accessors: they cost a fraction of reflection, and stand in
// nearly every event.
enum class FieldKind : uint8_t {
  kString,
  kInt32,
  kInt64,
  kUint32,
  kBool,
  kEnum,
  kMoney,
  kDecimal,
  kDate,
  kTimestamp,
  kEntityRef,
  kLine,
  kMessage,
};

struct FieldRules {
  const google::protobuf::FieldDescriptor* field = nullptr;
  FieldKind kind = FieldKind::kMessage;
  bool repeated = false;
  bool required = false;
  bool may_be_negative = false;
  rule::v1::Format format = rule::v1::FORMAT_UNSPECIFIED;
  uint32_t max_bytes = 0;  // strings
  uint32_t max_items = 0;  // repeated fields
  int64_t min = 0;         // integers
  int64_t max = 0;
  const MessageRules* message = nullptr;  // kEntityRef, kLine, kMessage
};

struct MessageRules {
  const google::protobuf::Reflection* reflection = nullptr;
  std::vector<FieldRules> fields;  // those with something to check, by number
  std::vector<FieldRules> enums;   // those that are an enum or hold one, at any depth
};

struct Bounds {
  int64_t min = 0;
  int64_t max = 0;
  bool Hold(int64_t x) const { return x >= min && x <= max; }
};

struct BodyRules {
  const google::protobuf::FieldDescriptor* field = nullptr;  // of Event
  const MessageRules* message = nullptr;
  bool reference = false;  // belongs on the reference topic
};

// The rows of the messages that are reached by accessors; the envelope without its body.
struct EnvelopeRules {
  FieldRules event_id, source, account_id, occurred_at, actor;
};
struct EntityRefRules {
  FieldRules id, name_space;
};
struct LineRules {
  FieldRules product, description, quantity, list_price, charged_price, unit_cost;
};

class RuleTables {
 public:
  static const RuleTables& Get();

  // The field of the body that an event has. Requires: it has one that this version knows.
  const google::protobuf::Message& BodyOf(const event::v1::Event& event, const BodyRules& body) const {
    return event_reflection_->GetMessage(event, body.field);
  }
  // Null where the number is no body's (BODY_NOT_SET).
  const BodyRules* body(event::v1::Event::BodyCase number) const {
    const BodyRules& rules = bodies_[static_cast<size_t>(number)];
    return rules.field == nullptr ? nullptr : &rules;
  }

  Bounds money_units, money_nanos;
  Bounds decimal_units, decimal_nanos;
  Bounds year, month, day;
  EnvelopeRules envelope;
  EntityRefRules entity_ref;
  LineRules line;

 private:
  RuleTables();

  const google::protobuf::Reflection* event_reflection_;
  std::deque<MessageRules> messages_;
  std::vector<BodyRules> bodies_;  // by field number
};

}  // namespace kontor
