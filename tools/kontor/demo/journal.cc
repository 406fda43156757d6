#include "tools/kontor/demo/journal.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "engine/base/check.h"

namespace kontor::demo {
namespace {

Instant OccurredAt(const event::v1::Event& event) {
  const std::optional<Instant> instant = InstantOf(event.occurred_at());
  KONTOR_CHECK(instant.has_value());
  return *instant;
}

// How soon a source sends.
int64_t Delay(const event::v1::Event& event, Instant occurred_at, Random* random) {
  if (random->Chance(6)) return random->Between(1, 16) * kDay + random->Between(0, 86'399) * kSecond;  // an outage
  if (event.source() == "bank") {  // the statement comes early next day
    return StartOfUtcDay(UtcDay(occurred_at) + 1) + 4 * kHour - occurred_at + random->Between(0, 1800) * kSecond;
  }
  if (event.capture() == event::v1::CAPTURE_TYPED) {  // people write it down in the evening, or next week
    constexpr std::array<int64_t, 4> kWeights = {600, 300, 80, 20};
    switch (random->Weighted(kWeights)) {
      case 0:
        return random->Between(30, 5400) * kSecond;
      case 1:
        return random->Between(2, 9) * kHour + random->Between(0, 3599) * kSecond;
      case 2:
        return random->Between(1, 3) * kDay + random->Between(0, 3599) * kSecond;
      default:
        return random->Between(4, 12) * kDay + random->Between(0, 3599) * kSecond;
    }
  }
  return random->Between(400, 90'000) * kMillisecond;
}

}  // namespace

bool Journal::Record(const event::v1::Event& event, Random* random) {
  const Instant occurred_at = OccurredAt(event);
  // Drawn in any case, so that what follows does not hang on where now lies.
  const int64_t delay = Delay(event, occurred_at, random);
  const bool repeated = random->Chance(7);
  const int64_t repeated_after =
      random->Chance(750) ? random->Between(1, 600) * kSecond : random->Between(18, 30) * kHour;
  if (occurred_at > horizon_.now) return false;

  const Instant recorded_at = RecordedAt(occurred_at, delay);
  Append(event, recorded_at, log::v1::DISPOSITION_ACCEPTED);
  if (repeated) Append(event, recorded_at + repeated_after, log::v1::DISPOSITION_DUPLICATE);
  return true;
}

bool Journal::RecordAfter(const event::v1::Event& event, int64_t delay) {
  const Instant occurred_at = OccurredAt(event);
  if (occurred_at > horizon_.now) return false;
  Append(event, RecordedAt(occurred_at, delay), log::v1::DISPOSITION_ACCEPTED);
  return true;
}

bool Journal::RecordReference(const event::v1::Event& event, std::string key) {
  const Instant occurred_at = OccurredAt(event);
  if (occurred_at > horizon_.now) return false;
  DemoRecord record;
  record.topic = TopicRole::kReference;
  record.key = std::move(key);
  KONTOR_CHECK(event.SerializeToString(&record.value));
  record.timestamp_ms = RecordedAt(occurred_at, 2 * kSecond).value() / kMillisecond;
  records_.push_back(std::move(record));
  return true;
}

void Journal::RecordRaw(DemoRecord record) {
  if (record.timestamp_ms > horizon_.now.value() / kMillisecond) return;
  records_.push_back(std::move(record));
}

std::vector<DemoRecord> Journal::Take() {
  std::stable_sort(records_.begin(), records_.end(),
                   [](const DemoRecord& a, const DemoRecord& b) { return a.timestamp_ms < b.timestamp_ms; });
  return std::exchange(records_, {});
}

Instant Journal::RecordedAt(Instant occurred_at, int64_t delay) {
  if (occurred_at >= horizon_.go_live) return occurred_at + delay;
  return horizon_.go_live + 5 * migrated_++ * kSecond;  // the old systems' contents come in one stream
}

void Journal::Append(const event::v1::Event& event, Instant recorded_at, log::v1::Disposition expected) {
  DemoRecord record;
  record.key = event.account_id();
  KONTOR_CHECK(event.SerializeToString(&record.value));
  record.timestamp_ms = recorded_at.value() / kMillisecond;
  record.expected = expected;
  records_.push_back(std::move(record));
}

}  // namespace kontor::demo
