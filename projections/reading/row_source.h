// Where a reading takes rows from: one consistent version of an account, as a shard published it. Rows come as bytes
// (STATE.md): what is only added up need not be decoded.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "projections/account/row_store.h"

namespace kontor {

// Threads: one at a time.
class RowSource {
 public:
  virtual ~RowSource() = default;
  // Nothing where there is none.
  virtual Result<std::optional<std::string>> Find(const RowKey& key) const = 0;
  // Every row whose key starts with the prefix and is not below `from`, in key order. Key and bytes live for the call.
  using VisitRow = std::function<void(std::string_view key, std::string_view bytes)>;
  virtual Status Scan(const std::string& prefix, const std::string& from, const VisitRow& visit) const = 0;
};

// Rows that a reading changes for itself, over rows that it only reads. What it changes nobody else sees.
//
// A row that cannot be read is remembered in status() and looks as if it were not there: check status() at the end.
class ScratchRows final : public RowStore {
 public:
  explicit ScratchRows(const RowSource* under) : under_(under) {}

  std::string_view Find(std::string_view key) override;
  void Put(std::string_view key, std::string_view bytes) override;
  void AddToMonth(const AccountId& account, Day day, const TallyRef& key, Int128 amount) override;
  void Broken(std::string_view key) override;
  bool failed() const override { return !status_.ok(); }

  // Null where there is none. Good until the row changes.
  const Row* FindRow(const RowKey& key);

  // As RowSource's, changed rows as changed.
  void Scan(const std::string& prefix, const std::string& from, const RowSource::VisitRow& visit);
  // The measures whose tallies differ from what lies under, in rising order.
  std::vector<Measure> ChangedMeasures();
  const Status& status() const { return status_; }

 private:
  const RowSource* under_;
  std::map<std::string, Row, std::less<>> changed_;
  std::map<std::string, std::optional<Row>, std::less<>> read_;
  Status status_;
};

}  // namespace kontor
