#include "engine/shard/account_version.h"

#include <algorithm>
#include <array>

#include "engine/base/check.h"

namespace kontor {
namespace {

// What was not committed of one row: an entity row as it is now, or what is added to a month.
struct Uncommitted {
  std::string_view key;
  std::string_view value;
  bool adds = false;
};

// A row's bytes, of what is stored and what is not committed; empty where it is not there. They stand where either
// does, or in `sum`.
Result<std::string_view> Compose(std::optional<std::string_view> stored, const Uncommitted* change, std::string* sum) {
  if (change == nullptr) return stored.value_or(std::string_view());
  if (!stored || !change->adds) return change->value;
  if (!AddMonthValues(std::array<std::string_view, 2>{*stored, change->value}, sum)) return NoRow();
  return std::string_view(*sum);
}

}  // namespace

void AccountVersion::ReadOverlay(std::string_view account, Overlay* overlay) const {
  overlay->read = true;
  MonthSum months;
  for (const Changes* layer : {layers_.changes.get(), layers_.committing.get()}) {
    const ChangedAccount* changed = layer == nullptr ? nullptr : layer->Find(account);
    if (changed == nullptr) continue;
    for (const Change* change = changed->newest.load(std::memory_order_acquire); change; change = change->older) {
      if (change->position >= position_) continue;
      months.Add(change->additions);
      if (change->is_event) overlay->events.emplace_back(change->at, change->position);
      for (const RowVersion* row = change->rows; row != nullptr; row = row->next) overlay->rows.push_back(row);
    }
  }
  months.Settle();
  std::string key;
  for (const MonthSum::Part& part : months.Months()) {
    RowKey::PutMonth(account, part.month, &key);
    months.Encode(part, &overlay->months[key]);
  }
}

AccountVersion::Overlay& AccountVersion::OverlayOf(std::string_view key) const {
  const bool unowned = key.starts_with('\0');
  const std::string& account = account_.value();
  KONTOR_CHECK(unowned || (key.size() > account.size() && key.starts_with(account) && key[account.size()] == '\0'));
  Overlay& overlay = unowned ? *unowned_ : *own_;
  if (!overlay.read) ReadOverlay(unowned ? std::string_view() : std::string_view(account), &overlay);
  return overlay;
}

const RowVersion* AccountVersion::LastOf(std::string_view key, Overlay* overlay) const {
  // Whoever asks for one row asks for few, unless it is a fold; then they are put in a table.
  if (key == RowKey::Head(account_).bytes()) {
    const auto last = std::ranges::find_if(overlay->rows, [key](const RowVersion* row) { return row->key() == key; });
    return last == overlay->rows.end() ? nullptr : *last;
  }
  if (overlay->by_key.empty()) {
    for (const RowVersion* row : overlay->rows) overlay->by_key.try_emplace(row->key(), row);
  }
  const auto last = overlay->by_key.find(key);
  return last == overlay->by_key.end() ? nullptr : last->second;
}

Result<std::optional<std::string>> AccountVersion::Find(std::string_view key) const {
  Overlay& overlay = OverlayOf(key);
  std::optional<Uncommitted> change;
  if (IsMonthKey(key)) {
    const auto added = overlay.months.find(std::string(key));
    if (added != overlay.months.end()) change = {key, added->second, true};
  } else if (const RowVersion* last = LastOf(key, &overlay)) {
    change = {key, last->value()};
  }
  std::optional<std::string> stored;
  if (!change || change->adds) {
    KONTOR_ASSIGN_OR_RETURN(stored, layers_.stored->Row(key));
  }
  std::string sum;
  KONTOR_ASSIGN_OR_RETURN(const std::string_view row, Compose(stored, change ? &*change : nullptr, &sum));
  return row.empty() ? std::nullopt : std::optional(std::string(row));
}

Status AccountVersion::ScanRows(std::string_view prefix, std::string_view from, const VisitRow& visit) const {
  Overlay& overlay = OverlayOf(prefix);
  from = std::max(prefix, from);
  std::vector<Uncommitted> changes;
  for (const RowVersion* row : overlay.rows) {
    if (row->key() >= from && row->key().starts_with(prefix)) changes.push_back({row->key(), row->value()});
  }
  const auto in_order = [](const Uncommitted& a, const Uncommitted& b) { return a.key < b.key; };
  // From the newest on, so the first of a key is the last written.
  std::ranges::stable_sort(changes, in_order);
  const auto same = [](const Uncommitted& a, const Uncommitted& b) { return a.key == b.key; };
  changes.erase(std::unique(changes.begin(), changes.end(), same), changes.end());
  const auto rows = static_cast<ptrdiff_t>(changes.size());
  for (auto month = overlay.months.lower_bound(std::string(from));
       month != overlay.months.end() && month->first.starts_with(prefix); ++month) {
    changes.push_back({month->first, month->second, true});
  }
  std::inplace_merge(changes.begin(), changes.begin() + rows, changes.end(), in_order);

  Status failure;
  std::string sum;
  auto change = changes.begin();
  // Returns whether to go on.
  const auto visit_one = [&](std::string_view key, std::optional<std::string_view> stored, bool changed) {
    const Result<std::string_view> row = Compose(stored, changed ? &*change : nullptr, &sum);
    if (!row.ok()) failure = row.status();
    return row.ok() && (row->empty() || visit(key, *row));
  };
  bool go_on = true;
  KONTOR_RETURN_IF_ERROR(layers_.stored->ScanRows(prefix, from, [&](std::string_view key, std::string_view bytes) {
    for (; go_on && change != changes.end() && change->key < key; ++change) {
      go_on = visit_one(change->key, std::nullopt, true);
    }
    if (!go_on) return false;
    const bool changed = change != changes.end() && change->key == key;
    go_on = visit_one(key, bytes, changed);
    if (changed) ++change;
    return go_on;
  }));
  for (; go_on && change != changes.end(); ++change) go_on = visit_one(change->key, std::nullopt, true);
  return failure;
}

void AccountVersion::AddSince(const Changes& changes, Position from, Since* since) const {
  const ChangedAccount* changed = changes.Find(account_.value());
  if (changed == nullptr) return;
  for (const Change* change = changed->newest.load(std::memory_order_acquire);
       change != nullptr && change->position >= from; change = change->older) {
    if (change->position >= position_) continue;
    since->months.Add(change->additions);
    if (change->is_event) since->last_event = std::max(since->last_event.value_or(change->at), change->at);
    for (const RowVersion* row = change->rows; row != nullptr; row = row->next) since->rows.push_back(row);
  }
}

std::optional<AccountVersion::Since> AccountVersion::ChangedSince(const Mark& mark) const {
  const std::shared_ptr<const Changes> at_mark = mark.changes.lock();
  const std::array layers = {layers_.committed.get(), layers_.committing.get(), layers_.changes.get()};
  auto layer = at_mark == nullptr ? layers.end() : std::ranges::find(layers, at_mark.get());
  if (layer == layers.end()) return std::nullopt;
  KONTOR_CHECK(mark.position <= position_);
  Since since;
  for (; layer != layers.end(); ++layer) {
    if (*layer != nullptr) AddSince(**layer, mark.position, &since);
  }
  since.months.Settle();
  return since;
}

Status AccountVersion::ScanEvents(Instant at, Position position,
                                  const std::function<bool(Instant, Position)>& visit) const {
  if (!own_->read) ReadOverlay(account_.value(), own_.get());
  if (!own_->events_sorted) std::ranges::sort(own_->events);
  own_->events_sorted = true;
  const std::vector<std::pair<Instant, Position>>& tail = own_->events;
  auto next = std::lower_bound(tail.begin(), tail.end(), std::pair(at, position));
  bool go_on = true;
  KONTOR_RETURN_IF_ERROR(
      layers_.stored->ScanEvents(account_, at, position, [&](Instant stored_at, Position stored_position) {
        const std::pair stored(stored_at, stored_position);
        for (; go_on && next != tail.end() && *next < stored; ++next) go_on = visit(next->first, next->second);
        go_on = go_on && visit(stored_at, stored_position);
        return go_on;
      }));
  for (; go_on && next != tail.end(); ++next) go_on = visit(next->first, next->second);
  return OkStatus();
}

}  // namespace kontor
