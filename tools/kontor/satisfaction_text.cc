#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>

#include "tools/kontor/charts.h"
#include "tools/kontor/table.h"
#include "tools/kontor/text.h"
#include "tools/kontor/view_blocks.h"

namespace kontor {
namespace {

std::string NpsText(const view::v1::Nps& nps) {
  std::string text(kUnknown);
  if (nps.has_value()) text = NumberText(nps.value(), 0);
  if (nps.has_standard_error()) text += " ± " + NumberText(nps.standard_error(), 0);
  return WithN(std::move(text), nps.n());
}

// "8 days ago; usual gap 6.5 days; 1.2 times the usual", as far as it is known.
std::string ContactText(const view::v1::SatisfactionView& view) {
  std::string text = fmt::format("{} days ago", CountText(view.days_since_contact()));
  if (view.median_contact_gap_days().has_value()) {
    text += fmt::format("; usual gap {}", RatioText(view.median_contact_gap_days(), 1, "days"));
  }
  if (view.cadence().has_value()) text += fmt::format("; {} times the usual", RatioText(view.cadence(), 1));
  return text;
}

// "30.5 mean, 20.0 median"
std::string HoursText(const view::v1::Issues& issues) {
  if (issues.resolved() == 0) return "none resolved";
  return fmt::format("{} mean, {} median", RatioText(issues.resolution_mean_hours(), 1),
                     RatioText(issues.resolution_median_hours(), 1));
}

std::string SatisfactionMonths(const view::v1::SatisfactionView& view, int months, const Console& console) {
  Table table({Left("Month"), Right("Interactions"), Right("NPS"), Right("Sentiment"), Spare(Right("Promises kept")),
               Spare(Right("Issues raised")), Spare(Right("Issues resolved"))});
  for (int i = FirstShown(view.months(), months); i < view.months_size(); ++i) {
    const view::v1::SatisfactionMonth& month = view.months(i);
    table.Add({MonthText(month.month()), CountText(month.interactions()), NpsText(month.nps()),
               RatioText(month.sentiment(), 0), CountText(month.commitments_kept()), CountText(month.issues_raised()),
               CountText(month.issues_resolved())});
  }
  return Apart(table.Text(console));
}

}  // namespace

std::string SatisfactionText(const view::v1::SatisfactionView& view, const view::v1::Basis& basis, int months,
                             const Console& console) {
  Table table({Words(""), Right(kLifetime), Right(kTtm)});
  table.Add({"NPS", NpsText(view.nps()), NpsText(view.nps_ttm())});
  table.Add({"  promoters / passives / detractors",
             fmt::format("{} / {} / {}", view.nps().promoters(), view.nps().passives(), view.nps().detractors()),
             fmt::format("{} / {} / {}", view.nps_ttm().promoters(), view.nps_ttm().passives(),
                         view.nps_ttm().detractors())});
  // Answers on different scales are never mixed: a row a scale.
  std::map<std::string, std::pair<std::string, std::string>> scales;
  const auto scale = [](std::string_view name, int32_t min, int32_t max) {
    return fmt::format("{} on {}–{}", name, min, max);
  };
  for (const auto& csat : view.csat()) {
    scales[scale("CSAT", csat.scale_min(), csat.scale_max())].first = PercentWithN(csat.share());
  }
  for (const auto& csat : view.csat_ttm()) {
    scales[scale("CSAT", csat.scale_min(), csat.scale_max())].second = PercentWithN(csat.share());
  }
  const auto ces_scale = [&](const view::v1::Ces& ces) {
    const bool low = ces.easy_end() == event::v1::EASY_END_LOW;
    return scale("CES", ces.scale_min(), ces.scale_max()) + (low ? ", low is easy" : ", high is easy");
  };
  const auto ces_mean = [](const view::v1::Ces& ces) { return WithN(RatioText(ces.mean(), 1), ces.mean().n()); };
  for (const auto& ces : view.ces()) scales[ces_scale(ces)].first = ces_mean(ces);
  for (const auto& ces : view.ces_ttm()) scales[ces_scale(ces)].second = ces_mean(ces);
  for (const auto& [name, values] : scales) {
    const auto known = [](const std::string& text) { return text.empty() ? std::string(kUnknown) : text; };
    table.Add({name, known(values.first), known(values.second)});
  }
  table.Add({"Interactions", CountText(view.interactions().lifetime()), CountText(view.interactions().ttm())});

  const view::v1::Commitments& promises = view.commitments();
  const view::v1::Issues& issues = view.issues();
  const auto by_month = [&](const auto& figure) {
    return Sparkline(MonthSeries(view.months(), MonthRead(basis), months, figure));
  };
  Facts facts;
  facts.Add("Interactions, by month",
            by_month([](const auto& month) { return std::optional<double>(month.interactions()); }));
  facts.Add("Sentiment", WithN(RatioText(view.sentiment(), 0), view.sentiment().n()) + ", from -100 to 100");
  facts.Add("Promises kept in time",
            WithPicture(fmt::format("{} of {} due: {}", CountText(promises.kept_in_time()), CountText(promises.due()),
                                    PercentText(promises.kept_rate())),
                        Bar(promises.kept_rate(), kBarWidth)));
  facts.Add("  by the last date given",
            fmt::format("{} of {} due: {}", CountText(promises.redated_kept_in_time()),
                        CountText(promises.redated_due()), PercentText(promises.redated_kept_rate())));
  facts.Add("  made", fmt::format("{}: kept {}, broken {}, withdrawn {}, open {}", CountText(promises.made()),
                                  CountText(promises.kept()), CountText(promises.broken()),
                                  CountText(promises.withdrawn()), CountText(promises.open())));
  facts.Add("Issues", fmt::format("{} raised, {} resolved, {} open{}", CountText(issues.raised()),
                                  CountText(issues.resolved()), CountText(issues.open()),
                                  issues.has_oldest_open_days()
                                      ? fmt::format(", the oldest for {} days", CountText(issues.oldest_open_days()))
                                      : ""));
  facts.Add("  hours to resolve", HoursText(issues));
  if (view.has_days_since_contact()) {  // totals know none
    facts.Add("Last contact", ContactText(view));
    facts.Add("In touch, 90 days", fmt::format("{} contacts, {} departments", CountText(view.contacts_90_days()),
                                               CountText(view.departments_90_days())));
  }
  return Heading("Satisfaction", console) + table.Text(console) + "\n" + facts.Text(console) +
         SatisfactionMonths(view, months, console);
}

}  // namespace kontor
