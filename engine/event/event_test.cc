// What is asked of an event once it is decoded, and of a record once it is stored.
#include <gtest/gtest.h>

#include <string>

#include "engine/event/decoder.h"
#include "engine/event/fixture.h"
#include "engine/event/raw_record.h"
#include "engine/event/samples.h"

namespace kontor {
namespace {

using event::v1::Event;
using namespace std::string_literals;

TEST(SameContentTest, HoldsForTheSameAndFailsForEachDifference) {
  for (const std::string_view body : kSampleBodies) {
    const Event event = WholeEvent(body);
    EXPECT_TRUE(SameContent(event, Event(event)));
    Event other = event;
    other.set_actor("kim");
    EXPECT_FALSE(SameContent(event, other)) << body;
    other = event;
    other.clear_body();
    EXPECT_FALSE(SameContent(event, other)) << body;
  }
}

TEST(SameContentTest, TellsUnsetFromZero) {
  Event event = EventOf("survey_answered { kind: SURVEY_KIND_NPS }");
  Event zero = event;
  zero.mutable_survey_answered()->set_answer(0);
  EXPECT_FALSE(SameContent(event, zero));
}

TEST(SameContentTest, ComparesMessagesAndNotBytes) {
  const std::string first = "\x0a\x03"s + "e-1";      // event_id
  const std::string second = "\x12\x06"s + "crm-eu";  // source
  const std::string unknown_900 =
      "\xa2\x38\x01"
      "a"s;
  const std::string unknown_901 =
      "\xaa\x38\x01"
      "b"s;
  Event a, b;
  ASSERT_TRUE(a.ParseFromString(first + second + unknown_900 + unknown_901));
  ASSERT_TRUE(b.ParseFromString(unknown_901 + second + unknown_900 + first));
  EXPECT_NE(a.SerializeAsString(), b.SerializeAsString());
  EXPECT_TRUE(SameContent(a, b));
}

TEST(SameContentTest, CountsUnknownFields) {
  const std::string plain = EventOf("account_closed {}").SerializeAsString();
  Event a, b, c;
  ASSERT_TRUE(a.ParseFromString(plain));
  ASSERT_TRUE(b.ParseFromString(plain + "\xa2\x38\x01"
                                        "a"s));
  ASSERT_TRUE(c.ParseFromString(plain + "\xa2\x38\x01"
                                        "b"s));
  EXPECT_FALSE(SameContent(a, b));
  EXPECT_FALSE(SameContent(b, c));
}

TEST(SameContentTest, KeepsTheOrderOfLists) {
  const Event a = EventOf("interaction_recorded { participants { id: '1' } participants { id: '2' } }");
  const Event b = EventOf("interaction_recorded { participants { id: '2' } participants { id: '1' } }");
  EXPECT_FALSE(SameContent(a, b));
}

TEST(EventTest, BodyNameIsTheFieldOfTheSchema) {
  EXPECT_EQ(BodyName(EventOf("invoice_issued {}")), "invoice_issued");
  EXPECT_EQ(BodyName(EventOf("event_voided {}")), "event_voided");
  EXPECT_EQ(BodyName(Event()), "");
}

TEST(EventTest, IdentityIsSourceAndEventId) {
  EXPECT_EQ(IdentityOf(EventOf("account_closed {}")), (Identity{Source("crm-eu"), EventId("e-1")}));
}

TEST(EventTest, IsUnderstoodOnlyWithAKnownBodyAndKnownEnumValues) {
  EXPECT_TRUE(IsUnderstood(EventOf("invoice_issued {}")));
  EXPECT_FALSE(IsUnderstood(Event()));
  EXPECT_FALSE(IsUnderstood(EventOf("capture: 99 invoice_issued {}")));
  EXPECT_FALSE(IsUnderstood(EventOf("cost_incurred { kind: 99 }")));
  EXPECT_TRUE(IsUnderstood(EventOf("criteria_adopted { criteria { criterion: 1 } }", "")));
  EXPECT_FALSE(IsUnderstood(EventOf("criteria_adopted { criteria { criterion: 1 } criteria { criterion: 99 } }", "")));
}

TEST(RawRecordTest, IsTheStoredRecordAndTellsNoneFromEmpty) {
  log::v1::LogRecord stored;
  stored.set_offset(7);
  stored.set_timestamp_ms(-5);
  stored.set_timestamp_type(log::v1::TIMESTAMP_TYPE_LOG_APPEND);
  stored.add_headers()->set_name("none");
  stored.add_headers()->set_name("empty");
  stored.mutable_headers(1)->set_value("");
  stored.set_value("");

  const RawRecord raw = RawRecordOf(stored);
  EXPECT_EQ(raw.offset, Offset(7));
  EXPECT_EQ(raw.timestamp_ms, -5);
  EXPECT_EQ(raw.timestamp_type, log::v1::TIMESTAMP_TYPE_LOG_APPEND);
  EXPECT_EQ(raw.key, std::nullopt);
  EXPECT_EQ(raw.value, std::optional<std::string_view>(""));
  ASSERT_EQ(raw.headers.size(), 2U);
  EXPECT_EQ(raw.headers[0].name, "none");
  EXPECT_EQ(raw.headers[0].value, std::nullopt);
  EXPECT_EQ(raw.headers[1].value, std::optional<std::string_view>(""));
}

}  // namespace
}  // namespace kontor
