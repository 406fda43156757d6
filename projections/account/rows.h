// The rows that an account's state is made of, their keys and their bytes.
//
// A head row (what was said of the account itself), a row per entity, and a row per month with that month's tallies by
// local day. Small rows keep an event's cost the same on an account with a hundred events and with a million.
//
// Format: STATE.md beside this file. Rows are values: equal states have equal bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/civil.h"
#include "engine/base/ids.h"
#include "projections/account/statement.h"
#include "projections/account/tally.h"

namespace kontor {

// Raise it whenever the same log would fold to other bytes: views of another version are folded anew.
inline constexpr uint32_t kFoldVersion = 1;

// What was said of one thing, in the world's order. The head of an account is such a row too.
struct EntityRow {
  std::vector<Statement> statements;

  void Insert(Statement statement);
  // Requires: it is there.
  void Remove(const Statement& statement);
  bool empty() const { return statements.empty(); }
  bool operator==(const EntityRow&) const = default;
};

struct DayTally {
  Day day;
  Tally tally;
  bool operator==(const DayTally&) const = default;
};

// The days of one month of the reporting zone that anything is dated to.
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
  static RowKey Entity(const AccountId& account, const EntityKey& entity);
  static RowKey OfMonth(const AccountId& account, Month month);

  // Every row of the account, of its entities of one kind, of its months from one on.
  static std::string AccountPrefix(const AccountId& account);
  static std::string EntityPrefix(const AccountId& account, EntityKind kind);
  static std::string MonthPrefix(const AccountId& account);
  // The least key above every row of the account: where the next account begins.
  static std::string AfterAccount(const AccountId& account);

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
// Nothing where the bytes are no row of the key's table.
std::optional<Row> DecodeRow(std::string_view key, std::string_view bytes);

}  // namespace kontor
