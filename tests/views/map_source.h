// Rows of a MapRows, to be read.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "projections/account/map_rows.h"
#include "projections/reading/row_source.h"

namespace kontor {

class MapSource final : public RowSource {
 public:
  explicit MapSource(const MapRows* rows) : rows_(rows) {}
  Result<std::shared_ptr<const Row>> Find(const RowKey& key) const override {
    const auto found = rows_->rows().find(key.bytes());
    if (found == rows_->rows().end() || IsEmpty(found->second)) return std::shared_ptr<const Row>();
    return std::make_shared<const Row>(found->second);
  }
  Status Scan(const std::string& prefix,
              const std::function<void(std::string_view key, const Row& row)>& visit) const override {
    for (auto at = rows_->rows().lower_bound(prefix); at != rows_->rows().end() && at->first.starts_with(prefix);
         ++at) {
      if (!IsEmpty(at->second)) visit(at->first, at->second);
    }
    return OkStatus();
  }

 private:
  const MapRows* rows_;
};

}  // namespace kontor
