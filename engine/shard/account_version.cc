#include "engine/shard/account_version.h"

#include <algorithm>

#include "engine/base/check.h"
#include "projections/account/month_sum.h"

namespace kontor {
namespace {

// Whose it is stays untold: failures are logged, and logs name no account.
Status NoRow() { return DataLoss("a stored row is no row: rebuild the views from the log (kontor rebuild)"); }

}  // namespace

void AccountVersion::ReadOverlay(std::string_view account, Overlay* overlay) const {
  overlay->read = true;
  const ChangedAccount* changed = changes_->Find(account);
  if (changed == nullptr) return;
  MonthSum months;
  for (const Change* change = changed->newest.load(std::memory_order_acquire); change; change = change->older) {
    if (change->position >= position_) continue;
    months.Add(change->additions);
    if (change->is_event) overlay->events.emplace_back(change->at, change->position);
    // From the newest on, so the first of a key is the last written.
    for (const RowVersion* row = change->rows; row != nullptr; row = row->next) {
      overlay->rows.try_emplace(std::string(row->key()), row);
    }
  }
  std::sort(overlay->events.begin(), overlay->events.end());
  months.Settle();
  std::string key;
  for (const MonthSum::Part& part : months.Months()) {
    RowKey::PutMonth(account, part.month, &key);
    overlay->rows.emplace(key, months.Row(part));
  }
}

const AccountVersion::Overlay& AccountVersion::OverlayOf(std::string_view key) const {
  const bool unowned = key.starts_with('\0');
  const std::string& account = account_.value();
  KONTOR_CHECK(unowned || (key.size() > account.size() && key.starts_with(account) && key[account.size()] == '\0'));
  Overlay& overlay = unowned ? *unowned_ : *own_;
  if (!overlay.read) ReadOverlay(unowned ? std::string_view() : std::string_view(account), &overlay);
  return overlay;
}

Result<std::shared_ptr<const Row>> AccountVersion::Compose(std::string_view key, std::optional<std::string_view> stored,
                                                           const std::variant<const RowVersion*, MonthRow>* change) {
  std::optional<Row> row;
  const auto* version = change == nullptr ? nullptr : std::get_if<const RowVersion*>(change);
  if (version != nullptr) {
    if ((*version)->value().empty()) return std::shared_ptr<const Row>();
    row = DecodeRow(key, (*version)->value());
    if (!row) return NoRow();
    return std::make_shared<const Row>(*std::move(row));
  }
  if (stored) {
    row = DecodeRow(key, *stored);
    if (!row) return NoRow();
  }
  if (change != nullptr) {
    if (!row) row = MonthRow();
    std::get<MonthRow>(*row).Add(std::get<MonthRow>(*change));
  }
  if (!row || IsEmpty(*row)) return std::shared_ptr<const Row>();
  return std::make_shared<const Row>(*std::move(row));
}

Result<std::shared_ptr<const Row>> AccountVersion::Find(const RowKey& key) const {
  const Overlay& overlay = OverlayOf(key.bytes());
  const auto change = overlay.rows.find(key.bytes());
  const bool changed = change != overlay.rows.end();
  std::optional<std::string> stored;
  if (!changed || std::holds_alternative<MonthRow>(change->second)) {
    KONTOR_ASSIGN_OR_RETURN(stored, changes_->base()->Row(key.bytes()));
  }
  return Compose(key.bytes(), stored, changed ? &change->second : nullptr);
}

Status AccountVersion::ScanRows(std::string_view prefix, std::string_view from, const VisitRow& visit) const {
  const Overlay& overlay = OverlayOf(prefix);
  auto change = overlay.rows.lower_bound(std::max(prefix, from));
  const auto inside = [&] { return change != overlay.rows.end() && change->first.starts_with(prefix); };
  Status failure;
  // Returns whether to go on.
  const auto visit_one = [&](std::string_view key, std::optional<std::string_view> stored, bool changed) {
    const auto row = Compose(key, stored, changed ? &change->second : nullptr);
    if (!row.ok()) failure = row.status();
    return row.ok() && (*row == nullptr || visit(key, *row));
  };
  bool go_on = true;
  KONTOR_RETURN_IF_ERROR(changes_->base()->ScanRows(prefix, from, [&](std::string_view key, std::string_view bytes) {
    for (; go_on && inside() && change->first < key; ++change) go_on = visit_one(change->first, std::nullopt, true);
    if (!go_on) return false;
    const bool changed = inside() && change->first == key;
    go_on = visit_one(key, bytes, changed);
    if (changed) ++change;
    return go_on;
  }));
  for (; go_on && inside(); ++change) go_on = visit_one(change->first, std::nullopt, true);
  return failure;
}

Status AccountVersion::ScanEvents(Instant at, Position position,
                                  const std::function<bool(Instant, Position)>& visit) const {
  if (!own_->read) ReadOverlay(account_.value(), own_.get());
  const std::vector<std::pair<Instant, Position>>& tail = own_->events;
  auto next = std::lower_bound(tail.begin(), tail.end(), std::pair(at, position));
  bool go_on = true;
  KONTOR_RETURN_IF_ERROR(
      changes_->base()->ScanEvents(account_, at, position, [&](Instant stored_at, Position stored_position) {
        const std::pair stored(stored_at, stored_position);
        for (; go_on && next != tail.end() && *next < stored; ++next) go_on = visit(next->first, next->second);
        go_on = go_on && visit(stored_at, stored_position);
        return go_on;
      }));
  for (; go_on && next != tail.end(); ++next) go_on = visit(next->first, next->second);
  return OkStatus();
}

}  // namespace kontor
