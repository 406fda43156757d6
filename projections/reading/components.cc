#include "projections/reading/components.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "engine/base/check.h"

namespace kontor {

Span SpanOf(Window window, Day asked) {
  const auto months = [asked](int32_t from, int32_t to) { return Span{AddMonths(asked, from), AddMonths(asked, to)}; };
  const auto days = [asked](int32_t windows_ago) {
    return Span{asked - 90 * (windows_ago + 1), asked - 90 * windows_ago};
  };
  switch (window) {
    case Window::kLifetime:
      return {Day(INT32_MIN), asked};
    case Window::kTtm:
      return months(-12, 0);
    case Window::kYearBefore:
      return months(-24, -12);
    case Window::kThreeYearsAgo:
      return months(-48, -36);
    case Window::kFiveYearsAgo:
      return months(-72, -60);
    case Window::kDays90:
      return days(0);
    case Window::kDays90Before1:
      return days(1);
    case Window::kDays90Before2:
      return days(2);
    case Window::kDays90Before3:
      return days(3);
    case Window::kDays90Before4:
      return days(4);
  }
  return {};
}

Ageing AgeingOf(int64_t due_day, Day asked) {
  if (due_day == kNoDueDay) return Ageing::kNoDueDate;
  const int64_t past = asked.value() - due_day;
  if (past <= 0) return Ageing::kNotDue;
  if (past <= 30) return Ageing::kDays1To30;
  if (past <= 60) return Ageing::kDays31To60;
  if (past <= 90) return Ageing::kDays61To90;
  return Ageing::kDaysOver90;
}

void Sums::Add(const Sums& other, int sign) {
  own.Add(other.own, sign);
  reporting.Add(other.reporting, sign);
  missing.Add(other.missing, sign);
}

void Components::Add(const Components& other, int sign) {
  for (size_t i = 0; i < kWindows; ++i) windows[i].Add(other.windows[i], sign);
  stock.Add(other.stock, sign);
  for (const auto& [month, sums] : other.months) {
    const auto at = months.try_emplace(month).first;
    at->second.Add(sums, sign);
    if (at->second.empty()) months.erase(at);
  }
  retention.Add(other.retention, sign);
  accounts.Add(other.accounts, sign);
}

void Encode(const Components& components, std::string* bytes) {
  ByteWriter writer(bytes);
  const auto put = [&writer](const Sums& sums) {
    sums.own.Encode(&writer);
    sums.reporting.Encode(&writer);
    sums.missing.Encode(&writer);
  };
  for (const Sums& sums : components.windows) put(sums);
  put(components.stock);
  writer.Varint(components.months.size());
  for (const auto& [month, sums] : components.months) {
    writer.Signed(month.value());
    put(sums);
  }
  components.retention.Encode(&writer);
  components.accounts.Encode(&writer);
}

Components DecodeComponents(std::string_view bytes) {
  Components components;
  ByteReader reader(bytes);
  const auto take = [&reader](Sums* sums) {
    KONTOR_CHECK(sums->own.Decode(&reader) && sums->reporting.Decode(&reader) && sums->missing.Decode(&reader));
  };
  for (Sums& sums : components.windows) take(&sums);
  take(&components.stock);
  for (uint64_t months = reader.Varint(); months > 0; --months) {
    take(&components.months[Month(static_cast<int32_t>(reader.Signed()))]);
  }
  KONTOR_CHECK(components.retention.Decode(&reader) && components.accounts.Decode(&reader) && reader.AtEnd());
  return components;
}

}  // namespace kontor
