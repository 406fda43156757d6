#include "engine/event/validator.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <set>
#include <string>

#include "engine/base/civil.h"
#include "engine/event/fixture.h"
#include "engine/event/samples.h"
#include "kontor/rule/v1/rule.pb.h"

namespace kontor {
namespace {

using event::v1::Event;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int64_t kDayMs = 86'400'000;

// ---- Single fields: what the options of the schema say, read here a second time, by reflection, at every field ----

// Calls back on every field of the message and of those inside it: its path, and a way to the message that holds it in
// a copy of the event.
using Holder = std::function<Message*(Event*)>;
using FieldVisitor = std::function<void(const std::string& path, const FieldDescriptor* field, const Holder& holder)>;

void VisitFields(const Message& message, const std::string& prefix, const Holder& holder, const FieldVisitor& visit) {
  const auto* reflection = message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    if (field->real_containing_oneof() != nullptr && !reflection->HasField(message, field)) continue;
    const std::string path = prefix + field->name();
    visit(path, field, holder);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (field->is_repeated()) {
      for (int k = 0; k < reflection->FieldSize(message, field); ++k) {
        VisitFields(
            reflection->GetRepeatedMessage(message, field, k), fmt::format("{}[{}].", path, k),
            [=](Event* event) {
              Message* outer = holder(event);
              return outer->GetReflection()->MutableRepeatedMessage(outer, field, k);
            },
            visit);
      }
    } else if (reflection->HasField(message, field)) {
      VisitFields(
          reflection->GetMessage(message, field), path + ".",
          [=](Event* event) {
            Message* outer = holder(event);
            return outer->GetReflection()->MutableMessage(outer, field);
          },
          visit);
    }
  }
}

// Runs over the samples of all bodies, one after the other.
class SampleTest : public testing::Test {
 protected:
  void ForEverySample(const std::function<void()>& check) {
    for (const std::string_view body : kSampleBodies) {
      event_ = WholeEvent(body);
      event_.set_actor("kim");
      event_.set_capture(event::v1::CAPTURE_TYPED);
      SCOPED_TRACE(BodyName(event_));
      check();
    }
  }

  void ForEveryField(const FieldVisitor& visit) {
    ForEverySample([&] {
      VisitFields(
          event_, "", [](Event* event) { return event; }, visit);
    });
  }

  static const rule::v1::FieldRule& RuleOf(const FieldDescriptor* field) {
    return field->options().GetExtension(rule::v1::field);
  }

  // The verdict once `change` was done to the message that holds the field.
  std::string Changed(const Holder& holder,
                      const std::function<void(Message*, const google::protobuf::Reflection*)>& change) {
    Event event = event_;
    Message* message = holder(&event);
    change(message, message->GetReflection());
    return Verdict(event);
  }

  Event event_;
};

TEST_F(SampleTest, IsAFactAndUnderstood) {
  ForEverySample([&] {
    EXPECT_EQ(Verdict(event_), "ok");
    EXPECT_TRUE(IsUnderstood(event_));
  });
}

TEST_F(SampleTest, HoldsEveryField) {
  ForEveryField([&](const std::string& path, const FieldDescriptor* field, const Holder& holder) {
    Event copy = event_;
    const Message* message = holder(&copy);
    const auto* reflection = message->GetReflection();
    if (path == "account_id" && !event_.has_account_id()) return;
    if (!field->is_repeated() && !field->has_presence()) return;  // units and nanos
    EXPECT_TRUE(field->is_repeated() ? reflection->FieldSize(*message, field) > 0
                                     : reflection->HasField(*message, field))
        << path;
  });
}

TEST_F(SampleTest, WithoutARequiredFieldIsRejected) {
  ForEveryField([&](const std::string& path, const FieldDescriptor* field, const Holder& holder) {
    if (!RuleOf(field).required()) return;
    EXPECT_EQ(Changed(holder, [&](Message* message, auto* reflection) { reflection->ClearField(message, field); }),
              "MISSING_FIELD " + path);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_ENUM) return;
    EXPECT_EQ(Changed(holder, [&](Message* message, auto* reflection) { reflection->SetEnumValue(message, field, 0); }),
              "MISSING_FIELD " + path);
  });
}

