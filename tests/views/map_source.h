// Rows of a MapRows, to be read.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "projections/account/map_rows.h"
#include "projections/reading/row_source.h"

namespace kontor {

class MapSource final : public RowSource {
 public:
  explicit MapSource(const MapRows* rows) : rows_(rows) {}
  Result<std::optional<std::string>> Find(const RowKey& key) const override {
    const auto found = rows_->rows().find(key.bytes());
    if (found == rows_->rows().end() || IsEmpty(found->second)) return std::nullopt;
    return EncodeRow(found->second);
  }
  Status Scan(const std::string& prefix, const std::string& from, const VisitRow& visit) const override {
    for (auto at = rows_->rows().lower_bound(std::max(prefix, from));
         at != rows_->rows().end() && at->first.starts_with(prefix); ++at) {
      if (!IsEmpty(at->second)) visit(at->first, EncodeRow(at->second));
    }
    return OkStatus();
  }

 private:
  const MapRows* rows_;
};

}  // namespace kontor
