#include "engine/event/json.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "engine/event/fixture.h"
#include "engine/event/samples.h"

namespace kontor {
namespace {

using event::v1::Event;
using testing::HasSubstr;

std::string Refusal(std::string_view json) {
  Event event;
  const Status status = EventFromJson(json, &event);
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << json;
  EXPECT_EQ(Text(status).find('\n'), std::string_view::npos) << Text(status);
  return std::string(Text(status));
}

TEST(JsonTest, EveryBodyComesBackAsItWas) {
  for (const std::string_view body : kSampleBodies) {
    const Event event = WholeEvent(body);
    Event back;
    ASSERT_TRUE(EventFromJson(EventToJson(event), &back).ok()) << body;
    EXPECT_TRUE(SameContent(event, back)) << body;
  }
}

TEST(JsonTest, IsOneLineWithTheNamesOfTheSchema) {
  EXPECT_EQ(
      EventToJson(EventOf("cost_incurred { kind: COST_KIND_STAFF_TIME amount { currency_code: 'EUR' units: 7 } }")),
      R"({"event_id":"e-1","source":"crm-eu","account_id":"acme","occurred_at":"2026-11-24T08:30:00Z",)"
      R"("cost_incurred":{"kind":"COST_KIND_STAFF_TIME","amount":{"currency_code":"EUR","units":"7"}}})");
}

TEST(JsonTest, TakesEitherSpellingOfANameAndEitherFormOfANumber) {
  Event a, b;
  ASSERT_TRUE(EventFromJson(R"({"eventId":"e","costIncurred":{"amount":{"units":"7"}}})", &a).ok());
  ASSERT_TRUE(EventFromJson(R"({"event_id":"e","cost_incurred":{"amount":{"units":7}}})", &b).ok());
  EXPECT_TRUE(SameContent(a, b));
}

TEST(JsonTest, TakesTheFullRangeOfAnAmountExactly) {
  Event event;
  ASSERT_TRUE(
      EventFromJson(R"({"cost_incurred":{"amount":{"units":9223372036854775807,"nanos":-999999999}}})", &event).ok());
  EXPECT_EQ(event.cost_incurred().amount().units(), 9'223'372'036'854'775'807);
  EXPECT_EQ(event.cost_incurred().amount().nanos(), -999'999'999);
}

TEST(JsonTest, NamesTheFieldThatIsWrong) {
  EXPECT_THAT(Refusal(R"({"colour":"red"})"), HasSubstr("colour"));
  EXPECT_THAT(Refusal(R"({"cost_incurred":{"amount":{"units":"many"}}})"), HasSubstr("cost_incurred.amount.units"));
  EXPECT_THAT(Refusal(R"({"cost_incurred":{"amount":{"units":1.5}}})"), HasSubstr("cost_incurred.amount.units"));
  EXPECT_THAT(Refusal(R"({"cost_incurred":{"kind":"COST_KIND_PARTY"}})"), HasSubstr("cost_incurred.kind"));
  EXPECT_THAT(Refusal(R"({"event_id":7})"), HasSubstr("event_id"));
  EXPECT_THAT(Refusal(R"({"occurred_at":"yesterday"})"), HasSubstr("occurred_at"));
  EXPECT_THAT(Refusal(R"({"invoice_issued":{"lines":[{},{"quantity":{"units":[]}}]}})"),
              HasSubstr("lines[1].quantity"));
}

TEST(JsonTest, SaysByTheSchemaWhatWasMeant) {
  EXPECT_THAT(Refusal(R"({"occured_at":"2026-11-24T08:30:00Z"})"),
              HasSubstr("occured_at: there is no such field; did you mean occurred_at?"));
  EXPECT_THAT(Refusal(R"({"cost_incurred":{"kind":"COST_KIND_PARTY"}})"), HasSubstr("COST_KIND_STAFF_TIME"));
  EXPECT_THAT(Refusal(R"({"cost_incurred":{"amount":"3.50 EUR"}})"),
              HasSubstr(R"(cost_incurred.amount: must be an object, as )"
                        R"({"currency_code":"EUR","units":"3","nanos":500000000})"));
  EXPECT_THAT(Refusal(R"({"cost_incurred":7})"), HasSubstr("its fields are"));
  EXPECT_THAT(Refusal("[]"), HasSubstr("it must be an object"));
}

TEST(JsonTest, SaysHowAnInstantIsWritten) {
  for (const char* given : {"\"yesterday\"", "\"2026-11-24\"", "7", "{}"}) {
    EXPECT_THAT(Refusal(fmt::format(R"({{"occurred_at":{},"zzz":1}})", given)),
                HasSubstr("occurred_at: must be an instant"));
  }
  for (const char* given : {"2026-11-24T09:30:00Z", "2026-11-24T09:30:00.5+01:00", "0001-01-01T00:00:00+10:00"}) {
    EXPECT_THAT(Refusal(fmt::format(R"({{"occurred_at":"{}","zzz":1}})", given)), HasSubstr("zzz: there is no such"));
  }
}

TEST(JsonTest, RefusesTwoBodies) {
  EXPECT_THAT(Refusal(R"({"account_closed":{},"account_opened":{}})"), HasSubstr("account_opened"));
}

TEST(JsonTest, RefusesWhatIsNoObject) {
  for (const char* json :
       {"", " ", "null", "7", "[]", "\"e\"", "{", "{}{}", "{\"event_id\":}", "{\"event_id\":\"\xff\"}"}) {
    Refusal(json);
  }
}

TEST(JsonTest, RefusesDeepNestingAtOnce) {
  EXPECT_THAT(Refusal(std::string(1 << 20, '[')),
              HasSubstr("cannot be read as JSON: braces and brackets nest deeper than 30 levels"));
  EXPECT_THAT(Refusal("not json"), HasSubstr("cannot be read as JSON"));
}

TEST(JsonTest, BracketsInsideTextAreNoNesting) {
  Event event;
  EXPECT_TRUE(EventFromJson(R"({"actor":")" + std::string(100, '[') + R"(\"{{","source":"x"})", &event).ok());
}

TEST(JsonTest, ForgetsWhatTheEventHeldBefore) {
  Event event = EventOf("account_closed {}");
  ASSERT_TRUE(EventFromJson("{}", &event).ok());
  EXPECT_TRUE(SameContent(event, Event()));
  event = EventOf("account_closed {}");
  EXPECT_FALSE(EventFromJson("{", &event).ok());
  EXPECT_TRUE(SameContent(event, Event()));
}

TEST(JsonTest, PrintsAnEventWhoseInstantIsNone) {
  Event event = EventOf("account_closed {}");
  event.mutable_occurred_at()->set_nanos(-1);
  EXPECT_EQ(EventToJson(event), R"({"event_id":"e-1","source":"crm-eu","account_id":"acme","account_closed":{}})");
}

}  // namespace
}  // namespace kontor
