#include "projections/account/rows.h"

#include <algorithm>

#include "engine/base/check.h"
#include "projections/account/month_reader.h"

namespace kontor {
namespace {

// Tables, as they stand in keys behind the account. Stored: never change.
constexpr char kHeadTable = 'a';
constexpr char kEntityTable = 'e';
constexpr char kMonthTable = 'm';

// Ids hold no control characters (a bound of the schema), so 0x00 ends them and keys order as ids do.
void PutPrefix(std::string_view account, char table, std::string* key) {
  key->assign(account);
  key->push_back('\0');
  key->push_back(table);
}

std::string Prefix(const AccountId& account, char table) {
  std::string key;
  PutPrefix(account.value(), table, &key);
  return key;
}

// Months order as bytes do once the sign bit is turned over.
uint32_t MonthBits(Month month) { return static_cast<uint32_t>(month.value()) ^ 0x8000'0000U; }

}  // namespace

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

void RowKey::PutHead(std::string_view account, std::string* key) { PutPrefix(account, kHeadTable, key); }

void RowKey::PutEntity(std::string_view account, const EntityRef& entity, std::string* key) {
  PutPrefix(account, kEntityTable, key);
  key->push_back(static_cast<char>(entity.kind));
  key->append(entity.name_space);
  key->push_back('\0');
  key->append(entity.id);
}

void RowKey::PutMonth(std::string_view account, Month month, std::string* key) {
  PutPrefix(account, kMonthTable, key);
  ByteWriter(key).BigEndian32(MonthBits(month));
}

RowKey RowKey::Head(const AccountId& account) {
  std::string key;
  PutHead(account.value(), &key);
  return RowKey(std::move(key));
}

RowKey RowKey::Entity(const AccountId& account, const EntityRef& entity) {
  std::string key;
  PutEntity(account.value(), entity, &key);
  return RowKey(std::move(key));
}

RowKey RowKey::OfMonth(const AccountId& account, Month month) {
  std::string key;
  PutMonth(account.value(), month, &key);
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

bool IsMonthKey(std::string_view key) {
  const size_t end = key.find('\0');
  return end != std::string_view::npos && end + 1 < key.size() && key[end + 1] == kMonthTable;
}

std::optional<Month> MonthOfKey(std::string_view key) {
  const size_t rest = key.find('\0') + 2;  // behind account and table
  if (!IsMonthKey(key) || key.size() != rest + 4) return std::nullopt;
  return Month(static_cast<int32_t>(ByteReader(key.substr(rest)).BigEndian32() ^ 0x8000'0000U));
}

void EncodeMonth(const MonthRow& row, std::string* bytes) {
  if (row.empty()) return;
  ByteWriter writer(bytes);
  writer.Varint(row.days.size());
  for (const DayTally& day : row.days) {
    writer.Signed(day.day.value());
    day.tally.Encode(&writer);
  }
}

std::optional<MonthRow> DecodeMonth(std::string_view bytes) {
  MonthRow row;
  MonthReader days(bytes);
  while (days.Next()) {
    Tally& tally = row.days.emplace_back(DayTally{days.day(), {}}).tally;
    for (const TallyView& entry : days.entries()) tally.Add(entry.key.Key(), entry.amount);
  }
  if (!days.ok() || row.empty()) return std::nullopt;
  return row;
}

std::string EncodeRow(const Row& row) {
  std::string bytes;
  if (const auto* entity = std::get_if<EntityRow>(&row)) {
    EncodeStatements(entity->statements, &bytes);
  } else {
    EncodeMonth(std::get<MonthRow>(row), &bytes);
  }
  return bytes;
}

std::optional<Row> DecodeRow(std::string_view key, std::string_view bytes) {
  if (bytes.empty() || !ParseRowKey(key)) return std::nullopt;
  if (IsMonthKey(key)) return DecodeMonth(bytes);
  struct Memory {
    std::string bytes;
    Arena lists{256};
  };
  auto memory = std::make_shared<Memory>();
  memory->bytes = bytes;
  EntityRow row;
  if (!DecodeStatements(memory->bytes, &memory->lists, &row.statements)) return std::nullopt;
  row.memory = std::move(memory);
  return row;
}

// Whose it is stays untold: failures are logged, and logs name no account.
Status NoRow() { return DataLoss("a stored row is no row: rebuild the views from the log (kontor rebuild)"); }

}  // namespace kontor
