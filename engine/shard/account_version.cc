#include "engine/shard/account_version.h"

#include <optional>
#include <string>

#include "engine/base/check.h"
#include "engine/shard/account_overlay.h"

namespace kontor {
namespace {

std::shared_ptr<const Row> RowOf(const std::shared_ptr<const KeyedRow>& keyed) { return {keyed, &keyed->row}; }

Status NoRow(std::string_view key) {
  return DataLoss("a stored row of account '{}' is no row: rebuild the views from the log (kontor rebuild)",
                  key.substr(0, key.find('\0')));
}

}  // namespace

const AccountOverlay* AccountVersion::ChangesOf(std::string_view key) const {
  if (key.starts_with('\0')) return unowned_.get();
  const std::string& account = account_.value();
  KONTOR_CHECK(key.size() > account.size() && key.starts_with(account) && key[account.size()] == '\0');
  return changes_.get();
}

Result<std::shared_ptr<const Row>> AccountVersion::Find(const RowKey& key) const {
  if (const AccountOverlay* changes = ChangesOf(key.bytes())) {
    if (const std::shared_ptr<const KeyedRow> row = changes->Find(key.bytes())) {
      return IsEmpty(row->row) ? nullptr : RowOf(row);
    }
  }
  KONTOR_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, stored_->snapshot->Row(key.bytes()));
  if (!bytes) return std::shared_ptr<const Row>();
  std::optional<Row> row = DecodeRow(key.bytes(), *bytes);
  if (!row) return NoRow(key.bytes());
  return std::make_shared<const Row>(*std::move(row));
}

Status AccountVersion::ScanRows(std::string_view prefix, std::string_view from, const VisitRow& visit) const {
  AccountOverlay::Rows changes;
  if (const AccountOverlay* overlay = ChangesOf(prefix)) changes = overlay->RowsFrom(prefix, from);
  auto change = changes.begin();
  bool go_on = true;
  // Visits the changed rows below a key; at the end, all.
  const auto visit_changes = [&](std::optional<std::string_view> below) {
    for (; go_on && change != changes.end() && (!below || (*change)->key.bytes() < *below); ++change) {
      if (!IsEmpty((*change)->row)) go_on = visit((*change)->key.bytes(), RowOf(*change));
    }
  };

  Status failure;
  KONTOR_RETURN_IF_ERROR(stored_->snapshot->ScanRows(prefix, from, [&](std::string_view key, std::string_view bytes) {
    visit_changes(key);
    if (!go_on) return false;
    if (change != changes.end() && (*change)->key.bytes() == key) return true;  // its turn comes with the next key
    std::optional<Row> row = DecodeRow(key, bytes);
    if (!row) {
      failure = NoRow(key);
      return false;
    }
    go_on = visit(key, std::make_shared<const Row>(*std::move(row)));
    return go_on;
  }));
  KONTOR_RETURN_IF_ERROR(failure);
  visit_changes(std::nullopt);
  return OkStatus();
}

Status AccountVersion::ScanEvents(Instant at, Position position,
                                  const std::function<bool(Instant, Position)>& visit) const {
  AccountOverlay::Events tail;
  if (changes_ != nullptr) tail = changes_->EventsFrom(at, position);
  // A commit may have reached the store and not the overlay yet: its events are in both.
  const Position committed = stored_->snapshot->checkpoint().position;
  std::erase_if(tail, [committed](const auto& event) { return event.second < committed; });
  auto next = tail.begin();
  bool go_on = true;
  KONTOR_RETURN_IF_ERROR(
      stored_->snapshot->ScanEvents(account_, at, position, [&](Instant stored_at, Position stored_position) {
        const std::pair stored(stored_at, stored_position);
        for (; go_on && next != tail.end() && *next < stored; ++next) go_on = visit(next->first, next->second);
        go_on = go_on && visit(stored_at, stored_position);
        return go_on;
      }));
  for (; go_on && next != tail.end(); ++next) go_on = visit(next->first, next->second);
  return OkStatus();
}

}  // namespace kontor
