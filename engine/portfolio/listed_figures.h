// The figures that a list of accounts can be in the order of: name by name, no more.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace kontor {

// Money is in the reporting currency. Names without a span are over the whole history, or what stands now.
inline constexpr std::array<std::string_view, 25> kListedFigures = {"net_value",
                                                                    "ttm_net_value",
                                                                    "invoiced_net",
                                                                    "ttm_invoiced_net",
                                                                    "booked",
                                                                    "ttm_booked",
                                                                    "collected",
                                                                    "ttm_collected",
                                                                    "outstanding",
                                                                    "overdue",
                                                                    "year_on_year",
                                                                    "recurring",
                                                                    "open_pipeline",
                                                                    "open_deals",
                                                                    "deals_won",
                                                                    "win_rate",
                                                                    "sentiment",
                                                                    "nps",
                                                                    "commitments_kept",
                                                                    "open_issues",
                                                                    "interactions",
                                                                    "contacts_90_days",
                                                                    "days_since_contact",
                                                                    "events",
                                                                    "findings"};

// An index of kListedFigures; its size where there is no such figure.
constexpr size_t ListedFigureOf(std::string_view name) {
  size_t figure = 0;
  while (figure < kListedFigures.size() && kListedFigures[figure] != name) ++figure;
  return figure;
}

}  // namespace kontor
