#include "projections/account/rows.h"

#include <algorithm>

#include "engine/base/check.h"

namespace kontor {
namespace {

// Tables, as they stand in keys behind the account. Stored: never change.
constexpr char kHeadTable = 'a';
constexpr char kEntityTable = 'e';
constexpr char kMonthTable = 'm';

// Ids hold no control characters (a bound of the schema), so 0x00 ends them and keys order as ids do.
std::string Prefix(const AccountId& account, char table) {
  std::string key = account.value();
  key.push_back('\0');
  key.push_back(table);
  return key;
}

// Months order as bytes do once the sign bit is turned over.
uint32_t MonthBits(Month month) { return static_cast<uint32_t>(month.value()) ^ 0x8000'0000U; }

}  // namespace

void EntityRow::Insert(Statement statement) {
  const auto at = std::lower_bound(statements.begin(), statements.end(), statement);
  statements.insert(at, std::move(statement));
}

void EntityRow::Remove(const Statement& statement) {
  const auto at = std::lower_bound(statements.begin(), statements.end(), statement);
  KONTOR_CHECK(at != statements.end() && *at == statement);
  statements.erase(at);
}

void MonthRow::Add(Day day, const TallyKey& key, Int128 amount) {
  auto at = std::lower_bound(days.begin(), days.end(), day,
                             [](const DayTally& entry, Day wanted) { return entry.day < wanted; });
  if (at == days.end() || at->day != day) at = days.insert(at, {day, {}});
  at->tally.Add(key, amount);
  if (at->tally.empty()) days.erase(at);
}

bool IsEmpty(const Row& row) {
  return std::visit([](const auto& x) { return x.empty(); }, row);
}

RowKey RowKey::Head(const AccountId& account) { return RowKey(Prefix(account, kHeadTable)); }

RowKey RowKey::Entity(const AccountId& account, const EntityKey& entity) {
  std::string key = EntityPrefix(account, entity.kind);
  key += entity.name_space;
  key.push_back('\0');
  return RowKey(std::move(key.append(entity.id)));
}

RowKey RowKey::OfMonth(const AccountId& account, Month month) {
  std::string key = MonthPrefix(account);
  ByteWriter(&key).BigEndian32(MonthBits(month));
  return RowKey(std::move(key));
}

std::string RowKey::AccountPrefix(const AccountId& account) {
  std::string key = account.value();
  key.push_back('\0');
  return key;
}

std::string RowKey::EntityPrefix(const AccountId& account, EntityKind kind) {
  std::string key = Prefix(account, kEntityTable);
  key.push_back(static_cast<char>(kind));
  return key;
}

std::string RowKey::MonthPrefix(const AccountId& account) { return Prefix(account, kMonthTable); }

std::string RowKey::AfterAccount(const AccountId& account) {
  std::string key = account.value();
  key.push_back('\1');
  return key;
}

std::optional<ParsedRowKey> ParseRowKey(std::string_view bytes) {
  const size_t end = bytes.find('\0');
  if (end == std::string_view::npos || end + 1 >= bytes.size()) return std::nullopt;
  ParsedRowKey parsed;
  parsed.account = AccountId(std::string(bytes.substr(0, end)));
  std::string_view rest = bytes.substr(end + 2);
  switch (bytes[end + 1]) {
    case kHeadTable:
      if (!rest.empty()) return std::nullopt;
      parsed.head = true;
      return parsed;
    case kEntityTable: {
      const size_t split = rest.find('\0', 1);
      if (rest.empty() || split == std::string_view::npos) return std::nullopt;
      parsed.entity = EntityKey{static_cast<EntityKind>(rest[0]), std::string(rest.substr(1, split - 1)),
                                std::string(rest.substr(split + 1))};
      return parsed;
    }
    case kMonthTable: {
      if (rest.size() != 4) return std::nullopt;
      parsed.month = Month(static_cast<int32_t>(ByteReader(rest).BigEndian32() ^ 0x8000'0000U));
      return parsed;
    }
    default:
      return std::nullopt;
  }
}

std::string EncodeRow(const Row& row) {
  std::string bytes;
  ByteWriter writer(&bytes);
  if (const auto* entity = std::get_if<EntityRow>(&row)) {
    writer.Varint(entity->statements.size());
    for (const Statement& statement : entity->statements) Encode(statement, &writer);
    return bytes;
  }
  const MonthRow& month = std::get<MonthRow>(row);
  writer.Varint(month.days.size());
  for (const DayTally& day : month.days) {
    writer.Signed(day.day.value());
    day.tally.Encode(&writer);
  }
  return bytes;
}

std::optional<Row> DecodeRow(std::string_view key, std::string_view bytes) {
  const std::optional<ParsedRowKey> parsed = ParseRowKey(key);
  if (!parsed) return std::nullopt;
  ByteReader reader(bytes);
  const uint64_t count = reader.Varint();
  if (!reader.ok() || count == 0 || count > bytes.size()) return std::nullopt;
  if (!parsed->month) {
    EntityRow row;
    row.statements.resize(count);
    for (Statement& statement : row.statements) {
      if (!Decode(&reader, &statement)) return std::nullopt;
    }
    if (!reader.AtEnd() || !std::is_sorted(row.statements.begin(), row.statements.end())) return std::nullopt;
    return row;
  }
  MonthRow row;
  row.days.resize(count);
  for (DayTally& day : row.days) {
    day.day = Day(static_cast<int32_t>(reader.Signed()));
    if (!day.tally.Decode(&reader) || day.tally.empty()) return std::nullopt;
  }
  if (!reader.ok() || !reader.AtEnd()) return std::nullopt;
  return row;
}

}  // namespace kontor
