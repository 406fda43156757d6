#include "projections/account/month_reader.h"

namespace kontor {
namespace {

constexpr uint64_t kCurrencyMax = 0xff'ffff;  // three letters

}  // namespace

MonthReader::MonthReader(std::string_view bytes) : reader_(bytes) {
  if (bytes.empty()) return;
  left_ = reader_.Varint();
  ok_ = reader_.ok() && left_ > 0;
}

bool MonthReader::Next() {
  if (!ok_ || left_ == 0) return false;
  --left_;
  const Day before = day_;
  day_ = Day(static_cast<int32_t>(reader_.Signed()));
  const std::string_view rest = reader_.rest();
  ok_ = (!any_ || before < day_) && ReadTally() && (left_ > 0 || reader_.AtEnd());
  any_ = true;
  bytes_ = rest.substr(0, rest.size() - reader_.rest().size());
  return ok_;
}

bool MonthReader::ReadTally() {
  const uint64_t count = reader_.Varint();
  if (!reader_.ok() || count == 0 || count > reader_.rest().size()) return false;
  entries_.resize(count);
  uint64_t measure = 0;
  for (uint64_t i = 0; i < count; ++i) {
    TallyView& entry = entries_[i];
    measure += reader_.Varint();
    entry.key.measure = static_cast<Measure>(measure);
    const uint64_t currency = reader_.Varint();
    if (currency > kCurrencyMax) return false;
    entry.key.currency = Currency::FromPacked(static_cast<uint32_t>(currency));
    entry.key.number = reader_.Signed();
    entry.key.text = reader_.String();
    entry.amount = reader_.Signed128();
    if (!reader_.ok() || measure > UINT16_MAX || entry.amount == 0) return false;
    if (i > 0 && !(entries_[i - 1].key < entry.key)) return false;
  }
  return true;
}

}  // namespace kontor
