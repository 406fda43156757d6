// The largest facts that intake takes, and more of them than money can be shown for.
#include "engine/event/validator.h"
#include "tests/views/view_fixture.h"

namespace kontor {
namespace {

using Strings = std::vector<std::string>;

const std::string kMost = "1000000000000000";  // units, of one event
constexpr int kTooMany = 1'001;                // of these are beyond 10^18 units

class ExtremesTest : public ViewFixture {
 protected:
  // Every event that was given is a fact.
  void ExpectAccepted() const {
    for (const event::v1::Event& event : events_) {
      RawRecord record;
      IntakeContext context;
      if (event.has_account_id()) {
        record.key = event.account_id();
      } else {
        context.role = TopicRole::kReference;
      }
      const auto rejection = Validate(event, record, context);
      ASSERT_FALSE(rejection) << rejection->field << ": " << rejection->text;
    }
  }

  // An invoice of the largest amount, list price and cost.
  void LargestInvoice(const std::string& id, const std::string& currency) {
    Given("2026-01-10", fmt::format(R"("invoice_issued":{{"invoice":{{"id":"{}"}},"net":{},"gross":{},"due":{},)"
                                    R"("lines":[{{"product":"p","quantity":{{"units":1000000000}},"list_price":{},)"
                                    R"("charged_price":{},"unit_cost":{}}}]}})",
                                    id, Money(kMost, currency), Money(kMost, currency), Date("2125-12-17"),
                                    Money("1000000", currency), Money("0", currency), Money("1000000", currency)));
  }

