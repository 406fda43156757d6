#include "engine/shard/changes.h"

#include <xxhash.h>

#include <new>
#include <utility>

#include "engine/base/check.h"

namespace kontor {
namespace {

constexpr size_t kSlotsMin = 1 << 10;

}  // namespace

Changes::Changes(std::shared_ptr<const ViewSnapshot> base, std::shared_ptr<Arena> rows)
    : base_(std::move(base)), rows_(std::move(rows)), slots_(kSlotsMin) {}

// Where the account is, or where it would be.
size_t Changes::SlotOf(uint64_t hash, std::string_view account) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  while (slots_[slot] != nullptr && (slots_[slot]->hash != hash || slots_[slot]->id != account))
    slot = (slot + 1) & mask;
  return slot;
}

ChangedAccount* Changes::Of(std::string_view account) {
  const uint64_t hash = XXH3_64bits(account.data(), account.size());
  size_t slot = SlotOf(hash, account);
  if (slots_[slot] != nullptr) return slots_[slot];
  auto* made = new (memory_.Allocate(sizeof(ChangedAccount), alignof(ChangedAccount))) ChangedAccount;
  made->id = memory_.Copy(account);
  made->hash = hash;
  made->listed_before = listed_.load(std::memory_order_relaxed);
  listed_.store(made, std::memory_order_release);
  const std::lock_guard lock(mutex_);
  if (++count_ * 2 > slots_.size()) {
    Grow();
    slot = SlotOf(hash, account);
  }
  slots_[slot] = made;
  return made;
}

void Changes::Grow() {
  std::vector<ChangedAccount*> smaller(slots_.size() * 2);
  smaller.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (ChangedAccount* account : smaller) {
    if (account == nullptr) continue;
    size_t slot = account->hash & mask;
    while (slots_[slot] != nullptr) slot = (slot + 1) & mask;
    slots_[slot] = account;
  }
}

void Changes::Link(ChangedAccount* account, Change change) {
  change.older = account->newest.load(std::memory_order_relaxed);
  change.additions = memory_.Copy(change.additions);
  if (change.older == nullptr) account->first = change.position;
  KONTOR_CHECK(change.older == nullptr || change.older->position <= change.position);
  auto* linked = new (memory_.Allocate(sizeof(Change), alignof(Change))) Change(change);
  account->newest.store(linked, std::memory_order_release);
}

const ChangedAccount* Changes::Find(std::string_view account) const {
  const uint64_t hash = XXH3_64bits(account.data(), account.size());
  const std::lock_guard lock(mutex_);
  return slots_[SlotOf(hash, account)];
}

}  // namespace kontor
