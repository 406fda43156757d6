#include "engine/event/validator.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/event/fixture.h"

namespace kontor {
namespace {

using event::v1::Event;

constexpr int64_t kDayMs = 86'400'000;

std::string Verdict(const Event& event, const Record& record, const IntakeContext& context = {}) {
  const auto rejection = Validate(event, record.Raw(), context);
  if (!rejection) return "ok";
  EXPECT_FALSE(rejection->text.empty());
  return Short(*rejection);
}

IntakeContext Reference() {
  IntakeContext context;
  context.role = TopicRole::kReference;
  return context;
}

// Of a whole event with this body, on the topic where it belongs.
std::string VerdictOf(std::string_view body) {
  Event event = EventOf(body, "");
  if (TopicOf(event) == TopicRole::kReference && !event.has_event_voided()) {
    return Verdict(event, RecordOf(event), Reference());
  }
  event.set_account_id("acme");
  return Verdict(event, RecordOf(event));
}

TEST(ValidatorTest, SmallestEventIsAFact) { EXPECT_EQ(VerdictOf("account_closed {}"), "ok"); }

TEST(ValidatorTest, PathNamesEveryLevel) {
  EXPECT_EQ(VerdictOf("invoice_issued { invoice { id: '1' } net { currency_code: 'EUR' } gross { currency_code: 'EUR' }"
                      "  lines { product: 'a' quantity { units: 1 } } lines { product: 'b' quantity { units: 1 } }"
                      "  lines { product: 'c' quantity { units: 1 } }"
                      "  lines { product: 'd' quantity { units: 1 nanos: -1 } } }"),
            "OUT_OF_BOUNDS invoice_issued.lines[3].quantity.nanos");
}

}  // namespace
}  // namespace kontor
