#include "engine/shard/account_overlay.h"

#include <algorithm>
#include <iterator>

namespace kontor {
namespace {

bool KeyBelow(const std::shared_ptr<const KeyedRow>& row, std::string_view key) { return row->key.bytes() < key; }

// Of a key that both have, the newer row.
AccountOverlay::Rows MergeRows(AccountOverlay::Rows newer, const AccountOverlay::Rows& older) {
  if (older.empty()) return newer;
  AccountOverlay::Rows merged;
  merged.reserve(newer.size() + older.size());
  auto a = newer.begin();
  auto b = older.begin();
  while (a != newer.end() && b != older.end()) {
    const int order = (*a)->key.bytes().compare((*b)->key.bytes());
    if (order == 0) ++b;
    merged.push_back(order <= 0 ? std::move(*a++) : *b++);
  }
  std::move(a, newer.end(), std::back_inserter(merged));
  std::copy(b, older.end(), std::back_inserter(merged));
  return merged;
}

AccountOverlay::Events MergeEvents(AccountOverlay::Events newer, const AccountOverlay::Events& older) {
  if (older.empty()) return newer;
  AccountOverlay::Events merged;
  merged.reserve(newer.size() + older.size());
  std::merge(newer.begin(), newer.end(), older.begin(), older.end(), std::back_inserter(merged));
  return merged;
}

}  // namespace

std::shared_ptr<const AccountOverlay> AccountOverlay::Over(std::shared_ptr<const AccountOverlay> older, Rows rows,
                                                           Events events) {
  auto run = std::make_shared<AccountOverlay>();
  run->rows_ = std::move(rows);
  run->events_ = std::move(events);
  while (older != nullptr && older->size() < 2 * run->size()) {
    run->rows_ = MergeRows(std::move(run->rows_), older->rows_);
    run->events_ = MergeEvents(std::move(run->events_), older->events_);
    older = older->older_;
  }
  run->older_ = std::move(older);
  return run;
}

std::shared_ptr<const KeyedRow> AccountOverlay::Find(std::string_view key) const {
  for (const AccountOverlay* run = this; run != nullptr; run = run->older_.get()) {
    const auto at = std::lower_bound(run->rows_.begin(), run->rows_.end(), key, KeyBelow);
    if (at != run->rows_.end() && (*at)->key.bytes() == key) return *at;
  }
  return nullptr;
}

AccountOverlay::Rows AccountOverlay::RowsFrom(std::string_view prefix, std::string_view from) const {
  Rows found;
  for (const AccountOverlay* run = this; run != nullptr; run = run->older_.get()) {
    const auto begin = std::lower_bound(run->rows_.begin(), run->rows_.end(), std::max(prefix, from), KeyBelow);
    const auto end = std::find_if_not(begin, run->rows_.end(), [prefix](const std::shared_ptr<const KeyedRow>& row) {
      return row->key.bytes().starts_with(prefix);
    });
    found = MergeRows(std::move(found), Rows(begin, end));
  }
  return found;
}

AccountOverlay::Events AccountOverlay::EventsFrom(Instant at, Position position) const {
  Events found;
  for (const AccountOverlay* run = this; run != nullptr; run = run->older_.get()) {
    const auto begin = std::lower_bound(run->events_.begin(), run->events_.end(), std::pair(at, position));
    found = MergeEvents(std::move(found), Events(begin, run->events_.end()));
  }
  return found;
}

}  // namespace kontor
