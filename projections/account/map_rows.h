// Rows in a map: the row store of tests.
#pragma once

#include <map>
#include <string>

#include "engine/base/check.h"
#include "projections/account/row_store.h"

namespace kontor {

class MapRows final : public RowStore {
 public:
  MapRows() = default;
  MapRows(const MapRows& other) : rows_(other.rows_) {}
  MapRows& operator=(const MapRows& other) {
    rows_ = other.rows_;
    return *this;
  }

  std::string_view Find(std::string_view key) override {
    const auto found = rows_.find(key);
    return found == rows_.end() ? std::string_view() : memory().arena.Copy(EncodeRow(found->second));
  }
  void Put(std::string_view key, std::string_view bytes) override {
    if (bytes.empty()) {
      rows_.erase(std::string(key));
    } else {
      rows_.insert_or_assign(std::string(key), *DecodeRow(key, bytes));
    }
  }
  void AddToMonth(const AccountId& account, Day day, const TallyRef& key, Int128 amount) override {
    const std::string row_key = RowKey::OfMonth(account, MonthOf(day)).bytes();
    auto& row = std::get<MonthRow>(rows_.try_emplace(row_key, MonthRow()).first->second);
    row.Add(day, key.Key(), amount);
    if (row.empty()) rows_.erase(row_key);
  }
  void Broken(std::string_view) override { KONTOR_CHECK(false); }
  bool failed() const override { return false; }

  // What a view store would hold.
  std::map<std::string, std::string> Bytes() const {
    std::map<std::string, std::string> bytes;
    for (const auto& [key, row] : rows_) bytes.emplace(key, EncodeRow(row));
    return bytes;
  }
  // As after a restart: rows from their bytes.
  static MapRows FromBytes(const std::map<std::string, std::string>& bytes) {
    MapRows rows;
    for (const auto& [key, value] : bytes) rows.rows_.emplace(key, *DecodeRow(key, value));
    return rows;
  }

  const std::map<std::string, Row, std::less<>>& rows() const { return rows_; }

 private:
  std::map<std::string, Row, std::less<>> rows_;
};

}  // namespace kontor