  static Strings TooLarge(const view::v1::Amount& amount) {
    EXPECT_EQ(amount.by_currency_size(), 0);
    EXPECT_FALSE(amount.has_reporting());
    return {amount.too_large().begin(), amount.too_large().end()};
  }
};

const Strings kBoth = {"EUR", "EUR"};  // the sum in its own currency, and the total

TEST_F(ExtremesTest, SumBeyondMoneyIsUnknownAndNamed) {
  for (int i = 0; i < kTooMany; ++i) {
    const std::string id = std::to_string(i);
    LargestInvoice(id, "EUR");
    Given("2026-01-11", fmt::format(R"("cost_incurred":{{"kind":1,"amount":{}}})", Money(kMost)));
    Given("2026-01-11", fmt::format(R"("invoice_written_off":{{"invoice":{{"id":"x{}"}},"net":{},"gross":{}}})", id,
                                    Money("-" + kMost), Money("-" + kMost)));
    Payment("2026-01-11", id, kMost);
    Given("2026-01-01", fmt::format(R"("deal_opened":{{"deal":{{"id":"{}"}}}})", id));
    Given("2026-01-02", fmt::format(R"("deal_won":{{"deal":{{"id":"{}"}},"amount":{},"recurring_amount":{},)"
                                    R"("first_day":{},"term_months":1200,"auto_renewal":true}})",
                                    id, Money(kMost), Money(kMost), Date("2025-12-01")));
    Given("2026-01-03", fmt::format(R"("deal_opened":{{"deal":{{"id":"open {}"}},"amount":{},"expected_close":{}}})",
                                    id, Money(kMost), Date("2026-03-01")));
  }
  Given("2026-01-01", fmt::format(R"("target_set":{{"measure":1,"period_from":{},"period_to":{},"amount":{}}})",
                                  Date("2026-01-01"), Date("2026-12-31"), Money(kMost)));
  ExpectAccepted();
  When("2026-02-10");

  for (const view::v1::PeriodAmount* figure :
       {&value_.booked(), &value_.invoiced_net(), &value_.collected(), &value_.written_off(), &value_.cost_of_goods(),
        &value_.cost_to_serve(), &value_.discounts()}) {
    EXPECT_EQ(TooLarge(figure->lifetime()), kBoth);
    EXPECT_EQ(TooLarge(figure->ttm()), kBoth);
  }
  // Net + what was written off wrongly - goods - service, each as large: what is small is known.
  EXPECT_EQ(Total(value_.net_value().lifetime()), "0");
  EXPECT_EQ(TooLarge(value_.open()), kBoth);
  EXPECT_EQ(TooLarge(value_.ageing().not_due()), kBoth);
  EXPECT_EQ(TooLarge(value_.unapplied()), kBoth);
  EXPECT_EQ(TooLarge(value_.outstanding()), Strings{"EUR"});
  EXPECT_EQ(Total(value_.average_deal().lifetime()), kMost);
  ASSERT_EQ(value_.payment_behaviour_size(), 1);
  EXPECT_EQ(Text(value_.payment_behaviour(0).dso_days()), "0 (n 1001)");

  EXPECT_EQ(TooLarge(growth_.booked().ttm()), kBoth);
  EXPECT_EQ(TooLarge(growth_.recurring()), kBoth);
  EXPECT_EQ(TooLarge(growth_.open_pipeline()), kBoth);
  EXPECT_EQ(TooLarge(growth_.sales_velocity()), kBoth);
  ASSERT_EQ(growth_.recurring_retention().movements_size(), 3);
  const view::v1::Movement& first = growth_.recurring_retention().movements(0);
  EXPECT_FALSE(first.has_new_amount());
  EXPECT_FALSE(first.has_end());
  EXPECT_TRUE(first.has_churn());
  ASSERT_EQ(growth_.coverage_size(), 1);
  EXPECT_EQ(TooLarge(growth_.coverage(0).open_expected()), kBoth);
  EXPECT_EQ(TooLarge(growth_.coverage(0).booked()), Strings{"EUR"});
  EXPECT_EQ(Text(growth_.coverage(0).coverage()), "unknown (n 1)");
}

TEST_F(ExtremesTest, SumOfAccountsBeyondMoneyIsUnknownAndNamed) {
  for (int i = 0; i < 600; ++i) LargestInvoice(std::to_string(i), "EUR");
  ExpectAccepted();
  When("2026-02-10");
  EXPECT_EQ(Total(value_.invoiced_net().lifetime()), "600000000000000000");
  EXPECT_EQ(Total(value_.outstanding()), "600000000000000000");

  Components portfolio = components_;
  portfolio.Add(components_, 1);
  const Day asked = *ParseDay("2026-02-10");
  view::v1::ValueView value;
  view::v1::GrowthView growth;
  RenderValue(portfolio, asked, Currency("EUR"), &value);
  RenderMonths(portfolio, Currency("EUR"), &value);
  RenderGrowth(portfolio, asked, Currency("EUR"), &growth);
  RenderMonths(portfolio, Currency("EUR"), &growth);
  EXPECT_EQ(TooLarge(value.invoiced_net().lifetime()), kBoth);
  EXPECT_EQ(TooLarge(value.outstanding()), Strings{"EUR"});
  ASSERT_EQ(value.months_size(), 1);
  EXPECT_EQ(TooLarge(value.months(0).invoiced_net()), kBoth);
  EXPECT_EQ(TooLarge(growth.invoiced_net().ttm()), kBoth);
}

TEST_F(ExtremesTest, RateThatTakesAnAmountBeyondMoneyIsMissing) {
  // A direct one; one through a third currency, at 10^18 for one; and one the other way round.
  Rate("2026-01-01", "USD", "EUR", 1'000'000'000, 0, "2026-01-08");
  Rate("2026-01-01", "CHF", "GBP", 0, 1, "2026-01-08");
  Rate("2026-01-01", "EUR", "CHF", 0, 1, "2026-01-08");
  Rate("2026-01-01", "EUR", "JPY", 1'000'000'000, 0, "2026-01-08");
  LargestInvoice("1", "USD");
  LargestInvoice("2", "GBP");
  LargestInvoice("3", "JPY");
  ExpectAccepted();
  When("2026-01-10T12:00:00Z");

  const view::v1::Amount& net = value_.invoiced_net().lifetime();
  EXPECT_EQ(net.by_currency_size(), 3);
  EXPECT_FALSE(net.has_reporting());
  EXPECT_EQ(net.too_large_size(), 0);
  Strings missing;
  for (const view::v1::MissingRate& rate : net.missing_rates()) missing.push_back(rate.currency_code());
  EXPECT_EQ(missing, (Strings{"GBP", "USD"}));
  EXPECT_EQ(Total(value_.open()), "unknown");
  EXPECT_EQ(growth_.invoiced_net_retention().missing_rates_size(), 1);
}

TEST_F(ExtremesTest, DaysBeyondTermsAreUnknownBeforeTheirSumCouldWrap) {
  constexpr auto kInt128Max = static_cast<Nanos>(~Uint128{0} >> 1);
  const auto terms = [](Nanos allocated) {
    Components components;
    for (const Window window : {Window::kLifetime, Window::kTtm}) {
      Tally& own = components.in(window).own;
      own.Add({.measure = Measure::kAllocated, .currency = Currency("EUR")}, allocated);
      own.Add({.measure = Measure::kAllocatedDays, .currency = Currency("EUR")}, allocated * 1'000);
      own.Add({.measure = Measure::kAllocations, .currency = Currency("EUR")}, 2);
    }
    view::v1::ValueView value;
    RenderValue(components, *ParseDay("2026-02-10"), Currency("EUR"), &value);
    EXPECT_EQ(value.payment_behaviour_size(), 1);
    return Text(value.payment_behaviour(0).days_beyond_terms());
  };
  EXPECT_EQ(terms(kInt128Max / 300'000), "1000 (n 2)");
  EXPECT_EQ(terms(kInt128Max / 200'000), "unknown (n 2)");
}

}  // namespace
}  // namespace kontor
