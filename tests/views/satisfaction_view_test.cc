// Figures of the satisfaction view, case by case.
#include "tests/views/view_fixture.h"

namespace kontor {
namespace {

class SatisfactionViewTest : public ViewFixture {
 protected:
  void Nps(int answer) {
    Given("2026-01-10", fmt::format(R"("survey_answered":{{"kind":"SURVEY_KIND_NPS","answer":{}}})", answer));
  }
  void Interaction(std::string_view at, const std::string& more = "") {
    Given(at, R"("interaction_recorded":{"channel":"CHANNEL_CALL")" + more + "}");
  }
  void Made(std::string_view at, const std::string& id, std::string_view due) {
    Given(at, fmt::format(R"("commitment_made":{{"commitment":{{"id":"{}"}},"due":{}}})", id, Date(due)));
  }
  void Commitment(std::string_view at, const std::string& body, const std::string& id, const std::string& more = "") {
    Given(at, fmt::format(R"("commitment_{}":{{"commitment":{{"id":"{}"}}{}}})", body, id, more));
  }
};

// Three promoters, one passive, one detractor: 40.
TEST_F(SatisfactionViewTest, NpsOfTheWorkedExample) {
  for (const int answer : {9, 10, 9, 8, 3}) Nps(answer);
  When("2026-02-01");
  EXPECT_DOUBLE_EQ(satisfaction_.nps().value(), 40);
  EXPECT_EQ(satisfaction_.nps().n(), 5);
  // 100 sqrt((0.6 + 0.2 - 0.4^2) / 4)
  EXPECT_NEAR(satisfaction_.nps().standard_error(), 40, 1e-9);
}

TEST_F(SatisfactionViewTest, OneAnswerHasNoStandardErrorAndNoneHasNoScore) {
  When("2026-02-01");
  EXPECT_FALSE(satisfaction_.nps().has_value());
  Nps(10);
  When("2026-02-01");
  EXPECT_DOUBLE_EQ(satisfaction_.nps().value(), 100);
  EXPECT_EQ(satisfaction_.nps().n(), 1);
  EXPECT_FALSE(satisfaction_.nps().has_standard_error());
}

TEST_F(SatisfactionViewTest, ScalesAreNeverMixed) {
  const auto csat = [this](int answer, int max) {
    Given("2026-01-10", fmt::format(R"("survey_answered":{{"kind":"SURVEY_KIND_CSAT","answer":{},"scale_min":1,)"
                                    R"("scale_max":{}}})",
                                    answer, max));
  };
  csat(4, 5);
  csat(3, 5);
  csat(7, 7);
  csat(3, 3);
  When("2026-02-01");
  ASSERT_EQ(satisfaction_.csat_size(), 3);
  EXPECT_EQ(Text(satisfaction_.csat(0).share()), "unknown (n 1)") << "a scale of three points";
  EXPECT_EQ(Text(satisfaction_.csat(1).share()), "0.5 (n 2)");
  EXPECT_EQ(Text(satisfaction_.csat(2).share()), "1 (n 1)");
}

TEST_F(SatisfactionViewTest, SentimentIsWeighedByItsHalfLife) {
  Interaction("2026-01-01", R"(,"sentiment":-40)");
  Interaction("2026-04-01", R"(,"sentiment":80)");
  When("2026-04-01T20:00:00Z");
  // Ninety days are one half-life: (80 - 40 / 2) / 1.5
  EXPECT_EQ(Text(satisfaction_.sentiment()), "40 (n 2)");
}

TEST_F(SatisfactionViewTest, PromisesCountByTheirOriginalDay) {
  Made("2026-01-01", "in time", "2026-01-10");
  Commitment("2026-01-10T22:00:00Z", "kept", "in time");
  Made("2026-01-01", "late", "2026-01-10");
  Commitment("2026-01-05", "redated", "late", R"(,"due":)" + Date("2026-01-20"));
  Commitment("2026-01-15", "kept", "late");
  Made("2026-01-01", "withdrawn", "2026-01-10");
  Commitment("2026-01-09", "withdrawn", "withdrawn");
  Made("2026-01-01", "not yet due", "2026-03-10");
  Commitment("2026-01-02", "kept", "not yet due");
  When("2026-02-01");
  const view::v1::Commitments& commitments = satisfaction_.commitments();
  EXPECT_EQ(commitments.made(), 4);
  EXPECT_EQ(commitments.due(), 2);
  EXPECT_EQ(Text(commitments.kept_rate()), "0.5 (n 2)");
  EXPECT_EQ(Text(commitments.redated_kept_rate()), "1 (n 2)");
  EXPECT_EQ(commitments.open(), 0);
}

TEST_F(SatisfactionViewTest, OfWhatEndsAPromiseTheEarliestCounts) {
  Made("2026-01-01", "p", "2026-03-01");
  Commitment("2026-02-10", "kept", "p");
  Commitment("2026-02-12", "withdrawn", "p");
  When("2026-03-02");
  const view::v1::Commitments& commitments = satisfaction_.commitments();
  EXPECT_EQ(Text(commitments.kept_rate()), "1 (n 1)");
  EXPECT_EQ(Text(commitments.redated_kept_rate()), "1 (n 1)");
  EXPECT_EQ(commitments.kept(), 1);
  EXPECT_EQ(commitments.withdrawn(), 0);
  EXPECT_EQ(Codes(), std::vector<std::string>{"commitment_closed_twice"});
  // Heard of later: it had been broken before.
  Commitment("2026-02-09", "broken", "p");
  When("2026-03-02");
  EXPECT_EQ(Text(satisfaction_.commitments().kept_rate()), "0 (n 1)");
  EXPECT_EQ(satisfaction_.commitments().kept(), 0);
  EXPECT_EQ(satisfaction_.commitments().broken(), 1);
}

TEST_F(SatisfactionViewTest, WithdrawnAfterItsDayAPromiseStaysDue) {
  Made("2026-01-01", "p", "2026-01-10");
  Commitment("2026-01-11", "withdrawn", "p");
  When("2026-02-01");
  const view::v1::Commitments& commitments = satisfaction_.commitments();
  EXPECT_EQ(Text(commitments.kept_rate()), "0 (n 1)");
  EXPECT_EQ(commitments.withdrawn(), 1);
  EXPECT_EQ(commitments.open(), 0);
}

TEST_F(SatisfactionViewTest, APromiseIsDueOnItsDay) {
  Made("2026-01-01", "p", "2026-01-10");
  When("2026-01-09T23:59:59Z");
  EXPECT_EQ(satisfaction_.commitments().due(), 0);
  When("2026-01-10T00:00:00Z");
  EXPECT_EQ(satisfaction_.commitments().due(), 1);
  EXPECT_EQ(Text(satisfaction_.commitments().kept_rate()), "0 (n 1)");
}

TEST_F(SatisfactionViewTest, AKeptPromiseNeverMadeIsAFinding) {
  Commitment("2026-01-10", "kept", "p");
  When("2026-02-01");
  EXPECT_EQ(Codes(), std::vector<std::string>{"commitment_never_made"});
  Made("2026-01-01", "p", "2026-01-20");
  When("2026-02-01");
  EXPECT_TRUE(Codes().empty()) << "it had been made before, and was only heard of later";
}

TEST_F(SatisfactionViewTest, IssuesAgeAndResolve) {
  Given("2026-01-01", R"("issue_raised":{"issue":{"id":"a"}})");
  Given("2026-01-02T12:00:00Z", R"("issue_resolved":{"issue":{"id":"a"}})");
  Given("2026-01-21", R"("issue_raised":{"issue":{"id":"b"}})");
  When("2026-01-31");
  EXPECT_EQ(satisfaction_.issues().open(), 1);
  EXPECT_EQ(satisfaction_.issues().oldest_open_days(), 10);
  EXPECT_EQ(Text(satisfaction_.issues().resolution_mean_hours()), "36 (n 1)");
}

TEST_F(SatisfactionViewTest, CadenceNeedsThreeGaps) {
  Interaction("2026-01-01");
  Interaction("2026-01-11");
  Interaction("2026-01-11T18:00:00Z");
  Interaction("2026-01-31");
  When("2026-02-10");
  EXPECT_FALSE(satisfaction_.cadence().has_value());
  Interaction("2026-02-10");
  When("2026-03-07");
  EXPECT_EQ(satisfaction_.days_since_contact(), 25);
  EXPECT_EQ(Text(satisfaction_.median_contact_gap_days()), "10 (n 3)");
  EXPECT_EQ(Text(satisfaction_.cadence()), "2.5 (n 3)");
}

TEST_F(SatisfactionViewTest, BreadthCountsDistinctContactsOfNinetyDays) {
  Interaction("2025-06-01", R"(,"participants":[{"id":"old"}],"department":"usage")");
  Interaction("2026-01-01", R"(,"participants":[{"id":"ann"},{"id":"bob"}],"department":"sales")");
  Interaction("2026-01-05", R"(,"participants":[{"id":"ann"}],"department":"service")");
  When("2026-02-01");
  EXPECT_EQ(satisfaction_.contacts_90_days(), 2);
  EXPECT_EQ(satisfaction_.departments_90_days(), 2);
}

}  // namespace
}  // namespace kontor
