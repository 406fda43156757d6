#include "engine/shard/row_cache.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "engine/base/check.h"

namespace kontor {
namespace {

// How many rows of one account a listing steps over before it seeks the next account.
constexpr int kStepsBeforeSeek = 32;

std::string_view AccountOf(std::string_view key) { return key.substr(0, key.find('\0')); }

size_t HeapBytes(const std::string& text) { return text.capacity() > 15 ? text.capacity() + 1 : 0; }

size_t BytesOf(const MonthRow& row) {
  size_t bytes = row.days.capacity() * sizeof(DayTally);
  for (const DayTally& day : row.days) {
    bytes += day.tally.entries().capacity() * sizeof(TallyEntry);
    for (const TallyEntry& entry : day.tally.entries()) bytes += HeapBytes(entry.key.text);
  }
  return bytes;
}

size_t BytesOf(const EntityRow& row) {
  size_t bytes = row.statements.capacity() * sizeof(Statement);
  for (const Statement& x : row.statements) {
    bytes += HeapBytes(x.source) + HeapBytes(x.event_id) + HeapBytes(x.origin) + HeapBytes(x.ref);
    bytes += x.allocations.capacity() * sizeof(StatedAllocation) + x.fields.capacity() * sizeof(StatedField);
    for (const StatedAllocation& allocation : x.allocations) bytes += HeapBytes(allocation.ref);
    for (const StatedField& field : x.fields) bytes += HeapBytes(field.value);
  }
  return bytes;
}

// An estimate: the row, its key, and what the cache's own structures add.
size_t BytesOf(const KeyedRow& keyed) {
  constexpr size_t kOverhead = 160;
  return kOverhead + sizeof(KeyedRow) + HeapBytes(keyed.key.bytes()) +
         std::visit([](const auto& row) { return BytesOf(row); }, keyed.row);
}

bool EventBelow(const AccountEvent& a, const AccountEvent& b) {
  return std::tie(a.account, a.occurred_at, a.position) < std::tie(b.account, b.occurred_at, b.position);
}

}  // namespace

RowCache::RowCache(std::shared_ptr<const ViewStore> store, size_t clean_bytes_max)
    : store_(std::move(store)), clean_bytes_max_(clean_bytes_max), committed_(store_->Snapshot()) {
  published_ = committed_->checkpoint().position;
  status_ = committed_->ScanRows(std::string_view("\0", 1), {}, [this](std::string_view, std::string_view) {
    any_unowned_ = true;
    return false;
  });
}

RowCache::Cached& RowCache::Keep(Cached cached, CachedRows* rows) {
  rows->push_front(std::move(cached));
  const bool is_new = index_.emplace(rows->front().row->key.bytes(), rows->begin()).second;
  KONTOR_CHECK(is_new);
  return rows->front();
}

RowCache::Cached* RowCache::Lookup(const RowKey& key) {
  if (const auto at = index_.find(key.bytes()); at != index_.end()) {
    Cached& cached = *at->second;
    if (!cached.dirty) clean_.splice(clean_.begin(), clean_, at->second);
    return &cached;
  }
  if (!any_unowned_ && key.bytes().starts_with('\0')) return nullptr;
  Result<std::optional<std::string>> bytes = committed_->Row(key.bytes());
  if (!bytes.ok()) {
    status_.Update(bytes.status());
    return nullptr;
  }
  if (!bytes->has_value()) return nullptr;
  std::optional<Row> row = DecodeRow(key.bytes(), **bytes);
  if (!row) {
    status_.Update(DataLoss("a stored row of account '{}' is no row: rebuild the views from the log (kontor rebuild)",
                            AccountOf(key.bytes())));
    return nullptr;
  }
  Cached cached;
  cached.row = std::make_shared<KeyedRow>(KeyedRow{key, *std::move(row)});
  cached.stored = true;
  cached.bytes = BytesOf(*cached.row);
  clean_bytes_ += cached.bytes;
  return &Keep(std::move(cached), &clean_);
}

const Row* RowCache::Find(const RowKey& key) {
  const Cached* cached = Lookup(key);
  return cached == nullptr || IsEmpty(cached->row->row) ? nullptr : &cached->row->row;
}

RowCache::Cached& RowCache::Mutable(const RowKey& key) {
  Cached* cached = Lookup(key);
  if (cached == nullptr) {
    const bool is_month = key.bytes().starts_with(RowKey::MonthPrefix(AccountId(std::string(AccountOf(key.bytes())))));
    Cached made;
    made.row = std::make_shared<KeyedRow>(KeyedRow{key, is_month ? Row(MonthRow()) : Row(EntityRow())});
    made.dirty = true;
    cached = &Keep(std::move(made), &dirty_);
    any_unowned_ = any_unowned_ || key.bytes().starts_with('\0');
  }
  if (cached->changed) return *cached;
  const auto at = index_.find(key.bytes());
  if (!cached->dirty) {
    dirty_.splice(dirty_.begin(), clean_, at->second);
    clean_bytes_ -= cached->bytes;
    cached->bytes = 0;
    cached->dirty = true;
  }
  if (cached->shared) {
    // The index's key is the row's own: it moves with the copy.
    const CachedRows::iterator place = at->second;
    index_.erase(at);
    cached->row = std::make_shared<KeyedRow>(*cached->row);
    index_.emplace(cached->row->key.bytes(), place);
    cached->shared = false;
  }
  cached->changed = true;
  changed_.push_back(cached);
  return *cached;
}

EntityRow& RowCache::MutableEntity(const RowKey& key) { return std::get<EntityRow>(Mutable(key).row->row); }

MonthRow& RowCache::MutableMonth(const RowKey& key) { return std::get<MonthRow>(Mutable(key).row->row); }

void RowCache::AddEvent(const AccountId& account, Instant occurred_at, Position position) {
  events_.push_back({account, occurred_at, position});
}

std::shared_ptr<const AccountOverlay> RowCache::OverlayOf(const std::string& account) const {
  const auto at = overlays_.by_account.find(account);
  return at == overlays_.by_account.end() ? nullptr : at->second;
}

std::vector<AccountId> RowCache::Publish(Position position) {
  KONTOR_CHECK(status_.ok());
  KONTOR_CHECK(position >= published_);
  std::sort(changed_.begin(), changed_.end(),
            [](const Cached* a, const Cached* b) { return a->row->key < b->row->key; });
  std::sort(events_.begin(), events_.end(), EventBelow);

  // The new version of each account. This thread alone changes the overlays, so it reads them without the lock.
  std::vector<AccountId> accounts;
  std::vector<std::shared_ptr<const AccountOverlay>> versions;
  auto row = changed_.begin();
  auto event = events_.begin();
  while (row != changed_.end() || event != events_.end()) {
    std::string_view account = row != changed_.end() ? AccountOf((*row)->row->key.bytes()) : event->account.value();
    if (event != events_.end()) account = std::min<std::string_view>(account, event->account.value());
    accounts.emplace_back(std::string(account));
    AccountOverlay::Rows rows;
    for (; row != changed_.end() && AccountOf((*row)->row->key.bytes()) == accounts.back().value(); ++row) {
      Cached& cached = **row;
      cached.changed = false;
      cached.shared = true;
      dirty_bytes_ -= cached.bytes;
      cached.bytes = BytesOf(*cached.row);
      dirty_bytes_ += cached.bytes;
      rows.push_back(cached.row);
    }
    AccountOverlay::Events events;
    for (; event != events_.end() && event->account == accounts.back(); ++event) {
      events.emplace_back(event->occurred_at, event->position);
    }
    versions.push_back(AccountOverlay::Over(OverlayOf(accounts.back().value()), std::move(rows), std::move(events)));
  }
  changed_.clear();
  std::move(events_.begin(), events_.end(), std::back_inserter(tail_));
  events_.clear();

  {
    const std::lock_guard lock(mutex_);
    published_ = position;
    for (size_t i = 0; i < accounts.size(); ++i) {
      const auto [at, is_new] = overlays_.by_account.try_emplace(accounts[i].value());
      at->second.swap(versions[i]);
      if (is_new) overlays_.accounts.insert(at->first);
    }
  }
  Evict();
  return accounts;
}

void RowCache::Collect(ViewCommit* commit) {
  KONTOR_CHECK(status_.ok() && changed_.empty() && events_.empty());
  std::vector<const Cached*> rows;
  rows.reserve(dirty_.size());
  for (const Cached& cached : dirty_) rows.push_back(&cached);
  std::sort(rows.begin(), rows.end(), [](const Cached* a, const Cached* b) { return a->row->key < b->row->key; });
  commit->rows.reserve(rows.size());
  for (const Cached* cached : rows) {
    if (!IsEmpty(cached->row->row)) {
      commit->rows.push_back({cached->row->key.bytes(), EncodeRow(cached->row->row)});
    } else if (cached->stored) {
      commit->rows.push_back({cached->row->key.bytes(), std::nullopt});
    }
  }
  commit->events = std::move(tail_);
  tail_.clear();
  std::sort(commit->events.begin(), commit->events.end(), EventBelow);
  committed_.reset();
}

void RowCache::Committed() {
  committed_ = store_->Snapshot();
  KONTOR_CHECK(committed_->checkpoint().position == published_);
  Overlays gone;
  {
    const std::lock_guard lock(mutex_);
    std::swap(gone, overlays_);
  }
  for (auto at = dirty_.begin(); at != dirty_.end();) {
    if (IsEmpty(at->row->row)) {
      index_.erase(at->row->key.bytes());
      at = dirty_.erase(at);
      continue;
    }
    at->dirty = false;
    at->stored = true;
    clean_bytes_ += at->bytes;
    ++at;
  }
  clean_.splice(clean_.begin(), dirty_);
  dirty_bytes_ = 0;
  Evict();
}

void RowCache::Evict() {
  while (clean_bytes_ > clean_bytes_max_ && !clean_.empty()) {
    clean_bytes_ -= clean_.back().bytes;
    index_.erase(clean_.back().row->key.bytes());
    clean_.pop_back();
  }
}

std::shared_ptr<AccountVersion::Stored> RowCache::NewReading() const {
  auto stored = std::make_shared<AccountVersion::Stored>();
  stored->store = store_;
  return stored;
}

AccountVersion RowCache::Read(const AccountId& account) const {
  std::vector<AccountVersion> one = Read(std::span(&account, 1));
  return std::move(one.front());
}

std::vector<AccountVersion> RowCache::Read(std::span<const AccountId> accounts) const {
  std::vector<AccountVersion> versions;
  versions.reserve(accounts.size());
  const std::shared_ptr<AccountVersion::Stored> stored = NewReading();
  const std::lock_guard lock(mutex_);
  stored->snapshot = store_->Snapshot();
  const std::shared_ptr<const AccountOverlay> unowned = OverlayOf("");
  for (const AccountId& account : accounts) {
    versions.push_back(AccountVersion(account, published_, OverlayOf(account.value()), unowned, stored));
  }
  return versions;
}

Result<std::vector<AccountId>> RowCache::AccountsFrom(const AccountId& from, size_t limit) const {
  std::set<AccountId> found;
  const std::shared_ptr<AccountVersion::Stored> stored = NewReading();
  {
    const std::lock_guard lock(mutex_);
    auto at = overlays_.accounts.lower_bound(from.value());
    for (; at != overlays_.accounts.end() && found.size() < limit; ++at) {
      if (!at->empty()) found.emplace(std::string(*at));
    }
    stored->snapshot = store_->Snapshot();
  }
  // An account that has rows keeps some, so what either names is there.
  std::string cursor = from.empty() ? RowKey::AfterAccount(from) : RowKey::AccountPrefix(from);
  std::optional<AccountId> last;
  for (size_t count = 0; count < limit;) {
    bool ended = true;
    int steps = 0;
    KONTOR_RETURN_IF_ERROR(stored->snapshot->ScanRows({}, cursor, [&](std::string_view key, std::string_view) {
      const std::string_view account = AccountOf(key);
      if (last && account == last->value()) {
        if (++steps < kStepsBeforeSeek) return true;
        ended = false;
        return false;
      }
      if (count == limit) {
        ended = false;
        return false;
      }
      steps = 0;
      last = AccountId(std::string(account));
      found.insert(*last);
      ++count;
      return true;
    }));
    if (ended) break;
    cursor = RowKey::AfterAccount(*last);
  }
  std::vector<AccountId> ids(found.begin(), found.end());
  if (ids.size() > limit) ids.resize(limit);
  return ids;
}

Position RowCache::published() const {
  const std::lock_guard lock(mutex_);
  return published_;
}

}  // namespace kontor
