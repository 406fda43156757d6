#include "projections/account/tally.h"

#include <algorithm>

namespace kontor {

void Tally::Add(const TallyKey& key, Int128 amount) {
  if (amount == 0) return;
  if (entries_.empty() || entries_.back().key < key) {
    entries_.push_back({key, amount});
    return;
  }
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), key,
                                   [](const TallyEntry& entry, const TallyKey& wanted) { return entry.key < wanted; });
  if (at == entries_.end() || at->key != key) {
    entries_.insert(at, {key, amount});
    return;
  }
  at->amount += amount;
  if (at->amount == 0) entries_.erase(at);
}

void Tally::Add(const Tally& other, int sign) {
  if (entries_.empty() && sign == 1) {
    entries_ = other.entries_;
    return;
  }
  if (other.entries_.size() < entries_.size() / 8) {
    for (const TallyEntry& entry : other.entries_) Add(entry.key, sign * entry.amount);
    return;
  }
  std::vector<TallyEntry> merged;
  merged.reserve(entries_.size() + other.entries_.size());
  auto a = entries_.begin();
  auto b = other.entries_.begin();
  while (a != entries_.end() || b != other.entries_.end()) {
    if (b == other.entries_.end() || (a != entries_.end() && a->key < b->key)) {
      merged.push_back(std::move(*a++));
    } else if (a == entries_.end() || b->key < a->key) {
      merged.push_back({b->key, sign * b->amount});
      ++b;
    } else {
      const Int128 amount = a->amount + sign * b->amount;
      if (amount != 0) merged.push_back({std::move(a->key), amount});
      ++a;
      ++b;
    }
  }
  entries_ = std::move(merged);
}

Int128 Tally::Get(const TallyKey& key) const {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), key,
                                   [](const TallyEntry& entry, const TallyKey& wanted) { return entry.key < wanted; });
  return at == entries_.end() || at->key != key ? 0 : at->amount;
}

void EncodeTallyEntry(const TallyRef& key, Int128 amount, uint64_t* previous, ByteWriter* writer) {
  const auto measure = static_cast<uint64_t>(key.measure);
  writer->Varint(measure - *previous);
  *previous = measure;
  writer->Varint(key.currency.packed());
  writer->Signed(key.number);
  writer->String(key.text);
  writer->Signed128(amount);
}

void Tally::Encode(ByteWriter* writer) const {
  writer->Varint(entries_.size());
  uint64_t previous = 0;
  for (const TallyEntry& entry : entries_) {
    const TallyRef key{entry.key.measure, entry.key.currency, entry.key.number, entry.key.text};
    EncodeTallyEntry(key, entry.amount, &previous, writer);
  }
}

bool Tally::Decode(ByteReader* reader) {
  const uint64_t count = reader->Varint();
  if (!reader->ok() || count > reader->rest().size()) return false;
  entries_.clear();
  entries_.reserve(count);
  uint64_t measure = 0;
  for (uint64_t i = 0; i < count; ++i) {
    TallyEntry& entry = entries_.emplace_back();
    measure += reader->Varint();
    entry.key.measure = static_cast<Measure>(measure);
    entry.key.currency = Currency::FromPacked(static_cast<uint32_t>(reader->Varint()));
    entry.key.number = reader->Signed();
    entry.key.text = reader->String();
    entry.amount = reader->Signed128();
    if (!reader->ok() || measure > UINT16_MAX || entry.amount == 0) return false;
    if (i > 0 && !(entries_[i - 1].key < entry.key)) return false;
  }
  return true;
}

}  // namespace kontor
