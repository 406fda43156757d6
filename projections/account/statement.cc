#include "projections/account/statement.h"

#include <algorithm>
#include <cstring>
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

template <typename T>
std::strong_ordering CompareLists(std::span<const T> a, std::span<const T> b) {
  return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
}

// Nothing orders before everything. (In 128 bits GCC 12 finds no <=> for std::optional.)
std::strong_ordering CompareAmounts(const std::optional<Nanos>& a, const std::optional<Nanos>& b) {
  if (!a || !b) return a.has_value() <=> b.has_value();
  return *a < *b ? std::strong_ordering::less : *a > *b ? std::strong_ordering::greater : std::strong_ordering::equal;
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

bool Decode(ByteReader* reader, Arena* arena, Statement* s) {
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
    if (count > reader->rest().size()) return false;
    const std::span<StatedAllocation> allocations = arena->AllocateSpan<StatedAllocation>(count);
    for (StatedAllocation& allocation : allocations) {
      allocation.ref = reader->String();
      allocation.amount = reader->Signed128();
    }
    s->allocations = allocations;
  }
  if (mask & kHasFields) {
    const uint64_t count = reader->Varint();
    if (count > reader->rest().size()) return false;
    const std::span<StatedField> fields = arena->AllocateSpan<StatedField>(count);
    for (StatedField& field : fields) {
      field.number = static_cast<int32_t>(reader->Varint());
      field.value = reader->String();
    }
    s->fields = fields;
  }
  return reader->ok();
}

}  // namespace

std::strong_ordering Statement::operator<=>(const Statement& other) const {
  if (const auto order = at <=> other.at; order != 0) return order;
  if (const auto order = source <=> other.source; order != 0) return order;
  if (const auto order = event_id <=> other.event_id; order != 0) return order;
  if (const auto order = kind <=> other.kind; order != 0) return order;
  if (const auto order = origin <=> other.origin; order != 0) return order;
  if (const auto order = currency <=> other.currency; order != 0) return order;
  if (const auto order = CompareAmounts(amount, other.amount); order != 0) return order;
  if (const auto order = CompareAmounts(net, other.net); order != 0) return order;
  if (const auto order = CompareAmounts(discount, other.discount); order != 0) return order;
  if (const auto order = CompareAmounts(cost, other.cost); order != 0) return order;
  if (const auto order = CompareAmounts(recurring, other.recurring); order != 0) return order;
  if (const auto order = recurring_currency <=> other.recurring_currency; order != 0) return order;
  if (const auto order = day <=> other.day; order != 0) return order;
  if (const auto order = day_to <=> other.day_to; order != 0) return order;
  if (const auto order = number <=> other.number; order != 0) return order;
  if (const auto order = flag <=> other.flag; order != 0) return order;
  if (const auto order = ref <=> other.ref; order != 0) return order;
  if (const auto order = CompareLists(allocations, other.allocations); order != 0) return order;
  return CompareLists(fields, other.fields);
}

std::string EntityName(const EntityRef& entity) {
  std::string name(KindName(entity.kind));
  name += ' ';
  if (!entity.name_space.empty()) name.append(entity.name_space).append("/");
  return name.append(entity.id);
}

std::string_view EntityRefText(std::string_view name_space, std::string_view id, Arena* arena) {
  const size_t size = name_space.size() + 1 + id.size();
  char* text = arena->Allocate(size, 1);
  char* end = std::copy(name_space.begin(), name_space.end(), text);
  *end++ = kRefSeparator;
  std::copy(id.begin(), id.end(), end);
  return {text, size};
}

EntityRef EntityOfRefText(EntityKind kind, std::string_view ref_text) {
  const size_t split = ref_text.find(kRefSeparator);
  return {kind, ref_text.substr(0, split), ref_text.substr(split + 1)};
}

std::string_view OriginOf(const EntityRef& entity, Arena* arena) {
  const size_t size = 2 + entity.name_space.size() + entity.id.size();
  char* text = arena->Allocate(size, 1);
  *text = static_cast<char>(entity.kind);
  char* end = std::copy(entity.name_space.begin(), entity.name_space.end(), text + 1);
  *end++ = kRefSeparator;
  std::copy(entity.id.begin(), entity.id.end(), end);
  return {text, size};
}

EntityRef EntityOfOrigin(std::string_view origin) {
  return EntityOfRefText(static_cast<EntityKind>(origin.front()), origin.substr(1));
}

void EncodeStatements(std::span<const Statement> statements, std::string* bytes) {
  if (statements.empty()) return;
  ByteWriter writer(bytes);
  writer.Varint(statements.size());
  for (const Statement& statement : statements) Encode(statement, &writer);
}

bool DecodeStatements(std::string_view bytes, Arena* arena, Statements* statements) {
  if (bytes.empty()) return true;
  ByteReader reader(bytes);
  const uint64_t count = reader.Varint();
  if (!reader.ok() || count == 0 || count > bytes.size()) return false;
  const size_t first = statements->size();
  statements->resize(first + count);
  for (size_t i = first; i < statements->size(); ++i) {
    if (!Decode(&reader, arena, &(*statements)[i])) return false;
    if (i > first && (*statements)[i] < (*statements)[i - 1]) return false;
  }
  return reader.AtEnd();
}

}  // namespace kontor
