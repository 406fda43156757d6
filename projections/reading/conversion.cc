#include "projections/reading/conversion.h"

#include "engine/base/check.h"

namespace kontor {

std::optional<Nanos> Converter::Convert(Currency from, Day day, Nanos amount) {
  if (amount == 0 || from == reporting_) return amount;
  const std::optional<Rate>& rate = RateOn(from, day);
  if (!rate) return std::nullopt;
  const std::optional<Nanos> converted = MultiplyDivideRounded(amount, rate->numerator, rate->denominator);
  return converted && FitsMoney(*converted) ? converted : std::nullopt;
}

const std::optional<Rate>& Converter::RateOn(Currency from, Day day) {
  const std::pair wanted(day, from);
  if (last_ != rates_.end() && last_->first == wanted) return last_->second;
  const auto [at, made] = rates_.try_emplace(wanted);
  if (made) at->second = reference_->RateOn(from, reporting_, day, t_);
  last_ = at;
  return last_->second;
}

std::set<std::pair<Day, Currency>> Converter::Used() const {
  std::set<std::pair<Day, Currency>> used;
  for (const auto& [key, rate] : rates_) {
    if (rate) used.insert(key);
  }
  return used;
}

void Converter::Render(Currency from, Day day, view::v1::UsedRate* shown) const {
  const std::optional<Rate> rate = reference_->RateOn(from, reporting_, day, t_);
  KONTOR_CHECK(rate);
  shown->set_base_currency(from.code());
  shown->set_quote_currency(reporting_.code());
  *shown->mutable_day() = DateProto(day);
  *shown->mutable_published_day() = DateProto(rate->published);
  shown->set_numerator(IntegerText(rate->numerator));
  shown->set_denominator(IntegerText(rate->denominator));
  shown->set_via_currency(rate->via.code());
}

}  // namespace kontor
