#include "engine/query/change_feed.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <charconv>

#include "engine/base/check.h"
#include "kontor/api/v1/api.pb.h"

namespace kontor {
namespace {

// How long batches are kept for a reader who left.
constexpr std::chrono::minutes kKeptAfterReader{2};

}  // namespace

std::string ChangeFeed::IdOf(const Positions& positions) {
  std::string id;
  for (const auto& [shard, position] : positions) {
    fmt::format_to(std::back_inserter(id), "{}{}/{}@{}", id.empty() ? "" : ",", shard.first, shard.second, position);
  }
  return id;
}

std::optional<ChangeFeed::Positions> ChangeFeed::ParseId(std::string_view id) {
  Positions positions;
  const auto number = [](std::string_view text, auto* out) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), *out);
    return read.ec == std::errc() && read.ptr == text.data() + text.size();
  };
  while (!id.empty()) {
    const std::string_view part = id.substr(0, id.find(','));
    id.remove_prefix(std::min(id.size(), part.size() + 1));
    const size_t slash = part.rfind('/');
    const size_t at = part.rfind('@');
    int32_t partition = 0;
    uint64_t position = 0;
    if (slash == std::string_view::npos || at == std::string_view::npos || at < slash ||
        !number(part.substr(slash + 1, at - slash - 1), &partition) || !number(part.substr(at + 1), &position)) {
      return std::nullopt;
    }
    positions[{std::string(part.substr(0, slash)), partition}] = position;
  }
  return positions;
}

bool ChangeFeed::Kept() const {
  return readers_ > 0 || (left_ && std::chrono::steady_clock::now() - *left_ < kKeptAfterReader);
}

void ChangeFeed::Changed(const std::string& topic, Partition partition, std::span<const std::string_view> accounts,
                         Position position) {
  const std::lock_guard lock(mutex_);
  uint64_t& known = positions_[{topic, partition.value()}];
  if (known == position.value()) return;
  known = position.value();
  moved_ = true;
  if (!Kept()) return Forget();
  for (const std::string_view account : accounts) {
    if (truncated_) return;
    if (account.empty()) continue;
    if (pending_.size() < limits_.accounts_max) {
      pending_.emplace(account);
    } else {
      truncated_ = !pending_.contains(std::string(account));
    }
  }
}

void ChangeFeed::Came(const std::string& topic, Partition partition, Position position) {
  const std::lock_guard lock(mutex_);
  positions_[{topic, partition.value()}] = position.value();
  unknown_ = true;
}

void ChangeFeed::Went(const std::string& topic, Partition partition) {
  const std::lock_guard lock(mutex_);
  positions_.erase({topic, partition.value()});
  unknown_ = true;
}

void ChangeFeed::Forget() {
  batches_.clear();
  bytes_ = 0;
  pending_.clear();
  truncated_ = false;
  unknown_ = false;
  begin_ = positions_;
}

ChangeFeed::Cursor ChangeFeed::Open(std::string_view last_event_id) {
  const MembersOf members_of = merges_();
  const std::lock_guard lock(mutex_);
  if (!Kept()) {
    Forget();
    moved_ = false;
  } else if (readers_ == 0 && !unknown_) {
    // What changed while nobody read is for those who come back, not for who begins at the present.
    CutPending(members_of);
  }
  ++readers_;
  const Cursor cursor = Find(last_event_id);
  resets_ += cursor.reset && !last_event_id.empty() ? 1 : 0;
  return cursor;
}

ChangeFeed::Figures ChangeFeed::figures() const {
  const std::lock_guard lock(mutex_);
  return {readers_, dropped_, resets_};
}

