#include "projections/account/month_sum.h"

#include <algorithm>

#include "engine/base/check.h"
#include "projections/account/month_reader.h"

namespace kontor {

void AdditionWriter::Add(Day day, const TallyRef& key, Int128 amount) {
  ByteWriter writer(out_);
  writer.Signed(day - last_);
  last_ = day;
  writer.Varint(static_cast<uint64_t>(key.measure));
  writer.Varint(key.currency.packed());
  writer.Signed(key.number);
  writer.String(key.text);
  writer.Signed128(amount);
}

void MonthSum::Add(std::string_view additions) {
  ByteReader reader(additions);
  Day last;
  while (!reader.AtEnd()) {
    Entry& entry = entries_.emplace_back();
    last = entry.day = last + static_cast<int32_t>(reader.Signed());
    entry.key.measure = static_cast<Measure>(reader.Varint());
    entry.key.currency = Currency::FromPacked(static_cast<uint32_t>(reader.Varint()));
    entry.key.number = reader.Signed();
    entry.key.text = reader.String();
    entry.amount = reader.Signed128();
  }
  KONTOR_CHECK(reader.ok());
}

bool MonthSum::AddRow(std::string_view bytes) {
  MonthReader days(bytes);
  while (days.Next()) {
    for (const TallyView& entry : days.entries()) entries_.push_back({days.day(), entry.key, entry.amount});
  }
  return days.ok();
}

// Entries are put in order by what tells most of them apart, in one number; the rest is looked at where that is equal.
void MonthSum::Settle() {
  order_.clear();
  order_.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    const uint64_t day = static_cast<uint32_t>(entry.day.value()) ^ 0x8000'0000U;
    const uint64_t measure = static_cast<uint16_t>(entry.key.measure);
    order_.push_back({day << 32 | measure << 16 | entry.key.currency.packed() >> 8, &entry});
  }
  std::sort(order_.begin(), order_.end(), [](const Place& a, const Place& b) {
    return a.rank != b.rank ? a.rank < b.rank : a.entry->key < b.entry->key;
  });
  settled_.clear();
  for (size_t i = 0; i < order_.size();) {
    settled_.push_back(*order_[i].entry);
    Entry& sum = settled_.back();
    for (++i; i < order_.size() && order_[i].entry->day == sum.day && order_[i].entry->key == sum.key; ++i) {
      sum.amount += order_[i].entry->amount;
    }
    if (sum.amount == 0) settled_.pop_back();
  }
  entries_.swap(settled_);
}

std::vector<MonthSum::Part> MonthSum::Months() const {
  std::vector<Part> parts;
  for (size_t i = 0; i < entries_.size();) {
    const Month month = MonthOf(entries_[i].day);
    const Day end = FirstDay(month + 1);
    const size_t begin = i;
    while (i < entries_.size() && entries_[i].day < end) ++i;
    parts.push_back({month, begin, i});
  }
  return parts;
}

void MonthSum::Encode(const Part& part, std::string* bytes) const {
  ByteWriter writer(bytes);
  size_t days = 0;
  for (size_t i = part.begin; i < part.end; ++i) days += i == part.begin || entries_[i].day != entries_[i - 1].day;
  writer.Varint(days);
  for (size_t i = part.begin; i < part.end;) {
    size_t end = i;
    while (end < part.end && entries_[end].day == entries_[i].day) ++end;
    writer.Signed(entries_[i].day.value());
    writer.Varint(end - i);
    uint64_t previous = 0;
    for (; i < end; ++i) {
      const Entry& entry = entries_[i];
      EncodeTallyEntry(entry.key, entry.amount, &previous, &writer);
    }
  }
}

bool AddMonthValues(std::span<const std::string_view> values, std::string* sum) {
  // Kept for its memory: every month that is read or merged comes by here.
  thread_local MonthSum months;
  months.Clear();
  for (const std::string_view value : values) {
    if (!months.AddRow(value)) return false;
  }
  months.Settle();
  sum->clear();
  const std::vector<MonthSum::Part> parts = months.Months();
  if (parts.size() > 1) return false;
  if (!parts.empty()) months.Encode(parts.front(), sum);
  return true;
}

}  // namespace kontor
