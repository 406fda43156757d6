#include "engine/event/body_rules.h"

#include <gtest/gtest.h>

#include <span>
#include <string_view>

#include "engine/event/fixture.h"

namespace kontor {
namespace {

struct BodyCase {
  std::string_view body;
  std::string_view verdict;
};

void ExpectVerdicts(std::span<const BodyCase> cases) {
  for (const auto& [body, verdict] : cases) EXPECT_EQ(VerdictOf(body), verdict) << body;
}

#define INVOICE "invoice { id: '1' } net { currency_code: 'EUR' units: 10 } "
#define LINE "lines { product: 'p' quantity { units: 1 } "
#define EUR(amount) "{ currency_code: 'EUR' units: " #amount " } "
#define USD(amount) "{ currency_code: 'USD' units: " #amount " } "

constexpr BodyCase kDocuments[] = {
    {"invoice_issued { " INVOICE "gross " EUR(10) "}", "ok"},
    {"invoice_issued { " INVOICE "gross " EUR(0) "}", "ok"},  // zero is valid
    {"invoice_issued { " INVOICE "gross " USD(10) "}", "OUT_OF_BOUNDS invoice_issued.gross.currency_code"},
    {"invoice_issued { " INVOICE "gross " EUR(10) "tax " USD(0) "}", "OUT_OF_BOUNDS invoice_issued.tax.currency_code"},
    {"invoice_issued { " INVOICE "gross " EUR(10) LINE "} " LINE "list_price " USD(1) "} }",
     "OUT_OF_BOUNDS invoice_issued.lines[1].list_price.currency_code"},
    {"invoice_issued { " INVOICE "gross " EUR(10) LINE "charged_price " USD(1) "} }",
     "OUT_OF_BOUNDS invoice_issued.lines[0].charged_price.currency_code"},
    {"invoice_issued { " INVOICE "gross " EUR(10) LINE "unit_cost " USD(1) "} }",
     "OUT_OF_BOUNDS invoice_issued.lines[0].unit_cost.currency_code"},
    {"invoice_issued { " INVOICE "gross " EUR(10) "service_from { year: 2026 month: 2 day: 1 }"
                                                  "  service_to { year: 2026 month: 2 day: 1 } }",
     "ok"},
    {"invoice_issued { " INVOICE "gross " EUR(10) "service_from { year: 2026 month: 2 day: 1 }"
                                                  "  service_to { year: 2026 month: 1 day: 31 } }",
     "OUT_OF_BOUNDS invoice_issued.service_to"},
    {"invoice_issued { " INVOICE "gross " EUR(10) "service_to { year: 2026 month: 1 day: 31 } }", "ok"},
    {"credit_note_issued { credit_note { id: '1' } net " EUR(1) "gross " USD(1) "}",
     "OUT_OF_BOUNDS credit_note_issued.gross.currency_code"},
    {"credit_note_issued { credit_note { id: '1' } net " EUR(1) "gross " EUR(1) LINE "list_price " USD(1) "} }",
     "OUT_OF_BOUNDS credit_note_issued.lines[0].list_price.currency_code"},
    {"invoice_written_off { invoice { id: '1' } net " EUR(1) "gross " USD(1) "}",
     "OUT_OF_BOUNDS invoice_written_off.gross.currency_code"},
    {"deal_opened { deal { id: '1' } " LINE "list_price " EUR(1) "} " LINE "list_price " USD(1) "} }",
     "OUT_OF_BOUNDS deal_opened.lines[1].list_price.currency_code"},
    {"deal_opened { deal { id: '1' } amount " EUR(1) LINE "list_price " USD(1) "} }",
     "OUT_OF_BOUNDS deal_opened.lines[0].list_price.currency_code"},
};
TEST(BodyRulesTest, DocumentHasOneCurrencyAndItsServiceEndsAfterItBegins) { ExpectVerdicts(kDocuments); }

#define PRICED(price, amount, quantity) \
  "lines { product: 'p' quantity { units: " #quantity " } " price " { currency_code: 'EUR' units: " #amount " } } "
#define NOTE "credit_note { id: '1' } net " EUR(10) "gross " EUR(10)
constexpr BodyCase kLines[] = {
    // 10^15 units, at each price for itself and with either sign.
    {"invoice_issued { " INVOICE "gross " EUR(10) PRICED("list_price", 1000000000000000, 1)
         PRICED("charged_price", 1000000, 1000000000) PRICED("unit_cost", 1000000, -1000000000) "}",
     "ok"},
    {"invoice_issued { " INVOICE "gross " EUR(10) PRICED("list_price", 1000000000000000, 1000000000) "}",
     "OUT_OF_BOUNDS invoice_issued.lines[0].list_price"},
    {"invoice_issued { " INVOICE "gross " EUR(10) PRICED("charged_price", 1000001, 1000000000) "}",
     "OUT_OF_BOUNDS invoice_issued.lines[0].charged_price"},
    {"invoice_issued { " INVOICE "gross " EUR(10) PRICED("unit_cost", 1000001, -1000000000) "}",
     "OUT_OF_BOUNDS invoice_issued.lines[0].unit_cost"},
    // Lines that take back do not make up for others.
    {"invoice_issued { " INVOICE "gross " EUR(10) PRICED("list_price", 1000000, 1000000000)
         PRICED("list_price", 1, -1) "}",
     "OUT_OF_BOUNDS invoice_issued.lines[1].list_price"},
    {"credit_note_issued { " NOTE PRICED("unit_cost", 1000001, 1000000000) "}",
     "OUT_OF_BOUNDS credit_note_issued.lines[0].unit_cost"},
    {"deal_opened { deal { id: '1' } " PRICED("list_price", 1000001, 1000000000) "}",
     "OUT_OF_BOUNDS deal_opened.lines[0].list_price"},
    {"deal_won { deal { id: '1' } amount " EUR(1) PRICED("charged_price", 1000001, 1000000000) "}",
     "OUT_OF_BOUNDS deal_won.lines[0].charged_price"},
};
TEST(BodyRulesTest, LinesComeToNoMoreThanMoneyHolds) { ExpectVerdicts(kLines); }

#define PAYMENT "payment { id: '1' } amount " EUR(10)
#define PART(amount) "allocations { invoice { id: '1' } amount " amount "} "
constexpr BodyCase kPayments[] = {
    {"payment_received { " PAYMENT "}", "ok"},
    {"payment_received { " PAYMENT PART(EUR(4)) PART(EUR(6)) "}", "ok"},
    {"payment_received { " PAYMENT PART(EUR(10)) PART("{ currency_code: 'EUR' nanos: 1 } ") "}",
     "OUT_OF_BOUNDS payment_received.allocations"},
    {"payment_received { " PAYMENT PART(EUR(1)) PART(USD(1)) "}",
     "OUT_OF_BOUNDS payment_received.allocations[1].amount.currency_code"},
    {"payment_refunded { refund { id: '1' } amount " EUR(10) PART(EUR(11)) "}",
     "OUT_OF_BOUNDS payment_refunded.allocations"},
    // The sum of large parts does not wrap around.
    {"payment_received { " PAYMENT PART(EUR(1000000000000000)) PART(EUR(1000000000000000)) "}",
     "OUT_OF_BOUNDS payment_received.allocations"},
};
TEST(BodyRulesTest, AllocationsAddUpToAtMostTheAmountInItsCurrency) { ExpectVerdicts(kPayments); }

#define WON "deal { id: '1' } amount " EUR(10)
constexpr BodyCase kDealsWon[] = {
    {"deal_won { " WON "}", "ok"},
    {"deal_won { " WON "first_day { year: 2026 month: 1 day: 1 } }", "ok"},
    {"deal_won { " WON "recurring_amount " EUR(1) "first_day { year: 2026 month: 1 day: 1 } term_months: 1 }", "ok"},
    {"deal_won { " WON "recurring_amount " EUR(1) "first_day { year: 2026 month: 1 day: 1 } }",
     "MISSING_FIELD deal_won.term_months"},
    {"deal_won { " WON "recurring_amount " EUR(1) "term_months: 1 }", "MISSING_FIELD deal_won.first_day"},
    {"deal_won { " WON "recurring_amount " USD(1) "first_day { year: 2026 month: 1 day: 1 } term_months: 1 }",
     "OUT_OF_BOUNDS deal_won.recurring_amount.currency_code"},
};
TEST(BodyRulesTest, RecurringAmountRequiresItsTerm) { ExpectVerdicts(kDealsWon); }

#define NPS "survey_answered { kind: SURVEY_KIND_NPS "
#define CSAT "survey_answered { kind: SURVEY_KIND_CSAT "
#define CES "survey_answered { kind: SURVEY_KIND_CES "
constexpr BodyCase kSurveys[] = {
    {NPS "answer: 0 }", "ok"},
    {NPS "answer: 10 scale_min: 0 scale_max: 10 }", "ok"},
    {NPS "answer: 11 }", "OUT_OF_BOUNDS survey_answered.answer"},
    {NPS "answer: -1 }", "OUT_OF_BOUNDS survey_answered.answer"},
    {NPS "answer: 5 scale_min: 1 }", "OUT_OF_BOUNDS survey_answered.scale_min"},
    {NPS "answer: 5 scale_max: 9 }", "OUT_OF_BOUNDS survey_answered.scale_max"},
    {CSAT "answer: 5 scale_min: 1 scale_max: 5 }", "ok"},
    {CSAT "answer: 5 scale_max: 5 }", "MISSING_FIELD survey_answered.scale_min"},
    {CSAT "answer: 5 scale_min: 1 }", "MISSING_FIELD survey_answered.scale_max"},
    {CSAT "answer: 6 scale_min: 1 scale_max: 5 }", "OUT_OF_BOUNDS survey_answered.answer"},
    {CSAT "answer: 5 scale_min: 5 scale_max: 5 }", "OUT_OF_BOUNDS survey_answered.scale_max"},
    {CES "answer: 1 }", "ok"},
    {CES "answer: 7 }", "ok"},
    {CES "answer: 0 }", "OUT_OF_BOUNDS survey_answered.answer"},
    {CES "answer: 8 }", "OUT_OF_BOUNDS survey_answered.answer"},
    {CES "answer: 5 scale_max: 5 easy_end: EASY_END_LOW }", "ok"},
    {CES "answer: 6 scale_max: 5 }", "OUT_OF_BOUNDS survey_answered.answer"},
    {CES "answer: 7 scale_min: 7 }", "OUT_OF_BOUNDS survey_answered.scale_max"},
    {"survey_answered { kind: 99 answer: 99 }", "ok"},
    {"survey_answered { kind: 99 answer: 99 scale_min: 0 scale_max: 10 }", "OUT_OF_BOUNDS survey_answered.answer"},
};
TEST(BodyRulesTest, AnswerIsAPointOfItsScale) { ExpectVerdicts(kSurveys); }

#define STEP(units, score) "scale { from { units: " #units " } score: " #score " } "
constexpr BodyCase kOthers[] = {
    {"target_set { measure: 1 period_from { year: 2027 month: 1 day: 2 } period_to { year: 2027 month: 1 day: 1 } "
     "amount " EUR(1) "}",
     "OUT_OF_BOUNDS target_set.period_to"},
    {"product_usage_reported { product: 'a' quantity {} unit: 'h' period_from { year: 2027 month: 1 day: 2 }"
     "  period_to { year: 2027 month: 1 day: 1 } }",
     "OUT_OF_BOUNDS product_usage_reported.period_to"},
    {"accounts_merged { survivor: 'a' absorbed: 'a' }", "OUT_OF_BOUNDS accounts_merged.absorbed"},
    {"exchange_rate_published { base_currency: 'EUR' quote_currency: 'EUR' rate { units: 1 }"
     "  day { year: 2026 month: 1 day: 1 } }",
     "OUT_OF_BOUNDS exchange_rate_published.quote_currency"},
    {"exchange_rate_published { base_currency: 'EUR' quote_currency: 'USD' rate {}"
     "  day { year: 2026 month: 1 day: 1 } }",
     "OUT_OF_BOUNDS exchange_rate_published.rate"},
    {"criteria_adopted { version: 'v' threshold {} criteria { criterion: 1 weight {} " STEP(1, 1) STEP(2, 2) "} }",
     "ok"},
    {"criteria_adopted { version: 'v' threshold {} criteria { criterion: 1 weight {} } criteria { criterion: 2 weight "
     "{} " STEP(1, 1) STEP(1, 2) "} }",
     "OUT_OF_BOUNDS criteria_adopted.criteria[1].scale[1].from"},
    {"criteria_adopted { version: 'v' threshold {} criteria { criterion: 1 weight {} scale { from {} } } }",
     "MISSING_FIELD criteria_adopted.criteria[0].scale[0].score"},
    {"parameters_adopted {}", "ok"},
    {"parameters_adopted { white_space_share { units: 1 } }", "ok"},
    {"parameters_adopted { white_space_share { units: 1 nanos: 1 } }",
     "OUT_OF_BOUNDS parameters_adopted.white_space_share"},
};
TEST(BodyRulesTest, PeriodsMergesRatesAndScalesAreInOrder) { ExpectVerdicts(kOthers); }

}  // namespace
}  // namespace kontor
