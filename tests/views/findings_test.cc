// Every contradiction that is a finding, brought about by events: its code, and what it is shown on.
#include <gmock/gmock.h>

#include "tests/views/view_fixture.h"

namespace kontor {
namespace {

struct Said {
  std::string_view at;
  std::string body;
  std::string account = "acme";  // empty: on the reference topic
};

struct Case {
  std::string code;
  std::string entity;
  std::vector<Said> said;  // the last of them contradicts
};

std::ostream& operator<<(std::ostream& out, const Case& contradiction) { return out << contradiction.code; }

constexpr std::string_view kMoney = R"({"currency_code":"EUR","units":100})";

// {"deal":{"id":"7"}} and more.
std::string Body(std::string_view body, std::string_view entity, const std::string& more = "") {
  return fmt::format(R"("{}":{{"{}":{{"id":"7"}}{}}})", body, entity, more);
}
std::string Issued() {
  return Body("invoice_issued", "invoice", fmt::format(R"(,"net":{},"gross":{})", kMoney, kMoney));
}
std::string Paid(const std::string& currency, int units) {
  const std::string money = fmt::format(R"({{"currency_code":"{}","units":{}}})", currency, units);
  return Body("payment_received", "payment",
              fmt::format(R"(,"amount":{},"allocations":[{{"invoice":{{"id":"7"}},"amount":{}}}])", money, money));
}
std::string Won() { return Body("deal_won", "deal", fmt::format(R"(,"amount":{})", kMoney)); }
std::string Made() { return Body("commitment_made", "commitment", R"(,"due":{"year":2026,"month":3,"day":1})"); }
std::string Promise(std::string_view body) { return Body(body, "commitment"); }
std::string Voided(std::string_view event_id) {
  return fmt::format(R"("event_voided":{{"target_event_id":"{}"}})", event_id);
}
std::string Merged(std::string_view absorbed, std::string_view survivor) {
  return fmt::format(R"("accounts_merged":{{"absorbed":"{}","survivor":"{}"}})", absorbed, survivor);
}

std::vector<Case> Cases() {
  const std::string opened = R"("account_opened":{})";
  const std::string closed = R"("account_closed":{})";
  const std::string cancelled = Body("invoice_cancelled", "invoice");
  const std::string deal_opened = Body("deal_opened", "deal");
  const std::string lost = Body("deal_lost", "deal");
  const std::string raised = Body("issue_raised", "issue");
  const std::string resolved = Body("issue_resolved", "issue");
  const std::string kept = Promise("commitment_kept");
  const std::string broken = Promise("commitment_broken");
  const std::string withdrawn = Promise("commitment_withdrawn");
  const auto child_of = [](std::string_view parent) {
    return fmt::format(R"("account_changed":{{"fields":{{"parent":"{}"}}}})", parent);
  };
  const std::string_view first = "2026-01-01";
  const std::string_view second = "2026-01-02";
  const std::string_view third = "2026-01-03";
  return {
      {"account_opened_twice", "account acme", {{first, opened}, {second, opened}}},
      {"account_closed_twice", "account acme", {{first, closed}, {second, closed}}},
      {"invoice_issued_twice", "invoice erp/7", {{first, Issued()}, {second, Issued()}}},
      {"invoice_cancelled_twice", "invoice erp/7", {{first, Issued()}, {second, cancelled}, {third, cancelled}}},
      {"invoice_cancelled_never_issued", "invoice erp/7", {{first, cancelled}}},
      {"payment_over_invoice", "invoice erp/7", {{first, Issued()}, {second, Paid("EUR", 101)}}},
      {"amount_in_another_currency", "invoice erp/7", {{first, Issued()}, {second, Paid("USD", 1)}}},
      {"stated_twice", "payment erp/7", {{first, Issued()}, {second, Paid("EUR", 1)}, {third, Paid("EUR", 2)}}},
      {"deal_opened_twice", "deal erp/7", {{first, deal_opened}, {second, deal_opened}}},
      {"deal_closed_twice", "deal erp/7", {{first, deal_opened}, {second, lost}, {third, Won()}}},
      {"deal_closed_never_opened", "deal erp/7", {{first, Won()}}},
      {"deal_closed_before_opened", "deal erp/7", {{first, Won()}, {second, deal_opened}}},
      {"commitment_never_made", "commitment erp/7", {{first, kept}}},
      {"commitment_made_twice", "commitment erp/7", {{first, Made()}, {second, Made()}}},
      {"commitment_closed_twice", "commitment erp/7", {{first, Made()}, {second, kept}, {third, kept}}},
      {"commitment_closed_twice", "commitment erp/7", {{first, Made()}, {second, kept}, {third, withdrawn}}},
      {"commitment_closed_twice", "commitment erp/7", {{first, Made()}, {second, withdrawn}, {third, broken}}},
      {"commitment_kept_and_broken", "commitment erp/7", {{first, Made()}, {second, kept}, {third, broken}}},
      {"commitment_kept_and_broken", "commitment erp/7", {{first, Made()}, {second, broken}, {third, kept}}},
      {"issue_never_raised", "issue erp/7", {{first, resolved}}},
      {"issue_raised_twice", "issue erp/7", {{first, raised}, {second, raised}}},
      {"issue_resolved_twice", "issue erp/7", {{first, raised}, {second, resolved}, {third, resolved}}},
      {"issue_resolved_before_raised", "issue erp/7", {{first, resolved}, {second, raised}}},
      {"void_names_a_void", "event erp/e2", {{first, Issued()}, {second, Voided("e1")}, {third, Voided("e2")}}},
      {"void_names_another_accounts_event", "event erp/e1", {{first, Issued(), "bolt"}, {second, Voided("e1")}}},
      {"merge_superseded",
       "merge of acme into bolt",
       {{first, Merged("acme", "bolt"), ""}, {second, Merged("acme", "corp"), ""}}},
      {"merge_closes_a_ring",
       "merge of bolt into acme",
       {{first, Merged("acme", "bolt"), ""}, {second, Merged("bolt", "acme"), ""}}},
      {"parent_closes_a_ring", "event erp/e1", {{first, child_of("acme")}}},
      {"parent_closes_a_ring", "event erp/e2", {{first, child_of("acme"), "bolt"}, {second, child_of("bolt")}}},
      {"parent_closes_a_ring",
       "event erp/e3",
       {{first, child_of("corp"), "bolt"}, {second, child_of("acme"), "corp"}, {third, child_of("bolt")}}},
  };
}

class FindingsTest : public ViewFixture, public ::testing::WithParamInterface<Case> {};

TEST_P(FindingsTest, StandsFromTheLatestOfItsFactsOn) {
  const Case& contradiction = GetParam();
  for (const Said& said : contradiction.said) Given(said.account, said.at, said.body);
  const Instant at = *ParseInstant(contradiction.said.back().at);
  When(InstantText(at - 1));
  EXPECT_THAT(Codes(), ::testing::Not(::testing::Contains(contradiction.code)));
  When(InstantText(at));
  ASSERT_EQ(Codes(), std::vector<std::string>{contradiction.code});
  EXPECT_EQ(findings_[0].entity(), contradiction.entity);
  EXPECT_EQ(findings_[0].account_id(), "acme");
}

INSTANTIATE_TEST_SUITE_P(All, FindingsTest, ::testing::ValuesIn(Cases()),
                         [](const auto& of) { return fmt::format("{}_{}", of.param.code, of.index); });

class HeadFindingsTest : public ViewFixture {};

TEST_F(HeadFindingsTest, AnOpeningTakenBackIsNoFindingAnyMore) {
  Given("2026-01-02", R"("account_opened":{})");
  Given("2026-01-01", R"("account_opened":{})");
  When("2026-02-01");
  EXPECT_EQ(Codes(), std::vector<std::string>{"account_opened_twice"});
  Given("2026-01-03", R"("event_voided":{"target_event_id":"e2"})");
  When("2026-02-01");
  EXPECT_TRUE(Codes().empty());
  EXPECT_EQ(*InstantOf(profile_.opened_at()), *ParseInstant("2026-01-02"));
}

TEST_F(HeadFindingsTest, LinkThatClosesARingIsNoParentAndALongRingIsNamedInPart) {
  const auto child_of = [](std::string_view parent) {
    return fmt::format(R"("account_changed":{{"fields":{{"parent":"{}"}}}})", parent);
  };
  for (int i = 2; i <= 11; ++i) Given(fmt::format("a{}", i - 1), "2026-01-01", child_of(fmt::format("a{}", i)));
  Given("a11", "2026-01-01", child_of("acme"));
  Given("2026-01-01", child_of("corp"));
  Given("2026-01-02", child_of("a1"));
  When("2026-01-01");
  EXPECT_EQ(profile_.parent(), "corp");
  When("2026-01-02");
  EXPECT_FALSE(profile_.has_parent());
  ASSERT_EQ(findings_.size(), 1);
  EXPECT_EQ(findings_[0].text(),
            "event erp/e13: parent closes a ring of acme, a1, a2, a3, a4, a5, a6, a7, a8, a9 and 2 more");
}

TEST_F(HeadFindingsTest, MergedAccountsWereEachOpenedOnce) {
  Given("2026-01-01", R"("account_opened":{})");
  Given("bolt", "2026-01-02", R"("account_opened":{})");
  When("2026-02-01", {"bolt"});
  EXPECT_TRUE(Codes().empty());
}

}  // namespace
}  // namespace kontor
