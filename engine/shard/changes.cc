#include "engine/shard/changes.h"

#include <xxhash.h>

#include <new>
#include <utility>

#include "engine/base/check.h"

namespace kontor {
namespace {

constexpr size_t kSlotsMin = 1 << 10;

}  // namespace

Changes::Changes(std::shared_ptr<Arena> rows) : rows_(std::move(rows)), slots_(kSlotsMin) {}

// Where the account is, or where it would be.
size_t Changes::SlotOf(uint64_t hash, std::string_view account) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  while (slots_[slot].account != nullptr && (slots_[slot].hash != hash || slots_[slot].account->id != account)) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

uint64_t Changes::HashOf(std::string_view account) { return XXH3_64bits(account.data(), account.size()); }

void Changes::PrefetchSlot(uint64_t hash) const { __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]); }

void Changes::PrefetchAccount(uint64_t hash) const {
  const ChangedAccount* known = slots_[hash & (slots_.size() - 1)].account;
  if (known != nullptr) __builtin_prefetch(known, /*rw=*/1);
}

ChangedAccount* Changes::Of(std::string_view account) {
  const uint64_t hash = HashOf(account);
  size_t slot = SlotOf(hash, account);
  if (slots_[slot].account != nullptr) return slots_[slot].account;
  auto* made = new (memory_.Allocate(sizeof(ChangedAccount), alignof(ChangedAccount))) ChangedAccount;
  made->id = memory_.Copy(account);
  made->listed_before = listed_.load(std::memory_order_relaxed);
  listed_.store(made, std::memory_order_release);
  const std::lock_guard lock(mutex_);
  if (++count_ * 2 > slots_.size()) {
    Grow();
    slot = SlotOf(hash, account);
  }
  slots_[slot] = {hash, made};
  return made;
}

void Changes::Grow() {
  std::vector<Slot> smaller(slots_.size() * 2);
  smaller.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (const Slot& taken : smaller) {
    if (taken.account == nullptr) continue;
    size_t slot = taken.hash & mask;
    while (slots_[slot].account != nullptr) slot = (slot + 1) & mask;
    slots_[slot] = taken;
  }
}

void Changes::Link(ChangedAccount* account, Change change) {
  change.older = account->newest.load(std::memory_order_relaxed);
  change.additions = memory_.Copy(change.additions);
  if (change.older == nullptr) account->first = change.position;
  KONTOR_CHECK(change.older == nullptr || account->last <= change.position);
  account->last = change.position;
  auto* linked = new (memory_.Allocate(sizeof(Change), alignof(Change))) Change(change);
  account->newest.store(linked, std::memory_order_release);
}

const ChangedAccount* Changes::Find(std::string_view account) const {
  const uint64_t hash = HashOf(account);
  const std::lock_guard lock(mutex_);
  return slots_[SlotOf(hash, account)].account;
}

}  // namespace kontor
