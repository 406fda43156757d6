#include "projections/reading/conversion.h"

#include <string>

namespace kontor {

std::optional<Nanos> Converter::Convert(Currency from, Day day, Nanos amount) {
  if (amount == 0 || from == reporting_) return amount;
  const std::optional<Rate>& rate = RateOn(from, day);
  if (!rate) return std::nullopt;
  return MultiplyDivideRounded(amount, rate->numerator, rate->denominator);
}

const std::optional<Rate>& Converter::RateOn(Currency from, Day day) {
  const std::pair wanted(day, from);
  if (last_ != rates_.end() && last_->first == wanted) return last_->second;
  const auto [at, made] = rates_.try_emplace(wanted);
  if (made) at->second = reference_->RateOn(from, reporting_, day, t_);
  last_ = at;
  return last_->second;
}

std::vector<view::v1::UsedRate> Converter::UsedRates(size_t most) const {
  std::vector<view::v1::UsedRate> used;
  for (const auto& [key, rate] : rates_) {
    if (!rate || used.size() == most) continue;
    view::v1::UsedRate& x = used.emplace_back();
    x.set_base_currency(key.second.code());
    x.set_quote_currency(reporting_.code());
    *x.mutable_day() = DateProto(key.first);
    *x.mutable_published_day() = DateProto(rate->published);
    x.set_numerator(IntegerText(rate->numerator));
    x.set_denominator(IntegerText(rate->denominator));
    x.set_via_currency(rate->via.code());
  }
  return used;
}

size_t Converter::used_count() const {
  size_t count = 0;
  for (const auto& [key, rate] : rates_) count += rate ? 1 : 0;
  return count;
}

}  // namespace kontor
