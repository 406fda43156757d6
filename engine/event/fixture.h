// Test support: events written as protobuf text, and records that carry them.
#pragma once

#include <google/protobuf/arena.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/event/decoder.h"
#include "engine/event/raw_record.h"
#include "engine/event/validator.h"
#include "kontor/event/v1/event.pb.h"

namespace kontor {

// 2026-11-24T08:30:00Z
inline constexpr int64_t kFixtureMs = 1'795'509'000'000;

inline event::v1::Event EventOfText(std::string_view text) {
  event::v1::Event event;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(std::string(text), &event)) << text;
  return event;
}

// A whole envelope around a body written as text: "account_closed {}".
inline event::v1::Event EventOf(std::string_view body, std::string_view account = "acme") {
  event::v1::Event event = EventOfText(body);
  event.set_event_id("e-1");
  event.set_source("crm-eu");
  if (!account.empty()) event.set_account_id(std::string(account));
  event.mutable_occurred_at()->set_seconds(kFixtureMs / 1000);
  return event;
}

// A record and the memory that it points into.
struct Record {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  int64_t timestamp_ms = kFixtureMs;
  log::v1::TimestampType timestamp_type = log::v1::TIMESTAMP_TYPE_CREATE;

  RawRecord Raw() const {
    RawRecord raw;
    raw.timestamp_ms = timestamp_ms;
    raw.timestamp_type = timestamp_type;
    if (key) raw.key = *key;
    if (value) raw.value = *value;
    for (const auto& [name, text] : headers) {
      raw.headers.push_back({name, std::nullopt});
      if (text) raw.headers.back().value = *text;
    }
    return raw;
  }
};

inline Record RecordOf(const event::v1::Event& event) {
  Record record;
  if (event.has_account_id()) record.key = event.account_id();
  record.value = event.SerializeAsString();
  return record;
}

// "FRAMING occurred_at": the reason without its prefix, and the field where there is one.
inline std::string Short(const Rejection& rejection) {
  const std::string reason = log::v1::RejectReason_Name(rejection.reason).substr(sizeof("REJECT_REASON_") - 1);
  return rejection.field.empty() ? reason : reason + " " + rejection.field;
}

// "ok", or the rejection in short.
inline std::string Verdict(const event::v1::Event& event, const Record& record, const IntakeContext& context = {}) {
  const auto rejection = Validate(event, record.Raw(), context);
  if (!rejection) return "ok";
  EXPECT_FALSE(rejection->text.empty());
  return Short(*rejection);
}

inline IntakeContext Reference() {
  IntakeContext context;
  context.role = TopicRole::kReference;
  return context;
}

// On the topic where it belongs.
inline std::string Verdict(const event::v1::Event& event) {
  return TopicOf(event) == TopicRole::kEvents ? Verdict(event, RecordOf(event))
                                              : Verdict(event, RecordOf(event), Reference());
}

// A whole event with this body; one on the events topic where it may be.
inline event::v1::Event WholeEvent(std::string_view body) {
  event::v1::Event event = EventOf(body, "");
  if (TopicOf(event) == TopicRole::kEvents || event.has_event_voided()) event.set_account_id("acme");
  return event;
}

inline std::string VerdictOf(std::string_view body) { return Verdict(WholeEvent(body)); }

}  // namespace kontor
