#include "engine/portfolio/portfolio_stage.h"

#include <google/protobuf/arena.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "engine/base/thread_name.h"
#include "engine/base/thread_priority.h"
#include "engine/portfolio/account_view.h"

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

// What this thread has worked: on a busy machine more time goes by.
std::chrono::nanoseconds Worked() {
  timespec worked{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &worked);
  return std::chrono::seconds(worked.tv_sec) + std::chrono::nanoseconds(worked.tv_nsec);
}

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
  readable_.insert(shard);
  ++asked_;
  announced_[shard] = position;
  changed_.notify_all();
}

void PortfolioStage::OnGone(const ShardId& shard) {
  const std::lock_guard lock(mutex_);
  readable_.erase(shard);
  gone_ = true;
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
  const Instant now = clock_->Now();
  reading.settled = done_ >= wanted && reader_->fold().zone().LocalDay(now) == day_ && (!next_ || now < *next_);
  return reading;
}

void PortfolioStage::Run() {
  NameThread("portfolio");
  SetPriority(StandBack::kTotals);
  std::unique_lock lock(mutex_);
  while (!stop_) {
    changed_.wait_for(lock, kClockLook, [this] { return stop_ || done_ < asked_; });
    if (stop_) return;
    lock.unlock();
    Result<std::shared_ptr<const ReferenceReading>> reference = reader_->Reference();
    const bool wait = !reference.ok() || AnyCatchesUp();
    lock.lock();
    if (wait) {
      // Without merges and rates no account can be read, and without a shard the totals are no totals: they stay as
      // they are, and unsettled.
      changed_.wait_for(lock, kClockLook);
      continue;
    }
    const uint64_t asked = asked_;
    std::map<ShardId, Position> announced = announced_;
    const bool gone = std::exchange(gone_, false);
    bool renew_all = std::exchange(renew_all_, false) || gone;  // accounts of others may have been merged with its own
    const std::set<ShardId> readable = std::exchange(readable_, {});
    const std::string changed = std::exchange(dirty_, {});
    Pace pace{Worked(), kAccountsBetweenLooks, announced_accounts_};
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
    if (*reference != reference_) {
      reference_ = *reference;
      renew_all = true;
    }
    renew_all |= day != day_ || (next_reference_ && *next_reference_ <= now);
    next_reference_ = reference_ == nullptr ? std::nullopt : reference_->state.NextAfter(now);
    for (auto due = deadlines_.begin(); due != deadlines_.end() && due->first <= now; due = deadlines_.erase(due)) {
      dirty.insert(due->second.begin(), due->second.end());
    }
    const Merges merges = reference_ == nullptr ? Merges() : reference_->state.MergesAt(now);
    if (gone) TakeOutGone();
    if (!readable.empty()) {
      // What they absorbed may stand on a shard that has just come, and have no row there that would name them.
      for (const auto& [survivor, absorbed] : merges.absorbed_by) dirty.insert(survivor);
    }
    if (renew_all) failure_ = OkStatus();
    bool more = true;
    for (const std::shared_ptr<Shard>& shard : reader_->shards().events()) {
      if (!more || (!renew_all && !readable.contains(shard->id()))) continue;
      // Nothing is announced of what a shard held already when it could be read first.
      const auto known = announced.find(shard->id());
      if (known != announced.end()) known->second = std::max(known->second, shard->status().folded);
      more = RenewShard(*shard, merges, now, &pace);
    }
    // With all of them, those that changed before are renewed already.
    if (more && !renew_all) Renew(dirty, merges, now, &pace);

    lock.lock();
    for (const auto& [shard, position] : announced) {
      const auto known = announced_.find(shard);
      if (known != announced_.end()) known->second = std::max(known->second, position);
    }
    day_ = day;
    next_ = next_reference_;
    if (!deadlines_.empty()) next_ = std::min(next_.value_or(kInstantMax), deadlines_.begin()->first);
    done_ = asked;
    totals_.made = true;
    totals_.failure = failure_;
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

bool PortfolioStage::AnyCatchesUp() const {
  const std::vector<std::shared_ptr<Shard>> shards = reader_->shards().events();
  return std::any_of(shards.begin(), shards.end(), [](const auto& shard) {
    return shard->state() == ShardState::kOpening || shard->state() == ShardState::kCatchingUp;
  });
}

// Page by page, in the order of their rows.
bool PortfolioStage::RenewShard(const Shard& shard, const Merges& merges, Instant now, Pace* pace) {
  AccountId from;
  while (true) {
    Result<std::vector<AccountId>> page = shard.AccountsFrom(from, kListedAtOnce);
    if (!page.ok()) LeaveOut(page.status());
    if (!page.ok() || page->empty()) return true;
    from = AccountId(page->back().value() + '\1');
    const bool last = page->size() < kListedAtOnce;
    std::erase_if(*page, [](const AccountId& account) { return account.empty(); });
    if (!Renew({page->begin(), page->end()}, merges, now, pace)) return false;
    if (last) return true;
  }
}

bool PortfolioStage::Renew(const std::set<AccountId>& accounts, const Merges& merges, Instant now, Pace* pace) {
  std::set<AccountId> survivors;
  for (const AccountId& account : accounts) {
    const AccountId& survivor = merges.SurvivorOf(account);
    survivors.insert(survivor);
    // An account that was absorbed stands no more by itself.
    if (survivor != account) Replace(account, std::nullopt);
  }
  for (const AccountId& survivor : survivors) {
    RenewOne(survivor, now);
    if (!Rest(pace)) return false;
  }
  return true;
}

bool PortfolioStage::Rest(Pace* pace) {
  if (--pace->left > 0) return true;
  std::unique_lock lock(mutex_);
  if (announced_accounts_ - pace->announced > kAccountsBetweenLooks) {
    const std::chrono::nanoseconds rest = kPartOfTheTime * (Worked() - pace->began);
    stopping_.wait_for(lock, std::min<std::chrono::nanoseconds>(rest, kRestMax), [this] { return stop_; });
  }
  *pace = {Worked(), kAccountsBetweenLooks, announced_accounts_};
  return !stop_;
}

void PortfolioStage::RenewOne(const AccountId& survivor, Instant now) {
  Result<AccountReading> reading = reader_->Read(survivor, now, AccountReader::Use::kPassing);
  if (!reading.ok()) {
    LeaveOut(reading.status());
    Replace(survivor, std::nullopt);
    return;
  }
  if (reading->next_fact) deadlines_[*reading->next_fact].insert(survivor);
  const SummedAccount& account = *reading->account;
  if (!account.known()) {
    Replace(survivor, std::nullopt);
    return;
  }
  google::protobuf::Arena arena;
  auto* view = google::protobuf::Arena::CreateMessage<view::v1::AccountView>(&arena);
  RenderAccount(*reader_, *reading, now, view);
  Replace(survivor,
          Part{account.sums.components, view->profile().key_account(), ListedAccountOf(*view, reader_->reporting())});
}

void PortfolioStage::Replace(const AccountId& survivor, std::optional<Part> part) {
  const PackedPart* known = accounts_.PartOf(survivor);
  if (known == nullptr && !part) return;
  // Most of what an account adds stays as it was: only the difference reaches the totals.
  Components difference;
  const int accounts = static_cast<int>(part.has_value()) - static_cast<int>(known != nullptr);
  int key_accounts = 0;
  if (known != nullptr) {
    difference.Add(known->components(), -1);
    key_accounts -= known->key_account() ? 1 : 0;
  }
  if (part) {
    difference.Add(part->components, 1);
    key_accounts += part->key_account ? 1 : 0;
    accounts_.Set(survivor, part->listed, PackedPart(part->components, part->key_account));
  } else {
    accounts_.Erase(survivor);
  }
  const std::lock_guard lock(mutex_);
  totals_.components.Add(difference, 1);
  totals_.accounts += accounts;
  totals_.key_accounts += key_accounts;
}

void PortfolioStage::TakeOutGone() {
  for (const AccountId& account : accounts_.Accounts()) {
    const Result<std::shared_ptr<Shard>> shard = reader_->shards().ShardOf(account);
    if (!shard.ok() || !(*shard)->Read(account).ok()) Replace(account, std::nullopt);
  }
}

// A shard that is not ours, or not readable, is none that the totals say they cover. Else a part would pass for the
// whole.
void PortfolioStage::LeaveOut(const Status& why) {
  if (why.code() == StatusCode::kUnavailable) return;
  spdlog::error("portfolio: not all can be read, so there are no totals: {}", Text(why));
  failure_.Update(why);
}

}  // namespace kontor
