// Laws of decoding and validation over random input. A failure prints its seed; RC_PARAMS="seed=N" runs it again.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "engine/event/decoder.h"
#include "engine/event/fixture.h"
#include "engine/event/json.h"
#include "engine/event/samples.h"
#include "engine/event/validator.h"

namespace kontor {
namespace {

using event::v1::Event;

std::string SampleBytes(size_t i) {
  return WholeEvent(kSampleBodies[i % std::size(kSampleBodies)]).SerializeAsString();
}

// Bytes that come near to an event: a sample, cut, with some bytes changed and some put in.
rc::Gen<std::string> GenDamagedEvent() {
  return rc::gen::exec([] {
    std::string bytes = SampleBytes(*rc::gen::arbitrary<size_t>());
    const auto changes = *rc::gen::container<std::vector<std::pair<size_t, char>>>(
        rc::gen::pair(rc::gen::arbitrary<size_t>(), rc::gen::arbitrary<char>()));
    for (const auto& [place, byte] : changes) bytes[place % bytes.size()] = byte;
    const auto added = *rc::gen::arbitrary<std::string>();
    bytes.insert(*rc::gen::arbitrary<size_t>() % (bytes.size() + 1), added);
    if (*rc::gen::arbitrary<bool>()) bytes.resize(*rc::gen::arbitrary<size_t>() % (bytes.size() + 1));
    return bytes;
  });
}

// Nothing in one of four.
rc::Gen<std::optional<std::string>> Maybe(const rc::Gen<std::string>& gen) {
  return rc::gen::weightedOneOf<std::optional<std::string>>(
      {{1, rc::gen::just(std::optional<std::string>())},
       {3, rc::gen::map(gen, [](std::string text) { return std::optional(std::move(text)); })}});
}

rc::Gen<std::optional<std::string>> GenHeaderValue() {
  return Maybe(rc::gen::oneOf(
      rc::gen::arbitrary<std::string>(),
      rc::gen::element<std::string>("1.0", "e-1", "crm-eu", "2026-11-24T08:30:00Z", "application/protobuf",
                                    "application/cloudevents+json", "application/cloudevents+protobuf",
                                    "application/cloudevents-batch+json",
                                    std::string("\1"
                                                "0123456789abcdef\0",
                                                18))));
}

rc::Gen<Record> GenRecord() {
  return rc::gen::exec([] {
    Record record;
    record.key = *Maybe(rc::gen::arbitrary<std::string>());
    record.value = *Maybe(rc::gen::oneOf(
        rc::gen::arbitrary<std::string>(), GenDamagedEvent(),
        rc::gen::map(GenDamagedEvent(), [](const std::string& bytes) { return std::string(6, '\0') + bytes; })));
    const auto name = rc::gen::oneOf(
        rc::gen::arbitrary<std::string>(),
        rc::gen::element<std::string>("content-type", "Content-Type", "__value_schema_id", "ce_specversion", "ce_id",
                                      "ce_source", "ce_type", "ce_time", "ce_other"));
    record.headers = *rc::gen::container<decltype(record.headers)>(rc::gen::pair(name, GenHeaderValue()));
    record.timestamp_ms = *rc::gen::arbitrary<int64_t>();
    record.timestamp_type = *rc::gen::element(log::v1::TIMESTAMP_TYPE_UNSPECIFIED, log::v1::TIMESTAMP_TYPE_CREATE);
    return record;
  });
}

// What may be written into a log record: its strings are UTF-8.
void CheckStorable(const Rejection& rejection) {
  RC_ASSERT(rejection.reason != log::v1::REJECT_REASON_UNSPECIFIED);
  RC_ASSERT(!rejection.text.empty());
  log::v1::LogRecord record;
  record.set_reject_field(rejection.field);
  record.set_reject_text(rejection.text);
  log::v1::LogRecord back;
  RC_ASSERT(back.ParseFromString(record.SerializeAsString()));
}

// The sum of its parts: decode, and where that gives an event, all that is asked of one.
void Take(const Record& record) {
  google::protobuf::Arena arena;
  const RawRecord raw = record.Raw();
  const auto decoded = DecodeEvent(raw, &arena);
  if (const auto* rejection = std::get_if<Rejection>(&decoded)) return CheckStorable(*rejection);
  const Event& event = *std::get<const Event*>(decoded);
  for (const TopicRole role : {TopicRole::kEvents, TopicRole::kReference}) {
    IntakeContext context;
    context.role = role;
    context.partition_count = 3;
    if (const auto rejection = Validate(event, raw, context)) CheckStorable(*rejection);
  }
  IsUnderstood(event);
  RC_ASSERT(SameContent(event, event));
  EventToJson(event);
}

RC_GTEST_PROP(DecoderProperty, NoRecordCrashesIntake, ()) { Take(*GenRecord()); }

RC_GTEST_PROP(DecoderProperty, NoJsonCloudEventCrashesIntake, ()) {
  std::string json = R"({"specversion":"1.0","id":"e-1","source":"crm-eu","type":"t","data":)" +
                     EventToJson(WholeEvent(kSampleBodies[*rc::gen::inRange<size_t>(0, std::size(kSampleBodies))])) +
                     "}";
  const auto changes = *rc::gen::container<std::vector<std::pair<size_t, char>>>(
      rc::gen::pair(rc::gen::arbitrary<size_t>(), rc::gen::arbitrary<char>()));
  for (const auto& [place, byte] : changes) json[place % json.size()] = byte;
  Record record;
  record.value = json;
  record.headers = {{"content-type", "application/cloudevents+json"}};
  Take(record);
}

RC_GTEST_PROP(DecoderProperty, DecodingIsAFunctionOfTheRecord, ()) {
  const Record record = *GenRecord();
  google::protobuf::Arena arena;
  const auto first = DecodeEvent(record.Raw(), &arena);
  google::protobuf::Arena other_arena;
  const auto second = DecodeEvent(record.Raw(), &other_arena);
  RC_ASSERT(first.index() == second.index());
  if (const auto* a = std::get_if<Rejection>(&first)) {
    const auto& b = std::get<Rejection>(second);
    RC_ASSERT(a->reason == b.reason && a->field == b.field && a->text == b.text);
  } else {
    RC_ASSERT(SameContent(*std::get<const Event*>(first), *std::get<const Event*>(second)));
  }
}

RC_GTEST_PROP(DecoderProperty, UnknownFieldsSurvive, ()) {
  Event event = WholeEvent(kSampleBodies[*rc::gen::inRange<size_t>(0, std::size(kSampleBodies))]);
  auto* unknown = Event::GetReflection()->MutableUnknownFields(&event);
  const auto texts = *rc::gen::container<std::vector<std::pair<int, std::string>>>(
      rc::gen::pair(rc::gen::inRange(1000, 2000), rc::gen::arbitrary<std::string>()));
  for (const auto& [number, text] : texts) unknown->AddLengthDelimited(number, text);
  unknown->AddFixed64(999, *rc::gen::arbitrary<uint64_t>());

  const Record record = RecordOf(event);
  google::protobuf::Arena arena;
  const auto decoded = DecodeEvent(record.Raw(), &arena);
  RC_ASSERT(std::holds_alternative<const Event*>(decoded));
  RC_ASSERT(std::get<const Event*>(decoded)->SerializeAsString() == *record.value);
}

}  // namespace
}  // namespace kontor
