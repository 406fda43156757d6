#include "engine/event/rule_tables.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "engine/base/check.h"
#include "google/protobuf/timestamp.pb.h"
#include "kontor/type/v1/type.pb.h"

namespace kontor {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using rule::v1::FieldRule;

constexpr uint32_t kMaxTextBytes = 4096;
constexpr uint32_t kMaxLabelBytes = 256;  // FORMAT_ID, FORMAT_NAME
constexpr uint32_t kCurrencyBytes = 3;
constexpr uint32_t kMaxItems = 1000;

const FieldRule& RuleOf(const FieldDescriptor* field) { return field->options().GetExtension(rule::v1::field); }

const FieldDescriptor* FieldOf(const Descriptor* message, int number) {
  const FieldDescriptor* field = message->FindFieldByNumber(number);
  KONTOR_CHECK(field != nullptr);
  return field;
}

Bounds BoundsOf(const Descriptor* message, int number) {
  const FieldRule& rule = RuleOf(FieldOf(message, number));
  KONTOR_CHECK(rule.has_min() && rule.has_max());
  return {rule.min(), rule.max()};
}

FieldKind KindOf(const FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      KONTOR_CHECK(field->type() == FieldDescriptor::TYPE_STRING);
      return FieldKind::kString;
    case FieldDescriptor::CPPTYPE_INT32:
      return FieldKind::kInt32;
    case FieldDescriptor::CPPTYPE_INT64:
      return FieldKind::kInt64;
    case FieldDescriptor::CPPTYPE_UINT32:
      return FieldKind::kUint32;
    case FieldDescriptor::CPPTYPE_BOOL:
      return FieldKind::kBool;
    case FieldDescriptor::CPPTYPE_ENUM:
      return FieldKind::kEnum;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (field->message_type() == type::v1::Money::descriptor()) return FieldKind::kMoney;
      if (field->message_type() == type::v1::Decimal::descriptor()) return FieldKind::kDecimal;
      if (field->message_type() == type::v1::Date::descriptor()) return FieldKind::kDate;
      if (field->message_type() == google::protobuf::Timestamp::descriptor()) return FieldKind::kTimestamp;
      if (field->message_type() == type::v1::EntityRef::descriptor()) return FieldKind::kEntityRef;
      if (field->message_type() == type::v1::Line::descriptor()) return FieldKind::kLine;
      return FieldKind::kMessage;
    default:
      break;
  }
  KONTOR_CHECK(false && "a field of a type that events do not use yet: teach the validator first");
  return FieldKind::kMessage;
}

Bounds TypeBounds(FieldKind kind) {
  switch (kind) {
    case FieldKind::kInt32:
      return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
    case FieldKind::kUint32:
      return {0, std::numeric_limits<uint32_t>::max()};
    default:
      return {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()};
  }
}

uint32_t MaxBytes(const FieldRule& rule) {
  if (rule.max_bytes() != 0) return rule.max_bytes();
  switch (rule.format()) {
    case rule::v1::FORMAT_ID:
    case rule::v1::FORMAT_NAME:
      return kMaxLabelBytes;
    case rule::v1::FORMAT_CURRENCY:
      return kCurrencyBytes;
    default:
      return kMaxTextBytes;
  }
}

// Each message type is read once, however many fields hold it.
class Reader {
 public:
  // The rules of messages go to `all`, which never moves them.
  explicit Reader(std::deque<MessageRules>* all) : all_(all) {}

  const MessageRules* Read(const Descriptor* message) {
    const auto [place, is_new] = read_.try_emplace(message, nullptr);
    if (!is_new) {
      KONTOR_CHECK(place->second != nullptr && "events hold no message inside itself");
      return place->second;
    }
    MessageRules rules;
    rules.reflection = google::protobuf::MessageFactory::generated_factory()->GetPrototype(message)->GetReflection();
    std::vector<const FieldDescriptor*> fields;
    for (int i = 0; i < message->field_count(); ++i) {
      const FieldDescriptor* field = message->field(i);
      if (field->real_containing_oneof() == nullptr) fields.push_back(field);
    }
    std::sort(fields.begin(), fields.end(), [](auto* a, auto* b) { return a->number() < b->number(); });
    for (const FieldDescriptor* field : fields) {
      const FieldRules row = ReadField(field);
      if (HasCheck(row)) rules.fields.push_back(row);
      if (row.kind == FieldKind::kEnum || (row.message != nullptr && !row.message->enums.empty())) {
        rules.enums.push_back(row);
      }
    }
    return read_[message] = &all_->emplace_back(std::move(rules));
  }

