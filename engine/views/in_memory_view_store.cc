#include "engine/views/in_memory_view_store.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "engine/base/check.h"
#include "engine/views/view_keys.h"

namespace kontor {

struct InMemoryViewStore::State {
  std::map<std::string, std::string, std::less<>> rows;
  std::map<IdentityHash, std::set<Position>> identities;
  std::set<std::string, std::less<>> events;  // by EventKey
  Checkpoint checkpoint;
};

class InMemoryViewStore::Reading final : public ViewSnapshot {
 public:
  explicit Reading(const InMemoryViewStore* store) : store_(store), state_(store->state_) { ++store_->readings_; }
  ~Reading() override {
    const std::scoped_lock lock(store_->mutex_);
    --store_->readings_;
  }

  const Checkpoint& checkpoint() const override { return state_->checkpoint; }

  Result<std::optional<std::string>> Row(std::string_view key) const override {
    const auto row = state_->rows.find(key);
    return row == state_->rows.end() ? std::nullopt : std::optional(row->second);
  }

  Status ScanRows(std::string_view prefix, std::string_view from,
                  const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    for (auto row = state_->rows.lower_bound(std::max(prefix, from)); row != state_->rows.end(); ++row) {
      if (!std::string_view(row->first).starts_with(prefix) || !visit(row->first, row->second)) break;
    }
    return OkStatus();
  }

  Status LeapOverRows(std::string_view from,
                      const std::function<bool(std::string_view, std::string*)>& visit) const override {
    std::string next(from);
    for (auto row = state_->rows.lower_bound(next); row != state_->rows.end(); row = state_->rows.lower_bound(next)) {
      if (!visit(row->first, &next)) break;
      KONTOR_CHECK(next > row->first);
    }
    return OkStatus();
  }

  Result<std::vector<Position>> Positions(const IdentityHash& identity) const override {
    const auto found = state_->identities.find(identity);
    if (found == state_->identities.end()) return std::vector<Position>();
    return std::vector<Position>(found->second.begin(), found->second.end());
  }

  Status ScanIdentities(const std::function<void(std::span<const IdentityEntry>)>& visit) const override {
    for (const auto& [hash, positions] : state_->identities) {
      for (const Position position : positions) visit(std::array{IdentityEntry{hash, position}});
    }
    return OkStatus();
  }

  Status ScanEvents(const AccountId& account, Instant at, Position position,
                    const std::function<bool(Instant, Position)>& visit) const override {
    const std::string prefix = EventKeyPrefix(account.value());
    for (auto key = state_->events.lower_bound(EventKey(account.value(), at, position));
         key != state_->events.end() && key->starts_with(prefix); ++key) {
      KONTOR_CHECK(ParseEventKey(*key, &at, &position));
      if (!visit(at, position)) break;
    }
    return OkStatus();
  }

  Status ScanAll(
      const std::function<bool(std::string_view, std::string_view, std::string_view)>& visit) const override {
    for (const std::string& key : state_->events) {
      if (!visit("events", key, "")) return OkStatus();
    }
    for (const auto& [hash, positions] : state_->identities) {
      for (const Position position : positions) {
        if (!visit("identities", IdentityKey({hash, position}), "")) return OkStatus();
      }
    }
    for (const auto& [key, value] : state_->rows) {
      if (!visit("rows", key, value)) return OkStatus();
    }
    return OkStatus();
  }

 private:
  const InMemoryViewStore* store_;
  const std::shared_ptr<const State> state_;
};

InMemoryViewStore::InMemoryViewStore(AddValues add) : add_(add), state_(std::make_shared<State>()) {}

InMemoryViewStore::~InMemoryViewStore() = default;

Status InMemoryViewStore::Commit(const ViewCommit& commit) {
  const std::scoped_lock lock(mutex_);
  CheckCommit(commit, state_->checkpoint);
  if (readings_ > 0) state_ = std::make_shared<State>(*state_);
  for (const RowWrite& row : commit.rows) {
    const auto at = state_->rows.find(row.key);
    std::string value(row.value.value_or(""));
    if (row.adds && at != state_->rows.end()) {
      const std::array<std::string_view, 2> values = {at->second, *row.value};
      std::string sum;
      if (!add_(values, &sum)) return DataLoss("what is stored cannot be added to; rebuild from the log");
      value = std::move(sum);
    }
    if (!value.empty()) {
      state_->rows.insert_or_assign(std::string(row.key), std::move(value));
    } else if (at != state_->rows.end()) {
      state_->rows.erase(at);
    }
  }
  for (const IdentityEntry& entry : commit.identities) state_->identities[entry.identity].insert(entry.position);
  for (const AccountEvent& event : commit.events) {
    state_->events.insert(EventKey(event.account, event.occurred_at, event.position));
  }
  state_->checkpoint = commit.checkpoint;
  return OkStatus();
}

std::unique_ptr<ViewSnapshot> InMemoryViewStore::Snapshot() const {
  const std::scoped_lock lock(mutex_);
  return std::make_unique<Reading>(this);
}

Status InMemoryViewStore::Clear() {
  const std::scoped_lock lock(mutex_);
  KONTOR_CHECK(readings_ == 0);
  state_ = std::make_shared<State>();
  return OkStatus();
}

}  // namespace kontor
