// Figures of the growth view, case by case.
#include "tests/views/view_fixture.h"

namespace kontor {
namespace {

class GrowthViewTest : public ViewFixture {
 protected:
  void Recurring(std::string_view at, const std::string& id, const std::string& monthly, std::string_view first_day,
                 int term, bool auto_renewal, const std::string& renews = "") {
    Given(at, fmt::format(R"("deal_won":{{"deal":{{"id":"{}"}},"amount":{},"recurring_amount":{},"first_day":{},)"
                          R"("term_months":{},"auto_renewal":{}{}}})",
                          id, Money("1"), Money(monthly), Date(first_day), term, auto_renewal ? "true" : "false",
                          renews.empty() ? "" : fmt::format(R"(,"renews":{{"id":"{}"}})", renews)));
  }
};

TEST_F(GrowthViewTest, YearOnYearIsCagrOfOneYearAndUnknownWithoutAYearBefore) {
  Won("2024-01-01", "2024-06-01", "a", "100");
  Won("2025-01-01", "2025-06-01", "b", "130");
  When("2026-01-01");
  EXPECT_EQ(Text(growth_.booked().year_on_year()), "0.3 (n 1)");
  When("2025-01-01");
  EXPECT_FALSE(growth_.booked().year_on_year().has_value());
}

TEST_F(GrowthViewTest, CagrOfThreeYears) {
  Won("2022-01-01", "2022-06-01", "a", "100");
  Won("2025-01-01", "2025-06-01", "b", "133.1");
  When("2026-01-01");
  EXPECT_NEAR(growth_.booked().cagr_3_years().value(), 0.1, 1e-12);
}

TEST_F(GrowthViewTest, WinRateAndCycles) {
  Won("2026-01-01", "2026-01-11", "a", "1");
  Won("2026-01-01", "2026-01-31", "b", "1");
  Given("2026-01-05", R"("deal_opened":{"deal":{"id":"c"}})");
  Given("2026-01-06", R"("deal_lost":{"deal":{"id":"c"}})");
  When("2026-02-01");
  EXPECT_EQ(Text(growth_.win_rate()), "0.666667 (n 3)");
  EXPECT_EQ(Text(growth_.won_cycle().mean_days()), "20 (n 2)");
  EXPECT_EQ(Text(growth_.won_cycle().median_days()), "20 (n 2)");
  EXPECT_EQ(Text(growth_.lost_cycle().mean_days()), "1 (n 1)");
}

// 18 open deals x 42,000 x 0.24 over 78 days = 2,326 a day.
TEST_F(GrowthViewTest, SalesVelocityOfTheWorkedExample) {
  for (int i = 0; i < 18; ++i)
    Given("2026-01-01", R"("deal_opened":{"deal":{"id":"open)" + std::to_string(i) + R"("}})");
  for (int i = 0; i < 6; ++i) Won("2026-01-01", "2026-03-20", "won" + std::to_string(i), "42000");
  for (int i = 0; i < 19; ++i) Given("2026-03-01", R"("deal_lost":{"deal":{"id":"lost)" + std::to_string(i) + R"("}})");
  When("2026-04-01");
  EXPECT_EQ(Text(growth_.win_rate()), "0.24 (n 25)");
  EXPECT_EQ(Total(growth_.sales_velocity()), "2326.153846154");
}

TEST_F(GrowthViewTest, OpenPipelineFollowsTheLastStatement) {
  Given("2026-01-01", R"("deal_opened":{"deal":{"id":"d"},"amount":)" + Money("100") + "}");
  Given("2026-02-01", R"("deal_changed":{"deal":{"id":"d"},"amount":)" + Money("70") + "}");
  When("2026-01-15");
  EXPECT_EQ(Total(growth_.open_pipeline()), "100");
  When("2026-02-15");
  EXPECT_EQ(Total(growth_.open_pipeline()), "70");
  EXPECT_EQ(growth_.open_deals(), 1);
  Given("2026-03-01", R"("deal_lost":{"deal":{"id":"d"}})");
  When("2026-03-15");
  EXPECT_EQ(Total(growth_.open_pipeline()), "0");
  EXPECT_EQ(growth_.open_deals(), 0);
}

TEST_F(GrowthViewTest, RecurringCountsInMonthsWhoseFirstDayLiesInTheTerm) {
  Recurring("2026-01-05", "d", "10", "2026-01-15", 2, false);
  for (const auto& [at, amount] : std::vector<std::pair<std::string, std::string>>{
           {"2026-01-20", "0"}, {"2026-02-10", "10"}, {"2026-03-10", "10"}, {"2026-04-10", "0"}}) {
    When(at);
    EXPECT_EQ(Total(growth_.recurring()), amount) << at;
  }
}

TEST_F(GrowthViewTest, AutoRenewalGoesOnUntilARenewalIsWonOrLost) {
  Recurring("2026-01-01", "d", "10", "2026-01-01", 3, true);
  When("2026-08-10");
  EXPECT_EQ(Total(growth_.recurring()), "10");
  Recurring("2026-08-15", "e", "15", "2026-09-01", 12, false, "d");
  When("2026-08-20");
  EXPECT_EQ(Total(growth_.recurring()), "10");
  When("2026-09-10");
  EXPECT_EQ(Total(growth_.recurring()), "15");
}

TEST_F(GrowthViewTest, ALostRenewalEndsAtTheRunningTerm) {
  Recurring("2026-01-01", "d", "10", "2026-01-01", 3, true);
  Given("2026-04-20", R"("deal_opened":{"deal":{"id":"e"},"renews":{"id":"d"}})");
  Given("2026-05-02", R"("deal_lost":{"deal":{"id":"e"}})");
  When("2026-06-10");
  EXPECT_EQ(Total(growth_.recurring()), "10");
  When("2026-07-10");
  EXPECT_EQ(Total(growth_.recurring()), "0");
}

TEST_F(GrowthViewTest, MovementsTellNewFromReactivation) {
  Invoice("2026-01-10", "1", "100");
  Invoice("2026-03-10", "2", "60");
  Invoice("2026-04-10", "3", "90");
  When("2026-05-15");
  const auto& movements = growth_.invoiced_net_retention().movements();
  ASSERT_EQ(movements.size(), 5);
  const auto of = [](const type::v1::Money& money) { return DecimalText(NanosOf(money)); };
  EXPECT_EQ(of(movements[0].new_amount()), "100");
  EXPECT_EQ(of(movements[1].churn()), "-100");
  EXPECT_EQ(of(movements[2].reactivation()), "60");
  EXPECT_EQ(of(movements[3].expansion()), "30");
  EXPECT_EQ(of(movements[4].churn()), "-90");
}

// 200k a year before, -6k contraction, -4k churn, +20k expansion: NRR 105 %, GRR 95 %, over three accounts.
TEST_F(GrowthViewTest, NrrOfTheWorkedExampleAddsUpOverAccounts) {
  Components sum;
  const std::vector<std::array<std::string, 2>> accounts = {{"100000", "120000"}, {"96000", "90000"}, {"4000", "0"}};
  for (const auto& [before, after] : accounts) {
    rows_ = MapRows();
    events_.clear();
    Invoice("2024-06-01", "1", before);
    if (after != "0") Invoice("2025-06-01", "2", after);
    When("2026-01-01");
    sum.Add(components_, 1);
  }
  view::v1::GrowthView growth;
  RenderGrowth(sum, *DayOf({2026, 1, 1}), Currency("EUR"), &growth);
  EXPECT_EQ(Text(growth.invoiced_net_retention().nrr()), "1.05 (n 3)");
  EXPECT_EQ(Text(growth.invoiced_net_retention().grr()), "0.95 (n 3)");
}

// 10 a month all of 2025; in 2026 10 a month, and 5 more from July on: 150 against 120.
TEST_F(GrowthViewTest, RecurringRetentionComparesTwelveMonthsWithTheTwelveBefore) {
  Recurring("2024-12-20", "d", "10", "2025-01-01", 24, false);
  Recurring("2026-06-20", "e", "5", "2026-07-01", 12, false);
  When("2026-12-10");
  EXPECT_EQ(Text(growth_.recurring_retention().nrr()), "1.25 (n 1)");
  EXPECT_EQ(Text(growth_.recurring_retention().grr()), "1 (n 1)");
}

TEST_F(GrowthViewTest, CoverageOfATarget) {
  Given("2026-01-01", R"("target_set":{"measure":"TARGET_MEASURE_BOOKED","period_from":)" + Date("2026-01-01") +
                          R"(,"period_to":)" + Date("2026-12-31") + R"(,"amount":)" + Money("1000") + "}");
  Won("2026-01-02", "2026-02-01", "a", "400");
  Given("2026-02-02", R"("deal_opened":{"deal":{"id":"b"},"amount":)" + Money("300") + R"(,"expected_close":)" +
                          Date("2026-11-01") + "}");
  Given("2026-02-02", R"("deal_opened":{"deal":{"id":"c"},"amount":)" + Money("500") + R"(,"expected_close":)" +
                          Date("2027-02-01") + "}");
  When("2026-03-01");
  ASSERT_EQ(growth_.coverage_size(), 1);
  EXPECT_EQ(Text(growth_.coverage(0).coverage()), "0.5 (n 1)");
  EXPECT_EQ(growth_.coverage(0).measure(), event::v1::TARGET_MEASURE_BOOKED);
}

// What is expected to be booked covers no target of another measure.
TEST_F(GrowthViewTest, TargetOfAnotherMeasureIsNamedAndNotCovered) {
  Given("2026-01-01", R"("target_set":{"measure":"TARGET_MEASURE_INVOICED_NET","period_from":)" + Date("2026-01-01") +
                          R"(,"period_to":)" + Date("2026-12-31") + R"(,"amount":)" + Money("1000") + "}");
  Won("2026-01-02", "2026-02-01", "a", "400");
  When("2026-03-01");
  ASSERT_EQ(growth_.coverage_size(), 1);
  EXPECT_EQ(growth_.coverage(0).measure(), event::v1::TARGET_MEASURE_INVOICED_NET);
  EXPECT_FALSE(growth_.coverage(0).has_booked());
  EXPECT_FALSE(growth_.coverage(0).has_coverage());
}

}  // namespace
}  // namespace kontor