TEST_F(SampleTest, WithoutAnOptionalFieldIsAFactUnlessRulesSpanIt) {
  // Fields that another one requires, or the topic.
  const std::set<std::string> spanned = {"account_id", "deal_won.first_day", "deal_won.term_months"};
  ForEveryField([&](const std::string& path, const FieldDescriptor* field, const Holder& holder) {
    const bool is_body = field->containing_type() == Event::descriptor() && field->real_containing_oneof() != nullptr;
    const bool is_zero_when_absent = !field->is_repeated() && !field->has_presence();
    if (RuleOf(field).required() || is_body || is_zero_when_absent || spanned.contains(path)) return;
    EXPECT_EQ(Changed(holder, [&](Message* message, auto* reflection) { reflection->ClearField(message, field); }),
              "ok")
        << path;
  });
}

TEST_F(SampleTest, IntegerOutsideItsBoundsIsRejected) {
  ForEveryField([&](const std::string& path, const FieldDescriptor* field, const Holder& holder) {
    const auto& rule = RuleOf(field);
    const auto with = [&](int64_t x) {
      return Changed(holder, [&](Message* message, const google::protobuf::Reflection* reflection) {
        switch (field->cpp_type()) {
          case FieldDescriptor::CPPTYPE_INT32:
            return reflection->SetInt32(message, field, static_cast<int32_t>(x));
          case FieldDescriptor::CPPTYPE_UINT32:
            return reflection->SetUInt32(message, field, static_cast<uint32_t>(x));
          default:
            return reflection->SetInt64(message, field, x);
        }
      });
    };
    if (rule.has_max()) {
      EXPECT_EQ(with(rule.max() + 1), "OUT_OF_BOUNDS " + path);
    }
    if (rule.has_min() && (rule.min() > 0 || field->cpp_type() != FieldDescriptor::CPPTYPE_UINT32)) {
      EXPECT_EQ(with(rule.min() - 1), "OUT_OF_BOUNDS " + path);
    }
  });
}

TEST_F(SampleTest, StringOutsideItsBoundsIsRejected) {
  ForEveryField([&](const std::string& path, const FieldDescriptor* field, const Holder& holder) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING || path == "account_id") return;
    const auto& rule = RuleOf(field);
    const auto with = [&](const std::string& text) {
      return Changed(holder, [&](Message* message, auto* reflection) { reflection->SetString(message, field, text); });
    };
    const std::string rejected = "OUT_OF_BOUNDS " + path;
    switch (rule.format()) {
      case rule::v1::FORMAT_ID:
      case rule::v1::FORMAT_NAME:
        EXPECT_EQ(with(std::string(256, 'x')), "ok") << path;
        EXPECT_EQ(with(std::string(257, 'x')), rejected);
        EXPECT_EQ(with("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x8f\xad"), "ok") << path;
        EXPECT_EQ(with(""), rejected);
        for (const std::string text : {"a\nb", "\x7f", "\x1f", "a\xc2\x80", "\xc2\x9f"}) {
          // At every place of words and of what is left of them.
          for (size_t before = 0; before < 20; ++before) {
            EXPECT_EQ(with(std::string(before, '~') + text), rejected) << testing::PrintToString(text);
            EXPECT_EQ(with(std::string(before, '~') + text + std::string(20 - before, '~')), rejected);
          }
        }
        // U+00A0 is no control character.
        for (size_t before = 0; before < 20; ++before) {
          EXPECT_EQ(with(std::string(before, '~') + "\xc2\xa0"), "ok") << path;
        }
        break;
      case rule::v1::FORMAT_CURRENCY:
        EXPECT_EQ(with(""), field->has_presence() ? rejected : "MISSING_FIELD " + path);
        for (const char* code : {"eur", "EURO", "EU", "DEM", "XXX", "XTS", "E R", "\xe2\x82\xac"}) {
          EXPECT_EQ(with(code), rejected) << code;
        }
        break;
      default: {
        const size_t max = rule.max_bytes() != 0 ? rule.max_bytes() : 4096;
        EXPECT_EQ(with(""), "ok") << path;
        EXPECT_EQ(with("two\nlines"), "ok") << path;
        EXPECT_EQ(with(std::string(max, 'x')), "ok") << path;
        EXPECT_EQ(with(std::string(max + 1, 'x')), rejected);
      }
    }
  });
}