 private:
  FieldRules ReadField(const FieldDescriptor* field) {
    const FieldRule& rule = RuleOf(field);
    FieldRules row;
    row.field = field;
    row.kind = KindOf(field);
    row.repeated = field->is_repeated();
    row.required = rule.required();
    row.may_be_negative = rule.may_be_negative();
    row.format = rule.format();
    const bool is_number =
        row.kind == FieldKind::kInt32 || row.kind == FieldKind::kInt64 || row.kind == FieldKind::kUint32;
    const bool is_amount = row.kind == FieldKind::kMoney || row.kind == FieldKind::kDecimal;
    const bool has_fields =
        row.kind == FieldKind::kEntityRef || row.kind == FieldKind::kLine || row.kind == FieldKind::kMessage;
    KONTOR_CHECK(!row.repeated || has_fields);
    KONTOR_CHECK(row.repeated || rule.max_items() == 0);
    KONTOR_CHECK(row.kind == FieldKind::kString ||
                 (rule.format() == rule::v1::FORMAT_UNSPECIFIED && rule.max_bytes() == 0));
    KONTOR_CHECK(is_number || (!rule.has_min() && !rule.has_max()));
    KONTOR_CHECK(is_amount || !rule.may_be_negative());
    // Presence tells "not said" from zero; without it, "required" could not be checked.
    KONTOR_CHECK(row.repeated || field->has_presence());

    if (row.kind == FieldKind::kString) row.max_bytes = MaxBytes(rule);
    if (row.repeated) row.max_items = rule.max_items() != 0 ? rule.max_items() : kMaxItems;
    if (is_number) {
      const Bounds widest = TypeBounds(row.kind);
      row.min = rule.has_min() ? rule.min() : widest.min;
      row.max = rule.has_max() ? rule.max() : widest.max;
    }
    if (has_fields) row.message = Read(field->message_type());
    return row;
  }

  static bool HasCheck(const FieldRules& row) {
    switch (row.kind) {
      case FieldKind::kInt32:
      case FieldKind::kInt64:
      case FieldKind::kUint32: {
        const Bounds widest = TypeBounds(row.kind);
        return row.required || row.min != widest.min || row.max != widest.max;
      }
      case FieldKind::kBool:
      case FieldKind::kEnum:
      case FieldKind::kTimestamp:
        return row.required;
      default:
        return true;
    }
  }

  std::deque<MessageRules>* all_;
  std::map<const Descriptor*, const MessageRules*> read_;
};

// Hands out the rows of a message by field number; in the end each must have been asked for, or a field that the
// accessors do not know goes unchecked.
class Rows {
 public:
  explicit Rows(const MessageRules* rules) : rules_(*rules) {}
  ~Rows() { KONTOR_CHECK(taken_ == rules_.fields.size()); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  FieldRules Take(int number) {
    for (const FieldRules& row : rules_.fields) {
      if (row.field->number() == number) {
        ++taken_;
        return row;
      }
    }
    KONTOR_CHECK(false && "the schema has no such field, or no rule for it");
    return {};
  }

 private:
  const MessageRules& rules_;
  size_t taken_ = 0;
};

}  // namespace

const RuleTables& RuleTables::Get() {
  static const RuleTables* const kTables = new RuleTables();
  return *kTables;
}

RuleTables::RuleTables() {
  using type::v1::Date;
  using type::v1::Decimal;
  using type::v1::Money;
  money_units = BoundsOf(Money::descriptor(), Money::kUnitsFieldNumber);
  money_nanos = BoundsOf(Money::descriptor(), Money::kNanosFieldNumber);
  const FieldRule& currency = RuleOf(FieldOf(Money::descriptor(), Money::kCurrencyCodeFieldNumber));
  KONTOR_CHECK(currency.required() && currency.format() == rule::v1::FORMAT_CURRENCY);
  decimal_units = BoundsOf(Decimal::descriptor(), Decimal::kUnitsFieldNumber);
  decimal_nanos = BoundsOf(Decimal::descriptor(), Decimal::kNanosFieldNumber);
  year = BoundsOf(Date::descriptor(), Date::kYearFieldNumber);
  month = BoundsOf(Date::descriptor(), Date::kMonthFieldNumber);
  day = BoundsOf(Date::descriptor(), Date::kDayFieldNumber);

  Reader reader(&messages_);
  {
    using event::v1::Event;
    const MessageRules* rules = reader.Read(Event::descriptor());
    event_reflection_ = rules->reflection;
    Rows rows(rules);
    envelope = {rows.Take(Event::kEventIdFieldNumber), rows.Take(Event::kSourceFieldNumber),
                rows.Take(Event::kAccountIdFieldNumber), rows.Take(Event::kOccurredAtFieldNumber),
                rows.Take(Event::kActorFieldNumber)};
    KONTOR_CHECK(rules->enums.size() == 1);  // capture
  }
  {
    using type::v1::EntityRef;
    Rows rows(reader.Read(EntityRef::descriptor()));
    entity_ref = {rows.Take(EntityRef::kIdFieldNumber), rows.Take(EntityRef::kNamespaceFieldNumber)};
  }
  {
    using type::v1::Line;
    Rows rows(reader.Read(Line::descriptor()));
    line = {rows.Take(Line::kProductFieldNumber),      rows.Take(Line::kDescriptionFieldNumber),
            rows.Take(Line::kQuantityFieldNumber),     rows.Take(Line::kListPriceFieldNumber),
            rows.Take(Line::kChargedPriceFieldNumber), rows.Take(Line::kUnitCostFieldNumber)};
  }
  const Descriptor* event = event::v1::Event::descriptor();
  const auto* oneof = event->FindOneofByName("body");
  KONTOR_CHECK(oneof != nullptr);
  for (int i = 0; i < oneof->field_count(); ++i) {
    const FieldDescriptor* field = oneof->field(i);
    const auto number = static_cast<size_t>(field->number());
    if (bodies_.size() <= number) bodies_.resize(number + 1);
    bodies_[number] = {field, reader.Read(field->message_type()),
                       field->message_type()->file() == event::v1::AccountsMerged::descriptor()->file()};
  }
}

}  // namespace kontor