ChangeFeed::Cursor ChangeFeed::Find(std::string_view last_event_id) const {
  Cursor cursor{next_number_, true};
  const std::optional<Positions> seen = ParseId(last_event_id);
  if (last_event_id.empty() || !seen || seen->size() != positions_.size() || begin_.size() != positions_.size() ||
      unknown_)
    return cursor;
  for (const auto& [shard, position] : *seen) {
    const auto begin = begin_.find(shard);
    const auto end = positions_.find(shard);
    if (begin == begin_.end() || end == positions_.end() || position < begin->second || position > end->second) {
      return cursor;  // of other shards, too long ago, or of a log that is not this one
    }
  }
  cursor.reset = false;
  // The first batch that tells of anything behind what was seen; all later ones do too.
  for (const Batch& batch : batches_) {
    for (const auto& [shard, position] : *seen) {
      const auto told = batch.positions.find(shard);
      if (told == batch.positions.end() || told->second > position) {
        cursor.next = batch.number;
        return cursor;
      }
    }
  }
  return cursor;
}

void ChangeFeed::Close(bool too_slow) {
  const std::lock_guard lock(mutex_);
  KONTOR_CHECK(readers_ > 0);
  dropped_ += too_slow ? 1 : 0;
  if (--readers_ == 0) left_ = std::chrono::steady_clock::now();
}

// An event as it is written: what changed, at the present positions.
std::string ChangeFeed::TextOf(std::string_view event, api::v1::ChangedAccounts changed) const {
  for (const auto& [shard, position] : positions_) {
    auto* out = changed.add_positions();
    out->set_topic(shard.first);
    out->set_partition(shard.second);
    out->set_position(position);
  }
  std::string data;
  const bool told = google::protobuf::util::MessageToJsonString(changed, &data).ok();
  KONTOR_CHECK(told);
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", IdOf(positions_), event, data);
}

void ChangeFeed::Append(std::string text) {
  bytes_ += text.size();
  batches_.push_back({next_number_++, positions_, std::make_shared<const std::string>(std::move(text))});
  while (bytes_ > limits_.bytes_max && batches_.size() > 1) {
    bytes_ -= batches_.front().text->size();
    begin_ = batches_.front().positions;
    batches_.pop_front();
  }
}

bool ChangeFeed::Cut() {
  std::unique_lock lock(mutex_);
  if (pending_.empty() || unknown_) return CutPending({});  // names nobody
  lock.unlock();
  const MembersOf members_of = merges_();
  lock.lock();
  return CutPending(members_of);
}

bool ChangeFeed::CutPending(const MembersOf& members_of) {
  if (!moved_ && !unknown_) return false;
  moved_ = false;
  api::v1::ChangedAccounts changed;
  const bool reset = std::exchange(unknown_, false);
  if (!reset) Name(members_of, &changed);
  Append(TextOf(reset ? "reset" : "changed", std::move(changed)));
  pending_.clear();
  truncated_ = false;
  if (reset) begin_ = positions_;
  return true;
}

// Names what is pending, and whoever is read as one with it.
void ChangeFeed::Name(const MembersOf& members_of, api::v1::ChangedAccounts* changed) const {
  std::unordered_set<std::string> named = pending_;
  if (members_of) {
    for (const std::string& account : pending_) {
      for (const AccountId& member : members_of(AccountId(account))) named.insert(member.value());
    }
  }
  const size_t count = std::min(named.size(), limits_.accounts_max);
  for (auto account = named.begin(); changed->account_ids_size() < static_cast<int>(count); ++account) {
    changed->add_account_ids(*account);
  }
  changed->set_truncated(truncated_ || count < named.size());
}

std::optional<std::shared_ptr<const std::string>> ChangeFeed::Next(Cursor* cursor) {
  const std::lock_guard lock(mutex_);
  if (cursor->reset) {
    cursor->reset = false;
    return std::make_shared<const std::string>(TextOf("reset", {}));
  }
  if (cursor->next == next_number_) return std::shared_ptr<const std::string>();
  if (batches_.empty() || cursor->next < batches_.front().number) return std::nullopt;
  return batches_[cursor->next++ - batches_.front().number].text;
}

}  // namespace kontor
