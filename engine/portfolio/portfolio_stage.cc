#include "engine/portfolio/portfolio_stage.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "engine/base/thread_name.h"
#include "projections/reading/profile.h"

namespace kontor {
namespace {

constexpr size_t kListedAtOnce = 10'000;
// How long the stage sleeps at most before it looks at the clock again.
constexpr std::chrono::milliseconds kClockLook{500};
// After each round the stage rests so many times as long as that took, up to a bound. Once level, rounds are short, and
// so are rests.
constexpr int kRestFactor = 4;
constexpr std::chrono::milliseconds kRestMax{1'000};
// Within a round it looks up after so many accounts. Where more than these have changed meanwhile it cannot keep pace,
// and the cores belong to the shards: it takes one part in so many of the time until they are level.
constexpr size_t kAccountsBetweenLooks = 32;
// Of ids that are noted one by one; beyond that every account is renewed.
constexpr size_t kDirtyBytesMax = 4 << 20;
constexpr int kPartOfTheTime = 25;

}  // namespace

PortfolioStage::PortfolioStage(const AccountReader* reader, const Clock* clock) : reader_(reader), clock_(clock) {
  totals_.now = clock_->Now();
  day_ = reader_->fold().zone().LocalDay(totals_.now);
}

PortfolioStage::~PortfolioStage() { Stop(); }

void PortfolioStage::Start() {
  thread_ = std::thread([this] { Run(); });
}

void PortfolioStage::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  stopping_.notify_all();
  settled_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void PortfolioStage::OnReadable(const ShardId& shard, Position position) {
  const std::lock_guard lock(mutex_);
  renew_all_ = true;
  ++asked_;
  announced_[shard] = position;
  changed_.notify_all();
}

void PortfolioStage::OnGone(const ShardId& shard) {
  const std::lock_guard lock(mutex_);
  renew_all_ = true;
  ++asked_;
  announced_.erase(shard);
  changed_.notify_all();
}

void PortfolioStage::OnChanged(const ShardId& shard, std::span<const std::string_view> accounts, Position position) {
  const std::lock_guard lock(mutex_);
  for (const std::string_view account : accounts) {
    // Rows under no account: voids on an events shard change nothing by themselves, on the reference topic they may
    // change everything; the stage tells by looking at the reference reading.
    if (!account.empty()) dirty_.append(account).push_back('\0');
  }
  if (dirty_.size() > kDirtyBytesMax) {
    dirty_.clear();
    renew_all_ = true;
  }
  announced_[shard] = position;
  announced_accounts_ += accounts.size();
  ++asked_;
  changed_.notify_all();
}

PortfolioReading PortfolioStage::Read(std::chrono::milliseconds patience) const {
  std::unique_lock lock(mutex_);
  const uint64_t wanted = asked_;
  settled_.wait_for(lock, patience, [&] { return stop_ || done_ >= wanted; });
  PortfolioReading reading = totals_;
  reading.settled = done_ >= wanted && reader_->fold().zone().LocalDay(clock_->Now()) == day_;
  return reading;
}

void PortfolioStage::Run() {
  NameThread("portfolio");
  std::unique_lock lock(mutex_);
  while (!stop_) {
    changed_.wait_for(lock, kClockLook, [this] { return stop_ || renew_all_ || done_ < asked_; });
    if (stop_) return;
    const uint64_t asked = asked_;
    std::map<ShardId, Position> announced = announced_;
    bool renew_all = std::exchange(renew_all_, false);
    const std::string changed = std::exchange(dirty_, {});
    lock.unlock();

    const auto began = std::chrono::steady_clock::now();
    std::set<AccountId> dirty;
    for (size_t at = 0; at < changed.size();) {
      const size_t end = changed.find('\0', at);
      dirty.emplace(changed.substr(at, end - at));
      at = end + 1;
    }
    const Instant now = clock_->Now();
    const Day day = reader_->fold().zone().LocalDay(now);
    Result<std::shared_ptr<const ReferenceReading>> reference = reader_->Reference();
    if (!reference.ok()) {
      // Without merges and rates no account can be read: totals stay as they are, and unsettled, until there are.
      lock.lock();
      dirty_.insert(0, changed);
      renew_all_ |= renew_all;
      stopping_.wait_for(lock, kClockLook, [this] { return stop_; });
      continue;
    }
    if (*reference != reference_) {
      reference_ = *reference;
      renew_all = true;
    }
    renew_all |= day != day_ || (next_reference_ && *next_reference_ <= now);
    next_reference_ = reference_ == nullptr ? std::nullopt : reference_->state.NextAfter(now);
    for (auto due = deadlines_.begin(); due != deadlines_.end() && due->first <= now; due = deadlines_.erase(due)) {
      dirty.insert(due->second.begin(), due->second.end());
    }
    if (renew_all) {
      // Nothing is announced of what a shard held already when it could be read first.
      for (const std::shared_ptr<Shard>& shard : reader_->shards().events()) {
        const auto known = announced.find(shard->id());
        if (known != announced.end()) known->second = std::max(known->second, shard->status().folded);
      }
      for (const AccountId& account : EveryAccount()) dirty.insert(account);
      for (const auto& [account, part] : parts_) dirty.insert(account);
    }
    Renew(dirty, now);

    lock.lock();
    for (const auto& [shard, position] : announced) {
      const auto known = announced_.find(shard);
      if (known != announced_.end()) known->second = std::max(known->second, position);
    }
    day_ = day;
    done_ = asked;
    totals_.now = now;
    totals_.positions.clear();
    for (const auto& [shard, position] : announced) {
      const std::shared_ptr<Shard> of_reference = reader_->shards().reference();
      if (of_reference != nullptr && of_reference->id() == shard) continue;
      totals_.positions.push_back({shard, position});
    }
    totals_.reference_position = reference_ == nullptr ? Position(0) : reference_->position;
    totals_.sentiment_half_life_days =
        (reference_ == nullptr ? Parameters() : reference_->state.ParametersAt(now)).sentiment_half_life_days;
    settled_.notify_all();
    const auto rest = kRestFactor * (std::chrono::steady_clock::now() - began);
    stopping_.wait_for(lock, std::min<std::chrono::nanoseconds>(rest, kRestMax), [this] { return stop_; });
  }
}

std::vector<AccountId> PortfolioStage::EveryAccount() const {
  std::vector<AccountId> accounts;
  for (const std::shared_ptr<Shard>& shard : reader_->shards().events()) {
    AccountId from;
    while (true) {
      Result<std::vector<AccountId>> page = shard->AccountsFrom(from, kListedAtOnce);
      if (!page.ok() || page->empty()) break;
      accounts.insert(accounts.end(), page->begin(), page->end());
      if (page->size() < kListedAtOnce) break;
      from = AccountId(page->back().value() + '\1');
    }
  }
  std::erase_if(accounts, [](const AccountId& account) { return account.empty(); });
  return accounts;
}

void PortfolioStage::Renew(const std::set<AccountId>& accounts, Instant now) {
  const Merges merges = reference_ == nullptr ? Merges() : reference_->state.MergesAt(now);
  std::set<AccountId> survivors;
  for (const AccountId& account : accounts) {
    const AccountId& survivor = merges.SurvivorOf(account);
    survivors.insert(survivor);
    // An account that was absorbed stands no more by itself.
    if (survivor != account && parts_.contains(account)) Replace(account, {});
  }
  size_t left = kAccountsBetweenLooks;
  auto began = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  uint64_t announced = announced_accounts_;
  for (const AccountId& survivor : survivors) {
    lock.unlock();
    RenewOne(survivor, now);
    lock.lock();
    if (stop_) return;
    if (--left > 0) continue;
    if (announced_accounts_ - announced > kAccountsBetweenLooks) {
      stopping_.wait_for(lock, kPartOfTheTime * (std::chrono::steady_clock::now() - began), [this] { return stop_; });
      began = std::chrono::steady_clock::now();
    }
    left = kAccountsBetweenLooks;
    announced = announced_accounts_;
  }
}

void PortfolioStage::RenewOne(const AccountId& survivor, Instant now) {
  Result<AccountReading> reading = reader_->Read(survivor, now, AccountReader::Use::kPassing);
  if (!reading.ok()) {
    // Not ours any more, or not readable: a part is never shown as the whole, and what is gone is no part.
    if (reading.status().code() != StatusCode::kUnavailable) {
      spdlog::error("portfolio: account left out: {}", Text(reading.status()));
    }
    Replace(survivor, {});
    return;
  }
  const Day day = reader_->fold().zone().LocalDay(now);
  const SummedAccount& account = *reading->account;
  Part part;
  part.components = account.sums.components;
  part.known = account.known();
  const view::v1::AccountProfile profile = ProfileOf(account, now);
  part.key_account = profile.key_account();
  if (part.known) {
    const int32_t half_life = reading->moment->parameters.sentiment_half_life_days;
    accounts_.Set(survivor, ListedAccountOf(profile, account.sums, day, reader_->reporting(), half_life));
  }
  if (reading->next_fact) deadlines_[*reading->next_fact].insert(survivor);
  Replace(survivor, part);
}

void PortfolioStage::Replace(const AccountId& survivor, const Part& part) {
  const auto known = parts_.find(survivor);
  const bool was_known = known != parts_.end();
  const bool was_key_account = was_known && known->second.key_account();
  if (!was_known && !part.known) return;
  // Most of what an account adds stays as it was: only the difference reaches the totals.
  Components difference = part.components;
  if (was_known) difference.Add(known->second.components(), -1);
  if (!part.known) {
    accounts_.Erase(survivor);
    parts_.erase(known);
  } else {
    parts_.insert_or_assign(survivor, PackedPart(part.components, part.key_account));
  }
  const std::lock_guard lock(mutex_);
  totals_.components.Add(difference, 1);
  totals_.accounts += static_cast<int>(part.known) - static_cast<int>(was_known);
  totals_.key_accounts += static_cast<int>(part.key_account) - static_cast<int>(was_key_account);
}

}  // namespace kontor
