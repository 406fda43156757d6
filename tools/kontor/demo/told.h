// For tests: a demo's records, read back as an engine would read them.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "tools/kontor/demo/demo_story.h"

namespace kontor::demo {

inline Instant At(std::string_view text) {
  const std::optional<Instant> instant = ParseInstant(text);
  KONTOR_CHECK(instant.has_value());
  return *instant;
}

inline DemoStory Make(const DemoOptions& options) {
  Result<DemoStory> story = DemoStory::Make(options);
  EXPECT_TRUE(story.ok()) << Text(story.status());
  return *std::move(story);
}

inline std::vector<DemoRecord> HistoryOf(DemoStory* story) {
  std::vector<DemoRecord> records;
  records.reserve(story->HistorySize());
  while (story->InHistory()) records.push_back(story->Next());
  return records;
}

struct Fact {
  event::v1::Event event;
  TopicRole topic = TopicRole::kEvents;
  Instant at;
  Day day;
};

// The facts that count: accepted, and not voided.
inline std::vector<Fact> FactsOf(const std::vector<DemoRecord>& records) {
  std::vector<Fact> facts;
  std::set<std::pair<std::string, std::string>> voided;
  for (const DemoRecord& record : records) {
    if (record.expected != log::v1::DISPOSITION_ACCEPTED) continue;
    Fact fact;
    fact.topic = record.topic;
    KONTOR_CHECK(fact.event.ParseFromString(record.value));
    const std::optional<Instant> at = InstantOf(fact.event.occurred_at());
    KONTOR_CHECK(at.has_value());
    fact.at = *at;
    fact.day = UtcDay(*at);
    if (fact.event.has_event_voided()) voided.emplace(fact.event.source(), fact.event.event_voided().target_event_id());
    facts.push_back(std::move(fact));
  }
  std::erase_if(facts, [&](const Fact& fact) { return voided.contains({fact.event.source(), fact.event.event_id()}); });
  return facts;
}

inline int64_t CentsOf(const type::v1::Money& money) { return money.units() * 100 + money.nanos() / 10'000'000; }

}  // namespace kontor::demo