TEST_F(SampleTest, MoreElementsThanAllowedAreRejected) {
  ForEveryField([&](const std::string& path, const FieldDescriptor* field, const Holder& holder) {
    if (!field->is_repeated()) return;
    const int max = RuleOf(field).max_items() != 0 ? static_cast<int>(RuleOf(field).max_items()) : 1000;
    EXPECT_EQ(Changed(holder,
                      [&](Message* message, const google::protobuf::Reflection* reflection) {
                        while (reflection->FieldSize(*message, field) <= max) reflection->AddMessage(message, field);
                      }),
              "OUT_OF_BOUNDS " + path);
  });
}

TEST_F(SampleTest, AmountOfTwoSignsOrNegativeWithoutLeaveIsRejected) {
  ForEveryField([&](const std::string& path, const FieldDescriptor* field, const Holder& holder) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return;
    const FieldDescriptor* units = field->message_type()->FindFieldByName("units");
    const FieldDescriptor* nanos = field->message_type()->FindFieldByName("nanos");
    if (units == nullptr || nanos == nullptr) return;
    const auto with = [&](int64_t whole, int32_t part) {
      return Changed(holder, [&](Message* message, const google::protobuf::Reflection* reflection) {
        Message* amount = reflection->MutableMessage(message, field);
        amount->GetReflection()->SetInt64(amount, units, whole);
        amount->GetReflection()->SetInt32(amount, nanos, part);
      });
    };
    EXPECT_EQ(with(1, -1), "OUT_OF_BOUNDS " + path + ".nanos");
    EXPECT_EQ(with(-1, 1), "OUT_OF_BOUNDS " + path + ".nanos");
    if (RuleOf(field).may_be_negative()) {
      EXPECT_EQ(with(-1, -1).find("OUT_OF_BOUNDS " + path + "."), std::string::npos) << path;
    } else {
      EXPECT_EQ(with(-1, 0), "OUT_OF_BOUNDS " + path + ".units");
      EXPECT_EQ(with(0, -1), "OUT_OF_BOUNDS " + path + ".nanos");
    }
  });
}

TEST_F(SampleTest, DayThatIsNotInTheCalendarIsRejected) {
  ForEveryField([&](const std::string& path, const FieldDescriptor* field, const Holder& holder) {
    if (field->message_type() != type::v1::Date::descriptor()) return;
    const auto with = [&](int year, int month, int day) {
      return Changed(holder, [&](Message* message, const google::protobuf::Reflection* reflection) {
        auto* date = static_cast<type::v1::Date*>(reflection->MutableMessage(message, field));
        date->set_year(year);
        date->set_month(month);
        date->set_day(day);
      });
    };
    const std::string rejected = "OUT_OF_BOUNDS " + path;
    EXPECT_EQ(with(2025, 2, 29), rejected);
    EXPECT_EQ(with(2026, 4, 31), rejected);
    EXPECT_EQ(with(2026, 0, 1), rejected + ".month");
    EXPECT_EQ(with(2026, 1, 0), rejected + ".day");
    EXPECT_EQ(with(0, 1, 1), rejected + ".year");
    EXPECT_EQ(with(2026, 13, 1), rejected + ".month");
    EXPECT_EQ(with(2026, 1, -1), rejected + ".day");
  });
}

