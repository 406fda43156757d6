#include "engine/event/validator.h"

#include <string>
#include <utility>

#include "engine/base/civil.h"
#include "engine/base/money.h"
#include "engine/event/body_rules.h"
#include "engine/event/rule_tables.h"

namespace kontor {
namespace {

using google::protobuf::Message;
using google::protobuf::Reflection;
using log::v1::RejectReason;
using type::v1::Date;

constexpr int64_t kDayMs = 86'400'000;
constexpr int64_t kOldestMs = 36'525 * kDayMs;  // 100 years
constexpr int64_t kNewestMs = 1 * kDayMs;

bool HasControlCharacter(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    // U+0080 to U+009F.
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<uint8_t>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

// Walks the tables over an event. Each check returns whether all is well; the first that is not leaves the rejection,
// and every level above it puts its own name before the path. Nothing is built while all is well.
class Walk {
 public:
  explicit Walk(const RuleTables& tables) : tables_(tables) {}

  Rejection& rejection() { return rejection_; }

  bool Keeps(const MessageRules& rules, const Message& message) {
    for (const FieldRules& field : rules.fields) {
      if (!FieldKeeps(field, rules.reflection, message)) return false;
    }
    return true;
  }

  bool Reject(RejectReason reason, std::string_view field, std::string text) {
    rejection_ = {reason, std::string(field), std::move(text)};
    return false;
  }

  // Names the level above. Always false, to be returned.
  bool Under(std::string_view name) {
    rejection_.field.insert(0, 1, '.');
    rejection_.field.insert(0, name);
    return false;
  }

 private:
  bool FieldKeeps(const FieldRules& field, const Reflection* reflection, const Message& message) {
    if (field.repeated) return RepeatedKeeps(field, reflection, message);
    if (!reflection->HasField(message, field.field)) {
      return !field.required ||
             Reject(log::v1::REJECT_REASON_MISSING_FIELD, field.field->name(), "missing; it is required");
    }
    switch (field.kind) {
      case FieldKind::kString: {
        std::string scratch;
        return StringKeeps(field, reflection->GetStringReference(message, field.field, &scratch));
      }
      case FieldKind::kInt32:
        return NumberKeeps(field, reflection->GetInt32(message, field.field));
      case FieldKind::kInt64:
        return NumberKeeps(field, reflection->GetInt64(message, field.field));
      case FieldKind::kUint32:
        return NumberKeeps(field, reflection->GetUInt32(message, field.field));
      case FieldKind::kEnum:
        return reflection->GetEnumValue(message, field.field) != 0 ||
               Reject(log::v1::REJECT_REASON_MISSING_FIELD, field.field->name(), "unspecified; a value is required");
      case FieldKind::kMoney: {
        const auto& money = static_cast<const type::v1::Money&>(reflection->GetMessage(message, field.field));
        return MoneyKeeps(field, money) || Under(field.field->name());
      }
      case FieldKind::kDecimal: {
        const auto& decimal = static_cast<const type::v1::Decimal&>(reflection->GetMessage(message, field.field));
        return AmountKeeps(field, decimal, tables_.decimal_units, tables_.decimal_nanos) || Under(field.field->name());
      }
      case FieldKind::kDate:
        return DateKeeps(field, static_cast<const Date&>(reflection->GetMessage(message, field.field)));
      case FieldKind::kMessage:
        return Keeps(*field.message, reflection->GetMessage(message, field.field)) || Under(field.field->name());
      case FieldKind::kBool:
      case FieldKind::kTimestamp:
        return true;  // presence was all
    }
    return true;
  }

  bool RepeatedKeeps(const FieldRules& field, const Reflection* reflection, const Message& message) {
    const int size = reflection->FieldSize(message, field.field);
    if (size == 0) {
      return !field.required ||
             Reject(log::v1::REJECT_REASON_MISSING_FIELD, field.field->name(), "empty; at least one is required");
    }
    if (size > static_cast<int64_t>(field.max_items)) {
      return OutOfBounds(field.field->name(),
                         fmt::format("{} elements; at most {} are allowed", size, field.max_items));
    }
    for (int i = 0; i < size; ++i) {
      if (!Keeps(*field.message, reflection->GetRepeatedMessage(message, field.field, i))) {
        return Under(fmt::format("{}[{}]", field.field->name(), i));
      }
    }
    return true;
  }

  bool StringKeeps(const FieldRules& field, const std::string& text) {
    switch (field.format) {
      case rule::v1::FORMAT_CURRENCY:
        return CurrencyKeeps(field.field->name(), text);
      case rule::v1::FORMAT_ID:
      case rule::v1::FORMAT_NAME:
        if (text.empty()) {
          return OutOfBounds(field.field->name(), fmt::format("empty; 1 to {} bytes are expected", field.max_bytes));
        }
        if (HasControlCharacter(text)) {
          return OutOfBounds(field.field->name(), "holds a control character; none is allowed");
        }
        break;
      default:
        break;
    }
    return text.size() <= field.max_bytes ||
           OutOfBounds(field.field->name(),
                       fmt::format("{} bytes; at most {} are allowed", text.size(), field.max_bytes));
  }

  bool CurrencyKeeps(std::string_view name, const std::string& code) {
    return IsIso4217(code) || OutOfBounds(name, "no active ISO 4217 code in capitals, such as EUR");
  }

  bool NumberKeeps(const FieldRules& field, int64_t number) {
    return NumberKeeps(field.field->name(), number, {field.min, field.max});
  }

  bool NumberKeeps(std::string_view name, int64_t number, Bounds bounds) {
    return bounds.Hold(number) ||
           OutOfBounds(name, fmt::format("{}; {} to {} is allowed", number, bounds.min, bounds.max));
  }

  bool MoneyKeeps(const FieldRules& field, const type::v1::Money& money) {
    if (money.currency_code().empty()) {
      return Reject(log::v1::REJECT_REASON_MISSING_FIELD, "currency_code", "missing; it is required");
    }
    return CurrencyKeeps("currency_code", money.currency_code()) &&
           AmountKeeps(field, money, tables_.money_units, tables_.money_nanos);
  }

  // The shape that Money and Decimal share.
  template <typename Amount>
  bool AmountKeeps(const FieldRules& field, const Amount& amount, Bounds units, Bounds nanos) {
    if (!NumberKeeps("units", amount.units(), units) || !NumberKeeps("nanos", amount.nanos(), nanos)) return false;
    if ((amount.units() > 0 && amount.nanos() < 0) || (amount.units() < 0 && amount.nanos() > 0)) {
      return OutOfBounds("nanos", "of another sign than units");
    }
    if (field.may_be_negative || (amount.units() >= 0 && amount.nanos() >= 0)) return true;
    return OutOfBounds(amount.units() < 0 ? "units" : "nanos",
                       fmt::format("{}; zero or more is allowed here", DecimalText(NanosOf(amount))));
  }

  bool DateKeeps(const FieldRules& field, const Date& date) {
    if (DayOf(date)) return true;
    if (!NumberKeeps("year", date.year(), tables_.year) || !NumberKeeps("month", date.month(), tables_.month) ||
        !NumberKeeps("day", date.day(), tables_.day)) {
      return Under(field.field->name());
    }
    return OutOfBounds(field.field->name(), fmt::format("{:04}-{:02}-{:02} is no day of the calendar", date.year(),
                                                        date.month(), date.day()));
  }

  bool OutOfBounds(std::string_view field, std::string text) {
    return Reject(log::v1::REJECT_REASON_OUT_OF_BOUNDS, field, std::move(text));
  }

  const RuleTables& tables_;
  Rejection rejection_;
};

bool InstantKeeps(const event::v1::Event& event, const RawRecord& record, Walk* walk) {
  const auto impossible = [&](std::string text) {
    return walk->Reject(log::v1::REJECT_REASON_IMPOSSIBLE_INSTANT, "occurred_at", std::move(text));
  };
  const std::optional<Instant> occurred = InstantOf(event.occurred_at());
  if (!occurred) return impossible("no instant; nanos are 0 to 999,999,999 and the year is 1678 to 2261");
  if (record.timestamp_type == log::v1::TIMESTAMP_TYPE_UNSPECIFIED) return true;
  // In 128 bits: a record's timestamp may be any 64-bit number of milliseconds.
  constexpr Int128 kNanosPerMs = 1'000'000;
  const Int128 distance = static_cast<Int128>(occurred->value()) - record.timestamp_ms * kNanosPerMs;
  if (distance < -kOldestMs * kNanosPerMs) {
    return impossible("more than 100 years (36,525 days) before the record's timestamp");
  }
  if (distance > kNewestMs * kNanosPerMs) return impossible("more than 1 day after the record's timestamp");
  return true;
}

// Whether the record came on the topic, for the account, with the key and on the partition where it belongs.
bool PlaceKeeps(const event::v1::Event& event, const BodyRules* body, const RawRecord& record,
                const IntakeContext& context, Walk* walk) {
  // A body that is not known may belong on either.
  if (body != nullptr && event.body_case() != event::v1::Event::kEventVoided &&
      body->reference != (context.role == TopicRole::kReference)) {
    return walk->Reject(log::v1::REJECT_REASON_WRONG_TOPIC, body->field->name(),
                        body->reference ? "it belongs on the reference topic" : "it belongs on the events topic");
  }
  if (context.role == TopicRole::kReference) {
    return !event.has_account_id() || walk->Reject(log::v1::REJECT_REASON_OUT_OF_BOUNDS, "account_id",
                                                   "present; events of the reference topic have no account");
  }
  if (!event.has_account_id()) {
    return walk->Reject(log::v1::REJECT_REASON_MISSING_FIELD, "account_id", "missing; it is required");
  }
  if (!record.key)
    return walk->Reject(log::v1::REJECT_REASON_WRONG_KEY, "", "the record has no key; the key is account_id");
  if (*record.key != event.account_id()) {
    return walk->Reject(log::v1::REJECT_REASON_WRONG_KEY, "", "the record's key is not account_id");
  }
  const Partition home = PartitionOf(context.partitioner, *record.key, context.partition_count);
  if (home != context.partition) {
    return walk->Reject(
        log::v1::REJECT_REASON_WRONG_PARTITION, "",
        fmt::format("the record came on partition {}; {} puts its key on partition {} of {}", context.partition.value(),
                    PartitionerName(context.partitioner), home.value(), context.partition_count));
  }
  return true;
}

bool AllKeeps(const event::v1::Event& event, const RawRecord& record, const IntakeContext& context, Walk* walk) {
  const RuleTables& tables = RuleTables::Get();
  if (!walk->Keeps(tables.envelope(), event)) return false;
  const BodyRules* body = tables.body(event.body_case());
  if (body == nullptr && tables.envelope().reflection->GetUnknownFields(event).empty()) {
    return walk->Reject(log::v1::REJECT_REASON_MISSING_FIELD, "body", "missing; an event states one fact");
  }
  if (body != nullptr) {
    const Message& message = tables.envelope().reflection->GetMessage(event, body->field);
    if (!walk->Keeps(*body->message, message)) return walk->Under(body->field->name());
  }
  if (!InstantKeeps(event, record, walk)) return false;
  if (auto broken = CheckBody(event)) {
    walk->rejection() = *std::move(broken);
    return false;
  }
  return PlaceKeeps(event, body, record, context, walk);
}

}  // namespace

std::optional<Rejection> Validate(const event::v1::Event& event, const RawRecord& record,
                                  const IntakeContext& context) {
  Walk walk(RuleTables::Get());
  if (AllKeeps(event, record, context, &walk)) return std::nullopt;
  return std::move(walk.rejection());
}

TopicRole TopicOf(const event::v1::Event& event) {
  const BodyRules* body = RuleTables::Get().body(event.body_case());
  if (body == nullptr) return event.has_account_id() ? TopicRole::kEvents : TopicRole::kReference;
  if (event.body_case() == event::v1::Event::kEventVoided) {
    return event.has_account_id() ? TopicRole::kEvents : TopicRole::kReference;
  }
  return body->reference ? TopicRole::kReference : TopicRole::kEvents;
}

}  // namespace kontor
