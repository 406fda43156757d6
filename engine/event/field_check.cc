#include "engine/event/field_check.h"

#include <cstdlib>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/civil.h"
#include "engine/base/money.h"
#include "engine/event/rule_tables.h"

namespace kontor {
namespace {

using google::protobuf::Message;
using google::protobuf::Reflection;
using log::v1::RejectReason;
using type::v1::Date;
using type::v1::Decimal;
using type::v1::EntityRef;
using type::v1::Line;
using type::v1::Money;

bool HoldsControlCharacter(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    // U+0080 to U+009F.
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<uint8_t>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

// Whether one of the word's bytes is a control character, or the first byte of one that has two.
bool MayHoldControlCharacter(const char* bytes) {
  constexpr uint64_t kEach = 0x0101010101010101;
  constexpr uint64_t kHighBits = 0x80 * kEach;
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  const auto any_below = [](uint64_t x, uint64_t bound) { return (x - bound * kEach) & ~x & kHighBits; };
  return (any_below(word, 0x20) | any_below(word ^ (0x7f * kEach), 1) | any_below(word ^ (0xc2 * kEach), 1)) != 0;
}

bool HasControlCharacter(std::string_view text) {
  constexpr size_t kWord = sizeof(uint64_t);
  if (text.size() < kWord) return HoldsControlCharacter(text);
  bool may = MayHoldControlCharacter(text.data() + text.size() - kWord);
  for (size_t i = 0; i + kWord <= text.size(); i += kWord) may |= MayHoldControlCharacter(text.data() + i);
  return may && HoldsControlCharacter(text);
}

// Walks the tables over an event. Each check returns whether all is well; the first that is not leaves the rejection,
// and every level above it puts its own name before the path. Nothing is built while all is well.
class FieldCheck {
 public:
  FieldCheck(const RuleTables& tables, const event::v1::Event& event) : tables_(tables), event_(event) {}

  Rejection& rejection() { return rejection_; }

  bool EnvelopeKeeps(const event::v1::Event& event) {
    const EnvelopeRules& rules = tables_.envelope;
    return Keeps(rules.event_id, event.has_event_id(), event.event_id()) &&
           Keeps(rules.source, event.has_source(), event.source()) &&
           Keeps(rules.account_id, event.has_account_id(), event.account_id()) &&
           (event.has_occurred_at() || MayBeAbsent(rules.occurred_at)) &&
           Keeps(rules.actor, event.has_actor(), event.actor());
  }

  bool BodyKeeps(const event::v1::Event& event, const BodyRules& body) {
    return BodyFieldsKeep(event, body) || Under(body.field->name());
  }

  bool Reject(RejectReason reason, std::string_view field, std::string text) {
    rejection_ = {reason, std::string(field), std::move(text)};
    return false;
  }

 private:
  // Names the level above. Always false, to be returned.
  bool Under(std::string_view name) {
    rejection_.field.insert(0, 1, '.');
    rejection_.field.insert(0, name);
    return false;
  }

  bool MayBeAbsent(const FieldRules& field) {
    return !field.required ||
           Reject(log::v1::REJECT_REASON_MISSING_FIELD, field.field->name(), "missing; it is required");
  }

  template <typename T>
  bool Keeps(const FieldRules& field, bool present, const T& value) {
    return present ? ValueKeeps(field, value) : MayBeAbsent(field);
  }

  // Reflection takes most of the time that a check takes; so the bodies that most events have name their fields here,
  // those with a rule, in the order of their numbers.
  bool BodyFieldsKeep(const event::v1::Event& event, const BodyRules& body) {
    using event::v1::Event;
    const MessageRules& rules = *body.message;
    switch (event.body_case()) {
      case Event::kInteractionRecorded: {
        const auto& b = event.interaction_recorded();
        return RowsKeep(rules, Given{b.has_channel(), b.channel()}, Given{b.has_department(), b.department()},
                        b.participants(), Given{b.has_duration_seconds(), b.duration_seconds()},
                        Given{b.has_sentiment(), b.sentiment()}, Given{b.has_subject(), b.subject()});
      }
      case Event::kCommitmentMade: {
        const auto& b = event.commitment_made();
        return RowsKeep(rules, Given{b.has_commitment(), b.commitment()}, Given{b.has_due(), b.due()},
                        Given{b.has_department(), b.department()}, Given{b.has_subject(), b.subject()},
                        Given{b.has_contact(), b.contact()}, Given{b.has_deal(), b.deal()});
      }
      case Event::kInvoiceIssued: {
        const auto& b = event.invoice_issued();
        return RowsKeep(rules, Given{b.has_invoice(), b.invoice()}, Given{b.has_net(), b.net()},
                        Given{b.has_tax(), b.tax()}, Given{b.has_gross(), b.gross()}, Given{b.has_due(), b.due()},
                        Given{b.has_service_from(), b.service_from()}, Given{b.has_service_to(), b.service_to()},
                        Given{b.has_deal(), b.deal()}, b.lines());
      }
      case Event::kPaymentReceived: {
        const auto& b = event.payment_received();
        return RowsKeep(rules, Given{b.has_payment(), b.payment()}, Given{b.has_amount(), b.amount()}, b.allocations(),
                        Given{b.has_method(), b.method()});
      }
      case Event::kCostIncurred: {
        const auto& b = event.cost_incurred();
        return RowsKeep(rules, Given{b.has_kind(), b.kind()}, Given{b.has_amount(), b.amount()},
                        Given{b.has_department(), b.department()}, Given{b.has_deal(), b.deal()},
                        Given{b.has_note(), b.note()});
      }
      default:
        return MessageKeeps(rules, tables_.BodyOf(event, body));
    }
  }

  template <typename T>
  struct Given {
    Given(bool is_present, const T& its_value) : present(is_present), value(its_value) {}
    const bool present;
    const T& value;
  };

  // One field for each row. A field that gets a rule without being named is found at the first event.
  template <typename... Fields>
  bool RowsKeep(const MessageRules& rules, const Fields&... fields) {
    KONTOR_CHECK(rules.fields.size() == sizeof...(fields));
    const FieldRules* row = rules.fields.data();
    return (RowKeeps(*row++, fields) && ...);
  }
  template <typename T>
  bool RowKeeps(const FieldRules& row, const Given<T>& given) {
    return Keeps(row, given.present, given.value);
  }
  template <typename T>
  bool RowKeeps(const FieldRules& row, const google::protobuf::RepeatedPtrField<T>& elements) {
    if (!SizeKeeps(row, elements.size())) return false;
    for (int i = 0; i < elements.size(); ++i) {
      if (!InnerKeeps(row, elements[i])) return Under(fmt::format("{}[{}]", row.field->name(), i));
    }
    return true;
  }

  bool MessageKeeps(const MessageRules& rules, const Message& message) {
    for (const FieldRules& field : rules.fields) {
      if (field.repeated) {
        if (!RepeatedKeeps(field, rules.reflection, message)) return false;
      } else if (!rules.reflection->HasField(message, field.field)) {
        if (!MayBeAbsent(field)) return false;
      } else if (!FieldKeeps(field, rules.reflection, message)) {
        return false;
      }
    }
    return true;
  }

  bool FieldKeeps(const FieldRules& field, const Reflection* reflection, const Message& message) {
    switch (field.kind) {
      case FieldKind::kString: {
        std::string scratch;
        return ValueKeeps(field, reflection->GetStringReference(message, field.field, &scratch));
      }
      case FieldKind::kInt32:
        return ValueKeeps(field, int64_t{reflection->GetInt32(message, field.field)});
      case FieldKind::kInt64:
        return ValueKeeps(field, int64_t{reflection->GetInt64(message, field.field)});
      case FieldKind::kUint32:
        return ValueKeeps(field, int64_t{reflection->GetUInt32(message, field.field)});
      case FieldKind::kEnum:
        return EnumKeeps(field, reflection->GetEnumValue(message, field.field));
      case FieldKind::kMoney:
        return ValueKeeps(field, static_cast<const Money&>(reflection->GetMessage(message, field.field)));
      case FieldKind::kDecimal:
        return ValueKeeps(field, static_cast<const Decimal&>(reflection->GetMessage(message, field.field)));
      case FieldKind::kDate:
        return ValueKeeps(field, static_cast<const Date&>(reflection->GetMessage(message, field.field)));
      case FieldKind::kEntityRef:
      case FieldKind::kLine:
      case FieldKind::kMessage:
        return InnerKeeps(field, reflection->GetMessage(message, field.field)) || Under(field.field->name());
      case FieldKind::kBool:
      case FieldKind::kTimestamp:
        return true;  // presence was all
    }
    return true;
  }

  bool RepeatedKeeps(const FieldRules& field, const Reflection* reflection, const Message& message) {
    const int size = reflection->FieldSize(message, field.field);
    if (!SizeKeeps(field, size)) return false;
    for (int i = 0; i < size; ++i) {
      if (!InnerKeeps(field, reflection->GetRepeatedMessage(message, field.field, i))) {
        return Under(fmt::format("{}[{}]", field.field->name(), i));
      }
    }
    return true;
  }

  bool SizeKeeps(const FieldRules& field, int size) {
    if (size == 0) {
      return !field.required ||
             Reject(log::v1::REJECT_REASON_MISSING_FIELD, field.field->name(), "empty; at least one is required");
    }
    return size <= static_cast<int64_t>(field.max_items) ||
           OutOfBounds(field.field->name(), fmt::format("{} elements; at most {} are allowed", size, field.max_items));
  }

  bool InnerKeeps(const FieldRules& field, const Message& message) {
    switch (field.kind) {
      case FieldKind::kEntityRef:
        return EntityRefKeeps(static_cast<const EntityRef&>(message));
      case FieldKind::kLine:
        return LineKeeps(static_cast<const Line&>(message));
      default:
        return MessageKeeps(*field.message, message);
    }
  }

  bool EntityRefKeeps(const EntityRef& ref) {
    const EntityRefRules& rules = tables_.entity_ref;
    return Keeps(rules.id, ref.has_id(), ref.id()) && Keeps(rules.name_space, ref.has_namespace_(), ref.namespace_());
  }

  bool LineKeeps(const Line& line) {
    const LineRules& rules = tables_.line;
    return Keeps(rules.product, line.has_product(), line.product()) &&
           Keeps(rules.description, line.has_description(), line.description()) &&
           Keeps(rules.quantity, line.has_quantity(), line.quantity()) &&
           Keeps(rules.list_price, line.has_list_price(), line.list_price()) &&
           Keeps(rules.charged_price, line.has_charged_price(), line.charged_price()) &&
           Keeps(rules.unit_cost, line.has_unit_cost(), line.unit_cost());
  }

  bool EnumKeeps(const FieldRules& field, int value) {
    return value != 0 ||
           Reject(log::v1::REJECT_REASON_MISSING_FIELD, field.field->name(), "unspecified; a value is required");
  }

  template <typename T>
  requires std::is_enum_v<T>
  bool ValueKeeps(const FieldRules& field, T value) { return EnumKeeps(field, static_cast<int>(value)); }

  template <typename T>
  requires std::is_integral_v<T>
  bool ValueKeeps(const FieldRules& field, T number) {
    return NumberKeeps(field.field->name(), int64_t{number}, {field.min, field.max});
  }

  bool ValueKeeps(const FieldRules& field, const EntityRef& ref) {
    return EntityRefKeeps(ref) || Under(field.field->name());
  }

  bool ValueKeeps(const FieldRules& field, const std::string& text) {
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

  bool NumberKeeps(std::string_view name, int64_t number, Bounds bounds) {
    return bounds.Hold(number) ||
           OutOfBounds(name, fmt::format("{}; {} to {} is allowed", number, bounds.min, bounds.max));
  }

  bool ValueKeeps(const FieldRules& field, const Money& money) {
    return (CodeKeeps(money.currency_code()) && AmountKeeps(field, money, tables_.money_units, tables_.money_nanos)) ||
           Under(field.field->name());
  }

  bool ValueKeeps(const FieldRules& field, const Decimal& decimal) {
    return AmountKeeps(field, decimal, tables_.decimal_units, tables_.decimal_nanos) || Under(field.field->name());
  }

  bool CodeKeeps(const std::string& code) {
    if (!code.empty()) return CurrencyKeeps("currency_code", code);
    return Reject(log::v1::REJECT_REASON_MISSING_FIELD, "currency_code", "missing; it is required");
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

  bool ValueKeeps(const FieldRules& field, const Date& date) {
    const std::optional<Day> day = DayOf(date);
    if (!day) {
      if (!NumberKeeps("year", date.year(), tables_.year) || !NumberKeeps("month", date.month(), tables_.month) ||
          !NumberKeeps("day", date.day(), tables_.day)) {
        return Under(field.field->name());
      }
      return OutOfBounds(field.field->name(), fmt::format("{:04}-{:02}-{:02} is no day of the calendar", date.year(),
                                                          date.month(), date.day()));
    }
    // Figures spread over months: a day far off would make thousands. An occurred_at that is no instant is named later.
    const std::optional<Instant> occurred = InstantOf(event_.occurred_at());
    return !occurred || std::abs(*day - Zone::Utc().LocalDay(*occurred)) <= kDaysFromOccurred ||
           OutOfBounds(field.field->name(),
                       fmt::format("{}; more than 100 years (36,525 days) from the day of occurred_at", DayText(*day)));
  }

  bool OutOfBounds(std::string_view field, std::string text) {
    return Reject(log::v1::REJECT_REASON_OUT_OF_BOUNDS, field, std::move(text));
  }

  static constexpr int32_t kDaysFromOccurred = 36'525;

  const RuleTables& tables_;
  const event::v1::Event& event_;
  Rejection rejection_;
};

}  // namespace

std::optional<Rejection> CheckFields(const event::v1::Event& event) {
  const RuleTables& tables = RuleTables::Get();
  FieldCheck check(tables, event);
  if (!check.EnvelopeKeeps(event)) return std::move(check.rejection());
  const BodyRules* body = tables.body(event.body_case());
  if (body != nullptr) {
    if (!check.BodyKeeps(event, *body)) return std::move(check.rejection());
  } else if (event::v1::Event::GetReflection()->GetUnknownFields(event).empty()) {
    return Rejection{log::v1::REJECT_REASON_MISSING_FIELD, "body", "missing; an event states one fact"};
  }
  return std::nullopt;
}

}  // namespace kontor