TEST_F(SampleTest, DayFarFromWhatHappenedIsRejected) {
  const Day occurred = Zone::Utc().LocalDay(Instant(kFixtureMs * 1'000'000));
  // Another rule has its word on these first, where they alone are moved that way.
  const std::set<std::string> ends = {"service_from", "service_to", "period_from", "period_to"};
  ForEveryField([&](const std::string& path, const FieldDescriptor* field, const Holder& holder) {
    if (field->message_type() != type::v1::Date::descriptor()) return;
    const auto away = [&](int32_t days) {
      return Changed(holder, [&](Message* message, const google::protobuf::Reflection* reflection) {
        *static_cast<type::v1::Date*>(reflection->MutableMessage(message, field)) = DateProto(occurred + days);
      });
    };
    for (const int32_t sign : {-1, 1}) {
      EXPECT_EQ(away(sign * 36'526), "OUT_OF_BOUNDS " + path);
      if (!ends.contains(field->name())) {
        EXPECT_EQ(away(sign * 36'525), "ok") << path;
      }
    }
  });
}

TEST_F(SampleTest, EnumValueOfALaterVersionIsAFactNotUnderstood) {
  ForEveryField([&](const std::string& path, const FieldDescriptor* field, const Holder& holder) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_ENUM) return;
    Event event = event_;
    Message* message = holder(&event);
    message->GetReflection()->SetEnumValue(message, field, 4711);
    EXPECT_EQ(Verdict(event), "ok") << path;
    EXPECT_FALSE(IsUnderstood(event)) << path;
  });
}

TEST_F(SampleTest, OnTheOtherTopicIsRejected) {
  ForEverySample([&] {
    const std::string body(BodyName(event_));
    if (TopicOf(event_) == TopicRole::kReference) {
      EXPECT_EQ(Verdict(event_, RecordOf(event_)), "WRONG_TOPIC " + body);
    } else if (!event_.has_event_voided()) {
      EXPECT_EQ(Verdict(event_, RecordOf(event_), Reference()), "WRONG_TOPIC " + body);
      event_.clear_account_id();
      EXPECT_EQ(Verdict(event_, RecordOf(event_), Reference()), "WRONG_TOPIC " + body);
    }
  });
}

TEST(SamplesTest, CoverEveryBodyOfTheSchema) {
  std::set<std::string> named;
  for (const std::string_view body : kSampleBodies) named.insert(std::string(BodyName(EventOf(body))));
  const auto* oneof = Event::descriptor()->FindOneofByName("body");
  for (int i = 0; i < oneof->field_count(); ++i) EXPECT_TRUE(named.contains(oneof->field(i)->name()));
  EXPECT_EQ(named.size(), static_cast<size_t>(oneof->field_count()));
}

// ---- The envelope ----

TEST(ValidatorTest, EventWithoutBodyIsRejected) {
  EXPECT_EQ(Verdict(EventOf("")), "MISSING_FIELD body");
  EXPECT_FALSE(IsUnderstood(EventOf("")));
}

TEST(ValidatorTest, BodyOfALaterVersionIsAFactNotUnderstood) {
  Event event = EventOf("");
  Event::GetReflection()->MutableUnknownFields(&event)->AddLengthDelimited(299, "new");
  EXPECT_EQ(Verdict(event), "ok");
  EXPECT_FALSE(IsUnderstood(event));
  EXPECT_EQ(BodyName(event), "");
  // Its envelope is checked all the same.
  event.clear_event_id();
  EXPECT_EQ(Verdict(event), "MISSING_FIELD event_id");
  event.set_event_id("e-1");
  event.clear_account_id();
  EXPECT_EQ(Verdict(event, RecordOf(event)), "MISSING_FIELD account_id");
  EXPECT_EQ(Verdict(event, RecordOf(event), Reference()), "ok");
}

TEST(ValidatorTest, UnknownFieldsBesideAKnownBodyAreUnderstood) {
  Event event = EventOf("account_closed {}");
  Event::GetReflection()->MutableUnknownFields(&event)->AddVarint(50, 1);
  auto* body = event.mutable_account_closed();
  event::v1::AccountClosed::GetReflection()->MutableUnknownFields(body)->AddVarint(50, 1);
  EXPECT_EQ(Verdict(event), "ok");
  EXPECT_TRUE(IsUnderstood(event));
}

TEST(ValidatorTest, VoidGoesOnBothTopics) {
  Event event = EventOf("event_voided { target_event_id: 'e-0' }");
  EXPECT_EQ(TopicOf(event), TopicRole::kEvents);
  EXPECT_EQ(Verdict(event, RecordOf(event)), "ok");
  EXPECT_EQ(Verdict(event, RecordOf(event), Reference()), "OUT_OF_BOUNDS account_id");
  event.clear_account_id();
  EXPECT_EQ(TopicOf(event), TopicRole::kReference);
  EXPECT_EQ(Verdict(event, RecordOf(event)), "MISSING_FIELD account_id");
  EXPECT_EQ(Verdict(event, RecordOf(event), Reference()), "ok");
}

TEST(ValidatorTest, InstantIsWithinACenturyBeforeAndADayAfterTheRecord) {
  Event event = EventOf("account_closed {}");
  Record record = RecordOf(event);
  const auto at = [&](int64_t distance_ms, int32_t nanos) {
    const int64_t ms = kFixtureMs + distance_ms;
    event.mutable_occurred_at()->set_seconds(ms / 1000);
    event.mutable_occurred_at()->set_nanos(nanos);
    return Verdict(event, record);
  };
  EXPECT_EQ(at(kDayMs, 0), "ok");
  EXPECT_EQ(at(kDayMs, 1), "IMPOSSIBLE_INSTANT occurred_at");
  EXPECT_EQ(at(-36'525 * kDayMs, 0), "ok");
  EXPECT_EQ(at(-36'525 * kDayMs - 1000, 999'999'999), "IMPOSSIBLE_INSTANT occurred_at");
  record.timestamp_type = log::v1::TIMESTAMP_TYPE_LOG_APPEND;
  EXPECT_EQ(at(kDayMs, 1), "IMPOSSIBLE_INSTANT occurred_at");
}

TEST(ValidatorTest, RecordWithoutTimestampNeedsAnInstantOnly) {
  Event event = EventOf("account_closed {}");
  Record record = RecordOf(event);
  record.timestamp_type = log::v1::TIMESTAMP_TYPE_UNSPECIFIED;
  record.timestamp_ms = 0;
  EXPECT_EQ(Verdict(event, record), "ok");
  event.mutable_occurred_at()->set_seconds(-9'214'560'000);  // 1678
  EXPECT_EQ(Verdict(event, record), "ok");
  event.mutable_occurred_at()->set_seconds(-9'214'560'001);
  EXPECT_EQ(Verdict(event, record), "IMPOSSIBLE_INSTANT occurred_at");
}

TEST(ValidatorTest, TimestampThatIsNoInstantIsRejected) {
  Event event = EventOf("account_closed {}");
  for (const auto& [seconds, nanos] : {std::pair<int64_t, int32_t>{0, -1},
                                       {0, 1'000'000'000},
                                       {std::numeric_limits<int64_t>::max(), 0},
                                       {std::numeric_limits<int64_t>::min(), 0}}) {
    event.mutable_occurred_at()->set_seconds(seconds);
    event.mutable_occurred_at()->set_nanos(nanos);
    EXPECT_EQ(Verdict(event), "IMPOSSIBLE_INSTANT occurred_at");
  }
}

TEST(ValidatorTest, AnyTimestampOfARecordIsTaken) {
  const Event event = EventOf("account_closed {}");
  Record record = RecordOf(event);
  for (const int64_t ms : {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max(), int64_t{-1}}) {
    record.timestamp_ms = ms;
    EXPECT_EQ(Verdict(event, record), "IMPOSSIBLE_INSTANT occurred_at");
  }
}

TEST(ValidatorTest, KeyIsTheAccount) {
  const Event event = EventOf("account_closed {}");
  Record record = RecordOf(event);
  record.key = std::nullopt;
  EXPECT_EQ(Verdict(event, record), "WRONG_KEY");
  for (const char* key : {"", "Acme", "acme ", "acme-2"}) {
    record.key = key;
    EXPECT_EQ(Verdict(event, record), "WRONG_KEY");
  }
}

TEST(ValidatorTest, PartitionIsThatOfTheKey) {
  const Event event = EventOf("account_closed {}");
  IntakeContext context;
  context.partition_count = 12;
  for (const Partitioner partitioner : {Partitioner::kMurmur2, Partitioner::kCrc32}) {
    context.partitioner = partitioner;
    for (int32_t partition = 0; partition < context.partition_count; ++partition) {
      context.partition = Partition(partition);
      const bool home = context.partition == PartitionOf(partitioner, "acme", context.partition_count);
      EXPECT_EQ(Verdict(event, RecordOf(event), context), home ? "ok" : "WRONG_PARTITION");
    }
  }
  EXPECT_NE(PartitionOf(Partitioner::kMurmur2, "acme", 12), PartitionOf(Partitioner::kCrc32, "acme", 12));
}

TEST(ValidatorTest, ReferenceEventsTakeAnyKeyOrNoneButNoAccount) {
  Event event = EventOf("accounts_merged { survivor: 'a' absorbed: 'b' }", "");
  Record record = RecordOf(event);
  for (const std::optional<std::string>& key : {std::optional<std::string>(), {""}, {"a"}, {"\xff"}}) {
    record.key = key;
    EXPECT_EQ(Verdict(event, record, Reference()), "ok");
  }
  event.set_account_id("a");
  EXPECT_EQ(Verdict(event, record, Reference()), "OUT_OF_BOUNDS account_id");
}

TEST(ValidatorTest, FirstThingWrongIsNamedInTheDocumentedOrder) {
  // Everything is wrong; each step repairs what was named.
  Event event;
  Record record;
  record.timestamp_ms = 0;
  IntakeContext context;
  context.partition_count = 12;
  const Partition home = PartitionOf(Partitioner::kMurmur2, "acme", context.partition_count);
  context.partition = Partition((home.value() + 1) % context.partition_count);
  const auto verdict = [&] { return Verdict(event, record, context); };

  EXPECT_EQ(verdict(), "MISSING_FIELD event_id");
  event.set_event_id("");
  EXPECT_EQ(verdict(), "OUT_OF_BOUNDS event_id");
  event.set_event_id("e-1");
  EXPECT_EQ(verdict(), "MISSING_FIELD source");
  event.set_source("crm-eu");
  event.set_account_id("");
  EXPECT_EQ(verdict(), "OUT_OF_BOUNDS account_id");
  event.clear_account_id();
  EXPECT_EQ(verdict(), "MISSING_FIELD occurred_at");
  event.mutable_occurred_at()->set_seconds(kFixtureMs / 1000);
  EXPECT_EQ(verdict(), "MISSING_FIELD body");
  event.mutable_payment_received();
  EXPECT_EQ(verdict(), "MISSING_FIELD payment_received.payment");
  event.mutable_payment_received()->mutable_payment()->set_id("1");
  event.mutable_payment_received()->mutable_amount();
  event.mutable_payment_received()->add_allocations();
  EXPECT_EQ(verdict(), "MISSING_FIELD payment_received.amount.currency_code");
  event.mutable_payment_received()->mutable_amount()->set_currency_code("EUR");
  auto* allocation = event.mutable_payment_received()->mutable_allocations(0);
  EXPECT_EQ(verdict(), "MISSING_FIELD payment_received.allocations[0].invoice");
  allocation->mutable_invoice()->set_id("1");
  allocation->mutable_amount()->set_currency_code("EUR");
  allocation->mutable_amount()->set_units(1);
  EXPECT_EQ(verdict(), "IMPOSSIBLE_INSTANT occurred_at");
  record.timestamp_ms = kFixtureMs;
  EXPECT_EQ(verdict(), "OUT_OF_BOUNDS payment_received.allocations");
  allocation->mutable_amount()->set_units(0);
  context.role = TopicRole::kReference;
  EXPECT_EQ(verdict(), "WRONG_TOPIC payment_received");
  context.role = TopicRole::kEvents;
  EXPECT_EQ(verdict(), "MISSING_FIELD account_id");
  event.set_account_id("acme");
  EXPECT_EQ(verdict(), "WRONG_KEY");
  record.key = "acme";
  EXPECT_EQ(verdict(), "WRONG_PARTITION");
  context.partition = home;
  EXPECT_EQ(verdict(), "ok");
}

}  // namespace
}  // namespace kontor
