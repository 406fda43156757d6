#include "engine/event/validator.h"

#include <string>
#include <utility>

#include "engine/base/civil.h"
#include "engine/base/codec.h"
#include "engine/event/body_rules.h"
#include "engine/event/field_check.h"
#include "engine/event/rule_tables.h"

namespace kontor {
namespace {

using Verdict = std::optional<Rejection>;

constexpr int64_t kDayMs = 86'400'000;
constexpr int64_t kOldestMs = 36'525 * kDayMs;  // 100 years
constexpr int64_t kNewestMs = 1 * kDayMs;

Verdict CheckInstant(const event::v1::Event& event, const RawRecord& record) {
  const auto impossible = [](std::string text) {
    return Rejection{log::v1::REJECT_REASON_IMPOSSIBLE_INSTANT, "occurred_at", std::move(text)};
  };
  const std::optional<Instant> occurred = InstantOf(event.occurred_at());
  if (!occurred) return impossible("no instant; nanos are 0 to 999,999,999 and the year is 1678 to 2261");
  if (record.timestamp_type == log::v1::TIMESTAMP_TYPE_UNSPECIFIED) return std::nullopt;
  // In 128 bits: a record's timestamp may be any 64-bit number of milliseconds.
  constexpr Int128 kNanosPerMs = 1'000'000;
  const Int128 distance = static_cast<Int128>(occurred->value()) - record.timestamp_ms * kNanosPerMs;
  if (distance < -kOldestMs * kNanosPerMs) {
    return impossible("more than 100 years (36,525 days) before the record's timestamp");
  }
  if (distance > kNewestMs * kNanosPerMs) return impossible("more than 1 day after the record's timestamp");
  return std::nullopt;
}

// Whether the record came on the topic, for the account, with the key and on the partition where it belongs.
Verdict CheckPlace(const event::v1::Event& event, const RawRecord& record, const IntakeContext& context) {
  // A body that is not known may belong on either topic, and EventVoided goes on both.
  const BodyRules* body = RuleTables::Get().body(event.body_case());
  if (body != nullptr && event.body_case() != event::v1::Event::kEventVoided &&
      body->reference != (context.role == TopicRole::kReference)) {
    return Rejection{log::v1::REJECT_REASON_WRONG_TOPIC, body->field->name(),
                     body->reference ? "it belongs on the reference topic" : "it belongs on the events topic"};
  }
  if (context.role == TopicRole::kReference) {
    if (!event.has_account_id()) return std::nullopt;
    return Rejection{log::v1::REJECT_REASON_OUT_OF_BOUNDS, "account_id",
                     "present; events of the reference topic have no account"};
  }
  if (!event.has_account_id()) {
    return Rejection{log::v1::REJECT_REASON_MISSING_FIELD, "account_id", "missing; it is required"};
  }
  if (!record.key)
    return Rejection{log::v1::REJECT_REASON_WRONG_KEY, "", "the record has no key; it is to be account_id"};
  if (*record.key != event.account_id()) {
    return Rejection{log::v1::REJECT_REASON_WRONG_KEY, "", "the record's key is not account_id"};
  }
  const Partition home = PartitionOf(context.partitioner, *record.key, context.partition_count);
  if (home == context.partition) return std::nullopt;
  return Rejection{
      log::v1::REJECT_REASON_WRONG_PARTITION, "",
      fmt::format("the record came on partition {}; {} puts its key on partition {} of {}", context.partition.value(),
                  PartitionerName(context.partitioner), home.value(), context.partition_count)};
}

}  // namespace

std::optional<Rejection> Validate(const event::v1::Event& event, const RawRecord& record,
                                  const IntakeContext& context) {
  if (auto broken = CheckFields(event)) return broken;
  if (auto broken = CheckInstant(event, record)) return broken;
  if (auto broken = CheckBody(event)) return broken;
  return CheckPlace(event, record, context);
}

TopicRole TopicOf(const event::v1::Event& event) {
  const BodyRules* body = RuleTables::Get().body(event.body_case());
  if (body == nullptr || event.body_case() == event::v1::Event::kEventVoided) {
    return event.has_account_id() ? TopicRole::kEvents : TopicRole::kReference;
  }
  return body->reference ? TopicRole::kReference : TopicRole::kEvents;
}

}  // namespace kontor
