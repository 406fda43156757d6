#include "engine/event/decoder.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/event/fixture.h"
#include "engine/event/json.h"
#include "kontor/cloudevents/v1/cloudevents.pb.h"

namespace kontor {
namespace {

using event::v1::Event;
using namespace std::string_literals;

const std::string kGuid = "0123456789abcdef";

// Decodes on a fresh arena: "ok", or the rejection in short; what was decoded is kept for a look.
class DecoderTest : public testing::Test {
 protected:
  std::string Decode(const Record& record) {
    const auto result = DecodeEvent(record.Raw(), &arena_);
    decoded_ = Event();
    if (const auto* rejection = std::get_if<Rejection>(&result)) {
      EXPECT_FALSE(rejection->text.empty());
      text_ = rejection->text;
      return Short(*rejection);
    }
    decoded_ = *std::get<const Event*>(result);
    return "ok";
  }

  std::string DecodeValue(std::string value) {
    Record record;
    record.value = std::move(value);
    return Decode(record);
  }

  // The sample event in another framing.
  std::string DecodeWith(std::string value, std::vector<std::pair<std::string, std::optional<std::string>>> headers) {
    Record record;
    record.value = std::move(value);
    record.headers = std::move(headers);
    return Decode(record);
  }

  void ExpectSample() { EXPECT_EQ(decoded_.DebugString(), event_.DebugString()); }

  google::protobuf::Arena arena_;
  const Event event_ = EventOf("account_closed { reason: 'moved' }");
  const std::string plain_ = event_.SerializeAsString();
  Event decoded_;
  std::string text_;
};

TEST_F(DecoderTest, PlainProtobuf) {
  EXPECT_EQ(DecodeValue(plain_), "ok");
  ExpectSample();
}

TEST_F(DecoderTest, HeadersThatSayNothingOfTheFramingAreNoMatter) {
  EXPECT_EQ(DecodeWith(plain_,
                       {{"traceparent", "00-1"}, {"content-type", "application/x-protobuf"}, {"cell", "1"}, {"", ""}}),
            "ok");
  ExpectSample();
}

TEST_F(DecoderTest, TombstoneAndEmptyValueAreEmpty) {
  EXPECT_EQ(Decode(Record()), "EMPTY");
  EXPECT_EQ(DecodeValue(""), "EMPTY");
}

TEST_F(DecoderTest, ValueBeyondOneMebibyteIsTooLarge) {
  Event event = event_;
  event.mutable_account_closed()->set_reason(std::string(kMaxValueBytes, 'x'));
  std::string value = event.SerializeAsString();
  EXPECT_EQ(DecodeValue(value), "TOO_LARGE");
  event.mutable_account_closed()->mutable_reason()->resize(kMaxValueBytes - (value.size() - kMaxValueBytes));
  value = event.SerializeAsString();
  ASSERT_EQ(value.size(), kMaxValueBytes);
  EXPECT_EQ(DecodeValue(value), "ok");
}

TEST_F(DecoderTest, BytesThatAreNoEventAreUndecodable) {
  EXPECT_EQ(DecodeValue("hello"), "UNDECODABLE");
  EXPECT_EQ(DecodeValue("{\"event_id\":\"e-1\"}"), "UNDECODABLE");
  EXPECT_EQ(DecodeValue(plain_.substr(0, plain_.size() - 1)), "UNDECODABLE");
}

TEST_F(DecoderTest, StringThatIsNotUtf8IsUndecodable) {
  EXPECT_EQ(DecodeValue("\x0a\x02\xc3\x28"), "UNDECODABLE");  // event_id
  Event event = event_;
  std::string value = event.SerializeAsString();
  value[value.find("moved")] = '\xff';
  EXPECT_EQ(DecodeValue(value), "UNDECODABLE");
}

TEST_F(DecoderTest, UnknownFieldsSurvive) {
  const std::string unknown = "\xba\x3e\x03new"s;  // field 999, three bytes
  ASSERT_EQ(DecodeValue(plain_ + unknown), "ok");
  EXPECT_EQ(decoded_.SerializeAsString(), plain_ + unknown);
}

TEST_F(DecoderTest, ConfluentPrefix) {
  EXPECT_EQ(DecodeValue("\0\0\0\0\x07\0"s + plain_), "ok");
  ExpectSample();
  EXPECT_EQ(DecodeValue("\0\xff\xff\xff\xff\x02\0"s + plain_), "ok");
  ExpectSample();
}

TEST_F(DecoderTest, ConfluentPrefixOfAnotherMessageOrCutShortIsRejected) {
  for (const std::string& frame : {
           "\0"s, "\0\0\0\0\x07"s, "\0\0\0\0\x07\x02"s,  // cut short
           "\0\0\0\0\x07\x02\x02"s,                      // [1]
           "\0\0\0\0\x07\x04\0\0"s,                      // [0, 0]
           "\0\0\0\0\x07\x01"s,                          // -1 of them
           "\0\0\0\0\x07\x80\0"s,                        // a longer zero
       }) {
    EXPECT_EQ(DecodeValue(frame + (frame.size() > 5 ? plain_ : "")), "FRAMING") << testing::PrintToString(frame);
  }
}

TEST_F(DecoderTest, ConfluentHeader) {
  for (const std::string& header : {"\x01" + kGuid + "\0"s, "\x01" + kGuid + "\x02\0"s}) {
    EXPECT_EQ(DecodeWith(plain_, {{"__value_schema_id", header}}), "ok");
    ExpectSample();
  }
}

TEST_F(DecoderTest, ConfluentHeaderOfAnotherShapeIsRejected) {
  for (const std::string& header : {
           ""s,
           "\x01"s,
           "\x01" + kGuid,
           "\x01" + kGuid.substr(1) + "\0"s,
           "\x00\x00\x00\x00\x07\x00"s,
           "\x01" + kGuid + "\x02\x02"s,
           "\x01" + kGuid + "\x02"s,
           "\x01" + kGuid + "\0\0"s,
           "\x02" + kGuid + "\0"s,
       }) {
    EXPECT_EQ(DecodeWith(plain_, {{"__value_schema_id", header}}), "FRAMING") << testing::PrintToString(header);
  }
  EXPECT_EQ(DecodeWith(plain_, {{"__value_schema_id", std::nullopt}}), "FRAMING");
}

TEST_F(DecoderTest, ConfluentHeaderAndPrefixAtOnceIsRejected) {
  EXPECT_EQ(DecodeWith("\0\0\0\0\x07\0"s + plain_, {{"__value_schema_id", "\x01" + kGuid + "\0"s}}), "FRAMING");
}

TEST_F(DecoderTest, FramingHeaderTwiceWithTwoValuesIsRejected) {
  const std::string header = "\x01" + kGuid + "\0"s;
  EXPECT_EQ(DecodeWith(plain_, {{"__value_schema_id", header}, {"__value_schema_id", header}}), "ok");
  EXPECT_EQ(DecodeWith(plain_, {{"content-type", "a/b"}, {"Content-Type", "c/d"}}), "FRAMING");
}

// ---- CloudEvents, binary mode ----

class BinaryCloudEventTest : public DecoderTest {
 protected:
  using Headers = std::vector<std::pair<std::string, std::optional<std::string>>>;

