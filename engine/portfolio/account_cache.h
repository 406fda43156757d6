// Accounts that were read and added up, kept for whoever reads them next: it then costs what changed since.
//
// Kept are readings by themselves: of one account that is not merged, without facts later on the asked day. Who reads
// one brings it up to date in its place, under its lock, and is lent it; where somebody else still reads it, a copy is
// brought up to date instead. So what was lent never changes.
//
// Ownership: what is lent lives as long as it is held.
// Threads:   any.
// Bounded in bytes, as estimated: what was asked for least recently goes first.
#pragma once

#include <atomic>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "engine/base/civil.h"
#include "engine/base/ids.h"
#include "engine/shard/account_version.h"
#include "projections/reading/account_sums.h"

namespace kontor {

struct ReferenceMoment;

struct AccountCacheLimits {
  size_t bytes_max = size_t{128} << 20;
  // Accounts whose months take fewer bytes are read anew as fast as they would be kept.
  size_t month_bytes_min = 4096;
};

// One account. What it holds is touched under its lock.
class KeptAccount {
 public:
  std::mutex mutex;
  std::shared_ptr<const ReferenceMoment> moment;
  Day asked;
  Instant t;  // it holds at every instant of the asked day from here on
  std::optional<Instant> next_fact;
  AccountVersion::Mark mark;

  bool empty() const { return copy_ == nullptr; }
  // Whether what is kept, brought up to date, is the account at t.
  bool Holds(const std::shared_ptr<const ReferenceMoment>& at_t, Day day, Instant at) const {
    return !empty() && moment == at_t && asked == day && t <= at;
  }
  // Forgets what is kept.
  void Drop();
  void Set(SummedAccount account);
  // To be brought up to date. Requires: something is kept.
  SummedAccount* ToChange();
  std::shared_ptr<const SummedAccount> Lend() const;

 private:
  struct Copy {
    SummedAccount account;
    std::atomic<int> readers = 0;
  };
  std::shared_ptr<Copy> copy_;
};

class AccountCache {
 public:
  explicit AccountCache(const AccountCacheLimits& limits) : limits_(limits) {}

  const AccountCacheLimits& limits() const { return limits_; }

  // Null where it is not kept. `asked_for`: it is now the one asked for last.
  std::shared_ptr<KeptAccount> Find(const AccountId& account, bool asked_for);
  // Keeps it, or learns how large it is by now.
  void Put(const AccountId& account, const std::shared_ptr<KeptAccount>& kept, size_t bytes);
  struct Figures {
    int64_t hits = 0;    // accounts asked for that were kept
    int64_t misses = 0;  // and that were not
    size_t bytes = 0;    // of all that is kept, as estimated
  };
  Figures figures() const;

 private:
  struct Entry {
    AccountId account;
    std::shared_ptr<KeptAccount> kept;
    size_t bytes = 0;
  };

  const AccountCacheLimits limits_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // the one asked for last first
  std::unordered_map<AccountId, std::list<Entry>::iterator> by_id_;
  Figures figures_;
};

}  // namespace kontor
