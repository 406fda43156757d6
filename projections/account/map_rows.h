// Rows in a map: the row store of tests.
#pragma once

#include <map>
#include <string>

#include "projections/account/row_store.h"

namespace kontor {

class MapRows final : public RowStore {
 public:
  const Row* Find(const RowKey& key) override {
    const auto found = rows_.find(key.bytes());
    return found == rows_.end() || IsEmpty(found->second) ? nullptr : &found->second;
  }
  EntityRow& MutableEntity(const RowKey& key) override {
    return std::get<EntityRow>(rows_.try_emplace(key.bytes(), EntityRow()).first->second);
  }
  MonthRow& MutableMonth(const RowKey& key) override {
    return std::get<MonthRow>(rows_.try_emplace(key.bytes(), MonthRow()).first->second);
  }

  // What a view store would hold: every row that is not empty.
  std::map<std::string, std::string> Bytes() const {
    std::map<std::string, std::string> bytes;
    for (const auto& [key, row] : rows_) {
      if (!IsEmpty(row)) bytes.emplace(key, EncodeRow(row));
    }
    return bytes;
  }
  // As after a restart: rows from their bytes.
  static MapRows FromBytes(const std::map<std::string, std::string>& bytes) {
    MapRows rows;
    for (const auto& [key, value] : bytes) rows.rows_.emplace(key, *DecodeRow(key, value));
    return rows;
  }

  const std::map<std::string, Row>& rows() const { return rows_; }

 private:
  std::map<std::string, Row> rows_;
};

}  // namespace kontor