  // The headers of a good record, with one replaced, or taken out where the value is nothing.
  static Headers With(const std::string& name, const std::optional<std::string>& value) {
    Headers headers;
    for (const auto& header : kGood) {
      if (header.first != name) headers.push_back(header);
    }
    if (value) headers.emplace_back(name, value);
    return headers;
  }

  inline static const Headers kGood = {
      {"ce_specversion", "1.0"},
      {"ce_id", "e-1"},
      {"ce_source", "crm-eu"},
      {"ce_type", "kontor.event.v1.AccountClosed"},
      {"ce_time", "2026-11-24T08:30:00Z"},
      {"content-type", "application/protobuf"},
  };
};

TEST_F(BinaryCloudEventTest, IsRead) {
  EXPECT_EQ(DecodeWith(plain_, kGood), "ok") << text_;
  ExpectSample();
}

TEST_F(BinaryCloudEventTest, HeaderCaseParametersAndOffsetsAreNoMatter) {
  EXPECT_EQ(DecodeWith(plain_, {{"CE_SpecVersion", "1.0"},
                                {"Ce_Id", "e-1"},
                                {"ce_source", "crm-eu"},
                                {"ce_type", "x"},
                                {"ce_time", "2026-11-24T10:30:00.000+02:00"},
                                {"ce_partitionkey", "acme"},
                                {"Content-Type", " Application/Protobuf ; messageType=\"kontor.event.v1.Event\""}}),
            "ok")
      << text_;
}

TEST_F(BinaryCloudEventTest, TimeMayBeAbsent) { EXPECT_EQ(DecodeWith(plain_, With("ce_time", std::nullopt)), "ok"); }

TEST_F(BinaryCloudEventTest, OtherVersionsAndMissingAttributesAreRejected) {
  EXPECT_EQ(DecodeWith(plain_, With("ce_specversion", "0.3")), "FRAMING");
  EXPECT_EQ(DecodeWith(plain_, With("ce_specversion", "1.0.2")), "FRAMING");
  for (const char* name : {"ce_specversion", "ce_id", "ce_source", "ce_type", "content-type"}) {
    EXPECT_EQ(DecodeWith(plain_, With(name, std::nullopt)), "FRAMING") << name;
    EXPECT_EQ(DecodeWith(plain_, With(name, "")), "FRAMING") << name;
  }
  EXPECT_EQ(DecodeWith(plain_, With("content-type", "application/json")), "FRAMING");
  EXPECT_EQ(DecodeWith(plain_, {{"ce_id", std::nullopt}}), "FRAMING");
}

TEST_F(BinaryCloudEventTest, AttributesOtherThanThePayloadsAreRejected) {
  EXPECT_EQ(DecodeWith(plain_, With("ce_id", "e-2")), "FRAMING event_id");
  EXPECT_EQ(DecodeWith(plain_, With("ce_source", "crm-us")), "FRAMING source");
  EXPECT_EQ(DecodeWith(plain_, With("ce_time", "2026-11-24T08:30:00.000000001Z")), "FRAMING occurred_at");
  EXPECT_EQ(DecodeWith(plain_, With("ce_time", "2026-11-24")), "FRAMING");
  EXPECT_EQ(DecodeWith(plain_, With("ce_time", "yesterday")), "FRAMING");
  Event event = event_;
  event.clear_event_id();
  EXPECT_EQ(DecodeWith(event.SerializeAsString(), kGood), "FRAMING event_id");
  event = event_;
  event.clear_occurred_at();
  EXPECT_EQ(DecodeWith(event.SerializeAsString(), kGood), "FRAMING occurred_at");
}

TEST_F(BinaryCloudEventTest, ConfluentFramingInsideIsRejected) {
  EXPECT_EQ(DecodeWith("\0\0\0\0\x07\0"s + plain_, kGood), "FRAMING");
  EXPECT_EQ(DecodeWith(plain_, With("__value_schema_id", "\x01" + kGuid + "\0"s)), "FRAMING");
}

TEST_F(BinaryCloudEventTest, DataThatIsNoEventIsUndecodable) { EXPECT_EQ(DecodeWith("hello", kGood), "UNDECODABLE"); }

// ---- CloudEvents, structured mode, protobuf ----

class ProtobufCloudEventTest : public DecoderTest {
 protected:
  ProtobufCloudEventTest() {
    envelope_.set_id("e-1");
    envelope_.set_source("crm-eu");
    envelope_.set_spec_version("1.0");
    envelope_.set_type("kontor.event.v1.AccountClosed");
    *(*envelope_.mutable_attributes())["time"].mutable_ce_timestamp() = event_.occurred_at();
    (*envelope_.mutable_attributes())["datacontenttype"].set_ce_string("application/protobuf");
    (*envelope_.mutable_attributes())["partitionkey"].set_ce_string("acme");
    envelope_.set_binary_data(plain_);
  }

