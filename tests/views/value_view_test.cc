// Figures of the value view, case by case.
#include "tests/views/view_fixture.h"

namespace kontor {
namespace {

using Strings = std::vector<std::string>;

class ValueViewTest : public ViewFixture {
 protected:
  Strings Waiting() const {
    Strings waiting;
    for (const view::v1::WaitingAllocation& x : value_.waiting_allocations()) {
      waiting.push_back(fmt::format("{} for {}: {} {}", x.document(), x.invoice(), DecimalText(NanosOf(x.amount())),
                                    x.amount().currency_code()));
    }
    return waiting;
  }
};

TEST_F(ValueViewTest, InvoiceIsOpenUntilPaid) {
  Invoice("2026-01-10", "1", "119", "2026-02-09");
  Payment("2026-02-20", "p", "100", "1");
  When("2026-02-15T12:00:00Z");
  EXPECT_EQ(Total(value_.open()), "119");
  EXPECT_EQ(Total(value_.overdue()), "119");
  EXPECT_EQ(Total(value_.ageing().days_1_30()), "119");
  When("2026-04-01T12:00:00Z");
  EXPECT_EQ(Total(value_.open()), "19");
  EXPECT_EQ(Total(value_.ageing().days_31_60()), "19");
  EXPECT_EQ(Total(value_.collected().lifetime()), "100");
}

TEST_F(ValueViewTest, OverdueFromTheDayAfterTheDueDay) {
  Invoice("2026-01-10", "1", "50", "2026-02-09");
  When("2026-02-09T23:59:59Z");
  EXPECT_EQ(Total(value_.overdue()), "0");
  EXPECT_EQ(Total(value_.ageing().not_due()), "50");
  When("2026-02-10T00:00:00Z");
  EXPECT_EQ(Total(value_.overdue()), "50");
}

TEST_F(ValueViewTest, WithoutDueDayItIsNeverOverdue) {
  Invoice("2020-01-10", "1", "50");
  When("2026-01-01");
  EXPECT_EQ(Total(value_.overdue()), "0");
  EXPECT_EQ(Total(value_.ageing().no_due_date()), "50");
}

TEST_F(ValueViewTest, WhatExceedsTheInvoiceIsUnappliedAndAFinding) {
  Invoice("2026-01-10", "1", "100");
  Payment("2026-01-11", "p", "130", "1");
  When("2026-02-01");
  EXPECT_EQ(Total(value_.open()), "0");
  EXPECT_EQ(Total(value_.unapplied()), "30");
  EXPECT_EQ(Total(value_.outstanding()), "-30");
  EXPECT_EQ(Codes(), Strings{"payment_over_invoice"});
}

TEST_F(ValueViewTest, PaymentThatPrecedesItsInvoiceWaitsWithoutAFinding) {
  Payment("2026-01-05", "p", "100", "1");
  Invoice("2026-01-10", "1", "100", "2026-01-20");
  When("2026-01-06");
  EXPECT_EQ(Total(value_.waiting()), "100");
  EXPECT_EQ(Total(value_.unapplied()), "100");
  EXPECT_TRUE(Codes().empty());
  When("2026-01-11");
  EXPECT_EQ(Total(value_.waiting()), "0");
  EXPECT_EQ(Total(value_.unapplied()), "0");
  EXPECT_EQ(Total(value_.open()), "0");
  // Paid fifteen days before it was due; known from the invoice's day on.
  EXPECT_EQ(Text(value_.payment_behaviour(0).days_beyond_terms()), "-15 (n 1)");
  EXPECT_EQ(Text(value_.payment_behaviour(0).days_late()), "0 (n 1)");
}

TEST_F(ValueViewTest, WhatWaitsIsListedWithItsInvoice) {
  Payment("2026-01-05", "p", "100", "1");
  Payment("2026-01-06", "q", "30", "1");
  Payment("2026-01-06", "d", "7", "2", "USD");
  Given("2026-01-07", R"("payment_refunded":{"refund":{"id":"r"},"amount":)" + Money("10") +
                          R"(,"allocations":[{"invoice":{"id":"1"},"amount":)" + Money("10") + "}]}");
  Given("2026-01-08", R"("credit_note_issued":{"credit_note":{"id":"c"},"invoice":{"id":"1"},"net":)" + Money("5") +
                          R"(,"gross":)" + Money("5") + "}");
  When("2026-01-09");
  EXPECT_EQ(Waiting(), (Strings{"credit note erp/c for invoice erp/1: 5 EUR",
                                "payment erp/p for invoice erp/1: 100 EUR", "payment erp/q for invoice erp/1: 30 EUR",
                                "refund erp/r for invoice erp/1: -10 EUR", "payment erp/d for invoice erp/2: 7 USD"}));
  EXPECT_EQ(DecimalText(NanosOf(value_.waiting().by_currency(0))), "125");
  // As it was, and without what was taken back.
  When("2026-01-05T12:00:00Z");
  EXPECT_EQ(Waiting(), Strings{"payment erp/p for invoice erp/1: 100 EUR"});
  Given("2026-01-10", R"("event_voided":{"target_event_id":"e2"})");
  Invoice("2026-01-11", "2", "7");
  When("2026-01-12");
  EXPECT_EQ(Waiting(), (Strings{"credit note erp/c for invoice erp/1: 5 EUR",
                                "payment erp/p for invoice erp/1: 100 EUR", "refund erp/r for invoice erp/1: -10 EUR"}))
      << "of the other payment the invoice is known, in another currency: it waits no longer";
  // Heard of late: the invoice was there all the time.
  Invoice("2026-01-01", "1", "95");
  When("2026-01-12");
  EXPECT_TRUE(Waiting().empty());
  EXPECT_EQ(value_.waiting_allocations_total(), 0);
}

TEST_F(ValueViewTest, OfManyThatWaitTheFirstAreListedAndAllCounted) {
  for (int i = 0; i < 103; ++i) Payment("2026-01-05", "p" + std::to_string(1000 + i), "1", "1");
  When("2026-02-01");
  EXPECT_EQ(value_.waiting_allocations_size(), 100);
  EXPECT_EQ(value_.waiting_allocations(99).document(), "payment erp/p1099");
  EXPECT_EQ(value_.waiting_allocations_total(), 103);
  EXPECT_EQ(Total(value_.waiting()), "103");
}

TEST_F(ValueViewTest, PaymentInAnotherCurrencyIsNotApplied) {
  Invoice("2026-01-10", "1", "100");
  Payment("2026-01-11", "p", "100", "1", "USD");
  When("2026-02-01");
  EXPECT_EQ(Total(value_.open()), "100");
  EXPECT_EQ(Total(value_.unapplied()), "unknown");
  EXPECT_EQ(Codes(), Strings{"amount_in_another_currency"});
}

TEST_F(ValueViewTest, CancellationTakesBackNetOnItsOwnDay) {
  Invoice("2026-01-10", "1", "100");
  Given("2026-03-02", R"("invoice_cancelled":{"invoice":{"id":"1"}})");
  When("2026-03-31");
  EXPECT_EQ(Total(value_.invoiced_net().lifetime()), "0");
  ASSERT_EQ(value_.months_size(), 2);
  EXPECT_EQ(Total(value_.months(0).invoiced_net()), "100");
  EXPECT_EQ(Total(value_.months(1).invoiced_net()), "-100");
}

TEST_F(ValueViewTest, CancellationBeforeItsInvoiceCountsOnTheLaterDay) {
  Given("2026-01-02", R"("invoice_cancelled":{"invoice":{"id":"1"}})");
  Invoice("2026-03-10", "1", "100");
  When("2026-03-31");
  EXPECT_EQ(Total(value_.invoiced_net().lifetime()), "0");
  EXPECT_EQ(Total(value_.open()), "0");
}

TEST_F(ValueViewTest, NetValueTakesOffWriteOffsGoodsAndService) {
  Given("2026-01-10", R"("invoice_issued":{"invoice":{"id":"1"},"net":)" + Money("1000") + R"(,"gross":)" +
                          Money("1190") + R"(,"lines":[{"product":"x","quantity":{"units":10},"list_price":)" +
                          Money("110") + R"(,"charged_price":)" + Money("100") + R"(,"unit_cost":)" + Money("40.5") +
                          "}]}");
  Given("2026-01-11", R"("cost_incurred":{"kind":"COST_KIND_LOGISTICS","amount":)" + Money("20.25") + "}");
  Given("2026-01-12",
        R"("invoice_written_off":{"invoice":{"id":"1"},"net":)" + Money("100") + R"(,"gross":)" + Money("119") + "}");
  When("2026-02-01");
  EXPECT_EQ(Total(value_.discounts().lifetime()), "100");
  EXPECT_EQ(Total(value_.cost_of_goods().lifetime()), "405");
  EXPECT_EQ(Total(value_.net_value().lifetime()), "474.75");
  EXPECT_EQ(Total(value_.open()), "1071");
}

TEST_F(ValueViewTest, CreditNoteWithoutInvoiceIsUnapplied) {
  Given("2026-01-10", R"("credit_note_issued":{"credit_note":{"id":"c"},"net":)" + Money("50") + R"(,"gross":)" +
                          Money("59.5") + "}");
  When("2026-02-01");
  EXPECT_EQ(Total(value_.invoiced_net().lifetime()), "-50");
  EXPECT_EQ(Total(value_.unapplied()), "59.5");
}

// Receivables 15,000, of which 4,000 are not yet due; sales of 30,000 in 90 days: 45, 12 and 33 days.
TEST_F(ValueViewTest, DsoOfTheWorkedExample) {
  Invoice("2026-02-01", "old", "11000", "2026-03-01");
  Invoice("2026-03-20", "new", "4000", "2026-04-19");
  Invoice("2026-02-10", "paid", "15000", "2026-03-10");
  Payment("2026-03-10", "p", "15000", "paid");
  When("2026-04-01");
  const view::v1::PaymentBehaviour& behaviour = value_.payment_behaviour(0);
  EXPECT_EQ(Text(behaviour.dso_days()), "45 (n 3)");
  EXPECT_EQ(Text(behaviour.best_possible_dso_days()), "12 (n 3)");
  EXPECT_EQ(Text(behaviour.average_days_delinquent()), "33 (n 3)");
}

TEST_F(ValueViewTest, DsoIsUnknownWithoutCreditSales) {
  Invoice("2026-03-20", "cash", "4000", "2026-03-20");
  When("2026-04-01");
  EXPECT_EQ(Text(value_.payment_behaviour(0).dso_days()), "unknown (n 0)");
}

TEST_F(ValueViewTest, BreakEvenIsTheFirstDayFromWhichItStays) {
  Given("2026-01-01", R"("cost_incurred":{"kind":"COST_KIND_PROGRAMME","amount":)" + Money("100") + "}");
  Invoice("2026-02-01", "1", "120");
  Given("2026-03-01", R"("cost_incurred":{"kind":"COST_KIND_PROGRAMME","amount":)" + Money("50") + "}");
  Invoice("2026-04-01", "2", "100");
  When("2026-02-15");
  EXPECT_EQ(DayText(*DayOf(value_.break_even())), "2026-02-01");
  When("2026-03-15");
  EXPECT_FALSE(value_.has_break_even());
  When("2026-04-15");
  EXPECT_EQ(DayText(*DayOf(value_.break_even())), "2026-04-01");
}

TEST_F(ValueViewTest, FlowsConvertAtTheirDayAndStocksAtTheAskedDay) {
  Invoice("2026-01-10", "1", "100", "", "USD");
  Rate("2026-01-10", "EUR", "USD", 2, 0, "2026-01-10");
  Rate("2026-03-01", "USD", "EUR", 0, 800'000'000, "2026-03-01");
  When("2026-03-02");
  EXPECT_EQ(Total(value_.invoiced_net().lifetime()), "50");
  EXPECT_EQ(Total(value_.open()), "80");
  When("2026-02-01");
  EXPECT_EQ(Total(value_.invoiced_net().lifetime()), "50");
  EXPECT_EQ(Total(value_.open()), "unknown") << "the rate is older than seven days";
  EXPECT_EQ(value_.open().missing_rates(0).currency_code(), "USD");
}

TEST_F(ValueViewTest, CrossRateIsOneExactFraction) {
  Invoice("2026-01-10", "1", "100", "", "CHF");
  Rate("2026-01-09", "USD", "CHF", 0, 900'000'000, "2026-01-09");
  Rate("2026-01-08", "EUR", "USD", 1, 200'000'000, "2026-01-08");
  When("2026-01-11");
  // 100 / (0.9 x 1.2), rounded once.
  EXPECT_EQ(Total(value_.invoiced_net().lifetime()), "92.592592593");
}

TEST_F(ValueViewTest, FactsAfterTheAskedInstantDoNotCountYet) {
  Invoice("2026-01-10T09:00:00Z", "1", "100");
  Invoice("2026-01-10T15:00:00Z", "2", "11");
  When("2026-01-10T12:00:00Z");
  EXPECT_EQ(Total(value_.invoiced_net().lifetime()), "100");
  When("2026-01-10T15:00:00Z");
  EXPECT_EQ(Total(value_.invoiced_net().lifetime()), "111");
}

TEST_F(ValueViewTest, MergedAccountsAreOne) {
  Invoice("2026-01-10", "1", "100", "", "EUR", "bolt");
  Payment("2026-01-11", "p", "100", "1");
  When("2026-02-01");
  EXPECT_EQ(Total(value_.waiting()), "100");
  EXPECT_EQ(value_.waiting_allocations_size(), 1);
  When("2026-02-01", {"bolt"});
  EXPECT_EQ(Total(value_.waiting()), "0");
  EXPECT_EQ(value_.waiting_allocations_size(), 0);
  EXPECT_EQ(Total(value_.outstanding()), "0");
  EXPECT_EQ(Total(value_.collected().lifetime()), "100");
}

TEST_F(ValueViewTest, ClosingWhatWasAbsorbedClosesNothingOfTheSurvivor) {
  Given("bolt", "2026-01-01", R"("account_opened":{})");
  Given("2026-01-02", R"("account_changed":{"fields":{"name":"Acme"}})");
  Given("bolt", "2026-01-10", R"("account_closed":{})");
  When("2026-02-01", {"bolt"});
  EXPECT_FALSE(profile_.has_closed_at());
  EXPECT_EQ(*InstantOf(profile_.opened_at()), *ParseInstant("2026-01-01")) << "what is unset is filled";
  Given("2026-01-20", R"("account_closed":{})");
  Given("2026-01-15", R"("account_closed":{})");
  When("2026-02-01", {"bolt"});
  EXPECT_EQ(*InstantOf(profile_.closed_at()), *ParseInstant("2026-01-15")) << "of its own closings the earliest";
  When("2026-01-14", {"bolt"});
  EXPECT_FALSE(profile_.has_closed_at());
}

TEST_F(ValueViewTest, TrailingTwelveMonthsEndWithTheAskedDay) {
  Won("2025-01-01", "2025-03-15", "out", "1");
  Won("2025-01-01", "2025-03-16", "in", "10");
  Won("2025-01-01", "2026-03-15", "last", "100");
  When("2026-03-15T23:00:00Z");
  EXPECT_EQ(Total(value_.booked().ttm()), "110");
  EXPECT_EQ(Total(value_.booked().lifetime()), "111");
  EXPECT_EQ(Total(value_.average_deal().ttm()), "55");
}

TEST_F(ValueViewTest, TheEarliestCloseCountsAndTheOthersAreAFinding) {
  Won("2026-01-01", "2026-02-01", "d", "100");
  Given("2026-02-02", R"("deal_won":{"deal":{"id":"d"},"amount":)" + Money("999") + "}");
  When("2026-03-01");
  EXPECT_EQ(Total(value_.booked().lifetime()), "100");
  EXPECT_EQ(Codes(), Strings{"deal_closed_twice"});
}

TEST_F(ValueViewTest, RatesUsedAreCountedAndTheFirstOfThemShown) {
  Rate("2026-01-01", "USD", "EUR", 0, 800'000'000, "2026-01-01");
  Rate("2026-01-01", "CHF", "EUR", 0, 900'000'000, "2026-01-01");
  Invoice("2026-01-03", "1", "100", "", "USD");
  Invoice("2026-01-02", "2", "100", "", "USD");
  Invoice("2026-01-02", "3", "100", "", "CHF");
  Invoice("2026-01-02", "4", "100");
  Payment("2026-01-04", "p", "100", "3", "CHF");
  When("2026-01-05");
  // Four of the days of flows, and of the asked day both: what is open, and what retention compares, are converted by
  // it.
  EXPECT_EQ(rates_total_, 6U);
  ASSERT_EQ(rates_.size(), 2);
  for (const view::v1::UsedRate& rate : rates_) EXPECT_EQ(*DayOf(rate.day()), *ParseDay("2026-01-02"));
  EXPECT_EQ(rates_[0].base_currency(), "CHF");
  EXPECT_EQ(rates_[1].base_currency(), "USD");
}

TEST_F(ValueViewTest, AVoidedEventIsAsIfItNeverWas) {
  Won("2026-01-01", "2026-02-01", "d", "100000");
  Given("2026-02-05", R"("event_voided":{"target_event_id":"e2"})");
  When("2026-02-03");
  EXPECT_EQ(Total(value_.booked().lifetime()), "0") << "a void has no instant: it acts in every reading that knows it";
  EXPECT_EQ(profile_.voided(), 1);
}

TEST_F(ValueViewTest, AVoidedEventIsListedFromItsInstantOn) {
  Invoice("2026-01-10T15:00:00Z", "1", "100");
  Given("2026-01-11", R"("event_voided":{"target_event_id":"e1"})");
  for (const char* before : {"2026-01-09", "2026-01-10T12:00:00Z"}) {
    When(before);
    EXPECT_EQ(profile_.voided(), 0);
    EXPECT_EQ(components_, Components()) << "no event happened by then, so there is no such account";
  }
  When("2026-01-10T15:00:00Z");
  EXPECT_EQ(profile_.voided(), 1);
}

TEST_F(ValueViewTest, VoidingAnotherAccountsEventIsAFinding) {
  Invoice("2026-01-10", "1", "100", "", "EUR", "bolt");
  Given("2026-01-11", R"("event_voided":{"target_event_id":"e1"})");
  When("2026-02-01");
  EXPECT_EQ(Codes(), Strings{"void_names_another_accounts_event"});
  When("2026-02-01", {"bolt"});
  EXPECT_EQ(Total(value_.invoiced_net().lifetime()), "100");
}

}  // namespace
}  // namespace kontor
