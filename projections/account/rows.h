// The rows that an account's state is made of, their keys and their bytes.
//
// A head row (what was said of the account itself), a row per entity, and a row per month with that month's tallies by
// local day. Small rows keep an event's cost the same on an account with a hundred events and with a million.
//
// Format: STATE.md beside this file. Rows are values: equal states have equal bytes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/civil.h"
#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "projections/account/statement.h"
#include "projections/account/tally.h"

namespace kontor {

// Raise it whenever the same log would fold to other bytes: views of another version are folded anew.
inline constexpr uint32_t kFoldVersion = 3;

// What was said of one thing, in the world's order. The head of an account is such a row too.
struct EntityRow {
  Statements statements;
  std::shared_ptr<const void> memory{};  // what the statements view

  bool empty() const { return statements.empty(); }
  bool operator==(const EntityRow& other) const { return statements == other.statements; }
};

struct DayTally {
  Day day;
  Tally tally;
  bool operator==(const DayTally&) const = default;
};

// The days of one month of the reporting zone that anything is dated to. Rows of a month add up.
struct MonthRow {
  std::vector<DayTally> days;  // by day, none empty

  void Add(Day day, const TallyKey& key, Int128 amount);
  bool empty() const { return days.empty(); }
  bool operator==(const MonthRow&) const = default;
};

using Row = std::variant<EntityRow, MonthRow>;
bool IsEmpty(const Row& row);

// Which row. Keys order by account, then table, then the rest, as their bytes do.
class RowKey {
 public:
  static RowKey Head(const AccountId& account);
  static RowKey Entity(const AccountId& account, const EntityRef& entity);
  static RowKey OfMonth(const AccountId& account, Month month);

  // Every row of the account, of its entities of one kind, of its months from one on.
  static std::string AccountPrefix(const AccountId& account);
  static std::string EntityPrefix(const AccountId& account, EntityKind kind);
  static std::string MonthPrefix(const AccountId& account);
  // The least key above every row of the account: where the next account begins.
  static std::string AfterAccount(const AccountId& account);

  // Keys made in the memory that `key` has.
  static void PutHead(std::string_view account, std::string* key);
  static void PutEntity(std::string_view account, const EntityRef& entity, std::string* key);
  static void PutMonth(std::string_view account, Month month, std::string* key);

  // Requires: the bytes are those of a key.
  static RowKey OfBytes(std::string bytes) { return RowKey(std::move(bytes)); }
  const std::string& bytes() const { return bytes_; }
  bool operator==(const RowKey&) const = default;
  auto operator<=>(const RowKey&) const = default;

 private:
  explicit RowKey(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string bytes_;
};

// What a key says. Nothing where the bytes are no key.
struct ParsedRowKey {
  AccountId account;
  bool head = false;
  std::optional<EntityKey> entity;
  std::optional<Month> month;
};
std::optional<ParsedRowKey> ParseRowKey(std::string_view bytes);

std::string EncodeRow(const Row& row);
void EncodeMonth(const MonthRow& row, std::string* bytes);
std::optional<MonthRow> DecodeMonth(std::string_view bytes);
// Whether a key is that of a month's row, whose values add up; of all other rows the last value holds.
bool IsMonthKey(std::string_view key);
// The month of such a key; nothing of another one.
std::optional<Month> MonthOfKey(std::string_view key);
// Nothing where the bytes are no row of the key's table.
std::optional<Row> DecodeRow(std::string_view key, std::string_view bytes);
// DataLoss: what is said where stored bytes are no row.
Status NoRow();

}  // namespace kontor
