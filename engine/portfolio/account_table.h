// All accounts with what lists are ordered and filtered by, column by column in memory, and with what each adds to the
// totals.
//
// A list in the order of a figure is one walk over that figure's column that keeps the best places, so it costs memory
// bandwidth and no reading of views; what a page shows of its accounts is read anew.
//
// Of 10 events an account each takes 1.3 KB: 0.9 KB here, and its packed part; of a million accounts that is 1.3 GB.
//
// Ownership: none. Threads: Set, Erase and PartOf by one; List and size by any. A walk holds back whoever changes it.
// Figures:   64-bit floating point. Amounts that differ in the 16th digit only stand by id.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/money.h"
#include "engine/portfolio/column.h"
#include "engine/portfolio/figure_column.h"
#include "engine/portfolio/listed_figures.h"
#include "engine/portfolio/packed_part.h"
#include "kontor/view/v1/view.pb.h"

namespace kontor {

struct ListedAccount {
  std::string name;
  std::string segment;  // empty: not known, as those below
  std::string industry;
  std::string country;
  std::string manager;
  std::string currencies;  // codes, one behind the other: "EURUSD"
  ListedFigures figures;
};

// Of a view as RenderAccount gives it.
ListedAccount ListedAccountOf(const view::v1::AccountView& view, Currency reporting);

// A place in an order: by the figure, unknown ones last, then by id.
struct ListPlace {
  std::optional<double> figure;
  AccountId account;
  bool operator==(const ListPlace&) const = default;
};

struct ListWanted {
  std::optional<size_t> figure;  // an index of kListedFigures; not given: by id
  bool descending = false;       // of the figure; ids always rise
  std::optional<std::string> segment;
  std::optional<std::string> industry;
  std::optional<std::string> country;
  std::optional<std::string> manager;
  std::optional<std::string> currency;
  std::optional<std::string> text;
  std::optional<ListPlace> after;
  size_t count = 0;
};

class AccountTable {
 public:
  void Set(const AccountId& account, const ListedAccount& listed, PackedPart part);
  void Erase(const AccountId& account);
  // Null where the account is not listed. Good until it is changed.
  const PackedPart* PartOf(const AccountId& account) const;
  std::vector<AccountId> Accounts() const;
  size_t size() const;

  // The first so many behind the place, in order.
  std::vector<ListPlace> List(const ListWanted& wanted) const;

 private:
  static constexpr size_t kAttributes = 5;  // segment, industry, country, manager, currencies

  uint32_t WordOf(const std::string& text);

  mutable std::mutex mutex_;
  std::unordered_map<AccountId, size_t> rows_;
  // By row; one that goes is taken by the last.
  Column<const AccountId*> ids_;  // in rows_
  Column<std::string> names_;     // A to Z as a to z
  std::array<Column<uint32_t>, kAttributes> attributes_;
  std::array<FigureColumn, kListedFigures.size()> figures_;  // not a number: unknown
  Column<PackedPart> parts_;
  std::unordered_map<std::string, uint32_t> words_;  // what attributes hold or held, each once
};

}  // namespace kontor
