#include "projections/account/month_sum.h"

#include <algorithm>

#include "engine/base/check.h"

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

bool MonthSum::Before(const Entry& a, const Entry& b) { return a.day != b.day ? a.day < b.day : a.key < b.key; }

void MonthSum::Settle() {
  std::sort(entries_.begin(), entries_.end(), Before);
  auto kept = entries_.begin();
  for (auto at = entries_.begin(); at != entries_.end();) {
    Entry sum = *at;
    for (++at; at != entries_.end() && at->day == sum.day && at->key == sum.key; ++at) sum.amount += at->amount;
    if (sum.amount != 0) *kept++ = sum;
  }
  entries_.erase(kept, entries_.end());
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

MonthRow MonthSum::Row(const Part& part) const {
  MonthRow row;
  for (size_t i = part.begin; i < part.end; ++i) {
    const Entry& entry = entries_[i];
    if (row.days.empty() || row.days.back().day != entry.day) row.days.push_back({entry.day, {}});
    row.days.back().tally.Add(entry.key.Key(), entry.amount);
  }
  return row;
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
  MonthRow row;
  for (const std::string_view value : values) {
    if (value.empty()) continue;  // of what came to nothing
    const std::optional<MonthRow> added = DecodeMonth(value);
    if (!added) return false;
    row.Add(*added);
  }
  sum->clear();
  EncodeMonth(row, sum);
  return true;
}

}  // namespace kontor