  std::string DecodeEnvelope(std::string content_type = "application/cloudevents+protobuf; charset=UTF-8") {
    return DecodeWith(envelope_.SerializeAsString(), {{"content-type", content_type}});
  }

  cloudevents::v1::CloudEvent envelope_;
};

TEST_F(ProtobufCloudEventTest, BinaryDataIsRead) {
  EXPECT_EQ(DecodeEnvelope(), "ok") << text_;
  ExpectSample();
}

TEST_F(ProtobufCloudEventTest, ProtoDataIsRead) {
  envelope_.mutable_proto_data()->PackFrom(event_);
  EXPECT_EQ(DecodeEnvelope("APPLICATION/CloudEvents+Protobuf"), "ok") << text_;
  ExpectSample();
}

TEST_F(ProtobufCloudEventTest, TimeAndContentTypeMayBeAbsent) {
  envelope_.clear_attributes();
  EXPECT_EQ(DecodeEnvelope(), "ok") << text_;
}

TEST_F(ProtobufCloudEventTest, OtherDataIsRejected) {
  envelope_.set_text_data("{}");
  EXPECT_EQ(DecodeEnvelope(), "FRAMING");
  envelope_.clear_data();
  EXPECT_EQ(DecodeEnvelope(), "FRAMING");
  envelope_.mutable_proto_data()->PackFrom(event_.occurred_at());
  EXPECT_EQ(DecodeEnvelope(), "FRAMING");
  envelope_.set_binary_data("\0\0\0\0\x07\0"s + plain_);
  EXPECT_EQ(DecodeEnvelope(), "FRAMING");
  envelope_.set_binary_data("hello");
  EXPECT_EQ(DecodeEnvelope(), "UNDECODABLE");
}

TEST_F(ProtobufCloudEventTest, WrongAttributesAreRejected) {
  (*envelope_.mutable_attributes())["datacontenttype"].set_ce_string("application/json");
  EXPECT_EQ(DecodeEnvelope(), "FRAMING");
  envelope_.mutable_attributes()->erase("datacontenttype");
  (*envelope_.mutable_attributes())["time"].mutable_ce_timestamp()->set_nanos(1);
  EXPECT_EQ(DecodeEnvelope(), "FRAMING occurred_at");
  (*envelope_.mutable_attributes())["time"].set_ce_string("2026-11-24T08:30:00Z");
  EXPECT_EQ(DecodeEnvelope(), "FRAMING");
  envelope_.mutable_attributes()->erase("time");
  envelope_.set_id("e-2");
  EXPECT_EQ(DecodeEnvelope(), "FRAMING event_id");
  envelope_.set_id("e-1");
  envelope_.set_source("crm-us");
  EXPECT_EQ(DecodeEnvelope(), "FRAMING source");
  envelope_.set_source("crm-eu");
  envelope_.clear_type();
  EXPECT_EQ(DecodeEnvelope(), "FRAMING");
  envelope_.set_type("x");
  envelope_.set_spec_version("0.3");
  EXPECT_EQ(DecodeEnvelope(), "FRAMING");
}

TEST_F(ProtobufCloudEventTest, BytesThatAreNoEnvelopeAreRejected) {
  EXPECT_EQ(DecodeWith("hello", {{"content-type", "application/cloudevents+protobuf"}}), "FRAMING");
}

TEST_F(ProtobufCloudEventTest, BatchesAndOtherFormatsAreRejected) {
  for (const char* type : {"application/cloudevents-batch+protobuf", "application/cloudevents-batch+json",
                           "application/cloudevents", "application/cloudevents+avro", "application/cloudevents+xml"}) {
    EXPECT_EQ(DecodeEnvelope(type), "FRAMING") << type;
  }
}

TEST_F(ProtobufCloudEventTest, AttributesRepeatedAsHeadersMustAgree) {
  const std::string value = envelope_.SerializeAsString();
  const std::pair<std::string, std::string> type = {"content-type", "application/cloudevents+protobuf"};
  EXPECT_EQ(DecodeWith(value, {type, {"ce_specversion", "1.0"}, {"ce_id", "e-1"}, {"ce_time", "2026-11-24T08:30:00Z"}}),
            "ok");
  EXPECT_EQ(DecodeWith(value, {type, {"ce_specversion", "0.3"}}), "FRAMING");
  EXPECT_EQ(DecodeWith(value, {type, {"ce_id", "e-2"}}), "FRAMING");
  EXPECT_EQ(DecodeWith(value, {type, {"ce_source", "crm-us"}}), "FRAMING");
  EXPECT_EQ(DecodeWith(value, {type, {"ce_time", "2026-11-24T08:30:01Z"}}), "FRAMING");
  EXPECT_EQ(DecodeWith(value, {type, {"__value_schema_id", "\x01" + kGuid + "\0"s}}), "FRAMING");
}

// ---- CloudEvents, structured mode, JSON ----

class JsonCloudEventTest : public DecoderTest {
 protected:
  static constexpr std::string_view kAttributes =
      R"("specversion":"1.0","id":"e-1","source":"crm-eu","type":"closed","time":"2026-11-24T08:30:00Z")";
  static constexpr std::string_view kData =
      R"("data":{"event_id":"e-1","source":"crm-eu","accountId":"acme","occurred_at":"2026-11-24T08:30:00Z",)"
      R"("account_closed":{"reason":"moved"}})";

