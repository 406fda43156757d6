#include "engine/portfolio/account_cache.h"

#include <utility>

#include "engine/base/check.h"

namespace kontor {

void KeptAccount::Drop() {
  moment.reset();
  copy_.reset();
}

void KeptAccount::Set(SummedAccount account) {
  copy_ = std::make_shared<Copy>();
  copy_->account = std::move(account);
}

SummedAccount* KeptAccount::ToChange() {
  KONTOR_CHECK(copy_ != nullptr);
  // Who gave it back has done so after its last look.
  if (copy_->readers.load(std::memory_order_acquire) > 0) Set(copy_->account);
  return &copy_->account;
}

std::shared_ptr<const SummedAccount> KeptAccount::Lend() const {
  struct Loan {
    explicit Loan(std::shared_ptr<Copy> of) : copy(std::move(of)) { copy->readers.fetch_add(1); }
    ~Loan() { copy->readers.fetch_sub(1, std::memory_order_release); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    const std::shared_ptr<Copy> copy;
  };
  auto loan = std::make_shared<Loan>(copy_);
  const SummedAccount* const account = &copy_->account;
  return {std::move(loan), account};
}

std::shared_ptr<KeptAccount> AccountCache::Find(const AccountId& account, bool asked_for) {
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(account);
  if (asked_for) ++(found == by_id_.end() ? figures_.misses : figures_.hits);
  if (found == by_id_.end()) return nullptr;
  if (asked_for) entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->kept;
}

void AccountCache::Put(const AccountId& account, const std::shared_ptr<KeptAccount>& kept, size_t bytes) {
  std::list<Entry> gone;  // freed when the lock is not held
  const std::lock_guard lock(mutex_);
  auto found = by_id_.find(account);
  if (found == by_id_.end()) {
    entries_.push_front({account, nullptr, 0});
    found = by_id_.emplace(account, entries_.begin()).first;
  }
  Entry& entry = *found->second;
  figures_.bytes += bytes - entry.bytes;
  entry.kept = kept;
  entry.bytes = bytes;
  while (figures_.bytes > limits_.bytes_max) {
    const auto last = std::prev(entries_.end());
    figures_.bytes -= last->bytes;
    by_id_.erase(last->account);
    gone.splice(gone.begin(), entries_, last);
  }
}

AccountCache::Figures AccountCache::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

}  // namespace kontor
