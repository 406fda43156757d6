#include "tools/kontor/import/row_event.h"

#include <optional>
#include <utility>

#include "engine/event/decoder.h"
#include "engine/event/json.h"
#include "engine/event/validator.h"
#include "tools/kontor/import/sql_functions.h"

namespace kontor {
namespace {

constexpr int64_t kNanosPerMillisecond = 1'000'000;

}  // namespace

std::optional<std::string> WhyRefused(const event::v1::Event& event, const OutRecord& record, Instant now) {
  if (record.value->size() > kMaxValueBytes) return "the event is larger than 1 MiB";
  RawRecord raw;
  raw.timestamp_ms = record.timestamp_ms.value_or(now.value() / kNanosPerMillisecond);
  raw.timestamp_type = log::v1::TIMESTAMP_TYPE_CREATE;
  raw.key = record.key;
  raw.value = record.value;
  IntakeContext context;
  context.role = TopicOf(event);
  auto rejection = Validate(event, raw, context);
  if (!rejection) return std::nullopt;
  return rejection->field.empty() ? std::move(rejection->text) : rejection->field + ": " + rejection->text;
}

std::variant<RowEvent, std::string> EventOfRow(const MappedRow& row, Instant now) {
  if (row.event_state == MappedRow::kNull) return "the mapping gives no event (NULL)";
  if (row.event_state == MappedRow::kNoText) return "the event is no text";
  if (auto reason = InvalidReason(row.event)) return *std::move(reason);

  RowEvent out;
  if (Status parsed = EventFromJson(row.event, &out.event); !parsed.ok()) return std::string(Text(parsed));

  Instant recorded_at = now;
  if (row.recorded_at) {
    const auto instant = ParseInstant(*row.recorded_at);
    if (!instant) return fmt::format("recorded_at '{}' is no RFC 3339 instant", *row.recorded_at);
    // Kafka's timestamps are milliseconds after 1970; zero and less stand for none.
    if (instant->value() < kNanosPerMillisecond) {
      return fmt::format("recorded_at '{}' is not after the beginning of 1970, as Kafka's timestamps are",
                         *row.recorded_at);
    }
    recorded_at = *instant;
  }
  out.topic = TopicOf(out.event);
  out.record.timestamp_ms = recorded_at.value() / kNanosPerMillisecond;
  if (out.topic == TopicRole::kEvents) out.record.key = out.event.account_id();
  out.record.value = out.event.SerializeAsString();
  if (auto why = WhyRefused(out.event, out.record, now)) return *std::move(why);
  return out;
}

}  // namespace kontor
