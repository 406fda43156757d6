#include "projections/reading/row_source.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/base/check.h"

namespace kontor {

const Row* ScratchRows::FindRow(const RowKey& key) {
  const auto changed = changed_.find(key.bytes());
  if (changed != changed_.end()) return IsEmpty(changed->second) ? nullptr : &changed->second;
  auto read = read_.find(key.bytes());
  if (read == read_.end()) {
    const Result<std::optional<std::string>> bytes = under_->Find(key);
    std::optional<Row> row;
    if (!bytes.ok()) {
      status_.Update(bytes.status());
    } else if (*bytes) {
      row = DecodeRow(key.bytes(), **bytes);
      if (!row) Broken(key.bytes());
    }
    read = read_.emplace(key.bytes(), std::move(row)).first;
  }
  return read->second ? &*read->second : nullptr;
}

std::string_view ScratchRows::Find(std::string_view key) {
  const Row* row = FindRow(RowKey::OfBytes(std::string(key)));
  return row == nullptr ? std::string_view() : memory().arena.Copy(EncodeRow(*row));
}

void ScratchRows::Put(std::string_view key, std::string_view bytes) {
  std::optional<Row> row = bytes.empty() ? Row(EntityRow()) : DecodeRow(key, bytes);
  KONTOR_CHECK(row);
  changed_.insert_or_assign(std::string(key), *std::move(row));
}

void ScratchRows::AddToMonth(const AccountId& account, Day day, const TallyRef& key, Int128 amount) {
  const RowKey row_key = RowKey::OfMonth(account, MonthOf(day));
  auto changed = changed_.find(row_key.bytes());
  if (changed == changed_.end()) {
    const Row* row = FindRow(row_key);
    changed = changed_.emplace(row_key.bytes(), row == nullptr ? Row(MonthRow()) : *row).first;
  }
  std::get<MonthRow>(changed->second).Add(day, key.Key(), amount);
}

void ScratchRows::Broken(std::string_view) { status_.Update(NoRow()); }

std::vector<Measure> ScratchRows::ChangedMeasures() {
  std::set<Measure> changed;
  for (const auto& [key, row] : changed_) {
    const auto* month = std::get_if<MonthRow>(&row);
    if (month == nullptr) continue;
    std::map<Day, Tally> difference;
    for (const DayTally& day : month->days) difference[day.day].Add(day.tally, 1);
    const auto under = read_.find(key);
    if (under != read_.end() && under->second) {
      for (const DayTally& day : std::get<MonthRow>(*under->second).days) difference[day.day].Add(day.tally, -1);
    }
    for (const auto& [day, tally] : difference) {
      for (const TallyEntry& entry : tally.entries()) changed.insert(entry.key.measure);
    }
  }
  return {changed.begin(), changed.end()};
}

void ScratchRows::Scan(const std::string& prefix, const std::string& from, const RowSource::VisitRow& visit) {
  auto changed = changed_.lower_bound(std::max(prefix, from));
  const auto inside = [&prefix](std::string_view key) { return key.substr(0, prefix.size()) == prefix; };
  const auto visit_changed = [&](std::string_view before) {
    for (; changed != changed_.end() && inside(changed->first) && (before.empty() || changed->first < before);
         ++changed) {
      if (!IsEmpty(changed->second)) visit(changed->first, EncodeRow(changed->second));
    }
  };
  status_.Update(under_->Scan(prefix, from, [&](std::string_view key, std::string_view bytes) {
    visit_changed(key);
    if (changed != changed_.end() && changed->first == key) return;  // visited next, as changed
    visit(key, bytes);
  }));
  visit_changed({});
}

}  // namespace kontor
