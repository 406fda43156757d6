#include "projections/satisfaction/satisfaction_view.h"

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "projections/reading/amounts.h"
#include "projections/satisfaction/survey_scale.h"

namespace kontor {
namespace {

constexpr int kGapsMin = 3;        // below it the rhythm of contacts is unknown
constexpr int kCsatPointsMin = 4;  // smaller scales have no two highest points worth a share
constexpr int kPromoterFrom = 9;
constexpr int kDetractorTo = 6;

// NPS = 100 (p - q); standard error 100 sqrt((p + q - (p - q)^2) / (n - 1)), undefined at n = 1.
view::v1::Nps NpsOf(const Sums& sums) {
  view::v1::Nps out;
  int64_t promoters = 0;
  int64_t detractors = 0;
  int64_t n = 0;
  for (const auto& [answer, count] : CountedSet(sums.own, Measure::kNps)) {
    n += count;
    if (answer >= kPromoterFrom) promoters += count;
    if (answer <= kDetractorTo) detractors += count;
  }
  out.set_promoters(promoters);
  out.set_detractors(detractors);
  out.set_passives(n - promoters - detractors);
  out.set_n(n);
  if (n == 0) return out;
  const double p = static_cast<double>(promoters) / static_cast<double>(n);
  const double q = static_cast<double>(detractors) / static_cast<double>(n);
  out.set_value(100.0 * static_cast<double>(promoters - detractors) / static_cast<double>(n));
  if (n > 1) out.set_standard_error(100.0 * std::sqrt((p + q - (p - q) * (p - q)) / static_cast<double>(n - 1)));
  return out;
}

// Answers by scale: scales never meet.
std::map<SurveyScale, std::vector<std::pair<int64_t, int64_t>>> ByScale(const Sums& sums, Measure measure) {
  std::map<SurveyScale, std::vector<std::pair<int64_t, int64_t>>> scales;
  for (const auto& [number, count] : CountedSet(sums.own, measure)) {
    const ScaledAnswer answer = UnpackAnswer(number);
    scales[answer.scale].push_back({answer.answer, count});
  }
  return scales;
}

template <typename Out>
void RenderCsat(const Sums& sums, Out* out) {
  for (const auto& [scale, answers] : ByScale(sums, Measure::kCsat)) {
    view::v1::Csat* csat = out->Add();
    csat->set_scale_min(scale.min);
    csat->set_scale_max(scale.max);
    int64_t n = 0;
    int64_t high = 0;
    for (const auto& [answer, count] : answers) {
      n += count;
      if (answer >= scale.max - 1) high += count;
    }
    const bool enough = scale.max - scale.min + 1 >= kCsatPointsMin;
    *csat->mutable_share() = enough ? RatioOf(high, n, n) : UndefinedRatio(n);
  }
}

template <typename Out>
void RenderCes(const Sums& sums, Out* out) {
  for (const auto& [scale, answers] : ByScale(sums, Measure::kCes)) {
    view::v1::Ces* ces = out->Add();
    ces->set_scale_min(scale.min);
    ces->set_scale_max(scale.max);
    ces->set_easy_end(static_cast<event::v1::EasyEnd>(scale.easy_end));
    *ces->mutable_mean() = MeanOf(answers);
  }
}

// Mean of judgements, each weighed by 2^(-age / half-life), age in whole local days; summed from the oldest day on.
view::v1::Ratio SentimentOf(const Sums& stock, Day asked, int32_t half_life_days) {
  double weighted = 0;
  double weights = 0;
  int64_t n = 0;
  std::vector<std::pair<int64_t, Int128>> sums;  // by day; none where a day's judgements come to zero
  ForEach(stock.own, Measure::kSentimentSum,
          [&sums](const TallyEntry& entry) { sums.emplace_back(entry.key.number, entry.amount); });
  auto sum = sums.begin();
  ForEach(stock.own, Measure::kSentimentCount, [&](const TallyEntry& entry) {
    const auto age = static_cast<double>(asked.value() - entry.key.number);
    const double weight = std::exp2(-age / half_life_days);
    while (sum != sums.end() && sum->first < entry.key.number) ++sum;
    if (sum != sums.end() && sum->first == entry.key.number) weighted += weight * ToDouble(sum->second);
    weights += weight * ToDouble(entry.amount);
    n += static_cast<int64_t>(entry.amount);
  });
  return weights > 0 ? DefinedRatio(weighted / weights, n) : UndefinedRatio(n);
}

// Of a measure by day: those whose day is the asked one or lies before it.
int64_t DueBy(const Sums& stock, Measure measure, Day asked) {
  Int128 sum = 0;
  ForEach(stock.own, measure, [&](const TallyEntry& entry) {
    if (entry.key.number <= asked.value()) sum += entry.amount;
  });
  return static_cast<int64_t>(sum);
}

void RenderCommitments(const Components& components, Day asked, view::v1::Commitments* out) {
  const Sums& stock = components.stock;
  out->set_made(static_cast<int64_t>(CountOf(stock, Measure::kMade)));
  out->set_due(DueBy(stock, Measure::kMade, asked) - DueBy(stock, Measure::kWithdrawnEarly, asked));
  out->set_kept_in_time(DueBy(stock, Measure::kKeptInTime, asked));
  *out->mutable_kept_rate() = RatioOf(out->kept_in_time(), out->due(), out->due());
  out->set_kept(static_cast<int64_t>(CountOf(components.in(Window::kLifetime), Measure::kKept)));
  *out->mutable_kept_in_time_of_kept() = RatioOf(CountOf(stock, Measure::kKeptInTime), out->kept(), out->kept());
  out->set_redated_due(DueBy(stock, Measure::kRedatedDue, asked));
  out->set_redated_kept_in_time(DueBy(stock, Measure::kRedatedKept, asked));
  *out->mutable_redated_kept_rate() = RatioOf(out->redated_kept_in_time(), out->redated_due(), out->redated_due());
  out->set_broken(static_cast<int64_t>(CountOf(stock, Measure::kBroken)));
  out->set_withdrawn(static_cast<int64_t>(CountOf(stock, Measure::kWithdrawn)));
  out->set_open(static_cast<int64_t>(CountOf(stock, Measure::kOpenCommitments)));
}

void RenderIssues(const Components& components, Day asked, view::v1::Issues* out) {
  const Sums& all = components.in(Window::kLifetime);
  out->set_raised(static_cast<int64_t>(CountOf(all, Measure::kIssuesRaised)));
  out->set_resolved(static_cast<int64_t>(CountOf(all, Measure::kIssuesResolved)));
  std::vector<std::pair<int64_t, int64_t>> ages;
  for (const auto& [raised, count] : CountedSet(components.stock.own, Measure::kOpenIssues)) {
    if (count == 0) continue;
    ages.emplace_back(asked.value() - raised, count);
    out->set_open(out->open() + count);
    if (!out->has_oldest_open_days()) out->set_oldest_open_days(asked.value() - raised);
  }
  *out->mutable_open_mean_age_days() = MeanOf(ages);
  const auto hours = CountedSet(all.own, Measure::kResolutionHours);
  int64_t n = 0;
  for (const auto& [hour, count] : hours) n += count;
  *out->mutable_resolution_mean_hours() =
      RatioOf(CountOf(all, Measure::kResolutionSeconds), static_cast<Int128>(n) * 3600, n);
  *out->mutable_resolution_median_hours() = MedianOf(hours);
}

}  // namespace

void RenderSatisfaction(const Components& components, Day asked, int32_t half_life_days,
                        view::v1::SatisfactionView* view) {
  const Sums& all = components.in(Window::kLifetime);
  const Sums& ttm = components.in(Window::kTtm);
  *view->mutable_nps() = NpsOf(all);
  *view->mutable_nps_ttm() = NpsOf(ttm);
  RenderCsat(all, view->mutable_csat());
  RenderCsat(ttm, view->mutable_csat_ttm());
  RenderCes(all, view->mutable_ces());
  RenderCes(ttm, view->mutable_ces_ttm());
  *view->mutable_sentiment() = SentimentOf(components.stock, asked, half_life_days);
  RenderCommitments(components, asked, view->mutable_commitments());
  RenderIssues(components, asked, view->mutable_issues());
  *view->mutable_interactions() = CountsOf(components, Measure::kInteractions);
}

void RenderMonths(const Components& components, view::v1::SatisfactionView* view) {
  for (const auto& [month, sums] : components.months) {
    view::v1::SatisfactionMonth* out = view->add_months();
    *out->mutable_month() = DateProto(FirstDay(month));
    out->set_interactions(static_cast<int64_t>(CountOf(sums, Measure::kInteractions)));
    *out->mutable_nps() = NpsOf(sums);
    const auto judged = static_cast<int64_t>(CountOf(sums, Measure::kSentimentCount));
    *out->mutable_sentiment() = RatioOf(CountOf(sums, Measure::kSentimentSum), judged, judged);
    out->set_commitments_kept(static_cast<int64_t>(CountOf(sums, Measure::kKept)));
    out->set_issues_raised(static_cast<int64_t>(CountOf(sums, Measure::kIssuesRaised)));
    out->set_issues_resolved(static_cast<int64_t>(CountOf(sums, Measure::kIssuesResolved)));
  }
}

void RenderContacts(const AccountSums& sums, Day asked, view::v1::SatisfactionView* view) {
  std::vector<Day> days;
  for (const AccountDay& day : sums.days) {
    if (day.contact) days.push_back(day.day);
  }
  if (!days.empty()) view->set_days_since_contact(asked - days.back());
  std::map<int64_t, int64_t> gaps;
  for (size_t i = 1; i < days.size(); ++i) ++gaps[days[i] - days[i - 1]];
  const auto n = static_cast<int64_t>(days.empty() ? 0 : days.size() - 1);
  const view::v1::Ratio gap = MedianOf({gaps.begin(), gaps.end()});
  if (n >= kGapsMin) {
    *view->mutable_median_contact_gap_days() = gap;
    *view->mutable_cadence() = DefinedRatio(static_cast<double>(view->days_since_contact()) / gap.value(), n);
  } else {
    *view->mutable_median_contact_gap_days() = UndefinedRatio(n);
    *view->mutable_cadence() = UndefinedRatio(n);
  }

  const auto distinct = [&sums](Measure measure) {
    std::set<std::string> names;
    ForEach(sums.components.in(Window::kDays90).own, measure,
            [&names](const TallyEntry& entry) { names.insert(entry.key.text); });
    return static_cast<int64_t>(names.size());
  };
  view->set_contacts_90_days(distinct(Measure::kContactTouches));
  view->set_departments_90_days(distinct(Measure::kDepartmentTouches));
}

}  // namespace kontor
