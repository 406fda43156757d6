#include "engine/shard/row_cache.h"

#include <algorithm>
#include <new>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "engine/base/check.h"

namespace kontor {
namespace {

constexpr size_t kTableMin = 1 << 10;
// A store is read for the keys of its rows once so many rows were looked for in it: what changes little does without.
constexpr uint64_t kMissesWorthReading = 20'000;
// Rows that the filter of those made has room for at first.
constexpr uint64_t kMadeRoom = 1 << 21;
constexpr size_t kBlockBytes = size_t{256} << 10;
// How many accounts ahead a commit brings memory near.
constexpr size_t kAhead = 4;
// How much of a row version is brought near.
constexpr size_t kLineBytes = 64;
constexpr size_t kLinesNear = 4;
// The cache lets go of committed rows by so many parts of its bound.
constexpr size_t kSegments = 8;

std::string_view AccountOf(std::string_view key) { return key.substr(0, key.find('\0')); }

uint64_t HashOfKey(std::string_view key) { return HashOfRowKey(key).value(); }

// Of what a commit took up so much is kept until the next one, that readers may tell what changed over it: it is more
// than most commits take up.
constexpr size_t kCommittedBytesKept = 48 << 20;

// By id. Ids begin alike mostly ("account-…"), so what is compared first are the eight bytes behind what all share.
std::vector<const ChangedAccount*> SortedAccounts(const Changes& changes) {
  struct Sorted {
    uint64_t bytes;
    const ChangedAccount* account;
  };
  std::vector<Sorted> sorted;
  sorted.reserve(changes.accounts());
  std::optional<std::string_view> shared;
  for (const ChangedAccount* at = changes.Listed(); at != nullptr; at = at->listed_before) {
    sorted.push_back({0, at});
    if (!shared) shared = at->id;
    const auto differ = std::mismatch(shared->begin(), shared->end(), at->id.begin(), at->id.end());
    shared = shared->substr(0, static_cast<size_t>(differ.first - shared->begin()));
  }
  for (Sorted& x : sorted) {
    const std::string_view rest = x.account->id.substr(shared->size());
    for (size_t i = 0; i < sizeof(x.bytes); ++i) {
      x.bytes = x.bytes << 8 | (i < rest.size() ? static_cast<uint8_t>(rest[i]) : 0);
    }
  }
  std::sort(sorted.begin(), sorted.end(), [](const Sorted& a, const Sorted& b) {
    return a.bytes != b.bytes ? a.bytes < b.bytes : a.account->id < b.account->id;
  });
  std::vector<const ChangedAccount*> accounts;
  accounts.reserve(sorted.size());
  for (const Sorted& x : sorted) accounts.push_back(x.account);
  return accounts;
}

void CollectRows(const ChangedAccount& account, const MonthSum& months, ViewCommit* commit) {
  const size_t first = commit->rows.size();
  for (const RowVersion* row = account.rows; row != nullptr; row = row->next_in_account) {
    __builtin_prefetch(row->next_in_account);
    if (row->superseded) continue;
    if (row->value_size > 0) {
      commit->rows.push_back({row->key(), row->value()});
    } else if (row->stored) {
      commit->rows.push_back({row->key(), std::nullopt});
    }
  }
  // Months come behind all other rows of an account, and are in order.
  std::sort(commit->rows.begin() + static_cast<ptrdiff_t>(first), commit->rows.end(),
            [](const RowWrite& a, const RowWrite& b) { return a.key < b.key; });
  std::string key;
  std::string value;
  for (const MonthSum::Part& part : months.Months()) {
    RowKey::PutMonth(account.id, part.month, &key);
    value.clear();
    months.Encode(part, &value);
    commit->Add(key, value);
  }
}

}  // namespace

RowCache::RowCache(std::shared_ptr<const ViewStore> store, size_t clean_bytes_max)
    : store_(std::move(store)), clean_bytes_max_(clean_bytes_max), made_(kMadeRoom), table_(kTableMin) {
  StartSegment();
  changes_ = std::make_shared<Changes>(row_memory_);
  layers_ = {.stored = store_->Snapshot(), .committing = nullptr, .changes = changes_, .committed = nullptr};
  published_ = committed().checkpoint().position;
  stored_any_ = published_ > Position(0);
  status_ = committed().ScanRows(std::string_view("\0", 1), {}, [this](std::string_view key, std::string_view) {
    unowned_.Add(IdentityHash(HashOfKey(key)));
    return true;
  });
}

RowCache::Slot& RowCache::SlotOf(uint64_t hash, std::string_view key) {
  const size_t mask = table_.size() - 1;
  size_t slot = hash & mask;
  while (table_[slot].version != nullptr && (table_[slot].hash != hash || table_[slot].version->key() != key)) {
    slot = (slot + 1) & mask;
  }
  return table_[slot];
}

RowVersion* RowCache::NewVersion(uint64_t hash, std::string_view key, std::string_view value, Segment* segment) {
  char* memory = segment->memory->Allocate(sizeof(RowVersion) + key.size() + value.size(), alignof(RowVersion));
  auto* version = new (memory) RowVersion;
  version->key_size = static_cast<uint32_t>(key.size());
  version->value_size = static_cast<uint32_t>(value.size());
  version->hash = hash;
  char* bytes = memory + sizeof(RowVersion);
  std::copy(value.begin(), value.end(), std::copy(key.begin(), key.end(), bytes));
  version->next_in_memory = std::exchange(segment->versions, version);
  return version;
}

void RowCache::Insert(RowVersion* version) {
  if (++table_count_ * 2 > table_.size()) Grow();
  SlotOf(version->hash, version->key()) = {version->hash, version};
}

void RowCache::Grow() {
  std::vector<Slot> smaller(table_.size() * 2);
  smaller.swap(table_);
  const size_t mask = table_.size() - 1;
  for (const Slot& taken : smaller) {
    if (taken.version == nullptr) continue;
    size_t slot = taken.hash & mask;
    while (table_[slot].version != nullptr) slot = (slot + 1) & mask;
    table_[slot] = taken;
  }
}

// Takes out the version where it is the last of its row, and closes the gap that it leaves.
void RowCache::Erase(RowVersion* version) {
  const Slot& found = SlotOf(version->hash, version->key());
  if (found.version != version) return;
  --table_count_;
  const size_t mask = table_.size() - 1;
  size_t gap = static_cast<size_t>(&found - table_.data());
  for (size_t at = (gap + 1) & mask; table_[at].version != nullptr; at = (at + 1) & mask) {
    const size_t home = table_[at].hash & mask;
    if (((at - home) & mask) < ((at - gap) & mask)) continue;
    table_[gap] = table_[at];
    gap = at;
  }
  table_[gap] = {};
}

RowCache::Ahead RowCache::PrefetchFar(std::string_view account, std::string_view row) const {
  Ahead ahead{.account = Changes::HashOf(account), .row = 0, .has_row = !row.empty()};
  changes_->PrefetchSlot(ahead.account);
  if (ahead.has_row) {
    ahead.row = HashOfKey(row);
    __builtin_prefetch(&table_[ahead.row & (table_.size() - 1)]);
    made_.Prefetch(IdentityHash(ahead.row));
    if (stored_keys_ != nullptr) stored_keys_->Prefetch(IdentityHash(ahead.row));
  }
  return ahead;
}

void RowCache::PrefetchNear(const Ahead& ahead) const {
  changes_->PrefetchAccount(ahead.account);
  if (!ahead.has_row) return;
  const Slot& slot = table_[ahead.row & (table_.size() - 1)];
  if (slot.version == nullptr || slot.hash != ahead.row) return;
  // Its key and the first of its bytes.
  const char* bytes = reinterpret_cast<const char*>(slot.version);
  for (size_t line = 0; line < kLinesNear; ++line) __builtin_prefetch(bytes + line * kLineBytes);
}

std::string_view RowCache::Find(std::string_view key) {
  const uint64_t hash = HashOfKey(key);
  if (key.starts_with('\0') && !unowned_.MayHold(IdentityHash(hash))) return {};
  if (RowVersion* version = SlotOf(hash, key).version) {
    ++lookups_.hits;
    version->used = true;
    return version->value();
  }
  if (IsNew(IdentityHash(hash))) {
    ++lookups_.hits;
    return {};
  }
  if (++lookups_.misses == kMissesWorthReading && stored_any_) {
    stored_keys_ = std::make_unique<StoredKeys>(store_->Snapshot());
  }
  const Result<std::optional<std::string>> stored = committed().Row(key);
  status_.Update(stored.status());
  if (!stored.ok() || !stored->has_value()) return {};
  RowVersion* version = NewVersion(hash, key, **stored, &segments_.back());
  version->stored = true;
  Insert(version);
  return version->value();
}

bool RowCache::IsNew(IdentityHash key) const {
  if (made_.MayHold(key)) return false;
  return !stored_any_ || (stored_keys_ != nullptr && !stored_keys_->MayHold(key));
}

void RowCache::Put(std::string_view key, std::string_view bytes) {
  const uint64_t hash = HashOfKey(key);
  Slot& slot = SlotOf(hash, key);
  RowVersion* before = slot.version;
  if (before == nullptr && bytes.empty()) return;
  RowVersion* version = NewVersion(hash, key, bytes, &segments_.back());
  version->generation = generation_;
  if (before != nullptr) {
    // What an earlier generation wrote is in the store before this one comes there.
    const bool again = before->generation == generation_;
    version->stored = again ? before->stored : before->value_size > 0;
    if (again) before->superseded = true;
    // What the store was read for may have been when it had no such row.
    if (before->value_size == 0) made_.Add(IdentityHash(hash));
    slot.version = version;
  } else {
    Insert(version);
    made_.Add(IdentityHash(hash));
  }
  if (key.starts_with('\0')) unowned_.Add(IdentityHash(hash));
  Pending& pending = PendingOf(AccountOf(key));
  version->next = std::exchange(pending.change.rows, version);
  version->next_in_account = std::exchange(pending.account->rows, version);
}

void RowCache::AddToMonth(const AccountId& account, Day day, const TallyRef& key, Int128 amount) {
  PendingOf(account.value()).writer.Add(day, key, amount);
}

// Whose it is stays untold: failures are logged, and logs name no account.
void RowCache::Broken(std::string_view) {
  status_.Update(DataLoss("a stored row is no row: rebuild the views from the log (kontor rebuild)"));
}

RowCache::Pending& RowCache::PendingOf(std::string_view account) {
  for (size_t i = 0; i < pending_count_; ++i) {
    if (pending_[i].account->id == account) return pending_[i];
  }
  if (pending_count_ == pending_.size()) pending_.emplace_back();
  Pending& pending = pending_[pending_count_++];
  pending.account = changes_->Of(account);
  pending.change = {};
  pending.additions.clear();
  pending.writer = AdditionWriter(&pending.additions);
  return pending;
}

void RowCache::AddEvent(const AccountId& account, Instant occurred_at) {
  Change& change = PendingOf(account.value()).change;
  change.at = occurred_at;
  change.is_event = true;
}

void RowCache::EndEvent(Position position) {
  for (size_t i = 0; i < pending_count_; ++i) {
    Pending& pending = pending_[i];
    pending.change.position = position;
    pending.change.additions = pending.additions;
    changes_->Link(pending.account, pending.change);
    if (std::exchange(pending.account->slice, slice_) != slice_) slice_accounts_.push_back(pending.account->id);
  }
  pending_count_ = 0;
}

std::span<const std::string_view> RowCache::Publish(Position position) {
  KONTOR_CHECK(status_.ok() && pending_count_ == 0);
  KONTOR_CHECK(position >= published_);
  {
    const std::lock_guard lock(mutex_);
    published_ = position;
  }
  ++slice_;
  published_accounts_.swap(slice_accounts_);
  slice_accounts_.clear();
  return published_accounts_;
}

std::shared_ptr<const Changes> RowCache::TakeUp() {
  KONTOR_CHECK(status_.ok() && pending_count_ == 0 && slice_accounts_.empty() && layers_.committing == nullptr);
  if (row_memory_->bytes() >= clean_bytes_max_ / kSegments) StartSegment();
  row_bytes_taken_up_ = row_memory_->bytes();
  taken_up_ = published_;
  ++generation_;
  std::shared_ptr<const Changes> taken_up = std::exchange(changes_, std::make_shared<Changes>(row_memory_));
  const std::lock_guard lock(mutex_);
  layers_.committing = taken_up;
  layers_.changes = changes_;
  return taken_up;
}

void RowCache::Collect(const std::shared_ptr<const Changes>& taken_up, ViewCommit* commit) {
  const std::vector<const ChangedAccount*> accounts = SortedAccounts(*taken_up);
  commit->other_memory = taken_up;
  MonthSum months;
  for (size_t i = 0; i < accounts.size(); ++i) {
    if (i + 2 * kAhead < accounts.size()) {
      __builtin_prefetch(accounts[i + 2 * kAhead]->newest.load(std::memory_order_relaxed));
      __builtin_prefetch(accounts[i + 2 * kAhead]->rows);
    }
    if (i + kAhead < accounts.size()) {
      if (const Change* newest = accounts[i + kAhead]->newest.load(std::memory_order_relaxed)) {
        __builtin_prefetch(newest->older);
      }
      if (const RowVersion* rows = accounts[i + kAhead]->rows) __builtin_prefetch(rows->next_in_account);
    }
    const ChangedAccount* account = accounts[i];
    months.Clear();
    const size_t first = commit->events.size();
    const std::string_view id = commit->memory->Copy(account->id);
    for (const Change* change = account->newest.load(std::memory_order_relaxed); change; change = change->older) {
      __builtin_prefetch(change->older);
      months.Add(change->additions);
      if (change->is_event) {
        commit->events.push_back({id, change->at, change->position});
      }
    }
    std::sort(commit->events.begin() + static_cast<ptrdiff_t>(first), commit->events.end(),
              [](const AccountEvent& a, const AccountEvent& b) {
                return std::tie(a.occurred_at, a.position) < std::tie(b.occurred_at, b.position);
              });
    months.Settle();
    CollectRows(*account, months, commit);
  }
}

void RowCache::Committed() {
  KONTOR_CHECK(layers_.committing != nullptr);
  Layers layers = {.stored = store_->Snapshot(), .committing = nullptr, .changes = changes_, .committed = nullptr};
  KONTOR_CHECK(layers.stored->checkpoint().position == taken_up_);
  if (layers_.committing->bytes() <= kCommittedBytesKept) layers.committed = layers_.committing;
  generation_committed_ = generation_ - 1;
  LetGo();
  // What stood before goes when its last reader has gone; not under the lock.
  const std::lock_guard lock(mutex_);
  std::swap(layers_, layers);
}

void RowCache::StartSegment() {
  if (row_memory_ != nullptr) segments_.back().generation = generation_;
  row_memory_ = std::make_shared<Arena>(kBlockBytes);
  segments_.push_back({row_memory_});
}

// Most versions of a segment that the store has are no row's last any more: those that are move on, side by side, and
// its memory goes. What has moved goes when there is too much of it, the oldest first, but for what was asked for
// since.
void RowCache::LetGo() {
  while (segments_.front().generation < generation_committed_ && segments_.size() > 1) {
    for (RowVersion* version = segments_.front().versions; version != nullptr; version = version->next_in_memory) {
      Keep(version);
    }
    segments_.pop_front();
  }
  while (kept_bytes_ > clean_bytes_max_) {
    const Segment oldest = std::move(kept_.front());
    kept_.pop_front();
    kept_bytes_ -= oldest.memory->bytes();
    for (RowVersion* version = oldest.versions; version != nullptr; version = version->next_in_memory) {
      if (version->used) {
        Keep(version);
      } else {
        Erase(version);
      }
    }
  }
}

// Moves a version that the store has, where it is the last of its row and not its end.
void RowCache::Keep(RowVersion* version) {
  Slot& slot = SlotOf(version->hash, version->key());
  if (slot.version != version) return;
  if (version->value_size == 0) return Erase(version);
  if (kept_.empty() || kept_.back().memory->bytes() >= clean_bytes_max_ / kSegments) {
    kept_.push_back({std::make_shared<Arena>(kBlockBytes)});
  }
  const size_t bytes_before = kept_.back().memory->bytes();
  slot.version = NewVersion(version->hash, version->key(), version->value(), &kept_.back());
  slot.version->stored = true;
  kept_bytes_ += kept_.back().memory->bytes() - bytes_before;
}

std::pair<Layers, Position> RowCache::Now() const {
  const std::lock_guard lock(mutex_);
  return {layers_, published_};
}

AccountVersion RowCache::Read(const AccountId& account) const {
  auto [layers, position] = Now();
  return {account, position, store_, std::move(layers)};
}

Result<std::vector<AccountId>> RowCache::AccountsFrom(const AccountId& from, size_t limit) const {
  const auto [layers, position] = Now();
  // An account that has rows keeps some, so what any layer names is there.
  std::set<AccountId> found;
  for (const Changes* layer : {layers.changes.get(), layers.committing.get()}) {
    std::vector<std::string_view> changed;
    for (const ChangedAccount* at = layer == nullptr ? nullptr : layer->Listed(); at; at = at->listed_before) {
      if (at->id.empty() || at->id < from.value()) continue;
      if (at->newest.load(std::memory_order_acquire) != nullptr && at->first < position) changed.push_back(at->id);
    }
    const size_t most = std::min(limit, changed.size());
    std::partial_sort(changed.begin(), changed.begin() + static_cast<ptrdiff_t>(most), changed.end());
    for (size_t i = 0; i < most; ++i) found.emplace(std::string(changed[i]));
  }

  if (limit == 0) return std::vector<AccountId>();
  size_t left = limit;
  const std::string first = from.empty() ? RowKey::AfterAccount(from) : RowKey::AccountPrefix(from);
  KONTOR_RETURN_IF_ERROR(layers.stored->LeapOverRows(first, [&](std::string_view key, std::string* next) {
    const AccountId account{std::string(AccountOf(key))};
    found.insert(account);
    *next = RowKey::AfterAccount(account);
    return --left > 0;
  }));
  std::vector<AccountId> ids(found.begin(), found.end());
  if (ids.size() > limit) ids.resize(limit);
  return ids;
}

Position RowCache::published() const {
  const std::lock_guard lock(mutex_);
  return published_;
}

}  // namespace kontor
