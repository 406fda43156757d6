#include "projections/account/statement.h"

#include <utility>

namespace kontor {
namespace {

// Bits of the mask that says which members follow. Stored: never renumber.
enum : uint64_t {
  kHasOrigin = 1 << 0,
  kHasCurrency = 1 << 1,
  kHasAmount = 1 << 2,
  kHasNet = 1 << 3,
  kHasDiscount = 1 << 4,
  kHasCost = 1 << 5,
  kHasRecurring = 1 << 6,
  kHasDay = 1 << 7,
  kHasDayTo = 1 << 8,
  kHasNumber = 1 << 9,
  kHasFlag = 1 << 10,
  kHasRef = 1 << 11,
  kHasAllocations = 1 << 12,
  kHasFields = 1 << 13,
  kKnownBits = (1 << 14) - 1,
};

std::string_view KindName(EntityKind kind) {
  switch (kind) {
    case EntityKind::kDeal:
      return "deal";
    case EntityKind::kInvoice:
      return "invoice";
    case EntityKind::kCreditNote:
      return "credit note";
    case EntityKind::kPayment:
      return "payment";
    case EntityKind::kRefund:
      return "refund";
    case EntityKind::kCommitment:
      return "commitment";
    case EntityKind::kIssue:
      return "issue";
    case EntityKind::kTarget:
      return "target";
    case EntityKind::kVoid:
      return "event";
    case EntityKind::kMerge:
      return "merge of";
    case EntityKind::kRevert:
      return "merge";
    case EntityKind::kRate:
      return "rate";
    case EntityKind::kParameters:
      return "parameters";
  }
  return "entity";
}

}  // namespace

std::string EntityName(const EntityKey& key) {
  std::string name(KindName(key.kind));
  name += ' ';
  if (!key.name_space.empty()) name += key.name_space + "/";
  return name + key.id;
}

std::string EntityRefText(std::string_view name_space, std::string_view id) {
  std::string text(name_space);
  text += '\x1f';
  return text.append(id);
}

EntityKey EntityKeyOf(EntityKind kind, std::string_view ref_text) {
  const size_t split = ref_text.find('\x1f');
  return {kind, std::string(ref_text.substr(0, split)), std::string(ref_text.substr(split + 1))};
}

std::string OriginOf(const EntityKey& key) {
  return static_cast<char>(key.kind) + EntityRefText(key.name_space, key.id);
}

EntityKey EntityOfOrigin(std::string_view origin) {
  return EntityKeyOf(static_cast<EntityKind>(origin.front()), origin.substr(1));
}

void Encode(const Statement& s, ByteWriter* writer) {
  uint64_t mask = 0;
  const auto put = [&mask](bool present, uint64_t bit) { mask |= present ? bit : 0; };
  put(!s.origin.empty(), kHasOrigin);
  put(!s.currency.none(), kHasCurrency);
  put(s.amount.has_value(), kHasAmount);
  put(s.net != 0, kHasNet);
  put(s.discount != 0, kHasDiscount);
  put(s.cost != 0, kHasCost);
  put(s.recurring.has_value(), kHasRecurring);
  put(s.day.has_value(), kHasDay);
  put(s.day_to.has_value(), kHasDayTo);
  put(s.number != 0, kHasNumber);
  put(s.flag, kHasFlag);
  put(!s.ref.empty(), kHasRef);
  put(!s.allocations.empty(), kHasAllocations);
  put(!s.fields.empty(), kHasFields);

  writer->Signed(s.at.value());
  writer->String(s.source);
  writer->String(s.event_id);
  writer->Byte(static_cast<uint8_t>(s.kind));
  writer->Varint(mask);
  if (mask & kHasOrigin) writer->String(s.origin);
  if (mask & kHasCurrency) writer->Varint(s.currency.packed());
  if (mask & kHasAmount) writer->Signed128(*s.amount);
  if (mask & kHasNet) writer->Signed128(s.net);
  if (mask & kHasDiscount) writer->Signed128(s.discount);
  if (mask & kHasCost) writer->Signed128(s.cost);
  if (mask & kHasRecurring) {
    writer->Signed128(*s.recurring);
    writer->Varint(s.recurring_currency.packed());
  }
  if (mask & kHasDay) writer->Signed(s.day->value());
  if (mask & kHasDayTo) writer->Signed(s.day_to->value());
  if (mask & kHasNumber) writer->Signed(s.number);
  if (mask & kHasRef) writer->String(s.ref);
  if (mask & kHasAllocations) {
    writer->Varint(s.allocations.size());
    for (const StatedAllocation& allocation : s.allocations) {
      writer->String(allocation.ref);
      writer->Signed128(allocation.amount);
    }
  }
  if (mask & kHasFields) {
    writer->Varint(s.fields.size());
    for (const StatedField& field : s.fields) {
      writer->Varint(static_cast<uint64_t>(field.number));
      writer->String(field.value);
    }
  }
}

bool Decode(ByteReader* reader, Statement* s) {
  *s = Statement();
  s->at = Instant(reader->Signed());
  s->source = reader->String();
  s->event_id = reader->String();
  s->kind = static_cast<StatementKind>(reader->Byte());
  const uint64_t mask = reader->Varint();
  if (!reader->ok() || (mask & ~static_cast<uint64_t>(kKnownBits)) != 0) return false;
  const auto currency = [reader] { return Currency::FromPacked(static_cast<uint32_t>(reader->Varint())); };
  const auto day = [reader] { return Day(static_cast<int32_t>(reader->Signed())); };
  if (mask & kHasOrigin) s->origin = reader->String();
  if (mask & kHasCurrency) s->currency = currency();
  if (mask & kHasAmount) s->amount = reader->Signed128();
  if (mask & kHasNet) s->net = reader->Signed128();
  if (mask & kHasDiscount) s->discount = reader->Signed128();
  if (mask & kHasCost) s->cost = reader->Signed128();
  if (mask & kHasRecurring) {
    s->recurring = reader->Signed128();
    s->recurring_currency = currency();
  }
  if (mask & kHasDay) s->day = day();
  if (mask & kHasDayTo) s->day_to = day();
  if (mask & kHasNumber) s->number = reader->Signed();
  s->flag = (mask & kHasFlag) != 0;
  if (mask & kHasRef) s->ref = reader->String();
  if (mask & kHasAllocations) {
    const uint64_t count = reader->Varint();
    for (uint64_t i = 0; i < count && reader->ok(); ++i) {
      StatedAllocation& allocation = s->allocations.emplace_back();
      allocation.ref = reader->String();
      allocation.amount = reader->Signed128();
    }
  }
  if (mask & kHasFields) {
    const uint64_t count = reader->Varint();
    for (uint64_t i = 0; i < count && reader->ok(); ++i) {
      StatedField& field = s->fields.emplace_back();
      field.number = static_cast<int32_t>(reader->Varint());
      field.value = reader->String();
    }
  }
  return reader->ok();
}

}  // namespace kontor
