// Merges and rates as they hold at an instant.
#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "projections/reading/reference_state.h"

namespace kontor {
namespace {

class ReferenceStateTest : public ::testing::Test {
 protected:
  void Merge(const std::string& id, std::string_view at, const std::string& absorbed, const std::string& survivor) {
    Statement s = Said(id, at, StatementKind::kMerged);
    s.ref = Keep(survivor);
    state_.Add({EntityKind::kMerge, "", absorbed}, {{s}});
  }
  void Revert(const std::string& id, std::string_view at, const std::string& merge) {
    state_.Add({EntityKind::kRevert, "mdm", merge}, {{Said(id, at, StatementKind::kReverted)}});
  }
  Statement Said(const std::string& id, std::string_view at, StatementKind kind) {
    Statement s;
    s.at = *ParseInstant(at);
    s.source = "mdm";
    s.event_id = Keep(id);
    s.kind = kind;
    return s;
  }
  std::string SurvivorAt(const std::string& account, std::string_view at) const {
    return state_.MergesAt(*ParseInstant(at)).SurvivorOf(AccountId(account)).value();
  }

  std::string_view Keep(const std::string& text) { return texts_.emplace_back(text); }

  std::deque<std::string> texts_;
  ReferenceState state_;
};

TEST_F(ReferenceStateTest, AMergeActsFromItsInstantUntilItIsReverted) {
  Merge("m", "2026-01-10", "b", "a");
  Revert("r", "2026-02-10", "m");
  EXPECT_EQ(SurvivorAt("b", "2026-01-09"), "b");
  EXPECT_EQ(SurvivorAt("b", "2026-01-10"), "a");
  EXPECT_EQ(SurvivorAt("b", "2026-02-09"), "a");
  EXPECT_EQ(SurvivorAt("b", "2026-02-10"), "b");
}

TEST_F(ReferenceStateTest, ChainsEndInTheLastSurvivor) {
  Merge("m1", "2026-01-10", "c", "b");
  Merge("m2", "2026-01-11", "b", "a");
  EXPECT_EQ(SurvivorAt("c", "2026-02-01"), "a");
  EXPECT_EQ(state_.MergesAt(*ParseInstant("2026-02-01")).absorbed_by.at(AccountId("a")).size(), 2U);
}

TEST_F(ReferenceStateTest, OneThatWouldCloseARingIsSkippedAndAFinding) {
  Merge("m1", "2026-01-10", "b", "a");
  Merge("m2", "2026-01-11", "a", "b");
  const Merges merges = state_.MergesAt(*ParseInstant("2026-02-01"));
  EXPECT_EQ(merges.SurvivorOf(AccountId("b")).value(), "a");
  EXPECT_EQ(merges.SurvivorOf(AccountId("a")).value(), "a");
  ASSERT_EQ(merges.findings.size(), 1U);
  EXPECT_EQ(merges.findings[0].code, "merge_closes_a_ring");
}

TEST_F(ReferenceStateTest, RatesServeBothWaysWithinTheirAge) {
  Statement s = Said("x", "2026-01-10", StatementKind::kRatePublished);
  s.amount = Nanos{2} * kNanosPerUnit;
  s.day = *ParseDay("2026-01-10");
  state_.Add({EntityKind::kRate, "", "EUR/USD 2026-01-10"}, {{s}});
  const Instant t = *ParseInstant("2026-06-01");
  const auto rate = state_.RateOn(Currency("USD"), Currency("EUR"), *ParseDay("2026-01-17"), t);
  ASSERT_TRUE(rate.has_value());
  EXPECT_EQ(MultiplyDivideRounded(10, rate->numerator, rate->denominator), 5);
  EXPECT_FALSE(state_.RateOn(Currency("USD"), Currency("EUR"), *ParseDay("2026-01-18"), t).has_value());
  EXPECT_FALSE(state_.RateOn(Currency("USD"), Currency("EUR"), *ParseDay("2026-01-09"), t).has_value());
  const Instant before = *ParseInstant("2026-01-09");
  EXPECT_FALSE(state_.RateOn(Currency("USD"), Currency("EUR"), *ParseDay("2026-01-10"), before).has_value())
      << "it was not published yet";
}

}  // namespace
}  // namespace kontor