  std::string DecodeJson(std::string_view json) {
    return DecodeWith(std::string(json), {{"content-type", "application/cloudevents+json; charset=utf-8"}});
  }
  std::string DecodeMembers(std::string_view attributes, std::string_view rest) {
    return DecodeJson(fmt::format("{{{},{}}}", attributes, rest));
  }
};

TEST_F(JsonCloudEventTest, JsonDataIsRead) {
  EXPECT_EQ(DecodeMembers(kAttributes, kData), "ok") << text_;
  ExpectSample();
  EXPECT_EQ(
      DecodeMembers(fmt::format(R"({},"datacontenttype":"application/json","traceid":"x","n":7)", kAttributes), kData),
      "ok")
      << text_;
}

TEST_F(JsonCloudEventTest, LargeNumbersOfJsonDataAreExact) {
  EXPECT_EQ(
      DecodeMembers(kAttributes, R"("data":{"event_id":"e-1","source":"crm-eu","occurred_at":"2026-11-24T08:30:00Z",)"
                                 R"("cost_incurred":{"amount":{"units":999999999999999,"nanos":999999999}}})"),
      "ok")
      << text_;
  EXPECT_EQ(decoded_.cost_incurred().amount().units(), 999'999'999'999'999);
  EXPECT_EQ(decoded_.cost_incurred().amount().nanos(), 999'999'999);
}

TEST_F(JsonCloudEventTest, Base64DataIsRead) {
  // What `base64` makes of the sample's bytes.
  const std::string base64 = "CgNlLTESBmNybS1ldRoEYWNtZSIGCIiWldgGsgYHCgVtb3ZlZA==";
  EXPECT_EQ(DecodeMembers(kAttributes, fmt::format(R"("data_base64":"{}")", base64)), "ok") << text_;
  ExpectSample();
}

TEST_F(JsonCloudEventTest, WrongAttributesAreRejected) {
  EXPECT_EQ(DecodeMembers(R"("specversion":"0.3","id":"e-1","source":"crm-eu","type":"closed")", kData), "FRAMING");
  EXPECT_EQ(DecodeMembers(R"("specversion":1.0,"id":"e-1","source":"crm-eu","type":"closed")", kData), "FRAMING");
  EXPECT_EQ(DecodeMembers(R"("specversion":"1.0","source":"crm-eu","type":"closed")", kData), "FRAMING");
  EXPECT_EQ(DecodeMembers(R"("specversion":"1.0","id":"e-1","source":"crm-eu")", kData), "FRAMING");
  EXPECT_EQ(DecodeMembers(R"("specversion":"1.0","id":"e-2","source":"crm-eu","type":"closed")", kData),
            "FRAMING event_id");
  EXPECT_EQ(DecodeMembers(R"("specversion":"1.0","id":"e-1","source":"crm","type":"closed")", kData), "FRAMING source");
  EXPECT_EQ(
      DecodeMembers(R"("specversion":"1.0","id":"e-1","source":"crm-eu","type":"closed","time":"2026-11-24T08:30:01Z")",
                    kData),
      "FRAMING occurred_at");
  EXPECT_EQ(DecodeMembers(fmt::format(R"({},"datacontenttype":"application/protobuf")", kAttributes), kData),
            "FRAMING");
}

TEST_F(JsonCloudEventTest, WrongDataIsRejected) {
  EXPECT_EQ(DecodeMembers(kAttributes, R"("data":null)"), "FRAMING");
  EXPECT_EQ(DecodeMembers(kAttributes, R"("other":1)"), "FRAMING");
  EXPECT_EQ(DecodeMembers(kAttributes, fmt::format(R"({},"data_base64":"AA==")", kData)), "FRAMING");
  EXPECT_EQ(DecodeMembers(kAttributes, R"("data_base64":"!")"), "FRAMING");
  EXPECT_EQ(DecodeMembers(kAttributes, R"("data_base64":7)"), "FRAMING");
  EXPECT_EQ(DecodeMembers(kAttributes, R"("data_base64":"AAAAAAcA")"), "FRAMING");  // Confluent
  EXPECT_EQ(DecodeMembers(kAttributes, R"("data_base64":"aGVsbG8=")"), "UNDECODABLE");
  EXPECT_EQ(DecodeMembers(kAttributes, R"("data":"hello")"), "UNDECODABLE");
  EXPECT_EQ(DecodeMembers(kAttributes, R"("data":{"event_id":"e-1","colour":"red"})"), "UNDECODABLE");
  EXPECT_EQ(DecodeMembers(kAttributes, R"("data":{"cost_incurred":{"amount":{"units":"many"}}})"), "UNDECODABLE");
}

TEST_F(JsonCloudEventTest, TextThatIsNoObjectIsRejected) {
  for (const char* json : {"hello", "[]", "{", "{}{}", "\"x\"", "{\"id\":\"\xff\"}"}) {
    EXPECT_EQ(DecodeJson(json), "FRAMING") << json;
  }
}

TEST_F(JsonCloudEventTest, DeepNestingIsRejected) {
  std::string json = "{" + std::string(kAttributes) + R"(,"data":)";
  for (int i = 0; i < 100'000; ++i) json += "[";
  for (int i = 0; i < 100'000; ++i) json += "]";
  EXPECT_EQ(DecodeJson(json + "}"), "FRAMING");
}

}  // namespace
}  // namespace kontor
